// Comparison and selection (PTX ISA, 9.7.6 and 9.7.7), testp and copysign.
#include "frontends/ptx/floats.h"
#include "frontends/ptx/row.h"

namespace portolan::ptx {
namespace {

ValueId compare_integers(Builder& b, std::string_view op, bool is_signed, ValueId x, ValueId y) {
  auto less = [&](ValueId p, ValueId q) { return is_signed ? b.slt(p, q) : b.ult(p, q); };
  if (op == "eq") return b.eq(x, y);
  if (op == "ne") return b.ne(x, y);
  if (op == "lt" || op == "lo") return less(x, y);
  if (op == "gt" || op == "hi") return less(y, x);
  if (op == "le" || op == "ls") return b.bit_not(less(y, x));
  return b.bit_not(less(x, y));
}

// A trailing u: true as well when an operand is a NaN.
ValueId compare_floats(Builder& b, std::string_view op, FloatFormat format, ValueId x, ValueId y) {
  const FloatMode m = mode(format);
  const ValueId unordered = b.floating(Op::funordered, {x, y}, m);
  if (op == "nan") return unordered;
  if (op == "num") return b.bit_not(unordered);
  const std::string_view base = op.substr(0, 2);
  ValueId holds = ir::kNoValue;
  if (base == "eq") holds = b.floating(Op::feq, {x, y}, m);
  if (base == "ne") holds = b.bit_not(b.bit_or(unordered, b.floating(Op::feq, {x, y}, m)));
  if (base == "lt") holds = b.floating(Op::flt, {x, y}, m);
  if (base == "le") holds = b.floating(Op::fle, {x, y}, m);
  if (base == "gt") holds = b.floating(Op::flt, {y, x}, m);
  if (base == "ge") holds = b.floating(Op::fle, {y, x}, m);
  return op.size() == 3 ? b.bit_or(holds, unordered) : holds;
}

// A bit for each lane of operands 1 and 2.
std::vector<ValueId> compare(Insn& x, const Type& t) {
  const std::string_view op = x.modifiers().front();
  const ValueId a = x.read(1, t), c = x.read(2, t);
  std::vector<ValueId> result;
  for (unsigned lane = 0; lane < t.lanes; ++lane) {
    ValueId p = x.b.lane(a, lane, t.bits), q = x.b.lane(c, lane, t.bits);
    if (x.has("ftz")) p = flush(x.b, p, format_of(t)), q = flush(x.b, q, format_of(t));
    result.push_back(t.is_float() ? compare_floats(x.b, op, format_of(t), p, q)
                                  : compare_integers(x.b, op, t.kind == Type::is_signed, p, q));
  }
  return result;
}

ValueId combine(Insn& x, ValueId bit) {
  if (x.has("and")) return x.b.bit_and(bit, x.read_predicate(3));
  if (x.has("or")) return x.b.bit_or(bit, x.read_predicate(3));
  if (x.has("xor")) return x.b.bit_xor(bit, x.read_predicate(3));
  return bit;
}

// p|q: the comparison and its negation, or those of the two lanes.
void set_predicate(Insn& x) {
  const Type t = x.type();
  const std::vector<ValueId> bits = compare(x, t);
  const Operand& out = x.operand(0);
  if (out.kind != Operand::pair) {
    if (t.lanes != 1) return x.refuse("expected p|q");
    return x.write(out, combine(x, bits[0]));
  }
  x.write(out.elements[0], combine(x, bits[0]));
  x.write(out.elements[1], combine(x, t.lanes == 2 ? bits[1] : x.b.bit_not(bits[0])));
}

void set(Insn& x) {
  const Type from = x.type(0), to = x.type(1);
  const std::vector<ValueId> bits = compare(x, from);
  ValueId result = ir::kNoValue;
  for (ValueId bit : bits) {
    const ValueId holds = combine(x, bit);
    const ValueId lane = to.is_float() ? x.b.select(holds, number(x.b, 1, format_of(to)), x.b.constant(to.bits, 0))
                                       : x.b.sext(holds, to.bits);
    result = result == ir::kNoValue ? lane : x.b.concat(lane, result);
  }
  x.write(0, result);
}

void select(Insn& x) {
  const Type t = x.type();
  const ValueId a = x.read(1, t), c = x.read(2, t);
  x.write(0, x.b.select(x.read_predicate(3), a, c));
}

// -0 counts as >= 0, a NaN as less.
void select_by_sign(Insn& x) {
  const Type t = x.type(1), by = x.type(0);
  const ValueId a = x.read(1, t), c = x.read(2, t);
  ValueId decides = x.read(3, by);
  ValueId first;
  if (by.is_float()) {
    if (x.has("ftz")) decides = flush(x.b, decides, FloatFormat::f32);
    first = x.b.floating(Op::fle, {x.b.constant(32, 0), decides}, mode(FloatFormat::f32));
  } else {
    first = x.b.bit_not(x.b.sign(decides));
  }
  x.write(0, x.b.select(first, a, c));
}

// normal holds for zeros (recorded).
void test(Insn& x) {
  const Type t = x.type();
  const ValueId a = x.read(1, t);
  const unsigned fraction = t.bits == 32 ? 23 : 52;
  const ValueId exponent = x.b.extract(a, fraction, t.bits - 1 - fraction);
  const ValueId low = x.b.is_zero(exponent), high = x.b.is_zero(x.b.bit_not(exponent));
  const ValueId empty = x.b.is_zero(x.b.truncate(a, fraction));
  const ValueId nan = x.b.bit_and(high, x.b.bit_not(empty)), subnormal = x.b.bit_and(low, x.b.bit_not(empty));
  ValueId result = x.b.bit_not(high);
  if (x.has("infinite")) result = x.b.bit_and(high, empty);
  if (x.has("number")) result = x.b.bit_not(nan);
  if (x.has("notanumber")) result = nan;
  if (x.has("normal")) result = x.b.bit_not(x.b.bit_or(high, subnormal));
  if (x.has("subnormal")) result = subnormal;
  x.write(0, result);
}

void copy_sign(Insn& x) {
  const Type t = x.type();
  const ValueId a = x.read(1, t), c = x.read(2, t);
  x.write(0, x.b.concat(x.b.sign(a), x.b.truncate(c, t.bits - 1)));
}

#define FLOAT_COMPARISONS "{eq,ne,lt,le,gt,ge,equ,neu,ltu,leu,gtu,geu,num,nan}"
#define BOOLEANS "{,.and,.or,.xor}"

constexpr Row kRows[] = {
    {"setp.{eq,ne}" BOOLEANS ".{b16,b32,b64}", set_predicate},
    {"setp.{eq,ne,lt,le,gt,ge}" BOOLEANS ".{u16,u32,u64,s16,s32,s64}", set_predicate},
    {"setp.{lo,ls,hi,hs}" BOOLEANS ".{u16,u32,u64}", set_predicate},
    {"setp." FLOAT_COMPARISONS BOOLEANS "{,.ftz}.{f32,f16,f16x2}", set_predicate},
    {"setp." FLOAT_COMPARISONS BOOLEANS ".{f64,bf16,bf16x2}", set_predicate},
    {"set.{eq,ne}" BOOLEANS ".{u32,s32,f32}.{b16,b32,b64}", set},
    {"set.{eq,ne,lt,le,gt,ge}" BOOLEANS ".{u32,s32,f32}.{u16,u32,u64,s16,s32,s64}", set},
    {"set.{lo,ls,hi,hs}" BOOLEANS ".{u32,s32,f32}.{u16,u32,u64}", set},
    {"set." FLOAT_COMPARISONS BOOLEANS "{,.ftz}.{u32,s32,f32}.f32", set},
    {"set." FLOAT_COMPARISONS BOOLEANS ".{u32,s32,f32}.f64", set},
    {"set." FLOAT_COMPARISONS BOOLEANS "{,.ftz}.{f16,u16,s16,u32,s32}.f16", set},
    {"set." FLOAT_COMPARISONS BOOLEANS ".{bf16,u16,s16,u32,s32}.bf16", set},
    {"set." FLOAT_COMPARISONS BOOLEANS "{,.ftz}.f16x2.f16x2", set},
    {"set." FLOAT_COMPARISONS BOOLEANS ".bf16x2.bf16x2", set},
    {"selp.{b16,b32,b64,u16,u32,u64,s16,s32,s64,f32,f64}", select},
    {"slct.{b16,b32,b64,u16,u32,u64,s16,s32,s64,f32,f64}.s32", select_by_sign},
    {"slct{,.ftz}.{b16,b32,b64,u16,u32,u64,s16,s32,s64,f32,f64}.f32", select_by_sign},
    {"testp.{finite,infinite,number,notanumber,normal,subnormal}.{f32,f64}", test},
    {"copysign.{f32,f64}", copy_sign},
};

}  // namespace

RowSpan compare_rows() {
  return kRows;
}

}  // namespace portolan::ptx
