// Whole numbers computed from named sizes: what a manifest says of grids, blocks and lengths.
//   + - (also of one number) * / % ( ) and divide_up(a, b) min(a, b) max(a, b); / rounds down.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "ir/diagnostic.h"

namespace portolan::manifest {

using Sizes = std::map<std::string, int64_t>;

// The error names no place: who asks knows where the text stands.
Expected<int64_t> evaluate(std::string_view text, const Sizes& sizes);

}  // namespace portolan::manifest
