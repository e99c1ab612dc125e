// portolan lift: the IR of a file's functions.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "cli/commands.h"
#include "cli/function_names.h"
#include "cli/input.h"
#include "cli/prototypes.h"
#include "cli/run_kernel.h"
#include "frontends/lifters.h"
#include "translate/translate.h"

namespace portolan::cli {
namespace {

struct Arguments {
  std::string input, isa, raised_for;
  std::vector<std::string> functions;
};

bool wanted(const Arguments& a, const std::string& name) {
  return a.functions.empty() || std::find(a.functions.begin(), a.functions.end(), name) != a.functions.end();
}

Exit run_raised(const Arguments& a, const InputFile& file) {
  translate::TranslateOptions options;
  auto target = isa_from_string(a.raised_for);
  if (!target) {
    fmt::print(stderr, "portolan: error: unknown target '{}'\n", a.raised_for);
    return Exit::usage;
  }
  options.target = *target;
  options.debug_prototypes = debug_prototypes(file);
  raise::RaisedUnit raised = translate::raise(*file.index, options);
  bool complete = true;
  for (const raise::RaisedFunction& f : raised.functions) {
    if (!wanted(a, f.name)) continue;
    for (const Diagnostic& d : f.refusals) fmt::print(stderr, "{}", to_string(d));
    if (f.ok) fmt::print("{}", ir::print(f.function));
    complete &= f.ok;
  }
  return complete ? Exit::ok : Exit::fell_short;
}

Exit run(const Arguments& a) {
  if (is_kernel_file(a.input, a.isa)) {
    if (a.raised_for.empty()) return lift_kernels(a.input, a.functions);
    fmt::print(stderr, "portolan: error: kernels are not raised\n");
    return Exit::usage;
  }
  auto file = read_input(a.input, a.isa, "--from");
  if (!file) {
    fmt::print(stderr, "{}", to_string(file.error()));
    return Exit::usage;
  }
  const assembly::Unit* unit = file->unit.get();
  for (const Diagnostic& d : unit->diagnostics) fmt::print(stderr, "{}", to_string(d));
  if (std::string missing = missing_function(*unit, a.functions); !missing.empty()) {
    fmt::print(stderr, "{}: error: there is no function '{}'; there are: {}\n", a.input, missing,
               function_names(*unit));
    return Exit::usage;
  }
  if (!a.raised_for.empty()) return run_raised(a, *file);
  bool complete = true;
  for (assembly::SymbolId id : unit->functions()) {
    if (!wanted(a, unit->symbols[id].name)) continue;
    assembly::LiftResult lifted = assembly::lift_function(*file->index, frontends::lifter(unit->isa), id);
    for (const Diagnostic& d : lifted.refusals) fmt::print(stderr, "{}", to_string(d));
    complete &= lifted.refusals.empty();
    // A function with a hole where an instruction is not lifted would look like one that has none.
    if (lifted.refusals.empty()) fmt::print("{}", ir::print(lifted.function));
  }
  return complete ? Exit::ok : Exit::fell_short;
}

}  // namespace

void add_lift(CLI::App& app, Command& chosen) {
  auto a = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("lift", "print the IR of a file's functions");
  command->add_option("FILE", a->input, "the file; - is standard input")->required();
  command->add_option("--function", a->functions, "only this function (may be given again)");
  command->add_option("--from", a->isa, "the file's instruction set, when the file does not tell");
  command->add_option("--raised", a->raised_for, "after raising, for this target");
  command->callback([a, &chosen] { chosen = [a] { return run(*a); }; });
}

}  // namespace portolan::cli
