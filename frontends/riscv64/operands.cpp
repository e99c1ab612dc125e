#include "frontends/riscv64/operands.h"

#include <fmt/format.h>

#include "frontends/riscv64/opcodes.h"

namespace portolan::riscv64 {
namespace {

constexpr unsigned kThreadPointer = 4;

unsigned float_number(const LiftContext& c, unsigned operand) {
  const unsigned reg = c.inst().getOperand(operand).getReg();
  return reg >= F0_H ? reg - F0_H : reg >= F0_F ? reg - F0_F : reg - F0_D;
}

}  // namespace

const Slots& slots() {
  static const Slots kSlots = [] {
    const assembly::Machine& machine = assembly::Machine::get(Isa::riscv64);
    Slots s{};
    s.x[0] = assembly::kNoSlot;
    for (unsigned i = 1; i < 32; ++i) s.x[i] = machine.slot(fmt::format("x{}", i));
    for (unsigned i = 0; i < 32; ++i) s.f[i] = machine.slot(fmt::format("f{}", i));
    s.reserved_address = machine.slot("reserved_address");
    s.reserved_value = machine.slot("reserved_value");
    return s;
  }();
  return kSlots;
}

unsigned register_number(const LiftContext& c, unsigned operand) {
  return c.inst().getOperand(operand).getReg() - X0;
}

ValueId read(LiftContext& c, unsigned operand) {
  const unsigned number = register_number(c, operand);
  if (number == 0) return c.b.constant(64, 0);
  if (number == kThreadPointer) return c.b.thread_pointer();
  return c.b.get_slot(slots().x[number], 64);
}

ValueId read32(LiftContext& c, unsigned operand) {
  return c.b.truncate(read(c, operand), 32);
}

void write(LiftContext& c, unsigned operand, ValueId value) {
  const unsigned number = register_number(c, operand);
  if (number != 0) c.b.set_slot(slots().x[number], value);
}

void write_signed(LiftContext& c, unsigned operand, ValueId value) {
  write(c, operand, c.b.sext(value, 64));
}
void write_bit(LiftContext& c, unsigned operand, ValueId bit) {
  write(c, operand, c.b.zext(bit, 64));
}

int64_t immediate(const LiftContext& c, unsigned operand) {
  return c.inst().getOperand(operand).getImm();
}

ValueId offset(LiftContext& c, unsigned operand) {
  if (std::optional<ir::SymbolRef> symbol = c.symbol(operand)) return c.b.symbol_address(*symbol);
  return c.b.signed_constant(64, immediate(c, operand));
}

FloatFormat format_of(const LiftContext& c, unsigned operand) {
  const unsigned reg = c.inst().getOperand(operand).getReg();
  return reg >= F0_F && reg <= F31_F ? FloatFormat::f32 : FloatFormat::f64;
}

ValueId read_float_bits(LiftContext& c, unsigned operand, unsigned width) {
  return c.b.truncate(c.b.get_slot(slots().f[float_number(c, operand)], 64), width);
}

ValueId read_float(LiftContext& c, unsigned operand) {
  const ValueId whole = read_float_bits(c, operand, 64);
  if (format_of(c, operand) == FloatFormat::f64) return whole;
  const ValueId boxed = c.b.eq(c.b.extract(whole, 32, 32), c.b.constant(32, 0xffffffff));
  return c.b.select(boxed, c.b.truncate(whole, 32), c.b.constant(32, 0x7fc00000));
}

void write_float(LiftContext& c, unsigned operand, ValueId value) {
  // NaN boxing: ones above what is narrower than the register.
  const unsigned above = 64 - c.b.width(value);
  if (above != 0) value = c.b.concat(c.b.constant(ir::APInt::getAllOnes(above)), value);
  c.b.set_slot(slots().f[float_number(c, operand)], value);
}

FloatMode mode(FloatFormat format) {
  return {format, ir::NanRule::riscv, ir::Rounding::nearest_even};
}

std::optional<FloatMode> mode(LiftContext& c, FloatFormat format, unsigned rm_operand) {
  FloatMode result = mode(format);
  switch (immediate(c, rm_operand)) {
    case 0:
    case 7:  // dynamic: whatever would write frm is refused, so it is what the ABI starts a program with
      return result;
    case 1:
      result.rounding = ir::Rounding::toward_zero;
      return result;
    case 2:
      result.rounding = ir::Rounding::down;
      return result;
    case 3:
      result.rounding = ir::Rounding::up;
      return result;
    case 4:
      result.rounding = ir::Rounding::nearest_away;
      return result;
    default:
      return std::nullopt;
  }
}

}  // namespace portolan::riscv64
