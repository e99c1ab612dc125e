// portolan translate: one file.
#include "translate/translate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/evidence.h"
#include "cli/function_names.h"
#include "cli/output.h"
#include "cli/prototypes.h"
#include "frontends/asm/reader.h"

namespace portolan::cli {
namespace {

struct Arguments {
  std::string input, target, output = "-", evidence, require = "tested", from;
  std::vector<std::string> functions, headers;
  uint32_t tests = 20, test_time = 1500;
  uint64_t seed = 1;
};

// Runs the tester over the translated functions; verdicts stand beside translation.functions.
verify::TestReport test(const Arguments& a, const assembly::Unit& unit, const translate::Translation& translation,
                        Isa target) {
  verify::TestReport nothing;
  std::vector<verify::Boundary> boundaries;
  for (const translate::FunctionReport& f : translation.functions)
    if (f.translated) boundaries.push_back(f.boundary);
  auto source = source_object(unit);
  auto translated = verify::object_of_text(target, translation.assembly, "the translation of " + a.input);
  if (!translated || !source) {
    nothing.problem = translated ? "the source cannot be assembled: " + source.error().message
                                 : "the translation cannot be assembled: " + translated.error().message;
    nothing.verdicts.resize(boundaries.size());
    for (verify::Verdict& v : nothing.verdicts) v.reason = nothing.problem;
    return nothing;
  }
  verify::TestOptions options;
  options.tests = a.tests;
  options.seed = a.seed;
  options.time = std::chrono::milliseconds(a.test_time);
  return verify::test_unit(subject_of(unit, translation, target, *source, *translated), boundaries, options);
}

struct Tally {
  unsigned tested = 0, refuted = 0, unknown = 0, refused = 0;
};

void report_verdict(const Arguments& a, const translate::FunctionReport& f, const verify::Verdict& v, Tally& tally) {
  const SourceLocation where{a.input, f.line, 0};
  switch (v.level) {
    case verify::Verdict::Level::tested:
      ++tally.tested;
      break;
    case verify::Verdict::Level::refuted:
      ++tally.refuted;
      fmt::print(stderr, "{}",
                 to_string(error_at(where, fmt::format("the translation of '{}' is REFUTED: {}", f.name, v.reason))));
      break;
    case verify::Verdict::Level::unknown:
      ++tally.unknown;
      fmt::print(
          stderr, "{}",
          to_string(Diagnostic{Severity::note, where, fmt::format("'{}' is not tested: {}", f.name, v.reason), {}}));
      break;
  }
}

std::string replay_command(const Arguments& a) {
  return fmt::format("portolan replay {}", a.evidence.empty() ? "EVIDENCE" : a.evidence);
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
  if (auto error = add_prototypes(*unit, a.headers, options)) {
    fmt::print(stderr, "{}", to_string(*error));
    return Exit::usage;
  }
  auto translation = translate::translate(*unit, options);
  if (!translation) {
    fmt::print(stderr, "{}", to_string(translation.error()));
    return Exit::internal;
  }
  const bool tests =
      a.require != "none" && std::any_of(translation->functions.begin(), translation->functions.end(),
                                         [](const translate::FunctionReport& f) { return f.translated; });
  std::optional<verify::TestReport> report;
  if (tests) {
    report = test(a, *unit, *translation, *target);
    if (!report->problem.empty()) fmt::print(stderr, "{}: error: {}\n", a.input, report->problem);
  }
  nlohmann::json evidence = {{"source", a.input}, {"from", to_string(unit->isa)}, {"to", to_string(*target)}};
  evidence["options"] = {{"functions", a.functions}, {"proto", a.headers}, {"require", a.require}};
  evidence["output"] = {{"file", a.output}, {"fnv64", hex(fnv64(translation->assembly))}};
  if (report) {
    evidence["engines"] = {{"source", report->source_engine}, {"target", report->target_engine}};
    evidence["replay"] = replay_command(a);
  }
  evidence["functions"] = nlohmann::json::array();
  Tally tally;
  size_t next = 0;
  for (const translate::FunctionReport& f : translation->functions) {
    complete &= f.translated;
    tally.refused += !f.translated;
    for (const Diagnostic& d : f.refusals) fmt::print(stderr, "{}", to_string(d));
    if (f.translated && f.local_only)
      fmt::print(
          stderr, "{}",
          to_string(Diagnostic{Severity::warning,
                               {a.input, f.line, 0},
                               fmt::format("'{}' is not exported: what it takes on the stack or returns in memory "
                                           "may be structures; its prototype would tell (--proto)",
                                           f.name),
                               {}}));
    const verify::Verdict* verdict = report && f.translated ? &report->verdicts[next++] : nullptr;
    if (verdict) report_verdict(a, f, *verdict, tally);
    evidence["functions"].push_back(function_json(f, verdict));
  }
  if (tests) {
    fmt::print(stderr, "portolan: {}: {} tested, {} unknown, {} refuted, {} refused\n", a.input, tally.tested,
               tally.unknown, tally.refuted, tally.refused);
    if (tally.refuted != 0) fmt::print(stderr, "portolan: see the inputs with: {}\n", replay_command(a));
    complete &= tally.unknown == 0 && a.require == "tested";
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
  if (tally.refuted != 0) return Exit::refuted;
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
  command->add_option("--tests", a->tests, "inputs per function; default: 20");
  command->add_option("--seed", a->seed, "of the inputs; default: 1");
  command->add_option("--test-time", a->test_time, "milliseconds for all tests; 0: no limit; default: 1500");
  command->add_option("--evidence", a->evidence, "where the evidence goes, as JSON");
  command->callback([a, &chosen] { chosen = [a] { return run(*a); }; });
}

}  // namespace portolan::cli
