// The floating-point half of op_semantics.h: comparisons, minima and the choice of NaNs from integer operations on bit
// patterns; rounding arithmetic is the domain's floating().
#pragma once

#include <array>

#include "ir/domain.h"

namespace portolan::ir {

// Bits of the stored significand.
constexpr unsigned fraction_bits(FloatFormat format) {
  switch (format) {
    case FloatFormat::none:
      return 0;
    case FloatFormat::f16:
      return 10;
    case FloatFormat::bf16:
      return 7;
    case FloatFormat::f32:
      return 23;
    case FloatFormat::f64:
      return 52;
  }
  return 0;
}

// The quiet NaN that an operation makes from operands that are not NaNs.
inline APInt default_nan(FloatFormat format, NanRule rule) {
  const unsigned width = bits(format), fraction = fraction_bits(format);
  if (rule == NanRule::ptx && format != FloatFormat::f64) return APInt::getSignedMaxValue(width);
  APInt nan = APInt::getBitsSet(width, fraction - 1, width - 1);
  if (rule == NanRule::x86 || rule == NanRule::ptx) nan.setSignBit();
  return nan;
}

template <Domain D>
class FloatSemantics {
 public:
  using V = typename D::Value;

  V fadd(const V& a, const V& b) { return arithmetic(a, b); }
  V fsub(const V& a, const V& b) { return arithmetic(a, b); }
  V fmul(const V& a, const V& b) { return arithmetic(a, b); }
  V fdiv(const V& a, const V& b) { return arithmetic(a, b); }
  V fsqrt(const V& a) { return unary(a); }
  V fround(const V& a) { return unary(a); }

  V fma(const V& a, const V& b, const V& c) {
    const std::array<V, 3> operands = {a, b, c};
    auto compute = [&] { return with_default_nan(d.floating(inst, bits(inst.format), operands)); };
    if (canonical()) {
      return choose(d.bit_or(d.bit_or(is_nan(a), is_nan(b)), is_nan(c)), [&] { return made_nan(); }, compute);
    }
    if (inst.nan == NanRule::x86) return first_nan<3>({&a, &b, &c}, compute);
    if (inst.nan == NanRule::ptx) return first_nan<3>({&b, &c, &a}, compute);
    // FPMulAdd: the addend is looked at first, and infinity times zero beats a quiet NaN in it.
    return choose(
        d.bit_or(d.bit_or(is_nan(a), is_nan(b)), is_nan(c)),
        [&] {
          V invalid =
              d.bit_or(d.bit_and(is_infinite(a), is_zero_float(b)), d.bit_and(is_zero_float(a), is_infinite(b)));
          return choose(
              d.bit_and(invalid, d.bit_not(is_signalling(c))), [&] { return made_nan(); },
              [&] { return signalling_first<3>({&c, &a, &b}, [&] { return quiet(c); }); });
        },
        compute);
  }

  V fminimum(const V& a, const V& b) {
    return propagate(a, b, [&] { return lesser(a, b); });
  }
  V fmaximum(const V& a, const V& b) {
    return propagate(a, b, [&] { return lesser(b, a, true); });
  }
  V fminnum(const V& a, const V& b) {
    return number_of(a, b, [&] { return lesser(a, b); });
  }
  V fmaxnum(const V& a, const V& b) {
    return number_of(a, b, [&] { return lesser(b, a, true); });
  }

  V feq(const V& a, const V& b) {
    return d.bit_and(d.bit_not(funordered(a, b)), d.bit_or(d.eq(a, b), is_zero_float(d.bit_or(a, b))));
  }
  V flt(const V& a, const V& b) {
    V zeros = is_zero_float(d.bit_or(a, b));
    return d.bit_and(d.bit_not(d.bit_or(funordered(a, b), zeros)), less_by_bits(a, b));
  }
  V fle(const V& a, const V& b) {
    V ordered = d.bit_not(funordered(a, b));
    return d.bit_and(ordered, d.bit_or(is_zero_float(d.bit_or(a, b)), d.bit_not(less_by_bits(b, a))));
  }
  V funordered(const V& a, const V& b) { return d.bit_or(is_nan(a), is_nan(b)); }

  // A NaN keeps its sign and the leading bits of its payload, and becomes quiet, unless the rule makes all NaNs one.
  V fconvert(const V& a) {
    const unsigned to_width = bits(inst.to_format), to_fraction = fraction_bits(inst.to_format);
    const unsigned fraction = fraction_bits(inst.format);
    return choose(
        is_nan(a),
        [&] {
          const bool widened_by_ptx = inst.nan == NanRule::ptx && inst.to_format == FloatFormat::f64;
          if (canonical() && !widened_by_ptx) return d.constant(default_nan(inst.to_format, inst.nan));
          V payload = d.extract(a, 0, fraction);
          payload = to_fraction >= fraction ? d.shl(d.zext(payload, to_width), number(to_width, to_fraction - fraction))
                                            : d.zext(d.extract(payload, fraction - to_fraction, to_fraction), to_width);
          V top = d.shl(d.zext(sign(a), to_width), number(to_width, to_width - 1));
          V quiet_bits = d.constant(default_nan(inst.to_format, NanRule::riscv));
          return d.bit_or(d.bit_or(top, payload), quiet_bits);
        },
        [&] { return d.floating(inst, to_width, std::array<V, 1>{a}); });
  }
  V fto_sint(const V& a) { return to_integer(a); }
  V fto_uint(const V& a) { return to_integer(a); }
  V sint_to_f(const V& a) { return d.floating(inst, bits(inst.to_format), std::array<V, 1>{a}); }
  V uint_to_f(const V& a) { return d.floating(inst, bits(inst.to_format), std::array<V, 1>{a}); }

 protected:
  FloatSemantics(D& domain, const Instruction& instruction) : d(domain), inst(instruction) {}

  V number(unsigned width, uint64_t value) { return d.constant(APInt(width, value)); }
  V ones(unsigned width) { return d.constant(APInt::getAllOnes(width)); }
  V sign(const V& a) { return d.extract(a, d.width(a) - 1, 1); }
  V is_zero(const V& a) { return d.eq(a, number(d.width(a), 0)); }

  D& d;
  const Instruction& inst;

 private:
  // Both sides as functions: a domain that knows the bit computes one of them only.
  template <class One, class Zero>
  V choose(const V& bit, One one, Zero zero) {
    if constexpr (HasKnown<D>) {
      if (std::optional<bool> known = d.known(bit)) return *known ? one() : zero();
    }
    return d.select(bit, one(), zero());
  }

  bool canonical() const {
    return inst.nan == NanRule::riscv || inst.nan == NanRule::any ||
           (inst.nan == NanRule::ptx && inst.format != FloatFormat::f64);
  }
  V magnitude(const V& a) { return d.bit_and(a, d.constant(APInt::getSignedMaxValue(bits(inst.format)))); }
  V infinity() {
    const unsigned width = bits(inst.format);
    return d.constant(APInt::getBitsSet(width, fraction_bits(inst.format), width - 1));
  }
  V is_nan(const V& a) { return d.ult(infinity(), magnitude(a)); }
  V is_infinite(const V& a) { return d.eq(magnitude(a), infinity()); }
  V is_zero_float(const V& a) { return is_zero(magnitude(a)); }
  V is_signalling(const V& a) {
    return d.bit_and(is_nan(a), d.bit_not(d.extract(a, fraction_bits(inst.format) - 1, 1)));
  }
  V quiet(const V& a) {
    return d.bit_or(a, d.constant(APInt::getOneBitSet(bits(inst.format), fraction_bits(inst.format) - 1)));
  }
  V made_nan() { return d.constant(default_nan(inst.format, inst.nan)); }
  V with_default_nan(const V& a) {
    return choose(is_nan(a), [&] { return made_nan(); }, [&] { return a; });
  }

  template <size_t n, class Otherwise>
  V first_nan(std::array<const V*, n> operands, Otherwise otherwise, size_t i = 0) {
    if (i == n) return otherwise();
    return choose(
        is_nan(*operands[i]), [&] { return quiet(*operands[i]); },
        [&] { return first_nan<n>(operands, otherwise, i + 1); });
  }
  template <size_t n, class Otherwise>
  V signalling_first(std::array<const V*, n> operands, Otherwise otherwise, size_t i = 0) {
    if (i == n) return first_nan<n>(operands, otherwise);
    return choose(
        is_signalling(*operands[i]), [&] { return quiet(*operands[i]); },
        [&] { return signalling_first<n>(operands, otherwise, i + 1); });
  }
  // A NaN among the operands by the instruction's rule, else compute().
  template <class Compute>
  V propagate(const V& a, const V& b, Compute compute) {
    return choose(
        funordered(a, b),
        [&] {
          if (canonical()) return made_nan();
          auto never = [&] { return quiet(a); };
          if (inst.nan == NanRule::ptx && inst.op != Op::fdiv) return first_nan<2>({&b, &a}, never);
          if (inst.nan == NanRule::ptx || inst.nan == NanRule::x86) return first_nan<2>({&a, &b}, never);
          return signalling_first<2>({&a, &b}, never);
        },
        compute);
  }
  V arithmetic(const V& a, const V& b) {
    return propagate(a, b,
                     [&] { return with_default_nan(d.floating(inst, bits(inst.format), std::array<V, 2>{a, b})); });
  }
  V unary(const V& a) {
    return choose(
        is_nan(a), [&] { return canonical() ? made_nan() : quiet(a); },
        [&] { return with_default_nan(d.floating(inst, bits(inst.format), std::array<V, 1>{a})); });
  }
  V to_integer(const V& a) {
    const unsigned width = inst.width / inst.lanes;
    return choose(
        is_nan(a), [&] { return number(width, 0); }, [&] { return d.floating(inst, width, std::array<V, 1>{a}); });
  }

  // As numbers are ordered, but -0 before +0; not for NaNs.
  V less_by_bits(const V& a, const V& b) {
    return d.select(sign(a), d.bit_or(d.bit_not(sign(b)), d.ult(b, a)), d.bit_and(d.bit_not(sign(b)), d.ult(a, b)));
  }
  // The lesser of the two; with `greater` the greater of (b, a).
  V lesser(const V& a, const V& b, bool greater = false) {
    V less = less_by_bits(a, b);
    return greater ? d.select(less, b, a) : d.select(less, a, b);
  }
  // minNum: a missing operand is no operand. RISC-V takes any NaN for missing, the others a quiet one beside a number;
  // a signalling NaN is propagated there (FPMinNum).
  template <class Compute>
  V number_of(const V& a, const V& b, Compute compute) {
    auto missing = [&](const V& v) {
      return inst.nan == NanRule::riscv || inst.nan == NanRule::ptx ? is_nan(v)
                                                                    : d.bit_and(is_nan(v), d.bit_not(is_signalling(v)));
    };
    auto both = [&] { return propagate(a, b, compute); };
    return choose(
        funordered(a, b),
        [&] {
          V a_missing = missing(a), b_missing = missing(b);
          auto other = [&](const V& v) {
            return choose(is_nan(v), [&] { return canonical() ? made_nan() : quiet(v); }, [&] { return v; });
          };
          return choose(
              d.bit_xor(a_missing, b_missing),
              [&] { return choose(a_missing, [&] { return other(b); }, [&] { return other(a); }); }, both);
        },
        compute);
  }
};

}  // namespace portolan::ir
