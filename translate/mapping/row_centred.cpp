// A row less its mean, and once more less the mean of what that left. The mean of a row is rounded, and so is one part
// in so many: of a row whose numbers are large and close together little is left but that error. What is left has the
// mean 0 in real algebra, so that taking its mean off changes nothing but the error.
#include <algorithm>
#include <cmath>

#include "translate/mapping/row_compiler.h"

namespace portolan::mapping {

// A number times a sum, which equations of the specification may stand before.
std::optional<std::pair<double, const Term*>> RowCompiler::scaled_sum(const Term* term) {
  constexpr unsigned kMostSteps = 8;
  double factor = 1;
  for (unsigned step = 0; step < kMostSteps; ++step) {
    const auto& x = term->operands;
    if (term->kind == Term::Kind::reduction)
      return term->what == "sum" ? std::optional(std::pair(factor, term)) : std::nullopt;
    if (term->kind == Term::Kind::element) {
      const auto tensor = std::ranges::find(tensors_, term->state, &Tensor::id);
      if (tensor == tensors_.end() || !tensor->value) return std::nullopt;
      term = value_of(*tensor, term);
    } else if (term->what == "*" && constant_of(x[0])) {
      factor *= *constant_of(x[0]), term = x[1];
    } else if (term->what == "/" && constant_of(x[1])) {
      factor /= *constant_of(x[1]), term = x[0];
    } else {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

// The dimension of `of` in which a difference has the mean 0, whatever is in the tensors.
std::optional<size_t> RowCompiler::centred_in(const Term* term, const Tensor& of) {
  if (term->what != "+" && term->what != "-") return std::nullopt;
  Parts parts;
  scaled_parts(term, 1, parts);
  if (parts.size() != 2) return std::nullopt;
  for (size_t d = 0; d < of.indices.size(); ++d)
    for (size_t one : {0, 1}) {
      const auto& [factor, moves] = parts[one];
      const auto& [other, mean] = parts[1 - one];
      if (!depends_on(moves, of.indices[d]) || depends_on(mean, of.indices[d])) continue;
      const auto sum = scaled_sum(mean);
      if (!sum || constant_of(sum->second->operands[1]) != static_cast<double>(of.extent[d])) continue;
      const Term* part =
          real_.substitute(sum->second->operands[0], sum->second->bound[0], terms_.variable(of.indices[d]));
      Parts scaled;
      scaled_parts(part, other * sum->first * static_cast<double>(of.extent[d]), scaled);
      if (scaled.size() == 1 && scaled[0].second == moves &&
          std::fabs(scaled[0].first + factor) < 1e-9 * std::fabs(factor))
        return d;
    }
  return std::nullopt;
}

const Term* RowCompiler::centred_again(const Term* term, const Tensor& of) {
  if (term->kind != Term::Kind::operation && term->kind != Term::Kind::reduction) return term;
  Tensor inner = of;
  const bool reduces = term->kind == Term::Kind::reduction;
  if (reduces) {
    inner.indices.push_back(term->bound[0]);
    inner.extent.push_back(term->operands[1]->number);
  }
  std::vector<const Term*> operands;
  for (size_t i = 0; i < term->operands.size(); ++i)
    operands.push_back(reduces && i == 1 ? term->operands[1] : centred_again(term->operands[i], inner));
  const Term* same =
      reduces ? terms_.reduction(term->what, operands[0], {operands.begin() + 1, operands.end()}, term->bound)
              : real_.operation(term->what, std::move(operands));
  const auto d = same == term ? centred_in(term, of) : std::nullopt;
  if (!d) return same;
  fused_ = true;
  const Term* once = as_tensor(term, of);
  const Number variable = terms_.fresh();
  const Term* rest = real_.reduction("sum", real_.substitute(once, of.indices[*d], terms_.variable(variable)),
                                     of.extent[*d], variable);
  return real_.operation("-", {once, real_.operation("/", {rest, real_.real(static_cast<double>(of.extent[*d]))})});
}

void RowCompiler::centre_again() {
  std::deque<Tensor> read;
  std::swap(read, tensors_);
  for (Tensor& tensor : read) {
    if (tensor.value) tensor.value = centred_again(tensor.value, tensor);
    tensors_.push_back(std::move(tensor));
  }
}

}  // namespace portolan::mapping
