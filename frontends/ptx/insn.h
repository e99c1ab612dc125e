// What a lift function gets: the instruction's modifiers and operands, and the builder. Operands are whatever the text
// says; a read that does not fit refuses the instruction and gives a value of the right width all the same, so that
// lift functions need not look.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "frontends/ptx/module.h"
#include "frontends/ptx/spaces.h"
#include "ir/builder.h"

namespace portolan::ptx {

using ir::APInt;
using ir::Builder;
using ir::FloatFormat;
using ir::FloatMode;
using ir::Op;
using ir::RmwKind;
using ir::Rounding;
using ir::ValueId;

class FunctionLifter;

class Insn {
 public:
  Insn(FunctionLifter& lifter, const Statement& statement, Builder& builder);

  Builder& b;
  const Statement& s;

  // Modifiers, without their dots and in order.
  const std::vector<std::string_view>& modifiers() const { return modifiers_; }
  bool has(std::string_view modifier) const;
  Type type(size_t from_end = 0) const;  // the last modifier that is a type, the one before it, …
  Rounding rounding() const;             // rn rz rm rp and their i forms; rn when none is there

  size_t count() const { return s.operands.size(); }
  const Operand& operand(size_t n);
  void ignore_operands() { used_ = count(); }
  bool all_used() const { return used_ >= count(); }

  // Values of operands: of this width, or the instruction is refused.
  ValueId read(size_t n, uint32_t width) { return read(operand(n), width); }
  ValueId read(const Operand& o, uint32_t width);
  ValueId read(size_t n, const Type& type) { return read_typed(operand(n), type); }  // immediates as the type's numbers
  ValueId read_typed(const Operand& o, const Type& type);
  // A register that may be wider than `width`, as loads and conversions take: its low bits.
  ValueId read_low(const Operand& o, uint32_t width);
  ValueId read_predicate(size_t n);
  std::optional<uint64_t> immediate(size_t n);  // refuses what is none
  ValueId carry();
  void set_carry(ValueId bit);

  void write(size_t n, ValueId value) { write(operand(n), value); }
  void write(const Operand& o, ValueId value);
  // Into a register that may be wider: extended.
  void write_extended(const Operand& o, ValueId value, bool is_signed);

  // The generic address of [base+offset] in a space (none: it is generic).
  ValueId address(const Operand& o, Space space);
  ValueId offset_in(const Operand& o, Space space);  // an address without its window, 64 bits
  // The variable behind a .param operand that lives in slots, and the offset into it; nullptr: it is memory.
  const Variable* slot_variable(const Operand& o) const;
  ValueId read_slot(const Operand& o, uint32_t width);
  void write_slot(const Operand& o, ValueId value);

  void refuse(std::string reason);

  FunctionLifter& lifter() { return lifter_; }

 private:
  ValueId special(const Operand& o, uint32_t width);
  ValueId name_address(const Operand& o, Space space);
  ValueId any(uint32_t width) { return b.constant(width, 0); }

  FunctionLifter& lifter_;
  std::vector<std::string_view> modifiers_;
  size_t used_ = 0;  // operands that were looked at
};

// The space that a memory instruction names: .global, .shared, .shared::cta, … none for a generic address.
Space space_of(const Insn& x);

}  // namespace portolan::ptx
