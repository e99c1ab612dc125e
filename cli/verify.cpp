// portolan verify: whether the functions of two files do the same.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "cli/commands.h"
#include "cli/constant_time.h"
#include "cli/input.h"
#include "cli/output.h"
#include "cli/pairing.h"
#include "cli/prover.h"
#include "cli/run_kernel.h"
#include "cli/verify_kernels.h"
#include "cli/verify_report.h"
#include "frontends/lifters.h"
#include "translate/memory_order.h"
#include "verify/judge/constants.h"

namespace portolan::cli {
namespace {

struct Arguments {
  std::string source, target, from, to, require = "tested", evidence, junit, sarif, constant_time, memory_order;
  std::vector<std::string> functions, headers, assume;
  double prove = 10;
  uint32_t tests = 100;
  uint64_t seed = 1;
  bool json = false;
  KernelJudgeOptions kernels;
};

// Seconds of testing that a function gets; the slowest engines run some hundred inputs in it.
constexpr std::chrono::milliseconds kTestTime{1500};

bool assumes_no_alias(const Arguments& a) {
  return std::find(a.assume.begin(), a.assume.end(), "no-alias") != a.assume.end();
}

prove::MemoryOrder memory_order(const Arguments& a) {
  if (a.memory_order == "tso") return prove::MemoryOrder::tso;
  return a.memory_order.empty() ? prove::MemoryOrder::sequential_only : prove::MemoryOrder::relaxed;
}

bool is_concurrent(const InputFile& file, const std::string& function) {
  const auto symbol = file.unit->symbol_by_name.find(function);
  if (symbol == file.unit->symbol_by_name.end()) return false;
  const auto lifted = assembly::lift_function(*file.index, frontends::lifter(file.isa()), symbol->second);
  return translate::is_concurrent(lifted.function);
}

// The label of each pair that others may be watching, as `translate` gives it. x86-64's plain accesses are ordered:
// that they matter may show on the other side alone.
std::string order_label(const Arguments& a, const InputFile& source, const InputFile& target,
                        const verify::Boundary& boundary) {
  const auto order = translate::memory_order_from_string(a.memory_order);
  const bool concurrent = is_concurrent(source, boundary.name) || is_concurrent(target, boundary.target_name);
  return translate::memory_order_label(concurrent, source.isa(), target.isa(),
                                       order.value_or(translate::MemoryOrder::sequential_only));
}

Exit fail(const Diagnostic& d) {
  fmt::print(stderr, "{}", to_string(d));
  return Exit::usage;
}

struct Inputs {
  InputFile source, target;
  emulate::Object source_object, target_object;
};

Expected<Inputs> read_inputs(const Arguments& a) {
  if (a.source == "-" && a.target == "-") return error_at({}, "only one of the two can be standard input");
  auto source = read_input(a.source, a.from, "--from");
  if (!source) return source.error();
  auto target = read_input(a.target, a.to, "--to");
  if (!target) return target.error();
  Inputs inputs{std::move(*source), std::move(*target), {}, {}};
  for (const InputFile* file : {&inputs.source, &inputs.target})
    for (const Diagnostic& d : file->unit->diagnostics) fmt::print(stderr, "{}", to_string(d));
  auto source_object = inputs.source.object(), target_object = inputs.target.object();
  if (!source_object) return source_object.error();
  if (!target_object) return target_object.error();
  inputs.source_object = std::move(*source_object);
  inputs.target_object = std::move(*target_object);
  return inputs;
}

judge::Options judge_options(const Arguments& a, size_t functions) {
  judge::Options options;
  options.run_tests = a.tests != 0;
  options.tests.tests = a.tests;
  options.tests.seed = a.seed;
  options.tests.overlaps = !assumes_no_alias(a);
  options.tests.time = kTestTime * functions;
  if (isatty(2)) options.progress = [](const verify::Boundary& b) { fmt::print(stderr, "\r{:<60.60}\r", b.name); };
  return options;
}

ConstantTimeOptions constant_time_options(const Arguments& a, std::vector<SecretArgument> secrets) {
  ConstantTimeOptions options;
  options.secrets = std::move(secrets);
  options.seed = a.seed;
  return options;
}

void judge_constant_time(const Arguments& a, const Inputs& inputs, const verify::Subject& subject, VerifyRun& run) {
  if (a.constant_time.empty()) return;
  run.secrets = *parse_secrets(a.constant_time);
  ConstantTimeJudge judge(inputs.source, subject.source, &inputs.target, &subject.target,
                          constant_time_options(a, run.secrets));
  for (const verify::Boundary& b : run.boundaries) run.constant_time.push_back(judge.judge(b));
}

Exit write_reports(const Arguments& a, const nlohmann::json& evidence, const std::string& text,
                   const QueryStore& queries, Exit exit) {
  fmt::print("{}", a.json ? evidence.dump(2) + "\n" : text);
  std::optional<Diagnostic> error;
  if (!a.evidence.empty()) error = write_output(a.evidence, evidence.dump(2) + "\n");
  if (!error) error = queries.write();
  if (!error && !a.junit.empty()) error = write_output(a.junit, junit_of(evidence, a.require));
  if (!error && !a.sarif.empty()) error = write_output(a.sarif, sarif_of(evidence, a.require));
  return error ? fail(*error) : exit;
}

// One file, and no other that it is to be equal to: what it shows of its secrets.
Exit run_alone(const Arguments& a) {
  auto source = read_input(a.source, a.from, "--from");
  if (!source) return fail(source.error());
  for (const Diagnostic& d : source->unit->diagnostics) fmt::print(stderr, "{}", to_string(d));
  auto object = source->object();
  if (!object) return fail(object.error());
  for (const std::string& name : a.functions)
    if (!has_function(*source->unit, name))
      return fail(error_at({source->path, 0, 0}, fmt::format("there is no function '{}'", name)));
  std::vector<translate::Names> names;
  for (const assembly::SymbolId f : source->unit->functions()) {
    const std::string& name = source->unit->symbols[f].name;
    if (a.functions.empty() || std::find(a.functions.begin(), a.functions.end(), name) != a.functions.end())
      names.emplace_back(name, name);
  }
  auto file = pair_file(a.headers, *source);
  if (!file) return fail(file.error());
  VerifyRun run;
  run.boundaries = translate::describe_pairs(*file, *file, names);
  run.secrets = *parse_secrets(a.constant_time);
  run.options = {{"functions", a.functions}, {"proto", a.headers}, {"seed", hex(a.seed)}};
  run.evidence_path = a.evidence;
  ConstantTimeJudge judge(*source, *object, nullptr, nullptr, constant_time_options(a, run.secrets));
  for (const verify::Boundary& b : run.boundaries) run.constant_time.push_back(judge.judge(b));
  QueryStore queries(a.evidence);
  return write_reports(a, evidence_json(*source, run), text_of(run), queries, exit_of(run));
}

Exit run(const Arguments& a) {
  if (!a.constant_time.empty())
    if (auto secrets = parse_secrets(a.constant_time); !secrets) return fail(secrets.error());
  if (a.target.empty() && a.constant_time.empty())
    return fail(error_at({}, "a target is missing; one file alone can be judged with --constant-time only"));
  if (a.target.empty()) return run_alone(a);
  if (is_kernel_file(a.source, a.from) || is_kernel_file(a.target, a.to)) {
    KernelJudgeOptions judging = a.kernels;
    judging.tests = a.tests, judging.seed = a.seed;
    return verify_kernels({a.source, a.target, a.require, a.evidence, a.junit, a.sarif, a.functions, judging, a.json});
  }
  auto inputs = read_inputs(a);
  if (!inputs) return fail(inputs.error());
  if (a.memory_order == "tso" && inputs->source.isa() != Isa::x86_64)
    return fail(error_at({}, "--memory-order tso is the order of x86-64: the source has another"));
  VerifyRun run;
  auto pairs = find_pairs(a.functions, *inputs->source.unit, *inputs->target.unit, run.missing);
  if (!pairs) return fail(pairs.error());
  auto source = pair_file(a.headers, inputs->source), target = pair_file(a.headers, inputs->target);
  if (!source || !target) return fail((source ? target : source).error());
  run.boundaries = translate::describe_pairs(*source, *target, *pairs);
  verify::Subject subject{inputs->source.isa(),
                          inputs->target.isa(),
                          std::move(inputs->source_object),
                          std::move(inputs->target_object),
                          {},
                          translate::external_signatures(*source)};
  for (const assembly::SymbolId f : inputs->source.unit->functions())
    if (const std::string& name = inputs->source.unit->symbols[f].name; !has_function(*inputs->target.unit, name))
      subject.missing.insert(name);
  judge::Options options = judge_options(a, pairs->size());
  options.tests.constants = judge::constants_of(source->index, target->index);
  options.prover = make_prover({source->index, target->index, all_boundaries(*source, *target, run.boundaries), a.prove,
                                [&](const std::string& function, const std::string& format) {
                                  return translate::describe_call(*source, *target, function, format);
                                },
                                assumes_no_alias(a), memory_order(a)});
  run.report = judge::judge(subject, run.boundaries, options);
  if (isatty(2)) fmt::print(stderr, "\r{:<60}\r", "");
  if (!run.report.problem.empty()) fmt::print(stderr, "portolan: error: nothing can be run: {}\n", run.report.problem);

  run.requirement = *judge::requirement_from_string(a.require);
  run.options = {{"functions", a.functions}, {"proto", a.headers}, {"require", a.require},
                 {"prove_seconds", a.prove}, {"tests", a.tests},   {"seed", hex(a.seed)}};
  if (!run.report.stand_ins.empty()) run.options["stand_ins"] = run.report.stand_ins;
  if (!a.assume.empty()) run.options["assume"] = a.assume;
  if (!a.memory_order.empty()) run.options["memory_order"] = a.memory_order;
  for (const verify::Boundary& b : run.boundaries)
    run.order_labels.push_back(order_label(a, inputs->source, inputs->target, b));
  run.evidence_path = a.evidence;
  judge_constant_time(a, *inputs, subject, run);
  QueryStore queries(a.evidence);
  nlohmann::json evidence = evidence_json(inputs->source, inputs->target, run, queries);
  print_refutations(inputs->source, inputs->target, subject, run, evidence);
  return write_reports(a, evidence, text_of(run), queries, exit_of(run));
}

}  // namespace

void add_verify(CLI::App& app, Command& chosen) {
  auto a = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("verify", "judge whether the functions of two files do the same");
  command->add_option("SOURCE", a->source, "assembler text or an object: what is right")->required();
  command->add_option("TARGET", a->target, "what is judged; of any of the instruction sets");
  command->add_option("--function", a->functions, "only this one; NAME=NAME where they differ (may be given again)");
  command->add_option("--proto", a->headers, "a C header or .prototypes file (may be given again)");
  command->add_option("--from", a->from, "the source's instruction set, when the file does not tell");
  command->add_option("--to", a->to, "the target's instruction set, when the file does not tell");
  command->add_option("--require", a->require, "proved, bounded, tested (default) or none")
      ->check(CLI::IsMember({"proved", "bounded", "tested", "none"}));
  command->add_option("--prove", a->prove, "seconds for the proof of each function; 0: tests only; default: 10")
      ->check(CLI::Range(0.0, 86400.0));
  command
      ->add_option("--memory-order", a->memory_order,
                   "tso (of x86-64) or relaxed: say too whether other threads see the same accesses in the same order")
      ->check(CLI::IsMember({"tso", "relaxed"}));
  command->add_option("--assume", a->assume, "no-alias: what pointer arguments reach does not overlap")
      ->check(CLI::IsMember({"no-alias"}));
  command->add_option("--constant-time", a->constant_time,
                      "secret=arg1,*arg2: say too whether time depends on these arguments, or on what they point to; "
                      "without TARGET of SOURCE alone");
  command->add_option("--tests", a->tests, "inputs per function; 0: no tests; default: 100");
  command->add_option("--seed", a->seed, "of the inputs; default: 1");
  command->add_flag("--json", a->json, "the evidence on standard output instead of text");
  command->add_option("--evidence", a->evidence, "where the evidence goes, as JSON");
  command->add_option("--junit", a->junit, "a JUnit report");
  command->add_option("--sarif", a->sarif, "a SARIF 2.1.0 report");
  add_kernel_options(*command, a->kernels);
  command->callback([a, &chosen] { chosen = [a] { return run(*a); }; });
}

}  // namespace portolan::cli
