// The report of specifications and kernels that were put on a chip or a processor, as a page.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace portolan::cli {

// Of report.json.
std::string chip_page(const nlohmann::json& report);

}  // namespace portolan::cli
