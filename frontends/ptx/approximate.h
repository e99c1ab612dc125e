// How far an approximation may be from another one that the manual allows: the errors that PTX documents.
#pragma once

#include <optional>
#include <string_view>

#include "ir/function.h"

namespace portolan::ptx {

// Errors of one implementation against the exact value. Zero: this kind is no bound of the form.
struct Bound {
  double ulp = 0;
  double relative = 0;
  double absolute = 0;
  bool limited_range = false;  // sin, cos: the bound grows outside [-2 pi, 2 pi], and ends outside [-100 pi, 100 pi]
  bool near_one = false;       // lg2: absolute within (0.5, 2), relative elsewhere
};
std::optional<Bound> approximation(std::string_view mnemonic);

// Whether two results for this input may both be right. A NaN agrees with any NaN.
bool within(const Bound& bound, ir::FloatFormat format, const ir::APInt& input, const ir::APInt& a, const ir::APInt& b);

}  // namespace portolan::ptx
