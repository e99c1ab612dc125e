// Capstone 4 as a lint on LLVM's decoding of objects: length, mnemonic and kind of each instruction. It knows no RISC-V
// and little beyond AVX2 and ARMv8.0: what it does not decode is no disagreement.
#pragma once

#include <vector>

#include "frontends/asm/unit.h"

namespace portolan::assembly {

// Warnings, one per disagreement. Give it as ReadOptions::cross_check.
std::vector<Diagnostic> cross_check_with_capstone(const Unit& unit);

}  // namespace portolan::assembly
