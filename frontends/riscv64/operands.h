// Register and immediate operands of RISC-V instructions: x0 reads as zero and swallows writes, tp is the thread
// pointer, single-precision values live NaN-boxed in 64-bit registers (unprivileged spec, 12.2).
#pragma once

#include <optional>

#include "frontends/asm/lift.h"

namespace portolan::riscv64 {

using assembly::LiftContext;
using assembly::Lifted;
using assembly::Row;
using assembly::Slot;
using ir::FloatFormat;
using ir::FloatMode;
using ir::ValueId;

struct Slots {
  Slot x[32];  // x[0] is kNoSlot
  Slot f[32];
  Slot reserved_address, reserved_value;
};
const Slots& slots();

// Number of the integer register operand, 0 to 31.
unsigned register_number(const LiftContext& c, unsigned operand);

ValueId read(LiftContext& c, unsigned operand);
ValueId read32(LiftContext& c, unsigned operand);                    // the low half
void write(LiftContext& c, unsigned operand, ValueId value);         // 64 bits
void write_signed(LiftContext& c, unsigned operand, ValueId value);  // narrower: sign-extended
void write_bit(LiftContext& c, unsigned operand, ValueId bit);       // 0 or 1

int64_t immediate(const LiftContext& c, unsigned operand);
// The immediate operand or the part of a symbol's address that stands in its place, 64 bits.
ValueId offset(LiftContext& c, unsigned operand);

// Floating-point register operands by the format of the operand's name (F0_F or F0_D).
FloatFormat format_of(const LiftContext& c, unsigned operand);
ValueId read_float(LiftContext& c, unsigned operand);  // 32 or 64 bits; a single that is not boxed is the NaN
ValueId read_float_bits(LiftContext& c, unsigned operand, unsigned width);  // as they are
void write_float(LiftContext& c, unsigned operand, ValueId value);

FloatMode mode(FloatFormat format);
// With the rounding of the instruction's rm operand; nothing if it is reserved.
std::optional<FloatMode> mode(LiftContext& c, FloatFormat format, unsigned rm_operand);

}  // namespace portolan::riscv64
