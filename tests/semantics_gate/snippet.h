// One instruction followed by breakpoints, as code for an engine and as lifted IR.
#pragma once

#include <memory>
#include <string>

#include "ir/function.h"
#include "tests/semantics_gate/generator.h"

namespace portolan::gate {

// Lines of the lifted function.
inline constexpr uint32_t kInstructionLine = 1, kNextLine = 2, kTakenLine = 3;

struct Snippet {
  Isa isa = Isa::x86_64;
  unsigned opcode = 0;
  Instance instance;
  std::string text;        // as the assembler would write it
  std::string refusal;     // not empty: why the lifter does not take it
  std::string undeclared;  // flags that the IR writes and the row does not mention
  ir::Function function;
  std::vector<uint8_t> code;  // kSnippetBytes
  bool touches_memory = false;
};

Snippet make_snippet(const Generator& generator, const assembly::Lifter& lifter, Isa isa, unsigned opcode,
                     Instance instance);

}  // namespace portolan::gate
