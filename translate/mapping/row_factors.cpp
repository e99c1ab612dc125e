// Factors come out of sums: what doesn't depend on the index that is summed over is multiplied with the sum, once,
// instead of with each part of it. Softmax's division is such a factor. Each step on a chip is rounded to what its
// memory holds, so parts keep a rounding that they would lose.
#include <algorithm>

#include "translate/mapping/row_compiler.h"

namespace portolan::mapping {

namespace {

void count_elements(const Term* term, std::map<uint32_t, size_t>& found) {
  if (term->kind == Term::Kind::element) ++found[term->state];
  for (const Term* operand : term->operands) count_elements(operand, found);
}

}  // namespace

// The tensor's value where the element stands.
const Term* RowCompiler::value_of(const Tensor& tensor, const Term* element) {
  const Term* value = tensor.value;
  for (size_t d = 0; d < tensor.indices.size(); ++d)
    value = real_.substitute(value, tensor.indices[d], element->operands[d]);
  return value;
}

const Term* RowCompiler::without_factors(const Term* term, const std::map<uint32_t, size_t>& uses) {
  if (term->kind != Term::Kind::operation && term->kind != Term::Kind::reduction) return term;
  std::vector<const Term*> operands;
  for (const Term* operand : term->operands) operands.push_back(without_factors(operand, uses));
  if (term->kind == Term::Kind::operation) return real_.operation(term->what, std::move(operands));
  const auto sum_of = [&](const Term* body) {
    return terms_.reduction(term->what, body, {operands.begin() + 1, operands.end()}, term->bound);
  };
  const Term* body = operands[0];
  if (term->what != "sum" || body->kind != Term::Kind::operation || body->what != "*") return sum_of(body);
  for (size_t i = 0; i < 2; ++i) {
    const Term* part = body->operands[i];
    if (part->kind != Term::Kind::element || uses.at(part->state) != 1) continue;
    const auto tensor = std::ranges::find(tensors_, part->state, &Tensor::id);
    if (tensor == tensors_.end() || !tensor->value || tensor->is_output) continue;
    const Term* value = value_of(*tensor, part);
    if (value->kind != Term::Kind::operation || value->operands.size() != 2) continue;
    const auto without = [&](size_t factor) {
      return value->operands[1 - factor]->kind != Term::Kind::reduction &&
             !depends_on(value->operands[factor], term->bound[0]);
    };
    const Term* other = body->operands[1 - i];
    for (size_t factor : {size_t{1}, size_t{0}})
      if ((value->what == "*" || (value->what == "/" && factor == 1)) && without(factor))
        return real_.operation(
            value->what, {sum_of(real_.operation("*", {value->operands[1 - factor], other})), value->operands[factor]});
  }
  return sum_of(body);
}

// Tensors whose values are elsewhere now are gone.
void RowCompiler::take_factors_out() {
  std::map<uint32_t, size_t> uses;
  for (const Tensor& tensor : tensors_)
    if (tensor.value) count_elements(tensor.value, uses);
  for (Tensor& tensor : tensors_)
    if (tensor.value) tensor.value = without_factors(tensor.value, uses);
  uses.clear();
  for (const Tensor& tensor : tensors_)
    if (tensor.value) count_elements(tensor.value, uses);
  std::erase_if(tensors_,
                [&](const Tensor& tensor) { return tensor.value && !tensor.is_output && !uses.contains(tensor.id); });
}

}  // namespace portolan::mapping
