// A chip's reference as one HTML page, from its description alone: state, encodings as diagrams, syntax, meaning, cost,
// and for each fact the source that vouches for it.
#pragma once

#include <string>

#include "frontends/accelerator/description.h"

namespace portolan::accelerator {

std::string reference_page(const Description& chip);

}  // namespace portolan::accelerator
