// The sum of products that one element of a matrix product is, as an H100's tensor core forms it.
#pragma once

#include <string_view>

#include "frontends/ptx/floats.h"

namespace portolan::ptx {

// Formats of matrix elements; of b1 a whole register is one element.
struct ElementKind {
  std::string_view name;
  unsigned bits;
};

struct Products {
  std::string_view a, b, accumulator;  // formats: f16, s8, …
  bool saturates = false;              // integers: at the ends of s32
  bool is_and = false;                 // b1: and instead of xor
};

// c + sum of left[k] * right[k], in the accumulator's format. The bits are raw, as wide as the formats say.
ValueId sum_of_products(Builder& b, const Products& p, std::span<const ValueId> left, std::span<const ValueId> right,
                        ValueId c);

}  // namespace portolan::ptx
