// Whether what a port left in memory is what the source left.
#pragma once

#include "gpu/differential/instance.h"

namespace portolan::differential {

// The buffers of one run, by argument; empty for values.
using Contents = std::vector<std::vector<uint8_t>>;

// A pair of runs that differ in what the kernel may not depend on: poison, order, undefined values.
struct Runs {
  Contents before[2], after[2];
};

struct Comparison {
  std::string difference;     // empty: none
  uint64_t compared = 0;      // elements that the source determines, or leaves alone
  uint64_t undetermined = 0;  // elements in which the source's own runs differ
  uint64_t nan_differences = 0;
  uint64_t results = 0, nans = 0;  // elements that the source wrote, and which of these are NaNs
};
Comparison compare(const Instance& instance, const Runs& source, const Runs& target);

// By the tolerance; NaNs are equal to each other only.
bool agrees(Element type, const manifest::Tolerance& tolerance, const uint8_t* a, const uint8_t* b);

}  // namespace portolan::differential
