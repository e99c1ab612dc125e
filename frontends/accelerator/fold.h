// The value of a checked expression that parameters and constants alone decide.
#pragma once

#include "frontends/accelerator/description.h"

namespace portolan::accelerator {

std::optional<Number> fold(const Expression& expression);

}  // namespace portolan::accelerator
