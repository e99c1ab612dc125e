// What `portolan isa` says of chips that are described by a file.
#pragma once

#include <memory>

#include "cli/commands.h"
#include "frontends/accelerator/description.h"

namespace portolan::cli {

// Adds the subcommands of `isa` that work on a description.
void add_accelerator(CLI::App& isa, Command& chosen);

// A name of corpus/accelerators or the path of a description.
bool is_accelerator(const std::string& name);
// Null: what is wrong has been said.
std::unique_ptr<accelerator::Description> load_accelerator(const std::string& name,
                                                           const std::vector<std::string>& parameters);
Exit show_accelerator(const std::string& name, bool json);

}  // namespace portolan::cli
