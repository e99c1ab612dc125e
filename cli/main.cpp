#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <system_error>

#include "cli/commands.h"
#include "cli/port.h"

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
  add_verify(app, chosen);
  add_fill(app, chosen);
  add_replay(app, chosen);
  add_lift(app, chosen);
  add_run(app, chosen);
  add_rules(app, chosen);
  add_port(app, chosen);
  add_isa(app, chosen);
  add_doctor(app, chosen);
  if (argc > 1 && argv[1][0] != '-' &&
      app.get_subcommands([&](CLI::App* command) { return command->check_name(argv[1]); }).empty()) {
    fmt::print(stderr, "portolan: error: there is no command '{}'; portolan --help lists them\n", argv[1]);
    return static_cast<int>(Exit::usage);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(Exit::usage);
  }
  Exit status = Exit::internal;
  std::string failure;
  try {
    status = chosen();
    if (std::fflush(stdout) != 0) failure = std::strerror(errno);
  } catch (const std::system_error& error) {  // fmt::print on a full disk, say
    failure = error.what();
  }
  // What could not be written whole must not look like success.
  if (failure.empty() && std::ferror(stdout) != 0) failure = "not everything could be written";
  if (failure.empty()) return static_cast<int>(status);
  fmt::print(stderr, "portolan: error: standard output: {}\n", failure);
  return static_cast<int>(status == Exit::ok || status == Exit::internal ? Exit::usage : status);
}
