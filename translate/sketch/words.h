// What an instruction may begin with: the mnemonics of the target's rows as LLVM MC prints them, with what the table of
// words offers besides.
#pragma once

#include <set>
#include <string>

#include "ir/isa.h"

namespace portolan::sketch {

// Of all instructions that are lifted; with every condition where the mnemonic holds one ("b.eq", "jne").
const std::set<std::string, std::less<>>& mnemonics(Isa isa);

}  // namespace portolan::sketch
