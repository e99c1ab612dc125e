// Where a command's text goes.
#pragma once

#include <optional>
#include <string>

#include "ir/diagnostic.h"

namespace portolan::cli {

// A file, whole or not at all; "-" is standard output.
std::optional<Diagnostic> write_output(const std::string& path, const std::string& text);

}  // namespace portolan::cli
