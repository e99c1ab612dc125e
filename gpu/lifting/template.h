// From expressions of single elements to one for all of them, and from some sizes to any.
#pragma once

#include <optional>

#include "gpu/lifting/expression.h"

namespace portolan::lifting {

// An index of a result, or a part of it: index / divisor, or that % modulus.
struct Digit {
  size_t dimension = 0;
  int64_t divisor = 1, modulus = 0;  // 0: all of it
  bool operator==(const Digit&) const = default;
};

// One expression for all elements of a result; places are sums of the result's indices, numbers are those of `form`.
struct Fit {
  std::string form;  // without numbers
  ExpressionPtr expression;
  std::vector<Affine> places;
  std::vector<double> numbers;
  std::vector<Digit> digits;     // what places are sums of
  std::vector<int64_t> lengths;  // how far each runs
  // Only for elements within these bounds; others are `outside`, or this with zeros for what lies outside its tensor.
  std::vector<std::pair<int64_t, int64_t>> box;
  std::shared_ptr<const Fit> outside;
  bool padded = false;
};
// Row by row. No value: `why` says what doesn't fit. `digits`: these, or what is found if there are none.
std::optional<Fit> fit_elements(const std::vector<int64_t>& extents, const std::vector<ExpressionPtr>& elements,
                                const std::vector<Digit>& digits, std::string& why);
// With these digits, and zeros outside the tensors for what elements at borders lack.
std::optional<Fit> fit_padded(const std::vector<int64_t>& extents, const std::vector<ExpressionPtr>& elements,
                              const std::vector<Digit>& digits, std::string& why);

using SizeValues = std::map<std::string, int64_t>;

// A number as a text over the sizes' names, from its values for several sizes.
std::optional<std::string> whole_number(const std::vector<SizeValues>& sizes, const std::vector<int64_t>& values);
std::optional<std::string> real_number(const std::vector<SizeValues>& sizes, const std::vector<double>& values,
                                       const std::string& type);

struct Tensor {
  std::string name, type;
  std::vector<std::string> extents;  // texts over sizes
  bool real = true;
};

// The equations of a result: `fits` of the same form for several sizes. No value: `why`.
std::optional<std::string> equations(const std::vector<SizeValues>& sizes, const std::vector<Fit>& fits,
                                     const std::vector<Tensor>& arguments, const Tensor& result, double within,
                                     std::string& why);

}  // namespace portolan::lifting
