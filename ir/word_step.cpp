#include "ir/word_step.h"

#include <algorithm>

#include "ir/op_semantics.h"
#include "ir/word_domain.h"

namespace portolan::ir {
namespace {

template <class Call, size_t... I>
bool store_result(const WordStep& step, WordDomain& domain, Call call, std::index_sequence<I...>) {
  *step.to = call(Word{*step.from[I], step.widths[I]}...).bits;
  return !domain.is_wide();
}

// Whether the body is for whole values, or for lanes of which there may be one.
bool works_on_one_lane(Op op) {
  const Shape shape = info(op).shape;
  return op != Op::splat && op != Op::shuffle && op != Op::permute && shape != Shape::Reduce;
}

// A template, so that ops with effects have no body.
template <Domain D>
WordStep::Body body_of(Op op) {
  switch (op) {
#define OP(name, arity, shape, effects, properties)                                       \
  case Op::name:                                                                          \
    if constexpr (Effects::effects == Effects::Pure && (arity) > 0)                       \
      return [](const WordStep& step) {                                                   \
        D domain;                                                                         \
        Semantics<D> semantics(domain, *step.function, *step.instruction, step.width);    \
        return store_result(                                                              \
            step, domain, [&](const auto&... words) { return semantics.name(words...); }, \
            std::make_index_sequence<((arity) > 0 ? (arity) : 0)>());                     \
      };                                                                                  \
    break;
#include "ir/ops.def"
  }
  return nullptr;
}

// Of several lanes, or of an op that looks at lanes.
bool evaluate_lanes(const WordStep& step) {
  const size_t count = step.instruction->operands.size();
  std::array<Word, 3> operands;
  for (size_t i = 0; i < count; ++i) operands[i] = {*step.from[i], step.widths[i]};
  const auto result = evaluate_words(*step.function, *step.instruction, std::span<const Word>(operands.data(), count));
  if (result) *step.to = result->bits;
  return result.has_value();
}

}  // namespace

WordStep::Body word_step_body(const Function& function, const Instruction& instruction) {
  const bool fits = info(instruction.op).effects == Effects::Pure && instruction.width != 0 &&
                    instruction.width <= 64 && !instruction.operands.empty() &&
                    std::all_of(instruction.operands.begin(), instruction.operands.end(),
                                [&](ValueId operand) { return function.width(operand) <= 64; });
  if (!fits) return nullptr;
  const bool one = instruction.lanes == 1 && works_on_one_lane(instruction.op);
  return one ? body_of<WordDomain>(instruction.op) : &evaluate_lanes;
}

}  // namespace portolan::ir
