// Multiplication and division. The double-width operands are ax, dx:ax, edx:eax and rdx:rax.
#include "frontends/x86_64/families.h"
#include "frontends/x86_64/flags.h"

namespace portolan::x86_64 {
namespace {

// cf and of say that the high half matters; the others are undefined.
void set_multiply_flags(Insn& x, ValueId overflow) {
  x.set_flag(x.s.cf, overflow);
  x.set_flag(x.s.of, overflow);
  x.undefine({x.s.pf, x.s.af, x.s.zf, x.s.sf});
}

struct Product {
  ValueId low, high;
};

template <bool Signed>
Product multiply(ir::Builder& b, ValueId a, ValueId c) {
  unsigned bits = b.width(a);
  if (bits == 64) return {b.mul(a, c), Signed ? b.smulh(a, c) : b.umulh(a, c)};
  auto extend = [&](ValueId v) { return Signed ? b.sext(v, 2 * bits) : b.zext(v, 2 * bits); };
  ValueId whole = b.mul(extend(a), extend(c));
  return {b.truncate(whole, bits), b.extract(whole, bits, bits)};
}

// Whether the product of the truncated width differs from the signed product.
ValueId signed_overflow(ir::Builder& b, const Product& p) {
  return b.ne(p.high, b.ashr_by(p.low, b.width(p.low) - 1));
}

void put_double(Insn& x, ValueId low, ValueId high) {
  if (x.width == 8) return x.set(x.s.rax, x.b.concat(high, low));
  x.set(x.s.rax, low);
  x.set(x.s.rdx, high);
}

template <bool Signed>
void multiply_double(Insn& x) {
  Product p = multiply<Signed>(x.b, x.get(x.s.rax, x.width), x.read(x[0]));
  put_double(x, p.low, p.high);
  set_multiply_flags(x, Signed ? signed_overflow(x.b, p) : x.b.ne(p.high, x.b.constant(x.width, 0)));
}

// IMUL32rr: dst *= src. IMUL32rri: dst = src * imm.
void imul(Insn& x) {
  bool with_immediate = x.has_immediate();
  ValueId a = x.read(with_immediate ? x[1] : x[0]);
  ValueId c = x.read(with_immediate ? x[2] : x[1]);
  ValueId low = x.b.mul(a, c);
  Product p = multiply<true>(x.b, a, c);
  x.write(x[0], low);
  set_multiply_flags(x, signed_overflow(x.b, p));
}

// dst_high, dst_low = rdx * src; no flags.
void mulx(Insn& x) {
  Product p = multiply<false>(x.b, x.get(x.s.rdx, x.width), x.read(x[2]));
  x.write(x[1], p.low);
  x.write(x[0], p.high);
}

struct Dividend {
  ValueId low, high;
};

Dividend dividend(Insn& x) {
  if (x.width == 8) return {x.get(x.s.rax, 8), x.b.extract(x.get(x.s.rax), 8, 8)};
  return {x.get(x.s.rax, x.width), x.get(x.s.rdx, x.width)};
}

// The quotient fits exactly when the divisor is above the high half, which a divisor of 0 never is.
void div(Insn& x) {
  Dividend d = dividend(x);
  ValueId divisor = x.read(x[0]);
  x.b.trap_if(x.b.ule(divisor, d.high), ir::TrapKind::divide);
  ValueId whole = x.b.concat(d.high, d.low), wide = x.b.zext(divisor, 2 * x.width);
  ValueId quotient = x.b.truncate(x.b.udiv(whole, wide), x.width);
  ValueId remainder = x.b.truncate(x.b.urem(whole, wide), x.width);
  put_double(x, quotient, remainder);
  x.undefine({x.s.cf, x.s.pf, x.s.af, x.s.zf, x.s.sf, x.s.of});
}

void idiv(Insn& x) {
  Dividend d = dividend(x);
  ValueId divisor = x.read(x[0]);
  x.b.trap_if(x.b.is_zero(divisor), ir::TrapKind::divide);
  ValueId whole = x.b.concat(d.high, d.low), wide = x.b.sext(divisor, 2 * x.width);
  ValueId quotient = x.b.sdiv(whole, wide);
  ValueId narrow = x.b.truncate(quotient, x.width);
  x.b.trap_if(x.b.ne(x.b.sext(narrow, 2 * x.width), quotient), ir::TrapKind::divide);
  put_double(x, narrow, x.b.truncate(x.b.srem(whole, wide), x.width));
  x.undefine({x.s.cf, x.s.pf, x.s.af, x.s.zf, x.s.sf, x.s.of});
}

constexpr std::string_view kMultiplyFlags = "cf:w pf:u af:u zf:u sf:u of:w";
constexpr std::string_view kDivideFlags = "cf:u pf:u af:u zf:u sf:u of:u";

constexpr Row kRows[] = {
    {"MUL{8,16,32,64}{r,m}", "mul", kMultiplyFlags, lift<multiply_double<false>>},
    {"IMUL{8,16,32,64}{r,m}", "imul", kMultiplyFlags, lift<multiply_double<true>>},
    {"IMUL{16,32,64}{rr,rm,rri8,rmi8} IMUL{16,32}{rri,rmi} IMUL64{rri32,rmi32}", "imul", kMultiplyFlags, lift<imul>},
    {"MULX{32,64}{rr,rm}", "mulx", "", lift<mulx>, "bmi2"},
    {"DIV{8,16,32,64}{r,m}", "div", kDivideFlags, lift<div>},
    {"IDIV{8,16,32,64}{r,m}", "idiv", kDivideFlags, lift<idiv>},
};

}  // namespace

Rows multiply_rows() {
  return kRows;
}

}  // namespace portolan::x86_64
