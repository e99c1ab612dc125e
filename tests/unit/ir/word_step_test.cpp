// Ops on words, as the interpreter runs them, against llvm::APInt's numbers: every op that has a body of its own, with
// conversions and whole values (extract, concat, select) that word_domain_test.cpp leaves out.
#include "ir/word_step.h"

#include "ir/concrete_domain.h"
#include "tests/unit/ir/test_support.h"

namespace portolan::ir {
namespace {

struct Operands {
  std::vector<unsigned> widths;
  unsigned result = 0;
};

// Widths for which the op is well-formed, about `w`.
Operands operands_of(Op op, unsigned w, Random& random) {
  const OpInfo& about = info(op);
  if (op == Op::select) return {{1, w, w}, w};
  if (op == Op::concat) {
    const unsigned low = 1 + random.below(w);
    return {{w - low + 1, low}, w + 1};
  }
  if (op == Op::extract) return {{w}, 1 + static_cast<unsigned>(random.below(w))};
  if (op == Op::zext || op == Op::sext) return {{1 + static_cast<unsigned>(random.below(w))}, w};
  std::vector<unsigned> widths(static_cast<size_t>(about.arity), w);
  if (about.shape == Shape::Carry) widths[2] = 1;
  return {widths, about.shape == Shape::Compare || about.shape == Shape::Carry ? 1 : w};
}

bool is_floating(Op op) {
  return info(op).name[0] == 'f' || op == Op::sint_to_f || op == Op::uint_to_f;
}

TEST(WordStep, AgreesOnEveryOpOfWords) {
  Random random;
  SCOPED_TRACE("seed " + std::to_string(random.seed()));
  unsigned ops = 0;
  for (unsigned number = 0; number < kOpCount; ++number) {
    const Op op = Op(number);
    // Those that look at lanes want masks and shapes of their own.
    const bool of_lanes = op == Op::splat || op == Op::shuffle || op == Op::permute || info(op).shape == Shape::Reduce;
    if (info(op).effects != Effects::Pure || info(op).arity < 1 || is_floating(op) || of_lanes) continue;
    unsigned compared = 0;
    for (const unsigned w : {1, 7, 8, 16, 31, 32, 63, 64})
      for (unsigned repeat = 0; repeat < 60; ++repeat) {
        if ((op == Op::byte_swap && w % 8 != 0) || (op == Op::concat && w == 64)) continue;
        const Operands shape = operands_of(op, w, random);
        Function f;
        f.add_block();
        Instruction inst = instruction(op, shape.result);
        if (op == Op::extract) inst.index = static_cast<uint32_t>(random.below(w - shape.result + 1));
        std::vector<APInt> values;
        for (const unsigned width : shape.widths) {
          inst.operands.push_back(f.add_parameter(0, width));
          values.emplace_back(width, random.value(width));
        }
        const WordStep::Body body = word_step_body(f, inst);
        ASSERT_NE(body, nullptr) << info(op).name;
        WordStep step;
        uint64_t result = 0, words[3] = {};
        step.body = body, step.to = &result, step.function = &f, step.instruction = &inst;
        step.width = static_cast<uint8_t>(shape.result);
        for (size_t i = 0; i < values.size(); ++i) {
          words[i] = values[i].getZExtValue();
          step.from[i] = &words[i], step.widths[i] = static_cast<uint8_t>(shape.widths[i]);
        }
        ASSERT_TRUE(step()) << info(op).name;
        ASSERT_EQ(result, evaluate_concrete(f, inst, values).getZExtValue()) << info(op).name << " at " << w;
        ++compared;
      }
    ops += compared != 0;
  }
  EXPECT_GE(ops, 44u);
}

TEST(WordStep, AgreesOnLanes) {
  Random random;
  SCOPED_TRACE("seed " + std::to_string(random.seed()));
  for (const Op op : {Op::add, Op::smin, Op::uaverage_up, Op::ult, Op::shl})
    for (unsigned repeat = 0; repeat < 100; ++repeat) {
      Function f;
      f.add_block();
      Instruction inst = instruction(op, op == Op::ult ? 4 : 64, 4);
      const std::vector<APInt> values = {APInt(64, random.value(64)), APInt(64, random.value(64))};
      WordStep step;
      uint64_t result = 0, words[2] = {values[0].getZExtValue(), values[1].getZExtValue()};
      for (size_t i = 0; i < 2; ++i) {
        inst.operands.push_back(f.add_parameter(0, 64));
        step.from[i] = &words[i], step.widths[i] = 64;
      }
      step.body = word_step_body(f, inst), step.to = &result, step.function = &f, step.instruction = &inst;
      step.width = static_cast<uint8_t>(inst.width);
      ASSERT_NE(step.body, nullptr) << info(op).name;
      ASSERT_TRUE(step()) << info(op).name;
      ASSERT_EQ(result, evaluate_concrete(f, inst, values).getZExtValue()) << info(op).name;
    }
}

TEST(WordStep, HasNoBodyForWhatIsWiderOrHasEffects) {
  Function f;
  f.add_block();
  const ValueId wide = f.add_parameter(0, 65), word = f.add_parameter(0, 64);
  Instruction truncated = instruction(Op::extract, 64);
  truncated.operands = {wide};
  EXPECT_EQ(word_step_body(f, truncated), nullptr);
  Instruction widened = instruction(Op::zext, 65);
  widened.operands = {word};
  EXPECT_EQ(word_step_body(f, widened), nullptr);
  Instruction load = instruction(Op::load, 64);
  load.operands = {word};
  EXPECT_EQ(word_step_body(f, load), nullptr);
}

}  // namespace
}  // namespace portolan::ir
