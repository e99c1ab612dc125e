// From instructions to IR: the part that all CPUs share. An ISA's frontend gives a Lifter; lift_function() follows the
// control flow from a function's entry, calls it for each instruction, and returns the function at machine level
// (registers as slots) or the refusals, one for each instruction that stands in the way.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "frontends/asm/machine.h"
#include "frontends/asm/mc_target.h"
#include "frontends/asm/unit.h"
#include "ir/builder.h"

namespace portolan::assembly {

class LiftContext;

// Returns nothing when the instruction was lifted, else the reason why not ("" stands for "not lifted yet").
struct Lifted {
  bool ok = true;
  std::string reason;
  static Lifted done() { return {}; }
  static Lifted refused(std::string why) { return {false, std::move(why)}; }
};

using LiftFunction = Lifted (*)(LiftContext&);

// One row of an ISA's instruction table: dispatch, coverage, the semantics tests and the docs all read it.
struct Row {
  // LLVM opcode names with alternatives in braces, separated by blanks: "ADD{8,16,32,64}{rr,rm,mr} ADD64ri8".
  std::string_view opcodes;
  std::string_view mnemonic;  // as people know it: "add"
  // For each flag of the machine that is written ("w"), left undefined ("u"), read ("r") or modified ("m"), e.g.
  // "cf:w pf:w af:u zf:w sf:w of:w"; what is not named is untouched. Empty: no flags at all.
  std::string_view flags;
  LiftFunction lift = nullptr;  // nullptr: known, not lifted yet
  std::string_view note = {};   // features ("sse2"), or why it is refused, or what the semantics gate must not compare
};

// "ADD{8,16}{rr,rm} X" to {"ADD8rr", "ADD8rm", "ADD16rr", "ADD16rm", "X"}. Braces do not nest.
std::vector<std::string> expand_opcodes(std::string_view pattern);

// All rows of one ISA, found by opcode number. Rows that are not lifted are many and rarely asked for: their names are
// expanded at the first opcode that no lifted row has.
class RowTable {
 public:
  RowTable(Isa isa, std::vector<std::span<const Row>> families);
  const Row* find(unsigned opcode) const {
    if (opcode >= lifted_.by_opcode.size()) return nullptr;
    return lifted_.by_opcode[opcode] ? lifted_.by_opcode[opcode] : rest().by_opcode[opcode];
  }
  const std::vector<std::span<const Row>>& families() const { return families_; }
  // Names in rows that LLVM does not know or that stand in two rows: must be empty, a test says so.
  std::vector<std::string> unknown_names() const;

 private:
  struct Index {
    std::vector<const Row*> by_opcode;
    std::vector<std::string> unknown;
  };
  Index index(bool lifted) const;
  const Index& rest() const;

  Isa isa_;
  std::vector<std::span<const Row>> families_;
  Index lifted_;
  mutable std::once_flag rest_made_;
  mutable Index rest_;
};

// How control leaves an instruction, as far as it can be told from the instruction alone.
struct Flow {
  enum class Kind : uint8_t {
    next,           // falls through (also: traps sometimes)
    jump,           // to target
    branch,         // to target or falls through
    jump_indirect,  // by register or memory
    ret,
    call,  // to target, then falls through
    call_indirect,
    stop,  // traps always: ud2, brk, ebreak, hlt
  };
  Kind kind = Kind::next;
  unsigned target_operand = 0;  // index of the symbolic operand that names the target
};

class Lifter {
 public:
  virtual ~Lifter() = default;
  virtual const RowTable& rows() const = 0;
  virtual Flow flow(const llvm::MCInst& inst) const = 0;
  // Emits the IR of one instruction. The default finds the row and calls its lift function.
  virtual Lifted lift(LiftContext& context) const;
};

// What a lift function works with: the instruction, a builder placed at the end of the current block, and the ways
// to end the block. Register access by MC register number is the ISA's own business (frontends/<isa>/operands.h).
class LiftContext {
 public:
  LiftContext(const Unit& unit, const McTarget& target, ir::Function& function, ir::BlockId block)
      : b(function, block), unit_(unit), target_(target) {}

  ir::Builder b;

  const Unit& unit() const { return unit_; }
  const McTarget& target() const { return target_; }
  const Instruction& instruction() const { return *instruction_; }
  const llvm::MCInst& inst() const { return instruction_->inst; }
  std::string_view opcode_name() const { return target_.opcode_name(inst().getOpcode()); }

  // The operand as symbol reference for symbol_address(), or nothing when it is a plain immediate. The kinds
  // *_high/*_low become AddressPart; tls_* and got become AddressKind.
  std::optional<ir::SymbolRef> symbol(unsigned operand) const;

  // Ends the block; nothing may follow in this instruction.
  void jump(unsigned target_operand);                        // a label of this function, or a tail call
  void branch_if(ir::ValueId bit, unsigned target_operand);  // else falls through
  void jump_indirect(ir::ValueId address);                   // switch table, computed goto or tail call
  void ret();
  void trap(ir::TrapKind kind);
  // Ends nothing: control comes back.
  void call(unsigned target_operand);
  void call_indirect(ir::ValueId address) { b.call_indirect(address); }

 private:
  friend class FunctionLifting;
  const Unit& unit_;
  const McTarget& target_;
  const Instruction* instruction_ = nullptr;
  struct Ending {
    ir::Op op = ir::Op::unreachable;  // unreachable: none yet, falls through
    ir::ValueId value = ir::kNoValue;
    SymbolicValue target;
    ir::TrapKind trap = ir::TrapKind::none;
  } ending_;
};

struct LiftResult {
  ir::Function function;
  std::vector<Diagnostic> refusals;  // empty: `function` is the whole meaning
  uint32_t instructions = 0;         // lifted ones
  // Of the cases of jump_indirect those that no label or relocation names: places that a table of plain numbers
  // (objects of AArch64) may lead to.
  std::set<uint64_t> guessed_targets;
};

// A place in the code: an instruction of a section.
struct Place {
  SectionId section = 0;
  size_t index = 0;
  auto operator<=>(const Place&) const = default;
};

// What lifting looks up in a unit again and again, made once.
class CodeIndex {
 public:
  explicit CodeIndex(const Unit& unit);
  const Unit& unit() const { return unit_; }
  // The instruction that symbol + addend names, if it names one.
  std::optional<Place> place_of(SymbolId symbol, int64_t addend) const;
  const std::map<Place, SymbolId>& function_entries() const { return function_entries_; }
  // Instructions whose addresses stand in data (jump tables and the like).
  const std::set<Place>& in_data() const { return in_data_; }
  // The first place behind an offset in data that an instruction names, or the section's end.
  uint64_t next_reference(SectionId section, uint64_t offset) const;
  // What an entry relative to the section's start is off by: where its table begins (objects only, else 0).
  int64_t table_of(SectionId section, const Fixup& fixup) const;
  // A label at the place, or empty.
  std::string_view label(Place place) const;

 private:
  void note_reference(const SymbolicValue& value);

  const Unit& unit_;
  std::map<Place, SymbolId> function_entries_;
  std::map<Place, SymbolId> labels_;
  std::set<Place> in_data_;
  std::map<SectionId, std::set<uint64_t>> referenced_;  // offsets in data that instructions name
};

// `entry` is one of unit.functions(). Machine level: get_slot/set_slot within blocks, no block parameters. The cases
// of a jump_indirect are code_address() values.
LiftResult lift_function(const CodeIndex& index, const Lifter& lifter, SymbolId entry);

// Stands for the address of the code at a section's offset where numbers are wanted: cases of jump_indirect.
inline uint64_t code_address(SectionId section, uint64_t offset) {
  return (uint64_t{section + 1} << 40) | offset;
}

}  // namespace portolan::assembly
