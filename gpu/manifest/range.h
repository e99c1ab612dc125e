// "1..300" and "32..256/32": of many sizes those beside which code decides.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace portolan::manifest {

// The ends first, then the others well mixed; none: it is no range.
std::optional<std::vector<int64_t>> range_of_sizes(std::string_view text);

}  // namespace portolan::manifest
