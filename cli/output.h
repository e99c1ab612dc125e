// Files that are there whole or not at all.
#pragma once

#include <optional>
#include <string>

#include "ir/diagnostic.h"

namespace portolan::cli {

// Writes beside `path` and renames, so that no reader ever sees half a file; "-" is standard output.
std::optional<Diagnostic> write_output(const std::string& path, const std::string& text);

}  // namespace portolan::cli
