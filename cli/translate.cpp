// portolan translate: one file.
#include "translate/translate.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/commands.h"
#include "cli/output.h"
#include "frontends/asm/reader.h"
#include "translate/abi/prototypes.h"

namespace portolan::cli {
namespace {

struct Arguments {
  std::string input, target, output = "-", evidence, require = "tested", from;
  std::vector<std::string> functions, headers;
};

nlohmann::json function_json(const translate::FunctionReport& f) {
  nlohmann::json j = {{"name", f.name},
                      {"instructions_in", f.instructions_in},
                      {"instructions_out", f.instructions_out},
                      {"assumptions", f.assumptions}};
  if (f.translated) {
    j["verdict"] = {{"level", "unknown"}, {"reason", "not tested"}};
  } else {
    j["verdict"] = {{"level", "refused"}};
    for (const Diagnostic& d : f.refusals) j["refusals"].push_back({{"line", d.location.line}, {"reason", d.message}});
  }
  return j;
}

// The first of the wanted functions that the unit does not have, or empty.
std::string missing_function(const assembly::Unit& unit, const std::vector<std::string>& wanted) {
  std::set<std::string_view> known;
  for (assembly::SymbolId f : unit.functions()) known.insert(unit.symbols[f].name);
  for (const std::string& name : wanted)
    if (!known.count(name)) return name;
  return {};
}

Exit run(const Arguments& a) {
  auto target = isa_from_string(a.target);
  if (!target) {
    fmt::print(stderr, "portolan: error: unknown target '{}'; known: x86-64 aarch64 riscv64\n", a.target);
    return Exit::usage;
  }
  assembly::ReadOptions read;
  if (!a.from.empty()) {
    read.isa = isa_from_string(a.from);
    if (!read.isa) {
      fmt::print(stderr, "portolan: error: unknown source '{}'; known: x86-64 aarch64 riscv64\n", a.from);
      return Exit::usage;
    }
  }
  auto unit = assembly::read_unit_from_file(a.input, read);
  if (!unit) {
    fmt::print(stderr, "{}", to_string(unit.error()));
    return Exit::usage;
  }
  bool complete = true;
  for (const Diagnostic& d : unit->diagnostics) {
    complete &= d.severity != Severity::error;
    fmt::print(stderr, "{}", to_string(d));
  }
  if (std::string missing = missing_function(*unit, a.functions); !missing.empty()) {
    fmt::print(stderr, "{}: error: there is no function '{}'\n", a.input, missing);
    return Exit::usage;
  }
  translate::TranslateOptions options;
  options.target = *target;
  options.functions = a.functions;
  for (const std::string& header : a.headers) {
    auto prototypes = abi::load_prototypes_from_header(header, unit->isa);
    if (!prototypes) {
      fmt::print(stderr, "{}", to_string(prototypes.error()));
      return Exit::usage;
    }
    options.prototypes.merge(*prototypes);
  }
  auto translation = translate::translate(*unit, options);
  if (!translation) {
    fmt::print(stderr, "{}", to_string(translation.error()));
    return Exit::internal;
  }
  nlohmann::json evidence = {{"source", a.input}, {"from", to_string(unit->isa)}, {"to", to_string(*target)}};
  evidence["functions"] = nlohmann::json::array();
  for (const translate::FunctionReport& f : translation->functions) {
    complete &= f.translated;
    for (const Diagnostic& d : f.refusals) fmt::print(stderr, "{}", to_string(d));
    evidence["functions"].push_back(function_json(f));
  }
  if (auto error = write_output(a.output, translation->assembly)) {
    fmt::print(stderr, "{}", to_string(*error));
    return Exit::usage;
  }
  if (!a.evidence.empty())
    if (auto error = write_output(a.evidence, evidence.dump(2) + "\n")) {
      fmt::print(stderr, "{}", to_string(*error));
      return Exit::usage;
    }
  return complete ? Exit::ok : Exit::fell_short;
}

}  // namespace

void add_translate(CLI::App& app, Command& chosen) {
  auto a = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("translate", "translate one assembler or object file");
  command->add_option("FILE", a->input, "the file; - is standard input")->required();
  command->add_option("--to", a->target, "x86-64, aarch64 or riscv64")->required();
  command->add_option("--from", a->from, "the source's instruction set, when the file does not tell");
  command->add_option("-o,--output", a->output, "where the result goes; default: standard output");
  command->add_option("--function", a->functions, "only this function (may be given again)");
  command->add_option("--proto", a->headers, "a C header or .prototypes file (may be given again)");
  command->add_option("--require", a->require, "proved, bounded, tested (default) or none")
      ->check(CLI::IsMember({"proved", "bounded", "tested", "none"}));
  command->add_option("--evidence", a->evidence, "where the evidence goes, as JSON");
  command->callback([a, &chosen] { chosen = [a] { return run(*a); }; });
}

}  // namespace portolan::cli
