// Floating point of one lane on the host's unit, where that gives what IEEE 754 says: to nearest, and neither operands
// nor results that are NaNs, whose bits the instruction's rule chooses. Everything else goes the general way.
#include <bit>
#include <cfenv>
#include <cmath>

#include "emulate/simt/micro_lanes.h"
#include "ir/float_semantics.h"

namespace portolan::simt {

using ir::FloatFormat;
using ir::Op;
using ir::Rounding;

static_assert(__FLT_EVAL_METHOD__ == 0, "products and sums are rounded to their own format");

namespace {

struct Single {
  using Number = float;
  static float of(uint64_t bits) { return std::bit_cast<float>(static_cast<uint32_t>(bits)); }
  static uint64_t bits(float v) { return std::bit_cast<uint32_t>(v); }
};
struct Double {
  using Number = double;
  static double of(uint64_t bits) { return std::bit_cast<double>(bits); }
  static uint64_t bits(double v) { return std::bit_cast<uint64_t>(v); }
};

// A number of a format of 16 bits is a double without loss.
template <unsigned exponent_bits, unsigned fraction_bits>
struct Half {
  using Number = double;
  static constexpr int kBias = (1 << (exponent_bits - 1)) - 1;
  static constexpr int kLeastExponent = 1 - kBias;
  static double of(uint64_t bits) {
    const uint64_t fraction = bits & ((1u << fraction_bits) - 1);
    const int exponent = static_cast<int>(bits >> fraction_bits & ((1u << exponent_bits) - 1));
    const double sign = (bits >> 15 & 1) != 0 ? -1 : 1;
    if (exponent == (1 << exponent_bits) - 1) return fraction != 0 ? std::nan("") : sign * HUGE_VAL;
    if (exponent == 0) return sign * std::ldexp(static_cast<double>(fraction), kLeastExponent - int{fraction_bits});
    return std::bit_cast<double>((bits >> 15 & 1) << 63 | static_cast<uint64_t>(exponent - kBias + 1023) << 52 |
                                 fraction << (52 - fraction_bits));
  }
  // To nearest, of what is no NaN.
  static uint64_t bits(double v) {
    const uint64_t sign = std::bit_cast<uint64_t>(v) >> 63 << 15;
    const double magnitude = std::fabs(v);
    const uint64_t wide = std::bit_cast<uint64_t>(magnitude);
    constexpr uint64_t kInfinity = ((uint64_t{1} << exponent_bits) - 1) << fraction_bits;
    const int exponent = static_cast<int>(wide >> 52) - 1023;
    if (exponent > kBias) return sign | kInfinity;
    if (exponent < kLeastExponent) {
      // Subnormal: in units of the last place; a carry gives the least normal number.
      const double units = std::ldexp(magnitude, int{fraction_bits} - kLeastExponent);
      return sign | static_cast<uint64_t>(std::nearbyint(units));
    }
    constexpr unsigned kCut = 52 - fraction_bits;
    const uint64_t rounded = wide + (uint64_t{1} << (kCut - 1)) - 1 + (wide >> kCut & 1);
    return sign | ((rounded >> kCut) - (static_cast<uint64_t>(1023 - kBias) << fraction_bits));
  }
};
using F16 = Half<5, 10>;
using Brain = Half<8, 7>;

// `compute` gives a number of the format's own type; rounding it to the format must give the right result.
template <class F, auto compute>
const Micro* unary_of_one(const Micro& m, Machine& machine) {
  uint64_t* w = machine.words;
  const typename F::Number result = compute(F::of(w[m.a]));
  if (std::isnan(result)) return compute_generally(m, machine);
  w[m.to] = F::bits(result);
  return &m + 1;
}
template <class F, auto compute>
const Micro* binary_of_one(const Micro& m, Machine& machine) {
  uint64_t* w = machine.words;
  const typename F::Number result = compute(F::of(w[m.a]), F::of(w[m.b]));
  if (std::isnan(result)) return compute_generally(m, machine);
  w[m.to] = F::bits(result);
  return &m + 1;
}
template <class F>
const Micro* fused_of_one(const Micro& m, Machine& machine) {
  uint64_t* w = machine.words;
  const typename F::Number result = std::fma(F::of(w[m.a]), F::of(w[m.b]), F::of(w[m.c]));
  if (std::isnan(result)) return compute_generally(m, machine);
  w[m.to] = F::bits(result);
  return &m + 1;
}

// The results of a chunk of lanes, if none is a NaN; else `one` computes them again.
template <class F, Handler one>
void store_chunk(const Micro& m, Machine& machine, uint32_t first, const typename F::Number* results) {
  bool any_nan = false;
  for (uint32_t n = 0; n < kChunk; ++n) any_nan |= results[n] != results[n];
  uint64_t* const words = machine.words;
  if (!any_nan) {
    for (uint32_t n = 0; n < kChunk; ++n) words[m.to + first + n] = F::bits(results[n]);
    return;
  }
  for (uint32_t n = 0; n < kChunk; ++n) {
    machine.words = words + first + n;
    one(m, machine);
  }
  machine.words = words;
}
template <class F, auto compute>
const Micro* unary_of_wave(const Micro& m, Machine& machine) {
  for (uint32_t first = 0; first < machine.stride; first += kChunk) {
    const uint64_t* a = machine.words + m.a + first;
    typename F::Number results[kChunk];
    for (uint32_t n = 0; n < kChunk; ++n) results[n] = compute(F::of(a[n]));
    store_chunk<F, unary_of_one<F, compute>>(m, machine, first, results);
  }
  return &m + 1;
}
template <class F, auto compute>
const Micro* binary_of_wave(const Micro& m, Machine& machine) {
  for (uint32_t first = 0; first < machine.stride; first += kChunk) {
    const uint64_t *a = machine.words + m.a + first, *b = machine.words + m.b + first;
    typename F::Number results[kChunk];
    for (uint32_t n = 0; n < kChunk; ++n) results[n] = compute(F::of(a[n]), F::of(b[n]));
    store_chunk<F, binary_of_one<F, compute>>(m, machine, first, results);
  }
  return &m + 1;
}
#if defined(__x86_64__)
// Where the processor has an instruction for it: several times as quick as the library.
template <class F>
__attribute__((target("avx2,fma"))) const Micro* fused_by_unit(const Micro& m, Machine& machine) {
  for (uint32_t first = 0; first < machine.stride; first += kChunk) {
    const uint64_t* a = machine.words + m.a + first;
    const uint64_t *b = machine.words + m.b + first, *c = machine.words + m.c + first;
    typename F::Number results[kChunk];
    for (uint32_t n = 0; n < kChunk; ++n) results[n] = std::fma(F::of(a[n]), F::of(b[n]), F::of(c[n]));
    store_chunk<F, fused_of_one<F>>(m, machine, first, results);
  }
  return &m + 1;
}
#endif
template <class F>
Handlers fused() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2")) return {fused_of_one<F>, fused_by_unit<F>};
#endif
  return {fused_of_one<F>, each_lane<fused_of_one<F>>};
}
template <class F, auto compute>
constexpr Handlers unary = {unary_of_one<F, compute>, unary_of_wave<F, compute>};
template <class F, auto compute>
constexpr Handlers binary = {binary_of_one<F, compute>, binary_of_wave<F, compute>};
template <Handler one>
constexpr Handlers by_lane = {one, each_lane<one>};

// The other directions, which the host's unit is told. The compiler does not know what that changes: nothing may move
// across.
template <class F, int direction>
const Micro* fused_towards_of_one(const Micro& m, Machine& machine) {
  uint64_t* w = machine.words;
  volatile typename F::Number a = F::of(w[m.a]), b = F::of(w[m.b]), c = F::of(w[m.c]), result;
  std::fesetround(direction);
  result = std::fma(a, b, c);
  std::fesetround(FE_TONEAREST);
  if (std::isnan(result)) return compute_generally(m, machine);
  w[m.to] = F::bits(result);
  return &m + 1;
}
template <class F, int direction>
const Micro* fused_towards_of_wave(const Micro& m, Machine& machine) {
  for (uint32_t first = 0; first < machine.stride; first += kChunk) {
    const uint64_t* a = machine.words + m.a + first;
    const uint64_t *b = machine.words + m.b + first, *c = machine.words + m.c + first;
    typename F::Number results[kChunk];
    std::fesetround(direction);
    for (uint32_t n = 0; n < kChunk; ++n) {
      volatile typename F::Number x = F::of(a[n]), y = F::of(b[n]), z = F::of(c[n]), result;
      result = std::fma(x, y, z);
      results[n] = result;
    }
    std::fesetround(FE_TONEAREST);
    store_chunk<F, fused_towards_of_one<F, direction>>(m, machine, first, results);
  }
  return &m + 1;
}
template <class F, int direction>
constexpr Handlers fused_towards = {fused_towards_of_one<F, direction>, fused_towards_of_wave<F, direction>};
template <class F, auto compare>
const Micro* comparison_of_one(const Micro& m, Machine& machine) {
  uint64_t* w = machine.words;
  w[m.to] = compare(F::of(w[m.a]), F::of(w[m.b]));
  return &m + 1;
}
template <class F, auto compare>
const Micro* comparison_of_wave(const Micro& m, Machine& machine) {
  const uint64_t *a = machine.words + m.a, *b = machine.words + m.b;
  return in_chunks(m, machine, [&](uint32_t n) -> uint64_t { return compare(F::of(a[n]), F::of(b[n])); });
}
template <class F, auto compare>
constexpr Handlers comparison = {comparison_of_one<F, compare>, comparison_of_wave<F, compare>};
// The least or greatest; -0 is less than +0.
template <class F, bool greatest>
const Micro* extreme(const Micro& m, Machine& machine) {
  uint64_t* w = machine.words;
  const typename F::Number a = F::of(w[m.a]), b = F::of(w[m.b]);
  if (std::isnan(a) || std::isnan(b)) return compute_generally(m, machine);
  const bool less = a < b || (a == b && std::signbit(a));
  w[m.to] = w[less == greatest ? m.b : m.a];
  return &m + 1;
}

template <Rounding rounding>
double integral(double v) {
  switch (rounding) {
    case Rounding::nearest_even:
      return std::nearbyint(v);
    case Rounding::toward_zero:
      return std::trunc(v);
    case Rounding::down:
      return std::floor(v);
    case Rounding::up:
      return std::ceil(v);
    case Rounding::nearest_away:
      return std::round(v);
  }
  return v;
}
template <class F, Rounding rounding>
const Micro* round_to_integral(const Micro& m, Machine& machine) {
  uint64_t* w = machine.words;
  const double result = integral<rounding>(F::of(w[m.a]));
  if (std::isnan(result)) return compute_generally(m, machine);
  w[m.to] = F::bits(static_cast<typename F::Number>(result));
  return &m + 1;
}
template <class F, Rounding rounding, bool is_signed>
const Micro* to_integer(const Micro& m, Machine& machine) {
  uint64_t* w = machine.words;
  const double v = integral<rounding>(F::of(w[m.a]));
  uint64_t result = 0;  // of a NaN too
  if (is_signed) {
    const double limit = std::ldexp(1.0, m.width - 1);
    if (v >= limit)
      result = m.mask >> 1;
    else if (v < -limit)
      result = (m.mask >> 1) + 1;
    else if (v == v)
      result = static_cast<uint64_t>(static_cast<int64_t>(v)) & m.mask;
  } else if (v > 0) {
    result = v >= std::ldexp(1.0, m.width) ? m.mask : static_cast<uint64_t>(v);
  }
  w[m.to] = result;
  return &m + 1;
}
template <class F, bool is_signed>
const Micro* from_integer(const Micro& m, Machine& machine) {
  uint64_t* w = machine.words;
  const unsigned spare = 64 - m.from;
  using N = typename F::Number;
  w[m.to] =
      F::bits(is_signed ? static_cast<N>(static_cast<int64_t>(w[m.a] << spare) >> spare) : static_cast<N>(w[m.a]));
  return &m + 1;
}
template <class From, class To>
const Micro* convert(const Micro& m, Machine& machine) {
  uint64_t* w = machine.words;
  const typename From::Number v = From::of(w[m.a]);
  if (std::isnan(v)) return compute_generally(m, machine);
  w[m.to] = To::bits(static_cast<typename To::Number>(v));
  return &m + 1;
}

// Rounded to double first: with more than twice the format's bits and two the second rounding gives the same number as
// one would (Figueroa 1995). That of a product of three is not so.
template <class F>
Handlers to_nearest(Op op) {
  using N = typename F::Number;
  switch (op) {
    case Op::fadd:
      return binary<F, [](N a, N b) { return a + b; }>;
    case Op::fsub:
      return binary<F, [](N a, N b) { return a - b; }>;
    case Op::fmul:
      return binary<F, [](N a, N b) { return a * b; }>;
    case Op::fdiv:
      return binary<F, [](N a, N b) { return a / b; }>;
    case Op::fsqrt:
      return unary<F, [](N a) { return std::sqrt(a); }>;
    case Op::fma:
      if constexpr (std::is_same_v<F, Single> || std::is_same_v<F, Double>) return fused<F>();
      return {};
    default:
      return {};
  }
}
template <class F>
Handlers exact(Op op) {
  using N = typename F::Number;
  switch (op) {
    case Op::feq:
      return comparison<F, [](N a, N b) { return a == b; }>;
    case Op::flt:
      return comparison<F, [](N a, N b) { return a < b; }>;
    case Op::fle:
      return comparison<F, [](N a, N b) { return a <= b; }>;
    case Op::funordered:
      return comparison<F, [](N a, N b) { return std::isunordered(a, b); }>;
    case Op::fminimum:
    case Op::fminnum:
      return by_lane<extreme<F, false>>;
    case Op::fmaximum:
    case Op::fmaxnum:
      return by_lane<extreme<F, true>>;
    default:
      return {};
  }
}
template <class F, Rounding rounding>
Handlers rounded_by(Op op) {
  switch (op) {
    case Op::fround:
      return by_lane<round_to_integral<F, rounding>>;
    case Op::fto_sint:
      return by_lane<to_integer<F, rounding, true>>;
    case Op::fto_uint:
      return by_lane<to_integer<F, rounding, false>>;
    default:
      return {};
  }
}
template <class F>
Handlers rounded(const ir::Instruction& inst) {
  switch (inst.rounding) {
    case Rounding::nearest_even:
      return rounded_by<F, Rounding::nearest_even>(inst.op);
    case Rounding::toward_zero:
      return rounded_by<F, Rounding::toward_zero>(inst.op);
    case Rounding::down:
      return rounded_by<F, Rounding::down>(inst.op);
    case Rounding::up:
      return rounded_by<F, Rounding::up>(inst.op);
    case Rounding::nearest_away:
      return rounded_by<F, Rounding::nearest_away>(inst.op);
  }
  return {};
}
template <class F>
Handlers converted(FloatFormat to) {
  switch (to) {
    case FloatFormat::f16:
      return by_lane<convert<F, F16>>;
    case FloatFormat::bf16:
      return by_lane<convert<F, Brain>>;
    case FloatFormat::f32:
      return by_lane<convert<F, Single>>;
    case FloatFormat::f64:
      return by_lane<convert<F, Double>>;
    default:
      return {};
  }
}
template <class F>
Handlers fused_by(Rounding rounding) {
  switch (rounding) {
    case Rounding::toward_zero:
      return fused_towards<F, FE_TOWARDZERO>;
    case Rounding::down:
      return fused_towards<F, FE_DOWNWARD>;
    case Rounding::up:
      return fused_towards<F, FE_UPWARD>;
    default:
      return {};
  }
}
template <class F>
Handlers of_format(const ir::Instruction& inst) {
  const bool nearest = inst.rounding == Rounding::nearest_even;
  if (inst.op == Op::fconvert) {
    const bool widens = ir::fraction_bits(inst.to_format) > ir::fraction_bits(inst.format) &&
                        inst.to_format != FloatFormat::f16 && inst.format != FloatFormat::f64;
    return nearest || widens ? converted<F>(inst.to_format) : Handlers{};
  }
  if (const Handlers found = exact<F>(inst.op); found.one) return found;
  if (const Handlers found = rounded<F>(inst); found.one) return found;
  if constexpr (std::is_same_v<F, Single> || std::is_same_v<F, Double>)
    if (inst.op == Op::fma && !nearest) return fused_by<F>(inst.rounding);
  return nearest ? to_nearest<F>(inst.op) : Handlers{};
}

}  // namespace

Handlers float_handler(const ir::Instruction& inst) {
  if (inst.lanes != 1 || inst.width > 64) return {};
  if (inst.op == Op::sint_to_f || inst.op == Op::uint_to_f) {
    const bool is_signed = inst.op == Op::sint_to_f;
    if (inst.rounding != Rounding::nearest_even) return {};
    if (inst.to_format == FloatFormat::f32)
      return is_signed ? by_lane<from_integer<Single, true>> : by_lane<from_integer<Single, false>>;
    if (inst.to_format == FloatFormat::f64)
      return is_signed ? by_lane<from_integer<Double, true>> : by_lane<from_integer<Double, false>>;
    return {};
  }
  switch (inst.format) {
    case FloatFormat::f16:
      return of_format<F16>(inst);
    case FloatFormat::bf16:
      return of_format<Brain>(inst);
    case FloatFormat::f32:
      return of_format<Single>(inst);
    case FloatFormat::f64:
      return of_format<Double>(inst);
    case FloatFormat::none:
      return {};
  }
  return {};
}

}  // namespace portolan::simt
