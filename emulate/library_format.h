// printf's formatting on the arguments of an external call.
#pragma once

#include <string>

#include "emulate/call.h"

namespace portolan::emulate {

// Takes the format string's arguments from the call, which must stand just before the variable ones. A conversion that
// is not known (%n, long double, wide characters) refuses the call.
std::string format_text(Call& call, const std::string& format);

}  // namespace portolan::emulate
