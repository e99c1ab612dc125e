// A unit into assembler text for another CPU.
#pragma once

#include <string>
#include <vector>

#include "frontends/asm/unit.h"
#include "translate/abi/types.h"
#include "translate/memory_order.h"
#include "translate/raise/raise.h"
#include "translate/rules/book.h"
#include "verify/boundary.h"

namespace portolan::translate {

struct TranslateOptions {
  Isa target = Isa::aarch64;
  std::vector<std::string> functions;  // only these; empty: all
  abi::Prototypes prototypes;          // as the user states them
  abi::Prototypes debug_prototypes;    // as the unit's debug information has them
  rules::Library* rules = nullptr;     // proved rules to propose besides what LLVM does; none: LLVM alone
  MemoryOrder memory_order = MemoryOrder::sequential_only;
};

struct FunctionReport {
  std::string name;
  bool translated = false;
  bool local_only = false;  // as RaisedFunction has it
  uint32_t line = 0;
  uint32_t instructions_in = 0;
  uint32_t instructions_out = 0;
  std::vector<Diagnostic> refusals;
  std::vector<std::string> assumptions;
  std::string memory_order;        // as memory_order_label() says
  std::vector<std::string> rules;  // that made parts of it, each as often as it was used
  std::string proposer;            // who made it
  verify::Boundary boundary;       // of translated functions
};

struct Translation {
  std::string assembly;
  std::vector<FunctionReport> functions;
};

// Lifting and raising alone.
raise::RaisedUnit raise(const assembly::CodeIndex& index, const TranslateOptions& options);

Expected<Translation> translate(const assembly::Unit& unit, const TranslateOptions& options);

// What every translation of the unit has in common: its data, and a report on each function that none has been
// translated, with the border that a translation must have.
Translation outline(const assembly::CodeIndex& index, const raise::RaisedUnit& raised, const TranslateOptions& options);

}  // namespace portolan::translate
