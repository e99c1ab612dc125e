// A first launch manifest from what kernels say themselves: which parameters are addresses, of which type of number,
// read or written. Sizes nobody knows: they stand there as guesses to be finished by hand.
#pragma once

#include "frontends/ptx/module.h"

namespace portolan::manifest {

// As [[kernel]] tables; `file` is how the manifest names the module.
std::string draft(const ptx::Module& module, const std::string& file);

}  // namespace portolan::manifest
