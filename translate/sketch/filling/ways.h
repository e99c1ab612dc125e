// Ways of filling holes that no test comes to: by the place of each open line among what it may be.
#pragma once

#include <cstddef>
#include <vector>

namespace portolan::sketch::filling {

// Places for so many lines, whose product, counted from 1, is small: likely ones first. A few hundred at most.
std::vector<std::vector<size_t>> ways(size_t lines);

}  // namespace portolan::sketch::filling
