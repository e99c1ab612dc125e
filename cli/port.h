// portolan port: a folder of kernels onto a described chip.
#pragma once

#include "cli/commands.h"

namespace portolan::cli {

void add_port(CLI::App& app, Command& chosen);

}  // namespace portolan::cli
