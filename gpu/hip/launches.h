// How host code launches kernels, read by portolan-hip.
#pragma once

#include "gpu/manifest/host_code.h"
#include "ir/diagnostic.h"

namespace portolan::hip {

// What a file of host code says, put to what others said. The error holds the compiler's messages.
std::optional<Diagnostic> add_launches(const std::string& path, const std::string& toolkit,
                                       const std::vector<std::string>& flags, manifest::HostCode& to);

}  // namespace portolan::hip
