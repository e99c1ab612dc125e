// Machine words against llvm::APInt's numbers, which op_semantics_test.cpp and float_semantics_test.cpp compare with
// others: ops on integers at all small widths and on drawn ones at larger widths, lane by lane too, and on
// floating-point numbers with every rule for NaNs. Ops of other shapes (extract, shuffle, conversions) are left to what
// runs on the interpreter.
#include "ir/word_domain.h"

#include "tests/unit/ir/test_support.h"

namespace portolan::ir {
namespace {

bool gives_bit(const OpInfo& op) {
  return op.shape == Shape::Compare || op.shape == Shape::Carry;
}

std::vector<Op> plain_ops(bool floating = false) {
  std::vector<Op> ops;
  for (unsigned i = 0; i < kOpCount; ++i) {
    const OpInfo& op = info(Op(i));
    const bool plain = op.shape == Shape::Unary || op.shape == Shape::Binary || op.shape == Shape::Ternary ||
                       op.shape == Shape::Compare || op.shape == Shape::Carry;
    if (op.effects == Effects::Pure && plain && (op.name[0] == 'f') == floating) ops.push_back(Op(i));
  }
  return ops;
}

// Whether words could say what it is.
bool agree(const Instruction& inst, const std::vector<APInt>& values) {
  std::vector<Word> words;
  for (const APInt& value : values) words.push_back({value.getZExtValue(), value.getBitWidth()});
  const std::optional<Word> word = evaluate_words({}, inst, words);
  if (!word) return false;
  const APInt expected = evaluate_concrete({}, inst, values);
  EXPECT_EQ(word->width, expected.getBitWidth()) << info(inst.op).name;
  EXPECT_EQ(word->bits, expected.getZExtValue()) << info(inst.op).name << " at " << inst.width;
  return true;
}

TEST(WordDomain, AgreesOnAllSmallNumbers) {
  for (const Op op : plain_ops())
    for (unsigned w = 1; w <= 4 && op != Op::byte_swap; ++w) {
      const unsigned arity = info(op).arity;
      auto width_of = [&](unsigned i) { return info(op).shape == Shape::Carry && i == 2 ? 1 : w; };
      unsigned bits = 0;
      for (unsigned i = 0; i < arity; ++i) bits += width_of(i);
      for (uint64_t all = 0; all < uint64_t{1} << bits; ++all) {
        std::vector<APInt> values;
        uint64_t rest = all;
        for (unsigned i = 0; i < arity; rest >>= width_of(i), ++i)
          values.emplace_back(width_of(i), rest & ((1u << width_of(i)) - 1));
        ASSERT_TRUE(agree(instruction(op, gives_bit(info(op)) ? 1 : w), values)) << info(op).name;
      }
    }
}

TEST(WordDomain, AgreesOnDrawnNumbersAndTheirLanes) {
  Random random;
  SCOPED_TRACE("seed " + std::to_string(random.seed()));
  for (const Op op : plain_ops())
    for (const unsigned w : {7, 8, 16, 24, 32, 33, 63, 64})
      for (const unsigned lanes : {1, 2, 4}) {
        const bool carry = info(op).shape == Shape::Carry;
        if (op == Op::byte_swap && w % 8 != 0) continue;
        if (lanes > 1 && (w * lanes > 64 || !info(op).lanes)) continue;
        Instruction inst = instruction(op, (gives_bit(info(op)) ? 1 : w) * lanes);
        inst.lanes = static_cast<uint16_t>(lanes);
        for (unsigned repeat = 0; repeat < 100; ++repeat) {
          std::vector<APInt> values;
          for (int i = 0; i < info(op).arity; ++i) {
            const unsigned width = carry && i == 2 ? 1 : w * lanes;
            values.emplace_back(width, random.value(width));
          }
          ASSERT_TRUE(agree(inst, values)) << info(op).name << " " << w << " x " << lanes;
        }
      }
}

TEST(WordDomain, AgreesOnFloatingPointNumbers) {
  Random random;
  SCOPED_TRACE("seed " + std::to_string(random.seed()));
  for (const Op op : plain_ops(true))
    for (const FloatFormat format : {FloatFormat::f16, FloatFormat::bf16, FloatFormat::f32, FloatFormat::f64})
      for (const NanRule nan : {NanRule::any, NanRule::x86, NanRule::aarch64, NanRule::riscv, NanRule::ptx})
        for (unsigned repeat = 0; repeat < 200; ++repeat) {
          const unsigned w = bits(format);
          Instruction inst = instruction(op, gives_bit(info(op)) ? 1 : w);
          inst.format = format;
          inst.nan = nan;
          inst.rounding = static_cast<Rounding>(repeat % 5);
          std::vector<APInt> values;
          for (int i = 0; i < info(op).arity; ++i) values.emplace_back(w, random.floating(w));
          ASSERT_TRUE(agree(inst, values)) << info(op).name << " of " << w;
        }
}

TEST(WordDomain, SaysWhatDoesNotFit) {
  const Word a{~uint64_t{0}, 64}, b{1, 1};
  Instruction concat = instruction(Op::concat, 65);
  EXPECT_FALSE(evaluate_words({}, concat, std::vector<Word>{a, b}));
  EXPECT_FALSE(evaluate_words({}, instruction(Op::zext, 65), std::vector<Word>{a}));
}

}  // namespace
}  // namespace portolan::ir
