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

}  // namespace

WordStep::Body word_step_body(const Function& function, const Instruction& instruction) {
  const bool fits = instruction.width != 0 && instruction.width <= 64 && instruction.lanes == 1 &&
                    works_on_one_lane(instruction.op) &&
                    std::all_of(instruction.operands.begin(), instruction.operands.end(),
                                [&](ValueId operand) { return function.width(operand) <= 64; });
  return fits ? body_of<WordDomain>(instruction.op) : nullptr;
}

}  // namespace portolan::ir
