// The descriptions that the command brings along: corpus/accelerators.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portolan::accelerator {

std::vector<std::string> embedded_names();
// The text of one; no value: none is called so.
std::optional<std::string_view> embedded_description(std::string_view name);

}  // namespace portolan::accelerator
