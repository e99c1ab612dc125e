// One input followed instruction by instruction on both sides, back to where the difference was made.
#pragma once

#include "verify/tester.h"

namespace portolan::verify {

struct Trace {
  std::vector<uint64_t> steps;  // addresses, in order
  bool whole = false;           // to the end of the run; false: only the first kMostSteps
  std::optional<size_t> maker;  // the step that gave what differs its last value
};

struct Traces {
  static constexpr size_t kMostSteps = 192;
  Trace source, target;
};

}  // namespace portolan::verify
