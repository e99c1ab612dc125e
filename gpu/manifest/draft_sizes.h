// Values for the sizes of a drafted launch: small and ragged ones, with which every formula has a value that a launch
// can have.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gpu/manifest/host_code.h"

namespace portolan::manifest {

struct DraftedLaunch {
  std::array<std::string, 3> grid = {"1", "1", "1"}, block = {"1", "1", "1"};
  std::string shared = "0";
  std::vector<std::pair<std::string, unsigned>> buffers;  // elements, bytes of one
  std::vector<std::string> values;                        // whole numbers that are passed
};

using SizeValues = std::vector<std::pair<std::string, std::vector<int64_t>>>;

// Empty where there are sizes: no values were found that fit.
SizeValues draft_sizes(const std::map<std::string, HostSize>& sizes, const DraftedLaunch& launch);

}  // namespace portolan::manifest
