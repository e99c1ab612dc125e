#include <fmt/format.h>
#include <unistd.h>

#include <csignal>

#include "cli/commands.h"

int main(int argc, char** argv) {
  using namespace portolan::cli;
  // A broken invariant of our own, which has said what it is.
  std::signal(SIGABRT, [](int) { _exit(static_cast<int>(Exit::internal)); });
  CLI::App app{
      "Portolan carries kernels from one instruction set to another and shows how it knows that they arrived intact."};
  app.name("portolan");
  app.require_subcommand(1);
  app.set_version_flag("--version", "portolan 0.1.0");
  Command chosen;
  add_translate(app, chosen);
  add_batch(app, chosen);
  add_replay(app, chosen);
  add_lift(app, chosen);
  add_isa(app, chosen);
  add_doctor(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(Exit::usage);
  }
  return static_cast<int>(chosen());
}
