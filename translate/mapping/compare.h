// What a program made of a tensor against what its specification says: every bit, or within the stated tolerance.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "emulate/accelerator/reference.h"

namespace portolan::mapping {

struct Result {
  uint64_t bits = 0;
  bool defined = true;
};

// Calls body(flat, index) for each element of a tensor, row by row.
template <class Body>
void for_elements(const std::vector<accelerator::Number>& extent, const Body& body) {
  std::vector<accelerator::Number> index(extent.size(), 0);
  for (uint64_t flat = 0;; ++flat) {
    body(flat, index);
    size_t d = extent.size();
    while (d > 0 && ++index[d - 1] == extent[d - 1]) index[--d] = 0;
    if (d == 0) return;
  }
}

using ResultAt = std::function<Result(uint64_t flat, const std::vector<accelerator::Number>& index)>;

// What the first element that is off comes to; empty: none is. `format`: of the result's bits, if it has a tolerance.
std::string compare_tensor(const accelerator::Description& specification, uint32_t state,
                           accelerator::Reference& reference, const accelerator::RealFormat* format,
                           const ResultAt& got);

}  // namespace portolan::mapping
