// Integer addition, subtraction, logic, multiplication and division (Arm ARM C6.2).
#include "frontends/aarch64/logical_immediate.h"
#include "frontends/aarch64/operands.h"
#include "frontends/aarch64/rows.h"

namespace portolan::aarch64 {
namespace {

using Binary = ValueId (ir::Builder::*)(ValueId, ValueId, uint16_t);

// The last source of an add or a logical instruction, operand 2, in the form that the opcode's ending names.
ValueId second_source(LiftContext& c, unsigned width) {
  const std::string_view name = c.opcode_name();
  if (name.ends_with("rs")) return shifted(c, read(c, 2), shift_of(immediate(c, 3)));
  if (name.ends_with("rx") || name.ends_with("rx64")) {
    const int64_t extend = immediate(c, 3);
    return extended(c, read(c, 2), (extend >> 3) & 7, extend & 7, width);
  }
  if (name.ends_with("ri")) {
    // The shift of a symbol's :tprel_hi12: belongs to the relocation: the high part is the address already.
    if (const auto symbol = c.symbol(2)) return c.b.truncate(c.b.symbol_address(*symbol), width);
    return shifted(c, c.b.constant(width, immediate(c, 2)), shift_of(immediate(c, 3)));
  }
  return read(c, 2);
}

template <bool kSubtract, bool kFlags>
Lifted add_sub(LiftContext& c) {
  const ValueId a = read(c, 1);
  const ValueId b = second_source(c, c.b.width(a));
  const ValueId result = kSubtract ? c.b.sub(a, b) : c.b.add(a, b);
  if (kFlags) write_flags(c, kSubtract ? flags_of_sub(c, a, b, result) : flags_of_add(c, a, b, result));
  write(c, 0, result);
  return Lifted::done();
}

// The borrow that sbc takes in is the inverted carry.
template <bool kSubtract, bool kFlags>
Lifted add_sub_carry(LiftContext& c) {
  const ValueId a = read(c, 1), b = read(c, 2), carry = c.b.get_slot(slots().c, 1);
  const unsigned width = c.b.width(a);
  const ValueId zero = c.b.constant(width, 0);
  ValueId result;
  Flags flags;
  if (kSubtract) {
    const ValueId borrow = c.b.bit_not(carry);
    result = c.b.sub(c.b.sub(a, b), c.b.zext(borrow, width));
    flags = {ir::kNoValue, ir::kNoValue, c.b.bit_not(c.b.sub_borrow(a, b, borrow)), c.b.sub_overflow(a, b, borrow)};
  } else {
    result = c.b.add(c.b.add(a, b), c.b.zext(carry, width));
    flags = {ir::kNoValue, ir::kNoValue, c.b.add_carry(a, b, carry), c.b.add_overflow(a, b, carry)};
  }
  flags.n = c.b.slt(result, zero);
  flags.z = c.b.eq(result, zero);
  if (kFlags) write_flags(c, flags);
  write(c, 0, result);
  return Lifted::done();
}

template <Binary kOp, bool kInvert, bool kFlags>
Lifted logical(LiftContext& c) {
  const ValueId a = read(c, 1);
  const unsigned width = c.b.width(a);
  ValueId b;
  if (c.opcode_name().ends_with("ri")) {
    const auto mask = decode_logical_immediate(immediate(c, 2), width);
    if (!mask) return Lifted::refused("reserved encoding of a logical immediate");
    b = c.b.constant(width, *mask);
  } else {
    b = second_source(c, width);
  }
  const ValueId result = (c.b.*kOp)(a, kInvert ? c.b.bit_not(b) : b, 1);
  if (kFlags) write_flags(c, flags_of_logical(c, result));
  write(c, 0, result);
  return Lifted::done();
}

// madd, msub and their widening forms: ra ± extend(rn) * extend(rm).
template <bool kSubtract>
Lifted multiply_add(LiftContext& c) {
  const unsigned width = operand_width(c, 0);
  const bool is_signed = c.opcode_name()[0] == 'S';
  const auto widened = [&](ValueId v) { return is_signed ? c.b.sext(v, width) : c.b.zext(v, width); };
  const ValueId product = c.b.mul(widened(read(c, 1)), widened(read(c, 2)));
  const ValueId addend = read(c, 3);
  write(c, 0, kSubtract ? c.b.sub(addend, product) : c.b.add(addend, product));
  return Lifted::done();
}

template <Binary kOp>
Lifted binary(LiftContext& c) {
  const ValueId a = read(c, 1), b = read(c, 2);
  write(c, 0, (c.b.*kOp)(a, b, 1));
  return Lifted::done();
}

template <Binary kOp>
Lifted divide(LiftContext& c) {
  const ValueId a = read(c, 1), b = read(c, 2);
  const ValueId zero = c.b.constant(c.b.width(a), 0);
  write(c, 0, c.b.select(c.b.eq(b, zero), zero, (c.b.*kOp)(a, b, 1)));
  return Lifted::done();
}

constexpr const char* kNzcv = "n:w z:w c:w v:w";
using B = ir::Builder;

constexpr Row kRows[] = {
    {"ADD{W,X}{ri,rs,rx} ADDXrx64", "add", "", add_sub<false, false>},
    {"ADDS{W,X}{ri,rs,rx} ADDSXrx64", "adds", kNzcv, add_sub<false, true>},
    {"SUB{W,X}{ri,rs,rx} SUBXrx64", "sub", "", add_sub<true, false>},
    {"SUBS{W,X}{ri,rs,rx} SUBSXrx64", "subs", kNzcv, add_sub<true, true>},
    {"ADC{W,X}r", "adc", "c:r", add_sub_carry<false, false>},
    {"ADCS{W,X}r", "adcs", "n:w z:w c:m v:w", add_sub_carry<false, true>},
    {"SBC{W,X}r", "sbc", "c:r", add_sub_carry<true, false>},
    {"SBCS{W,X}r", "sbcs", "n:w z:w c:m v:w", add_sub_carry<true, true>},
    {"AND{W,X}{ri,rs}", "and", "", logical<&B::bit_and, false, false>},
    {"ANDS{W,X}{ri,rs}", "ands", kNzcv, logical<&B::bit_and, false, true>},
    {"BIC{W,X}rs", "bic", "", logical<&B::bit_and, true, false>},
    {"BICS{W,X}rs", "bics", kNzcv, logical<&B::bit_and, true, true>},
    {"ORR{W,X}{ri,rs}", "orr", "", logical<&B::bit_or, false, false>},
    {"ORN{W,X}rs", "orn", "", logical<&B::bit_or, true, false>},
    {"EOR{W,X}{ri,rs}", "eor", "", logical<&B::bit_xor, false, false>},
    {"EON{W,X}rs", "eon", "", logical<&B::bit_xor, true, false>},
    {"MADD{W,X}rrr", "madd", "", multiply_add<false>},
    {"MSUB{W,X}rrr", "msub", "", multiply_add<true>},
    {"{S,U}MADDLrrr", "smaddl", "", multiply_add<false>},
    {"{S,U}MSUBLrrr", "smsubl", "", multiply_add<true>},
    {"SMULHrr", "smulh", "", binary<&B::smulh>},
    {"UMULHrr", "umulh", "", binary<&B::umulh>},
    {"UDIV{W,X}r", "udiv", "", divide<&B::udiv>},
    {"SDIV{W,X}r", "sdiv", "", divide<&B::sdiv>},
};

}  // namespace

RowSpan arithmetic_rows() {
  return kRows;
}

}  // namespace portolan::aarch64
