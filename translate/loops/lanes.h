// Which index of a specification's equation neighbouring lanes may stand for.
#pragma once

#include <optional>

#include "frontends/accelerator/description.h"

namespace portolan::loops {

// How much the expression grows with the local in `slot`, if always by the same; constants are not looked up.
std::optional<accelerator::Number> slope(const accelerator::Expression& e, uint32_t slot);

// Whether lanes may stand for neighbouring values of the local in `slot`: each element read lies in the same place for
// all of them or in the next one for the next, and what is read does not depend on a condition that they differ in.
bool suits_lanes(const accelerator::Description& specification, const accelerator::Expression& e, uint32_t slot,
                 bool reals);

}  // namespace portolan::loops
