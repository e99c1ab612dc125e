// The input files of a folder that is ported.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "ir/diagnostic.h"

namespace portolan::cli {

// Sorted, also those of folders within. `none`: what to say of a folder that has no file with these extensions.
Expected<std::vector<std::filesystem::path>> files_in(const std::string& folder,
                                                      std::span<const std::string_view> extensions, const char* none);

}  // namespace portolan::cli
