// Floating-point ops against the host's SSE unit, bit by bit, NaNs included (rule x86), in its four rounding modes.
#include <immintrin.h>

#include <bit>

#include "ir/concrete_domain.h"
#include "ir/op_semantics.h"
#include "tests/unit/ir/test_support.h"

#if defined(__x86_64__)
namespace portolan::ir {
namespace {

uint64_t special(Random& random, unsigned width) {
  return random.floating(width);
}

// MXCSR rounding control for the length of a scope.
class RoundingScope {
 public:
  explicit RoundingScope(Rounding rounding) : saved_(_mm_getcsr()) {
    const unsigned control = rounding == Rounding::nearest_even ? 0
                             : rounding == Rounding::down       ? 1
                             : rounding == Rounding::up         ? 2
                                                                : 3;
    _mm_setcsr((saved_ & ~0x603fu) | control << 13);
  }
  ~RoundingScope() { _mm_setcsr(saved_); }

 private:
  unsigned saved_;
};

// Assembly, so that the compiler neither commutes operands nor computes at compile time.
#define SSE2(name)                                                \
  uint64_t host_##name(unsigned width, uint64_t a, uint64_t b) {  \
    __m128i x = _mm_set_epi64x(0, a), y = _mm_set_epi64x(0, b);   \
    if (width == 32)                                              \
      asm volatile(#name "ss %1, %0" : "+x"(x) : "x"(y));         \
    else                                                          \
      asm volatile(#name "sd %1, %0" : "+x"(x) : "x"(y));         \
    return _mm_cvtsi128_si64(x) & (~uint64_t{0} >> (64 - width)); \
  }
SSE2(add) SSE2(sub) SSE2(mul) SSE2(div) uint64_t host_sqrt(unsigned width, uint64_t a, uint64_t) {
  __m128i x = _mm_set_epi64x(0, a);
  if (width == 32)
    asm volatile("sqrtss %0, %0" : "+x"(x));
  else
    asm volatile("sqrtsd %0, %0" : "+x"(x));
  return _mm_cvtsi128_si64(x) & (~uint64_t{0} >> (64 - width));
}
uint64_t host_round(unsigned width, uint64_t a, uint64_t) {  // by MXCSR
  __m128i x = _mm_set_epi64x(0, a);
  if (width == 32)
    asm volatile("roundss $12, %0, %0" : "+x"(x));
  else
    asm volatile("roundsd $12, %0, %0" : "+x"(x));
  return _mm_cvtsi128_si64(x) & (~uint64_t{0} >> (64 - width));
}
__attribute__((target("fma"))) uint64_t host_fma(unsigned width, uint64_t a, uint64_t b, uint64_t c) {
  __m128i x = _mm_set_epi64x(0, a), y = _mm_set_epi64x(0, b), z = _mm_set_epi64x(0, c);
  if (width == 32)
    asm volatile("vfmadd213ss %2, %1, %0" : "+x"(x) : "x"(y), "x"(z));
  else
    asm volatile("vfmadd213sd %2, %1, %0" : "+x"(x) : "x"(y), "x"(z));
  return _mm_cvtsi128_si64(x) & (~uint64_t{0} >> (64 - width));
}

FloatFormat format_of(unsigned width) {
  return width == 32 ? FloatFormat::f32 : FloatFormat::f64;
}

Instruction floating(Op op, unsigned width, Rounding rounding) {
  Instruction inst = instruction(op, info(op).shape == Shape::Compare ? 1 : width);
  inst.format = inst.to_format = format_of(width);
  inst.nan = NanRule::x86;
  inst.rounding = rounding;
  return inst;
}

uint64_t ours(const Instruction& inst, std::vector<APInt> operands) {
  return evaluate_concrete({}, inst, operands).getZExtValue();
}

constexpr Rounding kModes[] = {Rounding::nearest_even, Rounding::toward_zero, Rounding::down, Rounding::up};

TEST(FloatSemantics, ArithmeticIsTheHosts) {
  struct Case {
    Op op;
    uint64_t (*host)(unsigned, uint64_t, uint64_t);
    unsigned arity;
  };
  const Case cases[] = {{Op::fadd, host_add, 2}, {Op::fsub, host_sub, 2},   {Op::fmul, host_mul, 2},
                        {Op::fdiv, host_div, 2}, {Op::fsqrt, host_sqrt, 1}, {Op::fround, host_round, 1}};
  Random random;
  SCOPED_TRACE("seed " + std::to_string(random.seed()));
  for (const Case& c : cases)
    for (unsigned width : {32u, 64u})
      for (Rounding mode : kModes)
        for (unsigned i = 0; i < 5000; ++i) {
          const uint64_t a = special(random, width), b = special(random, width);
          uint64_t expected;
          {
            RoundingScope scope(mode);
            expected = c.host(width, a, b);
          }
          std::vector<APInt> operands = {APInt(width, a), APInt(width, b)};
          operands.resize(c.arity);
          ASSERT_EQ(ours(floating(c.op, width, mode), operands), expected)
              << info(c.op).name << width << ' ' << to_string(mode) << std::hex << " 0x" << a << ", 0x" << b;
        }
}

TEST(FloatSemantics, FusedMultiplyAddIsTheHosts) {
  if (!__builtin_cpu_supports("fma")) GTEST_SKIP() << "this CPU has no FMA";
  Random random;
  SCOPED_TRACE("seed " + std::to_string(random.seed()));
  for (unsigned width : {32u, 64u})
    for (Rounding mode : kModes)
      for (unsigned i = 0; i < 20000; ++i) {
        const uint64_t a = special(random, width), b = special(random, width), c = special(random, width);
        uint64_t expected;
        {
          RoundingScope scope(mode);
          expected = host_fma(width, a, b, c);
        }
        // The 213 form is second operand * first + third, and looks for NaNs in that order.
        ASSERT_EQ(ours(floating(Op::fma, width, mode), {APInt(width, b), APInt(width, a), APInt(width, c)}), expected)
            << width << ' ' << to_string(mode) << std::hex << " 0x" << a << ", 0x" << b << ", 0x" << c;
      }
}

TEST(FloatSemantics, Comparisons) {
  Random random;
  for (unsigned width : {32u, 64u})
    for (unsigned i = 0; i < 20000; ++i) {
      const uint64_t a = special(random, width), b = i % 5 == 0 ? a : special(random, width);
      const auto check = [&](auto x, auto y) {
        const auto mode = Rounding::nearest_even;
        const std::vector<APInt> operands = {APInt(width, a), APInt(width, b)};
        ASSERT_EQ(ours(floating(Op::feq, width, mode), operands), x == y);
        ASSERT_EQ(ours(floating(Op::flt, width, mode), operands), x < y);
        ASSERT_EQ(ours(floating(Op::fle, width, mode), operands), x <= y);
        ASSERT_EQ(ours(floating(Op::funordered, width, mode), operands), __builtin_isunordered(x, y));
        if (__builtin_isunordered(x, y)) return;
        const uint64_t low = ours(floating(Op::fminimum, width, mode), operands);
        const uint64_t high = ours(floating(Op::fmaximum, width, mode), operands);
        ASSERT_EQ(low, x < y || (x == y && std::signbit(x)) ? a : b);
        ASSERT_EQ(high, x < y || (x == y && std::signbit(x)) ? b : a);
        ASSERT_EQ(ours(floating(Op::fminnum, width, mode), operands), low);
        ASSERT_EQ(ours(floating(Op::fmaxnum, width, mode), operands), high);
      };
      if (width == 32)
        check(std::bit_cast<float>(uint32_t(a)), std::bit_cast<float>(uint32_t(b)));
      else
        check(std::bit_cast<double>(a), std::bit_cast<double>(b));
    }
}

TEST(FloatSemantics, Conversions) {
  Random random;
  SCOPED_TRACE("seed " + std::to_string(random.seed()));
  for (Rounding mode : kModes)
    for (unsigned i = 0; i < 20000; ++i) {
      const uint64_t f = special(random, 32), d = special(random, 64), n = random.value(64);
      __m128i wide = _mm_setzero_si128(), narrow = wide, from_int = wide, from_int32 = wide;
      int64_t integer;
      int32_t integer32;
      {
        RoundingScope scope(mode);
        asm volatile("cvtss2sd %1, %0" : "+x"(wide) : "x"(_mm_set_epi64x(0, f)));
        asm volatile("cvtsd2ss %1, %0" : "+x"(narrow) : "x"(_mm_set_epi64x(0, d)));
        asm volatile("cvtsi2sd %1, %0" : "+x"(from_int) : "r"(n));
        asm volatile("cvtsi2ss %1, %0" : "+x"(from_int32) : "r"(uint32_t(n)));
        asm volatile("cvtsd2si %1, %0" : "=r"(integer) : "x"(_mm_set_epi64x(0, d)));
        asm volatile("cvtss2si %1, %0" : "=r"(integer32) : "x"(_mm_set_epi64x(0, f)));
      }
      Instruction inst = floating(Op::fconvert, 64, mode);
      inst.format = FloatFormat::f32;
      ASSERT_EQ(ours(inst, {APInt(32, f)}), uint64_t(_mm_cvtsi128_si64(wide))) << std::hex << f;
      inst = floating(Op::fconvert, 32, mode);
      inst.format = FloatFormat::f64;
      ASSERT_EQ(ours(inst, {APInt(64, d)}), uint32_t(_mm_cvtsi128_si64(narrow))) << std::hex << d;
      ASSERT_EQ(ours(floating(Op::sint_to_f, 64, mode), {APInt(64, n)}), uint64_t(_mm_cvtsi128_si64(from_int)));
      ASSERT_EQ(ours(floating(Op::sint_to_f, 32, mode), {APInt(32, uint32_t(n))}),
                uint32_t(_mm_cvtsi128_si64(from_int32)));
      // The host gives INT_MIN for what does not fit; the IR saturates.
      inst = floating(Op::fto_sint, 64, mode);
      const double x = std::bit_cast<double>(d);
      const uint64_t limit = x != x ? 0 : std::signbit(x) ? INT64_MIN : INT64_MAX;
      ASSERT_EQ(ours(inst, {APInt(64, d)}), integer == INT64_MIN ? limit : uint64_t(integer)) << x;
      inst = floating(Op::fto_sint, 32, mode);
      const float y = std::bit_cast<float>(uint32_t(f));
      const uint32_t limit32 = y != y ? 0 : std::signbit(y) ? INT32_MIN : INT32_MAX;
      ASSERT_EQ(ours(inst, {APInt(32, f)}), integer32 == INT32_MIN ? limit32 : uint32_t(integer32)) << y;
    }
}

TEST(FloatSemantics, UnsignedConversions) {
  Random random;
  for (unsigned i = 0; i < 20000; ++i) {
    const uint64_t n = random.value(64), d = special(random, 64);
    ASSERT_EQ(ours(floating(Op::uint_to_f, 64, Rounding::nearest_even), {APInt(64, n)}),
              std::bit_cast<uint64_t>(double(n)));
    ASSERT_EQ(ours(floating(Op::uint_to_f, 32, Rounding::nearest_even), {APInt(64, n)}),
              std::bit_cast<uint32_t>(float(n)));
    const double x = std::bit_cast<double>(d);
    const uint64_t expected = !(x > 0) ? 0 : x >= 0x1p64 ? UINT64_MAX : uint64_t(x);
    ASSERT_EQ(ours(floating(Op::fto_uint, 64, Rounding::toward_zero), {APInt(64, d)}), expected) << x;
  }
}

__attribute__((target("f16c"))) uint32_t host_half_to_single(uint16_t h) {
  __m128i x = _mm_cvtsi32_si128(h);
  asm volatile("vcvtph2ps %0, %0" : "+x"(x));
  return _mm_cvtsi128_si32(x);
}
__attribute__((target("f16c"))) uint16_t host_single_to_half(uint32_t f) {
  __m128i x = _mm_cvtsi32_si128(f);
  asm volatile("vcvtps2ph $0, %0, %0" : "+x"(x));
  return uint16_t(_mm_cvtsi128_si32(x));
}

TEST(FloatSemantics, HalfPrecision) {
  if (!__builtin_cpu_supports("f16c")) GTEST_SKIP() << "this CPU has no F16C";
  Random random;
  Instruction widen = floating(Op::fconvert, 32, Rounding::nearest_even);
  widen.format = FloatFormat::f16;
  for (uint32_t h = 0; h < 65536; ++h) ASSERT_EQ(ours(widen, {APInt(16, h)}), host_half_to_single(h)) << std::hex << h;
  Instruction narrow = instruction(Op::fconvert, 16);
  narrow.format = FloatFormat::f32;
  narrow.to_format = FloatFormat::f16;
  narrow.nan = NanRule::x86;
  for (unsigned i = 0; i < 50000; ++i) {
    const uint32_t f = i % 2
                           ? special(random, 32)
                           : std::bit_cast<uint32_t>(std::ldexp(float(int32_t(random.bits())), -int(random.below(60))));
    ASSERT_EQ(ours(narrow, {APInt(32, f)}), host_single_to_half(f)) << std::hex << f;
  }
}

// Which NaN comes out under each rule; from Arm's FPProcessNaNs, FPProcessNaNs3, FPMinNum and the RISC-V manual.
TEST(FloatSemantics, NanRules) {
  constexpr uint32_t kQuiet1 = 0xffc00001, kQuiet2 = 0x7fc00002, kSignal = 0x7f800003, kOne = 0x3f800000;
  constexpr uint32_t kDefault = 0x7fc00000, kInfinity = 0x7f800000;
  const auto run = [](Op op, NanRule rule, std::vector<uint32_t> values) {
    Instruction inst = floating(op, 32, Rounding::nearest_even);
    inst.nan = rule;
    std::vector<APInt> operands;
    for (uint32_t v : values) operands.emplace_back(32, v);
    return uint32_t(ours(inst, operands));
  };
  using enum NanRule;
  EXPECT_EQ(run(Op::fadd, x86, {kQuiet1, kSignal}), kQuiet1);
  EXPECT_EQ(run(Op::fadd, aarch64, {kQuiet1, kSignal}), kSignal | 0x400000);
  EXPECT_EQ(run(Op::fadd, riscv, {kQuiet1, kSignal}), kDefault);
  EXPECT_EQ(run(Op::fdiv, x86, {0, 0}), 0xffc00000);
  EXPECT_EQ(run(Op::fdiv, aarch64, {0, 0}), kDefault);
  EXPECT_EQ(run(Op::fma, aarch64, {kQuiet1, kOne, kQuiet2}), kQuiet2);
  EXPECT_EQ(run(Op::fma, aarch64, {kSignal, kOne, kQuiet2}), kSignal | 0x400000);
  EXPECT_EQ(run(Op::fma, aarch64, {kInfinity, 0, kQuiet2}), kDefault);
  EXPECT_EQ(run(Op::fma, x86, {kInfinity, 0, kQuiet2}), kQuiet2);
  EXPECT_EQ(run(Op::fminnum, aarch64, {kQuiet1, kOne}), kOne);
  EXPECT_EQ(run(Op::fminnum, aarch64, {kOne, kSignal}), kSignal | 0x400000);
  EXPECT_EQ(run(Op::fminnum, aarch64, {kQuiet1, kQuiet2}), kQuiet1);
  EXPECT_EQ(run(Op::fmaxnum, riscv, {kOne, kSignal}), kOne);
  EXPECT_EQ(run(Op::fmaxnum, riscv, {kQuiet1, kSignal}), kDefault);
  EXPECT_EQ(run(Op::fminimum, aarch64, {kOne, kQuiet1}), kQuiet1);
  EXPECT_EQ(run(Op::fminimum, aarch64, {0, 0x80000000}), 0x80000000);
}

}  // namespace
}  // namespace portolan::ir
#endif
