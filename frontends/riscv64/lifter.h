// The RISC-V frontend (RV64GC with Zba, Zbb, Zbs, Zicond): rows, flow and lift functions behind the shared interface.
#pragma once

#include "frontends/asm/lift.h"

namespace portolan::riscv64 {

const assembly::Lifter& lifter();

}  // namespace portolan::riscv64
