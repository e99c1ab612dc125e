// What must be done to GNU assembler text before LLVM's parser sees it: drop what it refuses and nobody needs (.loc,
// numbered .file), drop .arch and .attribute arch, which would switch features off or compress silently, and rewrite
// the few spellings of gcc's Intel syntax that it does not know. Every line keeps its number.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ir/isa.h"

namespace portolan::assembly {

struct Prepared {
  std::string text;
  std::vector<uint32_t> expansions;  // lines that call a macro or repeat a block, ascending
  bool compressed = false;           // RISC-V: `c.` mnemonics are written out
};

Prepared prepare(std::string_view text, Isa isa);

}  // namespace portolan::assembly
