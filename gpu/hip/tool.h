// portolan-hip, the program on clang's tooling that sits beside the command.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ir/diagnostic.h"

namespace portolan::hip {

// The folder of its table and headers.
std::string own_folder();
// Its report on one file.
Expected<nlohmann::json> run_tool(const std::string& what, const std::string& path, std::vector<std::string> options,
                                  const std::vector<std::string>& flags);

}  // namespace portolan::hip
