// Register and immediate operands of AArch64 instructions, by the rules of the register file: a write to w clears the
// upper half of x, a write to b, h, s or d clears the rest of v, register 31 is the zero register or the stack pointer
// as the operand's name says.
#pragma once

#include <optional>
#include <string_view>

#include "frontends/asm/lift.h"

namespace portolan::aarch64 {

using assembly::LiftContext;
using assembly::Lifted;
using assembly::Row;
using assembly::Slot;
using ir::ValueId;

// Slots of the machine by role.
struct Slots {
  Slot x[31];
  Slot sp;
  Slot n, z, c, v;
  Slot vector[32];
  Slot reserved_address, reserved_value;  // what the last load-exclusive read: see atomic.cpp
};
const Slots& slots();

// What a register's name says. Lists such as Q30_Q31_Q0 have several parts, counted modulo 32 from `number`.
struct RegisterInfo {
  enum class Kind : uint8_t { none, general, stack_pointer, zero, vector };
  Kind kind = Kind::none;
  uint8_t number = 0;
  uint8_t parts = 1;
  uint16_t width = 0;  // bits of one part
};
const RegisterInfo& register_info(const LiftContext& c, unsigned reg);

// The register operand: its width, its value, a new value of exactly that width. `part` selects from a list.
unsigned operand_width(const LiftContext& c, unsigned operand);
ValueId read(LiftContext& c, unsigned operand, unsigned part = 0);
void write(LiftContext& c, unsigned operand, ValueId value, unsigned part = 0);
bool same_register(const LiftContext& c, unsigned operand_a, unsigned operand_b);

// The low `width` bits of a vector register operand, whatever its name; and the whole 128 bits of it.
ValueId read_vector(LiftContext& c, unsigned operand, unsigned width, unsigned part = 0);
// Any width up to 128; the rest of the register becomes 0.
void write_vector(LiftContext& c, unsigned operand, ValueId value, unsigned part = 0);

int64_t immediate(const LiftContext& c, unsigned operand);

// LLVM packs a shift (lsl 0, lsr 1, asr 2, ror 3, msl 4) and its amount in one immediate.
struct Shift {
  enum class Kind : uint8_t { lsl, lsr, asr, ror, msl };
  Kind kind;
  unsigned amount;
};
Shift shift_of(int64_t immediate);
ValueId shifted(LiftContext& c, ValueId value, Shift shift);

// uxtb … sxtx (0 … 7) of `value`, then shifted left; the result has `width` bits (Arm ARM, ExtendReg).
ValueId extended(LiftContext& c, ValueId value, unsigned kind, unsigned left, unsigned width);

// The bit that is 1 when a condition (0 eq … 14 al, 15 nv) holds.
ValueId condition(LiftContext& c, unsigned code);

// The flags of a sum, a difference or a logical result.
struct Flags {
  ValueId n, z, c, v;
};
Flags flags_of_add(LiftContext& c, ValueId a, ValueId b, ValueId result);
Flags flags_of_sub(LiftContext& c, ValueId a, ValueId b, ValueId result);
Flags flags_of_logical(LiftContext& c, ValueId result);
Flags flags_of_immediate(LiftContext& c, unsigned nzcv);
void write_flags(LiftContext& c, const Flags& flags);

// Whether `name` starts with `prefix`, which is then dropped.
bool consume(std::string_view& name, std::string_view prefix);

}  // namespace portolan::aarch64
