// Files that are there whole or not at all, whoever else reads or writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ir/diagnostic.h"

namespace portolan {

enum class Readers : uint8_t { everybody, owner };

// Writes beside `path` and renames; a device or a pipe is written to. Of an interrupted process no part is left over.
std::optional<Diagnostic> write_whole_file(const std::string& path, const std::string& text,
                                           Readers readers = Readers::everybody);

// The same where the file is only kept for later, in a folder that may have to be made: false, nothing was kept.
bool keep_file(const std::string& path, const std::string& text, Readers readers = Readers::everybody);

}  // namespace portolan
