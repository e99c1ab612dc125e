// Comparisons of vector registers to masks of lanes; v_cmpx writes EXEC.
#include "frontends/amdgcn/insn.h"
#include "frontends/amdgcn/row.h"
#include "ir/float_semantics.h"

namespace portolan::amdgcn {
namespace {

// On RDNA the form that writes EXEC has no destination; before, it writes both.
void give(Insn& x, ValueId bit) {
  const bool to_exec = x.name().starts_with("v_cmpx_");
  if (!to_exec) return x.write_mask(0, bit);
  const ValueId mask = x.ballot(x.b.bit_and(x.active(), bit));
  if (!x.is_rdna()) x.write(0, mask);
  x.set_exec(mask);
}
size_t first_source(Insn& x) {
  return x.name().starts_with("v_cmpx_") && x.is_rdna() ? 0 : 1;
}

std::string_view relation(Insn& x) {
  std::string_view rest = x.name().substr(x.name().find('_', 2) + 1);
  return rest.substr(0, rest.find('_'));
}

void compare_integers(Insn& x) {
  const Type t = x.type();
  const size_t n = first_source(x);
  const ValueId a = x.read(n, t.bits, t.is_signed()), c = x.read(n + 1, t.bits, t.is_signed());
  auto less = [&](ValueId p, ValueId q) { return t.is_signed() ? x.b.slt(p, q) : x.b.ult(p, q); };
  const std::string_view r = relation(x);
  give(x, r == "f"    ? x.b.constant(1, 0)
          : r == "t"  ? x.b.constant(1, 1)
          : r == "eq" ? x.b.eq(a, c)
          : r == "ne" ? x.b.ne(a, c)
          : r == "lt" ? less(a, c)
          : r == "gt" ? less(c, a)
          : r == "le" ? x.b.bit_not(less(c, a))
                      : x.b.bit_not(less(a, c)));
}

void compare_floats(Insn& x) {
  const FloatFormat format = x.format();
  const size_t n = first_source(x);
  const ValueId a = x.read_float(n, format), c = x.read_float(n + 1, format);
  auto is = [&](Op op, ValueId p, ValueId q) { return x.b.floating(op, {p, q}, mode(format)); };
  const ValueId unordered = is(Op::funordered, a, c);
  const std::string_view r = relation(x);
  auto positive = [&](std::string_view name) -> ValueId {
    if (name == "eq") return is(Op::feq, a, c);
    if (name == "lt") return is(Op::flt, a, c);
    if (name == "gt") return is(Op::flt, c, a);
    if (name == "le") return is(Op::fle, a, c);
    if (name == "ge") return is(Op::fle, c, a);
    return x.b.bit_and(x.b.bit_not(unordered), x.b.bit_not(is(Op::feq, a, c)));  // lg
  };
  if (r == "f") return give(x, x.b.constant(1, 0));
  if (r == "t" || r == "tru") return give(x, x.b.constant(1, 1));
  if (r == "o") return give(x, x.b.bit_not(unordered));
  if (r == "u") return give(x, unordered);
  // nlt, neq, …: not, and so true of what is unordered.
  give(x, r[0] == 'n' ? x.b.bit_not(positive(r.substr(1))) : positive(r));
}

// The bits of the second operand say which classes are asked for: signalling and quiet NaN, then -infinity, -normal,
// -subnormal, -0, and the same upwards.
void compare_class(Insn& x) {
  const FloatFormat format = x.format();
  const uint32_t width = bits(format), fraction = ir::fraction_bits(format), exponents = width - 1 - fraction;
  const size_t n = first_source(x);
  const ValueId a = x.read_float(n, format), mask = x.read(n + 1, width == 16 ? 16 : 32);
  const ValueId exponent = x.b.extract(a, fraction, exponents), part = x.b.extract(a, 0, fraction);
  const ValueId no_part = x.b.is_zero(part), lowest = x.b.is_zero(exponent);
  const ValueId highest = x.b.eq(exponent, x.b.constant(APInt::getAllOnes(exponents)));
  const ValueId quiet = x.b.extract(part, fraction - 1, 1), negative = x.b.sign(a);
  auto asked = [&](unsigned bit) { return x.b.extract(mask, bit, 1); };
  const ValueId infinite = x.b.select(negative, asked(2), asked(9)), normal = x.b.select(negative, asked(3), asked(8));
  const ValueId subnormal = x.b.select(negative, asked(4), asked(7)), zero = x.b.select(negative, asked(5), asked(6));
  const ValueId nan = x.b.select(quiet, asked(1), asked(0));
  give(x, x.b.select(highest, x.b.select(no_part, infinite, nan),
                     x.b.select(lowest, x.b.select(no_part, zero, subnormal), normal)));
}

constexpr Row kRows[] = {
    {"v_{cmp,cmpx}_{f,lt,eq,le,gt,ne,ge,t}_{i16,u16,i32,u32,i64,u64}", compare_integers},
    {"v_{cmp,cmpx}_{f,lt,eq,le,gt,lg,ge,o,u,nge,nlg,ngt,nle,neq,nlt,t,tru}_{f16,f32,f64}", compare_floats},
    {"v_{cmp,cmpx}_class_{f16,f32,f64}", compare_class},
};

}  // namespace

RowSpan compare_rows() {
  return kRows;
}

}  // namespace portolan::amdgcn
