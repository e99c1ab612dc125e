// LLVM's assembler expressions as sums of symbols, and what the modifiers of operands mean.
//
// MC parses "a - b + 4" to a tree and leaves the value to an assembler that lays sections out. Here nothing is laid out
// for good: what the linker decides stays symbolic, what lies wholly within one section's data becomes a number.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "frontends/asm/mc_target.h"
#include "frontends/asm/unit.h"
#include "llvm/MC/MCExpr.h"

namespace portolan::assembly {

// Either a number (symbol, minus: none), a symbolic value, or an error.
struct ExpressionValue {
  SymbolicValue value;
  std::string error;
  bool ok() const { return error.empty(); }
  bool is_number() const { return ok() && value.symbol == kNoSymbol && value.minus == kNoSymbol; }
};

class Expressions {
 public:
  // `symbol_of` gives the unit's symbol for one of MC's, making it if needed.
  Expressions(const McTarget& target, Unit& unit, std::function<SymbolId(const llvm::MCSymbol&)> symbol_of)
      : target_(target), unit_(unit), symbol_of_(std::move(symbol_of)) {}

  // A value stored into data.
  ExpressionValue data(const llvm::MCExpr& expression);
  // An operand of an instruction: the modifier becomes the reference. RISC-V %pcrel_lo keeps the label of its auipc as
  // symbol and reference none; the caller looks the auipc up.
  ExpressionValue operand(const llvm::MCExpr& expression, unsigned opcode);
  // The value as a number, if it is one that translation does not change.
  std::optional<int64_t> number(const llvm::MCExpr& expression);
  // For .size and .org: distances over code are taken in the stand-in layout.
  std::optional<int64_t> number_in_layout(const llvm::MCExpr& expression);

  void alias(const llvm::MCSymbol& from, const llvm::MCSymbol& to) { weak_references_.emplace_back(&from, &to); }

 private:
  struct Term {
    SymbolId symbol;
    uint16_t modifier;  // MCSymbolRefExpr::VariantKind
    bool negative;
  };
  struct Sum {
    std::vector<Term> terms;
    uint64_t constant = 0;
    std::string error;
  };

  Sum sum(const llvm::MCExpr& expression, unsigned depth);
  Sum symbol(const llvm::MCSymbolRefExpr& reference, unsigned depth);
  Sum binary(const llvm::MCBinaryExpr& expression, unsigned depth);
  void reduce(Sum& sum, bool over_code);
  std::optional<int64_t> distance(SymbolId from, SymbolId to, bool over_code) const;
  ExpressionValue value_of(Sum sum);
  ExpressionValue modified(const llvm::MCExpr& expression, unsigned opcode);

  const McTarget& target_;
  Unit& unit_;
  std::function<SymbolId(const llvm::MCSymbol&)> symbol_of_;
  std::vector<std::pair<const llvm::MCSymbol*, const llvm::MCSymbol*>> weak_references_;
};

}  // namespace portolan::assembly
