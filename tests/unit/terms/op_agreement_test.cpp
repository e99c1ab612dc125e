// Every pure op of ops.def: as a term under a valuation it is what the interpreter computes.
#include "test_support.h"

namespace portolan::terms {
namespace {

bool gives_bit(Op op) {
  return ir::info(op).shape == ir::Shape::Compare || ir::info(op).shape == ir::Shape::Carry;
}

// Unary, Binary, Ternary, Compare and Carry ops on integers.
std::vector<Op> plain_integer_ops() {
  std::vector<Op> ops;
  for (unsigned i = 0; i < ir::kOpCount; ++i) {
    const ir::OpInfo& op = ir::info(Op(i));
    const bool plain = op.shape == ir::Shape::Unary || op.shape == ir::Shape::Binary ||
                       op.shape == ir::Shape::Ternary || op.shape == ir::Shape::Compare || op.shape == ir::Shape::Carry;
    if (op.effects == ir::Effects::Pure && plain && op.name[0] != 'f') ops.push_back(Op(i));
  }
  return ops;
}

TEST(Terms, EveryIntegerOpExhaustivelyAtSmallWidths) {
  for (Op op : plain_integer_ops()) {
    for (unsigned w = 1; w <= 4; ++w) {
      if (op == Op::byte_swap) continue;  // whole bytes only: at 8 bits and more below
      const unsigned arity = ir::info(op).arity;
      const bool carry = ir::info(op).shape == ir::Shape::Carry;
      const Instruction inst = ir::instruction(op, gives_bit(op) ? 1 : w);
      auto width_of = [&](unsigned i) { return carry && i == 2 ? 1 : w; };
      // Each operand once as a variable and once as a constant.
      for (unsigned constants = 0; constants < 1u << arity; ++constants) {
        unsigned bits = 0;
        for (unsigned i = 0; i < arity; ++i) bits += width_of(i);
        Pool pool;
        for (uint64_t all = 0; all < uint64_t{1} << bits; ++all) {
          std::vector<APInt> values;
          std::vector<Term> terms;
          Evaluation evaluation(pool, 1);
          uint64_t rest = all;
          for (unsigned i = 0; i < arity; ++i) {
            values.emplace_back(width_of(i), rest & ((1u << width_of(i)) - 1));
            rest >>= width_of(i);
            if (constants >> i & 1) {
              terms.push_back(pool.constant(values.back()));
            } else {
              terms.push_back(pool.variable("x" + std::to_string(i), width_of(i)));
              evaluation.set(terms.back(), values.back());
            }
          }
          const Term t = evaluate_terms(pool, {}, inst, terms);
          ASSERT_EQ(pool.width(t), inst.width);
          ASSERT_EQ(evaluation(t), ir::evaluate_concrete({}, inst, values))
              << ir::info(op).name << " b" << w << " " << all << ": " << pool.print(t);
        }
      }
    }
  }
}

TEST(Terms, EveryIntegerOpAtLargerWidths) {
  Random random;
  SCOPED_TRACE("seed " + std::to_string(random.seed()));
  for (Op op : plain_integer_ops()) {
    for (unsigned w : {7, 8, 16, 24, 32, 33, 64, 72, 128}) {
      if (op == Op::byte_swap && w % 8 != 0) continue;
      const bool carry = ir::info(op).shape == ir::Shape::Carry;
      Pool pool;
      const Instruction inst = ir::instruction(op, gives_bit(op) ? 1 : w);
      for (unsigned repeat = 0; repeat < 60; ++repeat) {
        std::vector<APInt> values;
        std::vector<Term> terms;
        Evaluation evaluation(pool, repeat);
        for (int i = 0; i < ir::info(op).arity; ++i) {
          const unsigned width = carry && i == 2 ? 1 : w;
          values.push_back(random_bits(random, width));
          const bool constant = random.below(3) == 0;
          terms.push_back(constant ? pool.constant(values.back()) : pool.variable("x" + std::to_string(i), width));
          if (!constant) evaluation.set(terms.back(), values.back());
        }
        const Term t = evaluate_terms(pool, {}, inst, terms);
        ASSERT_EQ(evaluation(t), ir::evaluate_concrete({}, inst, values)) << ir::info(op).name << " b" << w;
      }
    }
  }
}

}  // namespace
}  // namespace portolan::terms
