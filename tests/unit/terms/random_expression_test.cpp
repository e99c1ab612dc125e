// Random expressions of all pure ops, lanes and widths, built as terms, against the interpreter on the same values.
#include <deque>

#include "test_support.h"

namespace portolan::terms {
namespace {

struct Value {
  Term term;
  std::vector<APInt> concrete;  // under each valuation
};

constexpr unsigned kValuations = 6;

class Expressions {
 public:
  explicit Expressions(Random& random) : random_(random) {
    for (unsigned i = 0; i < kValuations; ++i) evaluations_.emplace_back(pool_, i);
  }

  Pool& pool() { return pool_; }
  std::vector<Value>& values() { return values_; }

  void add_variable(unsigned width) {
    Value v{pool_.variable("v" + std::to_string(values_.size()), width), {}};
    for (Evaluation& evaluation : evaluations_) {
      v.concrete.push_back(random_bits(random_, width));
      evaluation.set(v.term, v.concrete.back());
    }
    values_.push_back(std::move(v));
  }

  // Some value of this width; made from others where none is there.
  Value pick(unsigned width) {
    std::vector<size_t> fitting;
    for (size_t i = 0; i < values_.size(); ++i)
      if (pool_.width(values_[i].term) == width) fitting.push_back(i);
    if (!fitting.empty() && random_.below(8) != 0) {
      // Recent ones more often, so that expressions become deep.
      const size_t back = random_.below(random_.below(fitting.size()) + 1);
      return values_[fitting[fitting.size() - 1 - back]];
    }
    if (random_.below(3) == 0) {
      const APInt value = random_bits(random_, width);
      return {pool_.constant(value), std::vector<APInt>(kValuations, value)};
    }
    const Value& from = values_[random_.below(values_.size())];
    const unsigned have = pool_.width(from.term);
    Instruction inst = ir::instruction(have > width ? Op::extract : random_.below(2) ? Op::zext : Op::sext, width);
    if (have == width) return from;
    if (have > width) inst.index = random_.below(have - width + 1);
    return apply(inst, {from});
  }

  Value apply(const Instruction& inst, const std::vector<Value>& operands) {
    Value result;
    std::vector<Term> terms;
    for (const Value& v : operands) terms.push_back(v.term);
    result.term = evaluate_terms(pool_, function_, inst, terms);
    for (unsigned i = 0; i < kValuations; ++i) {
      std::vector<APInt> values;
      for (const Value& v : operands) values.push_back(v.concrete[i]);
      result.concrete.push_back(ir::evaluate_concrete(function_, inst, values));
    }
    return result;
  }

  // A random instruction on values made so far.
  Value step();
  ::testing::AssertionResult agrees(const Value& v) {
    for (unsigned i = 0; i < kValuations; ++i) {
      if (evaluations_[i](v.term) == v.concrete[i]) continue;
      return ::testing::AssertionFailure() << "valuation " << i << ": " << pool_.print(v.term, 5);
    }
    return ::testing::AssertionSuccess();
  }

 private:
  Value step_floating(Op op, unsigned width);
  Value step_free(Op op, unsigned width);

  Random& random_;
  Pool pool_;
  Function function_;
  std::deque<Evaluation> evaluations_;
  std::vector<Value> values_;
};

constexpr unsigned kWidths[] = {1, 3, 8, 16, 32, 64, 128, 24, 33};

Value Expressions::step_floating(Op op, unsigned) {
  constexpr ir::FloatFormat kFormats[] = {ir::FloatFormat::f16, ir::FloatFormat::f32, ir::FloatFormat::f64};
  Instruction inst = ir::instruction(op, 0);
  inst.format = kFormats[random_.below(3)];
  inst.to_format = inst.format;
  inst.nan = ir::NanRule(random_.below(4));
  inst.rounding = ir::Rounding(random_.below(5));
  const unsigned w = ir::bits(inst.format);
  const ir::OpInfo& info = ir::info(op);
  std::vector<Value> operands;
  if (op == Op::fconvert) inst.to_format = kFormats[random_.below(3)];
  if (op == Op::fconvert || op == Op::fto_sint || op == Op::fto_uint) {
    inst.width = op == Op::fconvert ? ir::bits(inst.to_format) : random_.below(2) ? 32 : 64;
    operands = {pick(w)};
  } else {
    inst.width = info.shape == ir::Shape::Compare ? 1 : w;
    for (int i = 0; i < info.arity; ++i) operands.push_back(pick(w));
  }
  return apply(inst, operands);
}

Value Expressions::step_free(Op op, unsigned width) {
  Instruction inst = ir::instruction(op, width);
  switch (op) {
    case Op::zext:
    case Op::sext: {
      const Value v = pick(std::max(1u, width / (1 + unsigned(random_.below(3)))));
      return apply(inst, {v});
    }
    case Op::extract: {
      const Value v = pick(kWidths[random_.below(std::size(kWidths))]);
      const unsigned have = pool_.width(v.term);
      inst.width = 1 + random_.below(have);
      inst.index = random_.below(have - inst.width + 1);
      return apply(inst, {v});
    }
    case Op::concat: {
      const Value high = pick(width), low = pick(kWidths[random_.below(5)]);
      inst.width = width + pool_.width(low.term);
      if (inst.width > 256) return low;
      return apply(inst, {high, low});
    }
    case Op::select:
      return apply(inst, {pick(1), pick(width), pick(width)});
    case Op::splat: {
      inst.width = 64;
      inst.lanes = 64 / 8;
      return apply(inst, {pick(8)});
    }
    case Op::shuffle: {
      inst.width = 64;
      inst.lanes = 8;
      std::vector<int> mask;
      for (unsigned i = 0; i < 8; ++i) mask.push_back(random_.below(16));
      function_.masks.push_back(mask);
      inst.index = function_.masks.size() - 1;
      return apply(inst, {pick(64), pick(64)});
    }
    case Op::permute: {
      inst.width = 64;
      inst.lanes = 8;
      return apply(inst, {pick(64), pick(64)});
    }
    default:  // the reductions
      inst.width = 16;
      inst.lanes = 4;
      return apply(inst, {pick(64)});
  }
}

Value Expressions::step() {
  for (;;) {
    const Op op = Op(random_.below(ir::kOpCount));
    const ir::OpInfo& info = ir::info(op);
    if (info.effects != ir::Effects::Pure || info.arity == 0) continue;
    unsigned width = kWidths[random_.below(std::size(kWidths))];
    if (op == Op::sint_to_f || op == Op::uint_to_f) {
      Instruction inst = ir::instruction(op, 64);
      inst.to_format = ir::FloatFormat::f64;
      inst.rounding = ir::Rounding(random_.below(5));
      return apply(inst, {pick(random_.below(2) ? 32 : 64)});
    }
    if (info.name[0] == 'f') {
      if (random_.below(4) != 0) continue;
      return step_floating(op, width);
    }
    if (info.shape == ir::Shape::Free || info.shape == ir::Shape::Convert || info.shape == ir::Shape::Reduce)
      return step_free(op, width);
    if (op == Op::byte_swap) width = 8u << random_.below(4);
    Instruction inst = ir::instruction(op, width);
    if (info.lanes && random_.below(4) == 0) {
      width = 64;
      inst.width = 64;
      inst.lanes = 64 / (8u << random_.below(3));
    }
    if (info.shape == ir::Shape::Compare) inst.width = inst.lanes;
    if (info.shape == ir::Shape::Carry) {
      inst.width = 1;
      return apply(inst, {pick(width), pick(width), pick(1)});
    }
    std::vector<Value> operands;
    for (int i = 0; i < info.arity; ++i) operands.push_back(pick(width));
    const bool shift = op == Op::shl || op == Op::lshr || op == Op::ashr || op == Op::rotl || op == Op::rotr;
    if (shift && inst.lanes == 1 && random_.below(2)) {
      const APInt count = APInt(32, random_.below(width + 2)).zextOrTrunc(width);
      operands[1] = {pool_.constant(count), std::vector<APInt>(kValuations, count)};
    }
    return apply(inst, operands);
  }
}

TEST(Terms, RandomExpressions) {
  Random random;
  SCOPED_TRACE("seed " + std::to_string(random.seed()));
  const unsigned rounds = std::getenv("PORTOLAN_ROUNDS") ? std::atoi(std::getenv("PORTOLAN_ROUNDS")) : 150;
  for (unsigned round = 0; round < rounds; ++round) {
    Expressions expressions(random);
    for (unsigned width : kWidths) expressions.add_variable(width);
    for (unsigned width : {1, 8, 32, 32, 64, 64}) expressions.add_variable(width);
    for (unsigned i = 0; i < 60; ++i) {
      Value v = expressions.step();
      ASSERT_TRUE(expressions.agrees(v)) << "round " << round << " step " << i;
      expressions.values().push_back(std::move(v));
    }
  }
}

}  // namespace
}  // namespace portolan::terms
