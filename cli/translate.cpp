// portolan translate: one file.
#include "translate/translate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/evidence.h"
#include "cli/function_names.h"
#include "cli/input.h"
#include "cli/model_options.h"
#include "cli/output.h"
#include "cli/proposing.h"
#include "cli/prototypes.h"
#include "cli/refuted_mark.h"
#include "cli/report.h"
#include "cli/translate_kernels.h"
#include "frontends/entry_labels.h"

namespace portolan::cli {
namespace {

Exit fail(const Diagnostic& d) {
  fmt::print(stderr, "{}", to_string(d));
  return Exit::usage;
}

struct Arguments {
  std::string input, target, output = "-", evidence, require = "tested", from, memory_order;
  std::vector<std::string> functions, headers;
  uint32_t tests = 20, test_time = 1500;
  uint64_t seed = 1;
  double prove = -1;  // not given
  std::vector<std::string> proposers = {"llvm", "rules"};
  std::vector<std::string> rules;  // files
  ModelOptions model;
  KernelJudgeOptions kernels;
};

// What was translated and judged, by function.
struct Judged {
  translate::Translation translation;
  judge::Report report;                        // verdicts stand beside the functions
  std::map<std::string, nlohmann::json> made;  // how, where there is something to say
};

judge::Verdict refused(const translate::FunctionReport& f) {
  judge::Verdict verdict;
  verdict.level = judge::Level::refused;
  for (const Diagnostic& d : f.refusals) verdict.detail += (verdict.detail.empty() ? "" : "; ") + d.message;
  return verdict;
}

JudgeSettings settings_of(const Arguments& a, bool untrusted) {
  return {a.require != "none" || untrusted, a.tests, a.seed, std::chrono::milliseconds(a.test_time), a.prove};
}

judge::Report judge_all(const Arguments& a, const Judging& judging, const translate::Translation& translation,
                        bool untrusted) {
  std::vector<verify::Boundary> boundaries;
  std::set<std::string> missing;
  for (const translate::FunctionReport& f : translation.functions)
    if (f.translated)
      boundaries.push_back(f.boundary);
    else
      missing.insert(f.boundary.target_name);
  // Assembling both sides is an eighth of the work: only for those who judge.
  const bool wanted = (a.require != "none" || a.prove > 0 || untrusted) && !boundaries.empty();
  judge::Report judged;
  if (wanted) judged = judging.judge(translation.assembly, boundaries, boundaries, missing, settings_of(a, untrusted));
  judge::Report report{{}, judged.source_engine, judged.target_engine, judged.problem, judged.stand_ins};
  size_t next = 0;
  for (const translate::FunctionReport& f : translation.functions) {
    judge::Verdict verdict;
    if (!f.translated)
      verdict = refused(f);
    else if (next < judged.verdicts.size())
      verdict = std::move(judged.verdicts[next++]);
    else if (wanted)
      verdict.level = judge::Level::unknown, verdict.reason = "unsupported", verdict.detail = judged.problem;
    report.verdicts.push_back(std::move(verdict));
  }
  return report;
}

void report_verdict(const Arguments& a, const translate::FunctionReport& f, const judge::Verdict& v) {
  const SourceLocation where{a.input, f.line, 0};
  for (const Diagnostic& d : f.refusals) fmt::print(stderr, "{}", to_string(d));
  if (f.translated && f.local_only)
    fmt::print(stderr, "{}",
               to_string(Diagnostic{Severity::warning,
                                    where,
                                    fmt::format("'{}' is not exported: what it takes on the stack or returns in memory "
                                                "may be structures; its prototype would tell (--proto)",
                                                f.name),
                                    {}}));
  if (f.translated && f.memory_order == "sequential-only")
    fmt::print(
        stderr, "{}",
        to_string(Diagnostic{Severity::warning,
                             where,
                             fmt::format("'{}' is sequential-only: it has atomic accesses or fences, or waits for "
                                         "what others write, and the order of its accesses is not kept; --memory-order "
                                         "says what is wanted",
                                         f.name),
                             {}}));
  if (v.level == judge::Level::refuted)
    fmt::print(stderr, "{}",
               to_string(error_at(where, fmt::format("the translation of '{}' is REFUTED: {}", f.name, v.detail))));
  if (v.level == judge::Level::unknown)
    fmt::print(stderr, "{}",
               to_string(Diagnostic{
                   Severity::note, where, fmt::format("nothing is claimed of '{}': {}", f.name, v.detail), {}}));
}

nlohmann::json function_json(const translate::FunctionReport& f, const judge::Verdict& verdict, const Judged& judged,
                             QueryStore& queries) {
  nlohmann::json j = {{"name", f.name},
                      {"line", f.line},
                      {"instructions_in", f.instructions_in},
                      {"instructions_out", f.instructions_out},
                      {"assumptions", f.assumptions},
                      {"rules", f.rules},
                      {"verdict", verdict_json(f.boundary, verdict, queries)}};
  if (!f.memory_order.empty()) j["memory_order"] = f.memory_order;
  if (!f.proposer.empty()) j["proposer"] = f.proposer;
  if (const auto made = judged.made.find(f.name); made != judged.made.end()) j["guess"] = made->second;
  for (const Diagnostic& d : f.refusals) j["refusals"].push_back({{"line", d.location.line}, {"reason", d.message}});
  return j;
}

std::string replay_command(const Arguments& a) {
  return fmt::format("portolan replay {}", a.evidence.empty() ? "EVIDENCE" : a.evidence);
}

nlohmann::json evidence_of(const Arguments& a, const InputFile& source, Isa target, const Judged& judged,
                           QueryStore& queries) {
  nlohmann::json evidence = {
      {"schema", "portolan-evidence-1"}, {"tool", "portolan 0.1.0"}, {"build", build_id()},
      {"command", "translate"},          {"source", a.input},        {"from", to_string(source.isa())},
      {"to", to_string(target)}};
  evidence["options"] = {{"functions", a.functions}, {"proto", a.headers}, {"require", a.require},
                         {"prove_seconds", a.prove}, {"tests", a.tests},   {"seed", hex(a.seed)},
                         {"proposers", a.proposers}};
  if (!judged.report.stand_ins.empty()) evidence["options"]["stand_ins"] = judged.report.stand_ins;
  evidence["output"] = {{"file", a.output}};
  if (!judged.report.source_engine.empty()) {
    evidence["engines"] = {{"source", judged.report.source_engine}, {"target", judged.report.target_engine}};
    evidence["replay"] = replay_command(a);
  }
  evidence["functions"] = nlohmann::json::array();
  for (size_t n = 0; n < judged.translation.functions.size(); ++n)
    evidence["functions"].push_back(
        function_json(judged.translation.functions[n], judged.report.verdicts[n], judged, queries));
  return evidence;
}

// Functions by proposers that nobody trusts must be what is required, whatever becomes of the others. True: one was
// not, and is not put in again.
bool reject_short(const Arguments& a, const Judged& judged, Proposing& proposing) {
  const auto required = std::max(*judge::requirement_from_string(a.require), judge::Requirement::tested);
  bool any = false;
  for (size_t n = 0; n < judged.translation.functions.size(); ++n) {
    const translate::FunctionReport& f = judged.translation.functions[n];
    const judge::Verdict& verdict = judged.report.verdicts[n];
    if (!f.translated || f.proposer == "llvm" || judge::reaches(verdict.level, required)) continue;
    proposing.reject(f.name, fmt::format("{}: {}", judge::word(verdict), judge::sentence(verdict, f.boundary)));
    any = true;
  }
  return any;
}

// Translates and judges; with --require proved again and again without what was not proved, until all that is left is.
Expected<Judged> translate_and_judge(const Arguments& a, const InputFile& source, Isa target,
                                     const HeaderPair& prototypes) {
  translate::TranslateOptions options{target, {}, prototypes.source, debug_prototypes(source), nullptr};
  if (!a.memory_order.empty()) options.memory_order = *translate::memory_order_from_string(a.memory_order);
  ProposeOptions propose{{}, a.proposers, *judge::requirement_from_string(a.require), settings_of(a, true)};
  if (std::find(a.proposers.begin(), a.proposers.end(), "model") != a.proposers.end()) {
    auto configuration = configure(a.model);
    if (!configuration) return configuration.error();
    propose.configuration.model = std::move(*configuration);
  }
  // Each is proved before it is used, like those that are built in.
  for (const std::string& path : a.rules) {
    auto book = rules::read_book(path);
    if (!book) return book.error();
    if (!book->errors.empty()) return book->errors.front();
    auto& instances = propose.configuration.rules.instances;
    std::move(book->instances.begin(), book->instances.end(), std::back_inserter(instances));
  }
  const Judging judging(source, target, prototypes);
  Proposing proposing(source, judging, std::move(options), std::move(propose));
  std::vector<std::string> functions = a.functions;
  std::vector<translate::FunctionReport> dropped;
  std::vector<judge::Verdict> dropped_verdicts;
  for (;;) {
    auto translation = proposing.make(functions);
    if (!translation) return translation.error();
    Judged judged{std::move(*translation), {}, {}};
    judged.report = judge_all(a, judging, judged.translation, proposing.untrusted());
    if (reject_short(a, judged, proposing)) continue;
    for (const translate::FunctionReport& f : judged.translation.functions)
      if (nlohmann::json made = proposing.evidence(f.name); !made.is_null())
        judged.made.emplace(f.name, std::move(made));
    std::vector<std::string> kept;
    size_t translated = 0;
    for (size_t n = 0; n < judged.translation.functions.size(); ++n) {
      const translate::FunctionReport& f = judged.translation.functions[n];
      if (!f.translated) continue;
      ++translated;
      if (a.require != "proved" || judged.report.verdicts[n].level == judge::Level::proved) {
        kept.push_back(f.name);
        continue;
      }
      dropped.push_back(f);
      dropped.back().refusals.push_back(error_at(
          {a.input, f.line, 0},
          fmt::format("'{}' is left out because it is not proved: {}: {}", f.name,
                      judge::word(judged.report.verdicts[n]), judge::sentence(judged.report.verdicts[n], f.boundary))));
      dropped_verdicts.push_back(std::move(judged.report.verdicts[n]));
    }
    if (kept.size() == translated || kept.empty()) {
      if (kept.empty() && translated != 0) judged = {};
      for (size_t n = 0; n < dropped.size(); ++n) {
        judged.translation.functions.push_back(std::move(dropped[n]));
        judged.report.verdicts.push_back(std::move(dropped_verdicts[n]));
      }
      return judged;
    }
    functions = std::move(kept);
  }
}

bool same_file(const std::string& a, const std::string& b) {
  std::error_code none;
  if (a == "-" || b == "-" || a.empty() || b.empty()) return false;
  // Devices and pipes hold nothing that could be lost.
  if (std::filesystem::exists(a, none) && !std::filesystem::is_regular_file(a, none)) return false;
  return std::filesystem::equivalent(a, b, none) ||
         std::filesystem::weakly_canonical(a, none) == std::filesystem::weakly_canonical(b, none);
}

// A result may replace an earlier one, but neither what it is made from nor the other result.
std::optional<std::string> overwritten(const Arguments& a) {
  std::vector<std::string> inputs = a.headers;
  inputs.push_back(a.input);
  for (const std::string& result : {a.output, a.evidence})
    for (const std::string& input : inputs)
      if (same_file(result, input))
        return fmt::format("{}: error: it is an input, and a result would overwrite it", result);
  if (same_file(a.output, a.evidence)) return fmt::format("{}: error: both -o and --evidence name it", a.output);
  return std::nullopt;
}

Exit run(const Arguments& a) {
  if (const auto problem = overwritten(a)) {
    fmt::print(stderr, "{}\n", *problem);
    return Exit::usage;
  }
  if (is_kernel_target(a.target)) {
    KernelJudgeOptions judging = a.kernels;
    judging.tests = a.tests, judging.seed = a.seed, judging.run = a.require != "none";
    return translate_kernels({a.input, a.output, a.evidence, a.target, a.require, a.functions, judging});
  }
  auto target = isa_from_string(a.target);
  if (!target) {
    fmt::print(stderr, "portolan: error: unknown target '{}'; known: x86-64 aarch64 riscv64, of PTX {}\n", a.target,
               amdgcn::processor_names("amdgcn:"));
    return Exit::usage;
  }
  auto source = read_input(a.input, a.from, "--from");
  if (!source) return fail(source.error());
  for (const Diagnostic& d : source->unit->diagnostics) fmt::print(stderr, "{}", to_string(d));
  const auto has_code = [](const assembly::Section& s) { return s.executable && !s.instructions.empty(); };
  const bool nameless = source->unit->functions().empty() &&
                        std::any_of(source->unit->sections.begin(), source->unit->sections.end(), has_code);
  if (nameless)
    fmt::print(stderr,
               "{}: error: there is code, and no function: .globl NAME or .type NAME, @function makes one of a label\n",
               a.input);
  if (std::string missing = missing_function(*source->unit, a.functions); !missing.empty()) {
    fmt::print(stderr, "{}: error: there is no function '{}'\n", a.input, missing);
    return Exit::usage;
  }
  if (a.memory_order == "tso" && source->isa() != Isa::x86_64) {
    fmt::print(stderr, "{}: error: tso is the order of x86-64; what {} has is relaxed\n", a.input,
               to_string(source->isa()));
    return Exit::usage;
  }
  auto source_headers = read_headers(a.headers, source->isa()), target_headers = read_headers(a.headers, *target);
  if (!source_headers || !target_headers) return fail((source_headers ? target_headers : source_headers).error());
  auto judged = translate_and_judge(a, *source, *target, {std::move(*source_headers), std::move(*target_headers)});
  if (!judged) {
    fmt::print(stderr, "{}", to_string(judged.error()));
    return judged.error().location.file.empty() ? Exit::usage : Exit::internal;
  }
  if (!judged->report.problem.empty()) fmt::print(stderr, "{}: error: {}\n", a.input, judged->report.problem);
  QueryStore queries(a.evidence);
  nlohmann::json evidence = evidence_of(a, *source, *target, *judged, queries);
  const std::string text = mark_refuted(judged->translation.assembly, *target, evidence["functions"]);
  evidence["sides"] = {{"source", {{"file", a.input}, {"sha256", sha256(source->contents)}}},
                       {"target", {{"file", a.output}, {"sha256", sha256(text)}}}};
  std::map<judge::Level, unsigned> counts;
  for (size_t n = 0; n < judged->translation.functions.size(); ++n) {
    report_verdict(a, judged->translation.functions[n], judged->report.verdicts[n]);
    ++counts[judged->report.verdicts[n].level];
  }
  if (a.require != "none") {
    fmt::print(stderr, "portolan: {}: {}\n", a.input, judge::tally(judged->report.verdicts));
    const auto& verdicts = judged->report.verdicts;
    if (std::any_of(verdicts.begin(), verdicts.end(), [](const judge::Verdict& v) {
          return v.level == judge::Level::unknown && v.reason == "resource-limit";
        }))
      fmt::print(stderr, "portolan: --test-time gives the tests more than {} ms for the file\n", a.test_time);
    if (counts[judge::Level::refuted] != 0)
      fmt::print(stderr, "portolan: see the inputs with: {}\n", replay_command(a));
  }
  std::optional<Diagnostic> error = write_output(a.output, text);
  if (!error && !a.evidence.empty()) error = write_output(a.evidence, evidence.dump(2) + "\n");
  if (!error) error = queries.write();
  if (error) return fail(*error);
  const std::vector<Diagnostic> lost = frontends::lost_addresses(*source->index);
  for (const Diagnostic& d : lost) fmt::print(stderr, "{}", to_string(d));
  const Exit exit = static_cast<Exit>(evidence_exit(evidence, a.require));
  return exit == Exit::ok && (source->has_errors() || !lost.empty() || nameless) ? Exit::fell_short : exit;
}

}  // namespace

void add_translate(CLI::App& app, Command& chosen) {
  auto a = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("translate", "translate one assembler or object file");
  command->add_option("FILE", a->input, "the file; - is standard input")->required();
  command->add_option("--to", a->target, "x86-64, aarch64 or riscv64; of PTX: amdgcn:gfx1100, amdgcn:gfx942, …")
      ->required();
  command->add_option("--from", a->from, "the source's instruction set, when the file does not tell");
  command->add_option("-o,--output", a->output, "where the result goes; default: standard output");
  command->add_option("--function", a->functions, "only this function (may be given again)");
  command->add_option("--proto", a->headers, "a C header or .prototypes file (may be given again)");
  command->add_option("--require", a->require, "proved, bounded, tested (default) or none")
      ->check(CLI::IsMember({"proved", "bounded", "tested", "none"}));
  command->add_option("--tests", a->tests, "inputs per function; default: 20");
  command->add_option("--seed", a->seed, "of the inputs; default: 1");
  command->add_option("--test-time", a->test_time, "milliseconds for all tests; 0: no limit; default: 1500");
  command
      ->add_option("--prove", a->prove, "seconds for the proof of each function; default: 0, with --require proved 10")
      ->check(CLI::Range(0.0, 86400.0));
  add_proposers_option(*command, a->proposers);
  command->add_option("--rules", a->rules,
                      "rules: a .rule file or a folder of them, beside the built-in ones (may be given again)");
  add_model_options(*command, a->model);
  command
      ->add_option("--memory-order", a->memory_order,
                   "tso: other threads see plain accesses in x86-64's order; relaxed: atomic accesses and fences only; "
                   "default: neither, and concurrent functions are labelled sequential-only")
      ->check(CLI::IsMember({"tso", "relaxed"}));
  command->add_option("--evidence", a->evidence, "where the evidence goes, as JSON");
  add_kernel_options(*command, a->kernels);
  command->callback([a, &chosen] {
    // Who requires proofs wants them tried.
    if (a->prove < 0) a->prove = a->require == "proved" || a->require == "bounded" ? 10 : 0;
    chosen = [a] { return run(*a); };
  });
}

}  // namespace portolan::cli
