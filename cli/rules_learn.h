// portolan rules learn: new rules from a folder of assembly or objects.
#pragma once

#include "cli/commands.h"

namespace portolan::cli {

void add_rules_learn(CLI::App& rules, Command& chosen);

}  // namespace portolan::cli
