// What an exponential is taken of, as one sum. A score that is rounded and has the row's maximum subtracted afterwards
// keeps the rounding of the large number that it was. Where the chip adds a row to a sum of products before the sum is
// rounded, the difference is rounded only: the products are computed once more, with the maximum taken off.
#include <algorithm>

#include "translate/mapping/row_compiler.h"

namespace portolan::mapping {

void RowCompiler::scaled_parts(const Term* term, double factor, Parts& found) {
  const auto& x = term->operands;
  if (term->kind == Term::Kind::operation && x.size() == 2) {
    if (term->what == "+" || term->what == "-") {
      scaled_parts(x[0], factor, found);
      return scaled_parts(x[1], term->what == "+" ? factor : -factor, found);
    }
    if (term->what == "*" && constant_of(x[0])) return scaled_parts(x[1], factor * *constant_of(x[0]), found);
    if (term->what == "/" && constant_of(x[1])) return scaled_parts(x[0], factor / *constant_of(x[1]), found);
  }
  found.emplace_back(factor, term);
}

void RowCompiler::parts_of(const Term* term, double factor, Parts& found) {
  Parts direct;
  scaled_parts(term, factor, direct);
  for (const auto& [scale, part] : direct) {
    Parts inner;
    if (!looked_through(part, scale, inner)) inner = {{scale, part}};
    found.insert(found.end(), inner.begin(), inner.end());
  }
}

// The parts of what an element's equation adds and scales.
bool RowCompiler::looked_through(const Term* element, double factor, Parts& inner) {
  if (element->kind != Term::Kind::element) return false;
  const auto tensor = std::ranges::find(tensors_, element->state, &Tensor::id);
  const Term* value = tensor != tensors_.end() ? tensor->value : nullptr;
  const bool adds =
      value && value->kind == Term::Kind::operation &&
      (value->what == "+" || value->what == "-" || value->what == "*" || value->what == "/" || value->what == "if");
  if (!adds) return false;
  parts_of(value_of(*tensor, element), factor, inner);
  // Not where it is looked through for nothing: a product of two tensors is computed once and lies there.
  return std::ranges::any_of(inner, [&](const auto& part) {
    const auto of = std::ranges::find(tensors_, part.second->state, &Tensor::id);
    return part.second->what == "if" || (of != tensors_.end() && of->value && of->value->what == "sum");
  });
}

const Term* RowCompiler::sum_of_parts(const Parts& parts) {
  const Term* all = real_.real(0);
  for (const auto& [factor, term] : parts)
    all = real_.operation("+", {all, factor == 1 ? term : real_.operation("*", {real_.real(factor), term})});
  return all;
}

const Term* RowCompiler::fused_argument(const Term* argument, const Tensor& of) {
  Parts parts;
  parts_of(argument, 1, parts);
  const Number lane = of.indices.back();
  const auto products = [&](const auto& part) {
    const auto tensor = std::ranges::find(tensors_, part.second->state, &Tensor::id);
    return part.second->kind == Term::Kind::element && tensor != tensors_.end() && tensor->value &&
           tensor->value->what == "sum" && depends_on(part.second, lane);
  };
  const auto chosen = [](const auto& part) {
    return part.second->what == "if" && is_of_indices(part.second->operands[0]);
  };
  if (std::ranges::count_if(parts, products) == 1) {
    const auto [factor, product] = *std::ranges::find_if(parts, products);
    Parts within, after;
    for (const auto& part : parts)
      if (part.second != product)
        (depends_on(part.second, lane) ? after : within).emplace_back(part.first, part.second);
    if (within.empty()) return argument;
    for (auto& part : within) part.first /= factor;
    const Term* sum = value_of(*std::ranges::find(tensors_, product->state, &Tensor::id), product);
    const Term* fused = as_tensor(real_.operation("+", {sum, sum_of_parts(within)}), of);
    fused_ = true;
    after.insert(after.begin(), {factor, fused});
    return sum_of_parts(after);
  }
  if (std::ranges::count_if(parts, chosen) != 1) return argument;
  const auto at = std::ranges::find_if(parts, chosen);
  const auto [factor, choice] = *at;
  parts.erase(at);
  const auto branch = [&, factor = factor, choice = choice](size_t which) {
    Parts all = {{factor, choice->operands[which]}};
    all.insert(all.end(), parts.begin(), parts.end());
    return sum_of_parts(all);
  };
  return real_.operation("if", {choice->operands[0], fused_argument(branch(1), of), fused_argument(branch(2), of)});
}

const Term* RowCompiler::with_fused(const Term* term, const Tensor& of) {
  if (term->kind != Term::Kind::operation) return term;
  if (term->what == "exp") return real_.operation("exp", {fused_argument(term->operands[0], of)});
  std::vector<const Term*> operands;
  for (const Term* operand : term->operands) operands.push_back(with_fused(operand, of));
  return operands == term->operands ? term : real_.operation(term->what, std::move(operands));
}

void RowCompiler::fuse_differences() {
  std::deque<Tensor> read;
  std::swap(read, tensors_);
  for (Tensor& tensor : read) {
    if (tensor.value && !tensor.indices.empty()) tensor.value = with_fused(tensor.value, tensor);
    tensors_.push_back(std::move(tensor));
  }
}

}  // namespace portolan::mapping
