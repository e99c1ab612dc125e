// What a proof of kernels claims, in words, and on what it stands.
#pragma once

#include "gpu/proof/prove.h"

namespace portolan::proof {

std::vector<prove::Assumption> assumptions_of(const Proof& proof, bool used_quotients);

}  // namespace portolan::proof
