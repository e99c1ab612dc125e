#pragma once

#include <optional>
#include <string>

#include "tools/hip/table.h"

namespace portolan::hip {

// `include`: the folder that has hip/; `own`: the folder of portolan_hip.h. What is wrong goes to standard error.
std::optional<Table> derive(const std::string& include, const std::string& own);

}  // namespace portolan::hip
