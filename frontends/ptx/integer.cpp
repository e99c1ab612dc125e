// Integer arithmetic (PTX ISA, 9.7.1) and carry chains (9.7.2).
#include "frontends/ptx/insn.h"
#include "frontends/ptx/row.h"

namespace portolan::ptx {
namespace {

template <Op kOp>
ValueId binary(Builder& b, ValueId x, ValueId y, uint16_t lanes = 1) {
  ir::Instruction i;
  i.op = kOp;
  i.width = b.width(x);
  i.lanes = lanes;
  i.operands = {x, y};
  return b.emit(std::move(i));
}

// 16-bit pairs are two lanes.
template <Op kOp>
void simple(Insn& x) {
  const Type t = x.type();
  x.write(0, binary<kOp>(x.b, x.read(1, t.width()), x.read(2, t.width()), t.lanes));
}

template <Op kSigned, Op kUnsigned>
void by_sign(Insn& x) {
  if (x.type().kind == Type::is_signed)
    simple<kSigned>(x);
  else
    simple<kUnsigned>(x);
}

template <Op kSigned>
void min_max_relu(Insn& x) {
  const Type t = x.type();
  const ValueId chosen = binary<kSigned>(x.b, x.read(1, t.width()), x.read(2, t.width()), t.lanes);
  x.write(0, x.b.smax(chosen, x.b.constant(t.width(), 0), t.lanes));
}

// By zero: all ones, also the remainder (recorded; PTX leaves it to the machine).
template <bool kRemainder>
void divide(Insn& x) {
  const Type t = x.type();
  const ValueId a = x.read(1, t.bits), c = x.read(2, t.bits);
  const bool is_signed = t.kind == Type::is_signed;
  ValueId result;
  if (kRemainder)
    result = x.b.select(x.b.is_zero(c), x.b.constant(APInt::getAllOnes(t.bits)),
                        is_signed ? x.b.srem(a, c) : x.b.urem(a, c));
  else
    result = is_signed ? x.b.sdiv(a, c) : x.b.udiv(a, c);
  x.write(0, result);
}

// lo, hi or all of a product.
ValueId product(Insn& x, const Type& t, bool is_signed) {
  const ValueId a = x.read(1, t.bits), c = x.read(2, t.bits);
  if (x.has("lo")) return x.b.mul(a, c);
  if (x.has("hi")) return is_signed ? x.b.smulh(a, c) : x.b.umulh(a, c);
  return is_signed ? x.b.mul(x.b.sext(a, 2 * t.bits), x.b.sext(c, 2 * t.bits))
                   : x.b.mul(x.b.zext(a, 2 * t.bits), x.b.zext(c, 2 * t.bits));
}

void multiply(Insn& x) {
  const Type t = x.type();
  x.write(0, product(x, t, t.kind == Type::is_signed));
}

void multiply_add(Insn& x) {
  const Type t = x.type();
  const ValueId made = product(x, t, t.kind == Type::is_signed);
  const ValueId c = x.read(3, x.b.width(made));
  x.write(0, x.has("sat") ? x.b.sadd_saturate(made, c) : x.b.add(made, c));
}

// Products of the low 24 bits: their low 32 bits, or bits 16 to 47.
ValueId product24(Insn& x) {
  const bool is_signed = x.type().kind == Type::is_signed;
  auto wide = [&](size_t n) {
    const ValueId low = x.b.truncate(x.read(n, 32), 24);
    return is_signed ? x.b.sext(low, 48) : x.b.zext(low, 48);
  };
  const ValueId all = x.b.mul(wide(1), wide(2));
  return x.b.extract(all, x.has("hi") ? 16 : 0, 32);
}
void multiply24(Insn& x) {
  x.write(0, product24(x));
}
void multiply_add24(Insn& x) {
  const ValueId made = product24(x), c = x.read(3, 32);
  x.write(0, x.has("sat") ? x.b.sadd_saturate(made, c) : x.b.add(made, c));
}

void sum_of_difference(Insn& x) {
  const Type t = x.type();
  const ValueId a = x.read(1, t.bits), c = x.read(2, t.bits);
  const ValueId less = t.kind == Type::is_signed ? x.b.slt(a, c) : x.b.ult(a, c);
  x.write(0, x.b.add(x.read(3, t.bits), x.b.select(less, x.b.sub(c, a), x.b.sub(a, c))));
}

void absolute(Insn& x) {
  x.write(0, x.b.abs(x.read(1, x.type().bits)));
}
void negate(Insn& x) {
  const Type t = x.type();
  x.write(0, x.b.sub(x.b.constant(t.bits, 0), x.read(1, t.bits)));
}

// The carry flag is written by .cc and read by addc, subc and madc.
void add_with_carry(Insn& x, ValueId a, ValueId c, bool reads) {
  const ValueId in = reads ? x.carry() : x.b.constant(1, 0);
  ValueId sum = x.b.add(a, c);
  if (reads) sum = x.b.add(sum, x.b.zext(in, x.b.width(a)));
  if (x.has("cc")) x.set_carry(x.b.add_carry(a, c, in));
  x.write(0, sum);
}
template <bool kReads>
void add_chain(Insn& x) {
  const Type t = x.type();
  add_with_carry(x, x.read(1, t.bits), x.read(2, t.bits), kReads);
}
// The flag is the borrow.
template <bool kReads>
void subtract_chain(Insn& x) {
  const Type t = x.type();
  const ValueId a = x.read(1, t.bits), c = x.read(2, t.bits), in = kReads ? x.carry() : x.b.constant(1, 0);
  if (x.has("cc")) x.set_carry(x.b.sub_borrow(a, c, in));
  x.write(0, x.b.sub(x.b.sub(a, c), x.b.zext(in, t.bits)));
}
// The flag is that of the final addition alone.
template <bool kReads>
void multiply_chain(Insn& x) {
  const Type t = x.type();
  const ValueId made = product(x, t, t.kind == Type::is_signed);
  add_with_carry(x, made, x.read(3, t.bits), kReads);
}

ValueId dot_part(Insn& x, ValueId v, unsigned low, unsigned width, const Type& t) {
  const ValueId part = x.b.extract(v, low, width);
  return t.kind == Type::is_signed ? x.b.sext(part, 32) : x.b.zext(part, 32);
}
void dot4(Insn& x) {
  const Type ta = x.type(1), tb = x.type(0);
  const ValueId a = x.read(1, 32), c = x.read(2, 32);
  ValueId sum = x.read(3, 32);
  for (unsigned n = 0; n < 4; ++n)
    sum = x.b.add(sum, x.b.mul(dot_part(x, a, 8 * n, 8, ta), dot_part(x, c, 8 * n, 8, tb)));
  x.write(0, sum);
}
// Halves of a with the lower or upper two bytes of b.
void dot2(Insn& x) {
  const Type ta = x.type(1), tb = x.type(0);
  const ValueId a = x.read(1, 32), c = x.read(2, 32);
  ValueId sum = x.read(3, 32);
  for (unsigned n = 0; n < 2; ++n)
    sum = x.b.add(sum, x.b.mul(dot_part(x, a, 16 * n, 16, ta), dot_part(x, c, 8 * n + (x.has("hi") ? 16 : 0), 8, tb)));
  x.write(0, sum);
}

constexpr Row kRows[] = {
    {"add.{u16,s16,u32,s32,u64,s64,u16x2,s16x2}", simple<Op::add>},
    {"sub.{u16,s16,u32,s32,u64,s64}", simple<Op::sub>},
    {"add.sat.s32", simple<Op::sadd_saturate>},
    {"sub.sat.s32", simple<Op::ssub_saturate>},
    {"mul.{lo,hi}.{u16,s16,u32,s32,u64,s64}", multiply},
    {"mul.wide.{u16,s16,u32,s32}", multiply},
    {"mad.{lo,hi}.{u16,s16,u32,s32,u64,s64}", multiply_add},
    {"mad.wide.{u16,s16,u32,s32}", multiply_add},
    {"mad.hi.sat.s32", multiply_add},
    {"mul24.{lo,hi}.{u32,s32}", multiply24},
    {"mad24.{lo,hi}.{u32,s32}", multiply_add24},
    {"mad24.hi.sat.s32", multiply_add24},
    {"div.{u16,s16,u32,s32,u64,s64}", divide<false>},
    {"rem.{u16,s16,u32,s32,u64,s64}", divide<true>},
    {"min.{u16,s16,u32,s32,u64,s64,u16x2,s16x2}", by_sign<Op::smin, Op::umin>},
    {"max.{u16,s16,u32,s32,u64,s64,u16x2,s16x2}", by_sign<Op::smax, Op::umax>},
    {"min.relu.{s32,s16x2}", min_max_relu<Op::smin>},
    {"max.relu.{s32,s16x2}", min_max_relu<Op::smax>},
    {"sad.{u16,s16,u32,s32,u64,s64}", sum_of_difference},
    {"abs.{s16,s32,s64}", absolute},
    {"neg.{s16,s32,s64}", negate},
    {"add.cc.{u32,s32,u64,s64}", add_chain<false>},
    {"addc{,.cc}.{u32,s32,u64,s64}", add_chain<true>},
    {"sub.cc.{u32,s32,u64,s64}", subtract_chain<false>},
    {"subc{,.cc}.{u32,s32,u64,s64}", subtract_chain<true>},
    {"mad.{lo,hi}.cc.{u32,s32,u64,s64}", multiply_chain<false>},
    {"madc.{lo,hi}{,.cc}.{u32,s32,u64,s64}", multiply_chain<true>},
    {"dp4a.{u32,s32}.{u32,s32}", dot4},
    {"dp2a.{lo,hi}.{u32,s32}.{u32,s32}", dot2},
};

}  // namespace

RowSpan integer_rows() {
  return kRows;
}

}  // namespace portolan::ptx
