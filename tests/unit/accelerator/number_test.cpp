// The arithmetic of real formats against the IR's own (LLVM's APFloat), which shares no code with it.
#include "frontends/accelerator/number.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "ir/concrete_domain.h"

namespace portolan::accelerator {
namespace {

struct Case {
  RealFormat format;
  ir::FloatFormat same;
};
const Case kCases[] = {{{"f16", 5, 10, 15, false}, ir::FloatFormat::f16},
                       {{"bf16", 8, 7, 127, false}, ir::FloatFormat::bf16},
                       {{"f32", 8, 23, 127, false}, ir::FloatFormat::f32}};

uint64_t by_ir(const Case& c, ir::Op op, uint64_t a, uint64_t b) {
  ir::Function function;
  ir::Instruction inst;
  inst.op = op;
  inst.format = c.same;
  inst.width = c.format.width();
  const ir::APInt operands[] = {ir::APInt(inst.width, a), ir::APInt(inst.width, b)};
  return ir::evaluate_concrete(function, inst, std::span(operands, op == ir::Op::fsqrt ? 1 : 2)).getZExtValue();
}

bool is_nan(const RealFormat& f, uint64_t bits) {
  return std::isnan(f.value(bits));
}

TEST(Number, RealFormatsAgreeWithTheIr) {
  std::mt19937_64 random(7);
  for (const Case& c : kCases) {
    const uint64_t mask = (uint64_t{1} << c.format.width()) - 1;
    for (int n = 0; n < 20000; ++n) {
      const uint64_t a = random() & mask;
      // Close exponents and far ones, subnormals among them.
      const uint64_t b = n % 3 == 0 ? random() & mask : (a ^ (random() & (mask >> (c.format.width() / 2)))) & mask;
      const double x = c.format.value(a), y = c.format.value(b);
      const std::pair<ir::Op, double> results[] = {{ir::Op::fadd, x + y},
                                                   {ir::Op::fsub, x - y},
                                                   {ir::Op::fmul, x * y},
                                                   {ir::Op::fdiv, x / y},
                                                   {ir::Op::fsqrt, std::sqrt(x)}};
      for (const auto& [op, exact] : results) {
        const uint64_t ours = c.format.bits(c.format.round(exact)), theirs = by_ir(c, op, a, b);
        if (is_nan(c.format, ours) && is_nan(c.format, theirs)) continue;
        ASSERT_EQ(ours, theirs) << c.format.name << " op " << static_cast<int>(op) << " of " << a << ", " << b;
      }
    }
  }
}

TEST(Number, BitsComeBack) {
  for (const Case& c : kCases)
    for (uint64_t bits = 0; bits < 65536; ++bits) {
      const uint64_t pattern = c.format.width() == 32 ? bits << 16 | (bits * 7 & 0xffff) : bits;
      const double value = c.format.value(pattern);
      if (!std::isnan(value)) {
        ASSERT_EQ(c.format.bits(value), pattern) << c.format.name;
      }
    }
}

// Every number of an eight-bit format, and the midpoints between neighbours: nearest, ties to even.
TEST(Number, SmallFormatsRoundToNearest) {
  const RealFormat e4m3{"e4m3", 4, 3, 7, true};
  for (uint64_t bits = 0; bits < 127; ++bits) {
    const double low = e4m3.value(bits), high = e4m3.value(bits + 1), middle = (low + high) / 2;
    ASSERT_LT(low, high);
    EXPECT_EQ(e4m3.round(middle), bits % 2 == 0 ? low : high) << bits;
    EXPECT_EQ(e4m3.round(std::nextafter(middle, 0)), low) << bits;
    EXPECT_EQ(e4m3.round(std::nextafter(middle, 1e9)), high) << bits;
    EXPECT_EQ(e4m3.round(middle, true), low) << bits;
  }
  EXPECT_EQ(e4m3.round(1e9), 480);
}

TEST(Number, IntegersNeverWrapUnasked) {
  const Number large = Number{1} << 120;
  EXPECT_FALSE(apply(Operator::multiply, large, large));
  EXPECT_FALSE(apply(Operator::shift_left, 3, 126));
  EXPECT_FALSE(apply(Operator::divide, 1, 0));
  EXPECT_EQ(*apply(Operator::divide, -7, 2), -4);
  EXPECT_EQ(*apply(Operator::modulo, -7, 2), 1);
  EXPECT_EQ(*apply(Operator::shift_right, -1, 500), -1);
  EXPECT_EQ(wrap(255, 8, true), -1);
  EXPECT_EQ(saturate(-129, 8, true), -128);
  EXPECT_EQ(saturate(-1, 8, false), 0);
}

}  // namespace
}  // namespace portolan::accelerator
