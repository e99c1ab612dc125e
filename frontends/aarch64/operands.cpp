#include "frontends/aarch64/operands.h"

#include <algorithm>
#include <string>
#include <vector>

namespace portolan::aarch64 {
namespace {

Slots find_slots() {
  const assembly::Machine& machine = assembly::Machine::get(Isa::aarch64);
  Slots s{};
  for (unsigned i = 0; i < 31; ++i) s.x[i] = machine.slot("x" + std::to_string(i));
  for (unsigned i = 0; i < 32; ++i) s.vector[i] = machine.slot("v" + std::to_string(i));
  s.sp = machine.slot("sp");
  s.n = machine.slot("n");
  s.z = machine.slot("z");
  s.c = machine.slot("c");
  s.v = machine.slot("v");
  s.reserved_address = machine.slot("reserved_address");
  s.reserved_value = machine.slot("reserved_value");
  return s;
}

unsigned width_of_letter(char letter) {
  switch (letter) {
    case 'B':
      return 8;
    case 'H':
      return 16;
    case 'S':
    case 'W':
      return 32;
    case 'D':
    case 'X':
      return 64;
    case 'Q':
      return 128;
    default:
      return 0;
  }
}

// From LLVM's name: W7, X3, FP, LR, SP, WSP, XZR, Q30_Q31_Q0, W2_W3, LR_XZR.
RegisterInfo parse_register(std::string_view name) {
  using Kind = RegisterInfo::Kind;
  RegisterInfo info;
  const std::string_view first = name.substr(0, name.find('_'));
  info.parts = 1 + std::count(name.begin(), name.end(), '_');
  if (first == "SP" || first == "WSP") return {Kind::stack_pointer, 31, 1, uint16_t(first == "SP" ? 64 : 32)};
  if (first == "XZR" || first == "WZR") return {Kind::zero, 31, 1, uint16_t(first == "XZR" ? 64 : 32)};
  if (first == "FP" || first == "LR") return {Kind::general, uint8_t(first == "FP" ? 29 : 30), info.parts, 64};
  if (first.size() < 2 || first.find_first_not_of("0123456789", 1) != first.npos) return {};
  info.width = width_of_letter(first[0]);
  info.number = std::stoi(std::string(first.substr(1)));
  info.kind = first[0] == 'W' || first[0] == 'X' ? Kind::general : Kind::vector;
  if (info.width == 0 || info.number > 31) return {};
  return info;
}

std::vector<RegisterInfo> all_registers(const assembly::McTarget& target) {
  std::vector<RegisterInfo> result(target.registers().getNumRegs());
  for (unsigned reg = 1; reg < result.size(); ++reg) result[reg] = parse_register(target.registers().getName(reg));
  return result;
}

const RegisterInfo& info_of(const LiftContext& c, unsigned operand) {
  return register_info(c, c.inst().getOperand(operand).getReg());
}

}  // namespace

const Slots& slots() {
  static const Slots found = find_slots();
  return found;
}

const RegisterInfo& register_info(const LiftContext& c, unsigned reg) {
  static const std::vector<RegisterInfo> all = all_registers(c.target());
  return all[reg];
}

unsigned operand_width(const LiftContext& c, unsigned operand) {
  return info_of(c, operand).width;
}

ValueId read(LiftContext& c, unsigned operand, unsigned part) {
  using Kind = RegisterInfo::Kind;
  const RegisterInfo& info = info_of(c, operand);
  const unsigned number = info.number + part;
  switch (info.kind) {
    case Kind::vector:
      return read_vector(c, operand, info.width, part);
    case Kind::stack_pointer:
      return c.b.truncate(c.b.get_slot(slots().sp, 64), info.width);
    case Kind::general:
      if (number < 31) return c.b.truncate(c.b.get_slot(slots().x[number], 64), info.width);
      break;
    default:
      break;
  }
  return c.b.constant(info.width, 0);
}

void write(LiftContext& c, unsigned operand, ValueId value, unsigned part) {
  using Kind = RegisterInfo::Kind;
  const RegisterInfo& info = info_of(c, operand);
  assert(c.b.width(value) == info.width && "a register is written whole");
  const unsigned number = info.number + part;
  if (info.kind == Kind::vector) write_vector(c, operand, value, part);
  if (info.kind == Kind::stack_pointer) c.b.set_slot(slots().sp, c.b.zext(value, 64));
  if (info.kind == Kind::general && number < 31) c.b.set_slot(slots().x[number], c.b.zext(value, 64));
}

bool same_register(const LiftContext& c, unsigned operand_a, unsigned operand_b) {
  const RegisterInfo &a = info_of(c, operand_a), &b = info_of(c, operand_b);
  return a.kind == b.kind && a.number == b.number;
}

ValueId read_vector(LiftContext& c, unsigned operand, unsigned width, unsigned part) {
  const unsigned number = (info_of(c, operand).number + part) % 32;
  return c.b.truncate(c.b.get_slot(slots().vector[number], 128), width);
}

void write_vector(LiftContext& c, unsigned operand, ValueId value, unsigned part) {
  const unsigned number = (info_of(c, operand).number + part) % 32;
  c.b.set_slot(slots().vector[number], c.b.zext(value, 128));
}

int64_t immediate(const LiftContext& c, unsigned operand) {
  return c.inst().getOperand(operand).getImm();
}

Shift shift_of(int64_t immediate) {
  return {Shift::Kind((immediate >> 6) & 7), unsigned(immediate & 63)};
}

ValueId shifted(LiftContext& c, ValueId value, Shift shift) {
  const ValueId count = c.b.constant(c.b.width(value), shift.amount);
  if (shift.amount == 0) return value;
  switch (shift.kind) {
    case Shift::Kind::lsl:
      return c.b.shl(value, count);
    case Shift::Kind::lsr:
      return c.b.lshr(value, count);
    case Shift::Kind::asr:
      return c.b.ashr(value, count);
    case Shift::Kind::ror:
      return c.b.rotr(value, count);
    case Shift::Kind::msl:
      break;
  }
  return value;  // msl stands in vector immediates only
}

ValueId extended(LiftContext& c, ValueId value, unsigned kind, unsigned left, unsigned width) {
  const unsigned low_bits = std::min({8u << (kind & 3), c.b.width(value), width});
  const ValueId low = c.b.truncate(value, low_bits);
  const ValueId whole = kind & 4 ? c.b.sext(low, width) : c.b.zext(low, width);
  return left == 0 ? whole : c.b.shl(whole, c.b.constant(width, left));
}

ValueId condition(LiftContext& c, unsigned code) {
  ir::Builder& b = c.b;
  const auto flag = [&](Slot slot) { return b.get_slot(slot, 1); };
  const Slots& s = slots();
  ValueId bit;
  switch (code >> 1) {
    case 0:
      bit = flag(s.z);
      break;
    case 1:
      bit = flag(s.c);
      break;
    case 2:
      bit = flag(s.n);
      break;
    case 3:
      bit = flag(s.v);
      break;
    // Written as "not (borrow or equal)", the form that the passes turn into one comparison.
    case 4:
      bit = b.bit_not(b.bit_or(b.bit_not(flag(s.c)), flag(s.z)));
      break;
    case 5:
      bit = b.bit_not(b.bit_xor(flag(s.n), flag(s.v)));
      break;
    case 6:
      bit = b.bit_not(b.bit_or(flag(s.z), b.bit_xor(flag(s.n), flag(s.v))));
      break;
    default:
      return b.constant(1, 1);
  }
  return code & 1 ? b.bit_not(bit) : bit;
}

Flags flags_of_add(LiftContext& c, ValueId a, ValueId b, ValueId result) {
  const ValueId zero = c.b.constant(c.b.width(result), 0);
  return {c.b.slt(result, zero), c.b.eq(result, zero), c.b.ult(result, a), c.b.add_overflow(a, b, c.b.constant(1, 0))};
}

Flags flags_of_sub(LiftContext& c, ValueId a, ValueId b, ValueId result) {
  const ValueId zero = c.b.constant(c.b.width(result), 0);
  return {c.b.slt(result, zero), c.b.eq(a, b), c.b.ule(b, a), c.b.sub_overflow(a, b, c.b.constant(1, 0))};
}

Flags flags_of_logical(LiftContext& c, ValueId result) {
  const ValueId zero = c.b.constant(c.b.width(result), 0), clear = c.b.constant(1, 0);
  return {c.b.slt(result, zero), c.b.eq(result, zero), clear, clear};
}

Flags flags_of_immediate(LiftContext& c, unsigned nzcv) {
  const auto bit = [&](unsigned index) { return c.b.constant(1, (nzcv >> index) & 1); };
  return {bit(3), bit(2), bit(1), bit(0)};
}

void write_flags(LiftContext& c, const Flags& flags) {
  c.b.set_slot(slots().n, flags.n);
  c.b.set_slot(slots().z, flags.z);
  c.b.set_slot(slots().c, flags.c);
  c.b.set_slot(slots().v, flags.v);
}

bool consume(std::string_view& name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return false;
  name.remove_prefix(prefix.size());
  return true;
}

}  // namespace portolan::aarch64
