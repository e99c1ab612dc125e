// Terms in real algebra, for results that have a tolerance: roundings are left out, a sum is a sum whatever its order.
// What is found equal here is equal up to rounding only, and every program is run against its specification.
#pragma once

#include <functional>

#include "translate/mapping/term.h"

namespace portolan::mapping {

class RealTerms {
 public:
  explicit RealTerms(Terms& terms) : terms_(terms) {}

  // Without roundings and formats; reductions over one index each; conditions that are decided are gone.
  const Term* simplify(const Term* term);
  // From then on an element of this tensor, which has no index, has the index 0: it lies in a row of its own.
  void give_index(uint32_t state) { single_.insert(state); }
  const Term* substitute(const Term* term, Number variable, const Term* by);
  const Term* real(double value) { return terms_.real(value, "real"); }
  const Term* operation(const std::string& what, std::vector<const Term*> operands);
  const Term* reduction(const std::string& what, const Term* body, Number extent, Number variable) {
    return terms_.reduction(what, body, {terms_.number(extent)}, {variable});
  }
  Terms& terms() { return terms_; }

 private:
  Terms& terms_;
  std::set<uint32_t> single_;
  std::map<const Term*, const Term*> simplified_;
  std::map<std::tuple<const Term*, Number, const Term*>, const Term*> substituted_;
};

// A number; no value: it is none.
std::optional<double> constant_of(const Term* term);
// Nothing of a tensor or memory is in it: it depends on indices alone.
bool is_of_indices(const Term* term);
bool depends_on(const Term* term, Number variable);
double value_at(const Term* term, const std::map<Number, Number>& at);

}  // namespace portolan::mapping
