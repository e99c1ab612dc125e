// A specification beside the kernel that it was lifted from: the same numbers in, and what comes out compared.
#pragma once

#include "emulate/accelerator/reference.h"
#include "gpu/differential/instance.h"
#include "gpu/lifting/algebra.h"

namespace portolan::lifting {

// kNone: there is none.
uint32_t tensor_named(const accelerator::Description& specification, const std::string& name);

// Puts an instance's inputs into the tensors of these names, by argument. `algebra`: told of each element.
void give_inputs(accelerator::Reference& reference, const accelerator::Description& specification,
                 const differential::Instance& instance, const std::vector<std::string>& names, Algebra* algebra);

// Real numbers within the tolerance; where either side is beyond what its format holds nothing is compared (the
// specification has more exponents than the kernel). Integers are the same. Empty: no difference.
std::string difference_of(const accelerator::State& state, const accelerator::Store& wanted,
                          const differential::Given& g, const uint8_t* bytes);

}  // namespace portolan::lifting
