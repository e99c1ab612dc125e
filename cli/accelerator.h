// What `portolan isa` says of chips that are described by a file.
#pragma once

#include "cli/commands.h"

namespace portolan::cli {

// Adds the subcommands of `isa` that work on a description.
void add_accelerator(CLI::App& isa, Command& chosen);

// A name of corpus/accelerators or the path of a description.
bool is_accelerator(const std::string& name);
Exit show_accelerator(const std::string& name, bool json);

}  // namespace portolan::cli
