// Loops over loops.
#pragma once

#include <vector>

#include "frontends/accelerator/number.h"

namespace portolan::mapping {

// All combinations of 0 .. counts[i], the last the fastest, until the body says false.
template <class Body>
bool for_all(const std::vector<accelerator::Number>& counts, const Body& body) {
  std::vector<accelerator::Number> at(counts.size(), 0);
  while (true) {
    if (!body(at)) return false;
    size_t i = at.size();
    while (i > 0 && ++at[i - 1] == counts[i - 1]) at[--i] = 0;
    if (i == 0) return true;
  }
}

}  // namespace portolan::mapping
