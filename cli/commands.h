// The subcommands: each adds itself to the command line and says how it ended.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace portolan::cli {

// Exit codes of the design's section 8.
enum class Exit : int { ok = 0, refuted = 1, fell_short = 2, usage = 3, internal = 4 };

// Registers the subcommand; what it returns runs if the subcommand was given.
using Command = std::function<Exit()>;
void add_translate(CLI::App& app, Command& chosen);
void add_batch(CLI::App& app, Command& chosen);
void add_verify(CLI::App& app, Command& chosen);
void add_fill(CLI::App& app, Command& chosen);
void add_replay(CLI::App& app, Command& chosen);
void add_lift(CLI::App& app, Command& chosen);
void add_run(CLI::App& app, Command& chosen);
void add_rules(CLI::App& app, Command& chosen);
void add_isa(CLI::App& app, Command& chosen);
void add_doctor(CLI::App& app, Command& chosen);

}  // namespace portolan::cli
