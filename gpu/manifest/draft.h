// A first launch manifest: what parameters are from the compiler, the kernel's name or its instructions, and how it is
// launched from the host code. What none of them says is marked, to be finished by hand.
#pragma once

#include "frontends/ptx/module.h"
#include "gpu/manifest/host_code.h"

namespace portolan::manifest {

struct Draft {
  std::string text;  // [[kernel]] tables
  unsigned kernels = 0, with_launch = 0, unfinished = 0;
};
// `file` is how the manifest names the module.
Draft draft(const ptx::Module& module, const std::string& file, const HostCode& host = {});

}  // namespace portolan::manifest
