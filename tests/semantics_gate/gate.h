// Runs the rows of one ISA against an oracle.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "tests/semantics_gate/compare.h"

namespace portolan::gate {

struct Options {
  Isa isa = Isa::x86_64;
  std::string engine;  // "native", "qemu", "unicorn"
  uint64_t seed = 1;
  unsigned cases = 64;  // per opcode
  std::string opcode;   // only those whose name contains it
  unsigned shown = 2;   // disagreements printed per opcode
  // Changes lifted functions, to see that the gate notices.
  std::function<void(ir::Function&)> sabotage;
};

struct OpcodeCount {
  std::string opcode;
  const assembly::Row* row = nullptr;
  unsigned agree = 0, disagree = 0, oracle_lacks = 0, misaligned = 0, unjudged = 0, refused = 0, excused = 0;
  std::string note;  // why nothing was tested, or what is undeclared
  std::string failure;
};

// Every opcode that has a lift function, in the rows' order. The error is the engine's.
Expected<std::vector<OpcodeCount>> run_gate(const Options& options, const assembly::Lifter& lifter);

}  // namespace portolan::gate
