// portolan fill: completes a sketch so that it does the same as the source.
#include "translate/sketch/filling/fill.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <set>

#include "cli/commands.h"
#include "cli/evidence.h"
#include "cli/output.h"
#include "cli/pairing.h"
#include "cli/prover.h"
#include "frontends/asm/detect.h"
#include "verify/judge/constants.h"
#include "verify/tester.h"

namespace portolan::cli {
namespace {

using sketch::filling::FillResult;
using sketch::filling::Judgement;
using Status = FillResult::Status;

struct Arguments {
  std::string sketch, source, from, to, require = "tested", output;
  std::vector<std::string> functions, headers;
  double time = 20, prove = 10;
  uint32_t tests = 100;
  uint64_t seed = 1;
  bool json = false;
};

constexpr std::chrono::milliseconds kTestTime{1500};  // for each function of a candidate
constexpr uint32_t kManyTests = 1000;                 // of one that is taken without a proof

Exit fail(const Diagnostic& d) {
  fmt::print(stderr, "{}", to_string(d));
  return Exit::usage;
}

Expected<sketch::Sketch> read_sketch(const Arguments& a) {
  auto contents = read_contents(a.sketch);
  if (!contents) return contents.error();
  const std::string name = a.sketch == "-" ? "<stdin>" : a.sketch;
  std::optional<Isa> isa;
  if (!a.to.empty()) {
    isa = isa_from_string(a.to);
    if (!isa)
      return error_at({}, fmt::format("--to: unknown instruction set '{}'; known: x86-64 aarch64 riscv64", a.to));
  } else {
    const std::vector<Isa> likely = assembly::likely_isas(*contents);
    if (likely.size() != 1)
      return error_at({name, 0, 0}, "it is not clear which instruction set this is for: give --to");
    isa = likely.front();
  }
  return sketch::parse(*contents, name, *isa);
}

class Fill {
 public:
  explicit Fill(const Arguments& arguments) : a_(arguments) {}
  Exit run();

 private:
  struct Candidate {
    InputFile file;
    translate::PairedFile paired;
    std::vector<verify::Boundary> boundaries;
    std::map<std::string, verify::Boundary> all;
  };
  Expected<Candidate> candidate(const std::string& text) const;
  Judgement judge(const std::string& text, std::chrono::milliseconds left) const;
  Judgement test_more(const std::string& text) const;
  Judgement judged(const std::string& text, const verify::TestOptions& tests, double prove) const;
  Exit report(const FillResult& result) const;
  nlohmann::json json_of(const FillResult& result) const;

  const Arguments& a_;
  std::optional<sketch::Sketch> sketch_;
  std::optional<InputFile> source_;
  std::optional<translate::PairedFile> paired_;
  emulate::Object source_object_;
  std::vector<std::string> functions_;
};

Expected<Fill::Candidate> Fill::candidate(const std::string& text) const {
  auto file = input_of_text(sketch_->file, text, sketch_->isa);
  if (!file) return file.error();
  for (const Diagnostic& d : file->unit->diagnostics)
    if (d.severity == Severity::error) return d;
  std::vector<std::string> missing;
  auto pairs = find_pairs(functions_, *source_->unit, *file->unit, missing);
  if (!pairs) return pairs.error();
  auto target = pair_file(a_.headers, *file);
  if (!target) return target.error();
  std::vector<verify::Boundary> boundaries = translate::describe_pairs(*paired_, *target, *pairs);
  std::map<std::string, verify::Boundary> all = all_boundaries(*paired_, *target, boundaries);
  return Candidate{std::move(*file), std::move(*target), std::move(boundaries), std::move(all)};
}

Judgement Fill::judge(const std::string& text, std::chrono::milliseconds left) const {
  verify::TestOptions tests;
  tests.tests = a_.tests;
  tests.seed = a_.seed + 1;  // other inputs than those that chose the filling
  tests.time = kTestTime;
  return judged(text, tests, std::min(a_.prove, std::chrono::duration<double>(left).count()));
}

Judgement Fill::test_more(const std::string& text) const {
  verify::TestOptions tests;
  tests.tests = std::max<uint32_t>(a_.tests, kManyTests);
  tests.seed = a_.seed + 2;
  tests.time = 2 * kTestTime;
  return judged(text, tests, 0);
}

Judgement Fill::judged(const std::string& text, const verify::TestOptions& tests, double prove) const {
  Judgement judgement;
  auto made = candidate(text);
  if (!made) {
    judgement.problem = made.error().message;
    return judgement;
  }
  auto object = made->file.object();
  if (!object) {
    judgement.problem = object.error().message;
    return judgement;
  }
  verify::Subject subject{source_->isa(),     sketch_->isa, source_object_,
                          std::move(*object), {},           translate::external_signatures(*paired_)};
  for (const assembly::SymbolId f : source_->unit->functions())
    if (const std::string& name = source_->unit->symbols[f].name; !has_function(*made->file.unit, name))
      subject.missing.insert(name);
  judge::Options options;
  options.run_tests = a_.tests != 0;
  options.tests = tests;
  options.tests.time *= made->boundaries.size();
  options.tests.constants = judge::constants_of(*source_->index, *made->file.index);
  options.prover = make_prover({*source_->index, *made->file.index, made->all, prove,
                                [this, &made](const std::string& function, const std::string& format) {
                                  return translate::describe_call(*paired_, made->paired, function, format);
                                }});
  judge::Report report = judge::judge(subject, made->boundaries, options);
  judgement.verdicts = std::move(report.verdicts);
  judgement.problem = report.problem;
  judgement.level = judge::Level::proved;
  for (const judge::Verdict& v : judgement.verdicts) {
    if (v.level == judge::Level::refuted) judgement.level = judge::Level::refuted;
    if (judgement.level != judge::Level::refuted) judgement.level = std::min(judgement.level, v.level);
  }
  return judgement;
}

std::string_view status_name(Status status) {
  static constexpr std::string_view kNames[] = {"filled", "nothing-fits", "timeout", "unresolved", "unusable"};
  return kNames[static_cast<size_t>(status)];
}

nlohmann::json Fill::json_of(const FillResult& result) const {
  nlohmann::json j = {{"tool", "portolan 0.1.0"},
                      {"command", "fill"},
                      {"sketch", sketch_->file},
                      {"source", source_->path},
                      {"to", to_string(sketch_->isa)},
                      {"functions", functions_},
                      {"status", status_name(result.status)},
                      {"seconds", result.seconds},
                      {"inputs", result.tests},
                      {"runs", result.runs},
                      {"candidates", result.candidates},
                      {"holes", nlohmann::json::array()}};
  if (!result.reason.empty()) j["reason"] = result.reason;
  if (!result.notes.empty()) j["notes"] = result.notes;
  for (size_t h = 0; h < sketch_->holes.size(); ++h) {
    const sketch::Hole& hole = sketch_->holes[h];
    nlohmann::json one = {{"hole", sketch::print(hole)}, {"kind", to_string(hole.kind)}, {"line", hole.line}};
    if (h < result.domain_sizes.size() && result.domain_sizes[h] != 0) one["values"] = result.domain_sizes[h];
    if (h < result.values.size()) one["value"] = result.values[h];
    j["holes"].push_back(std::move(one));
  }
  if (result.status == Status::filled) {
    j["level"] = judge::to_string(result.judgement.level);
    j["text"] = result.text;
  }
  return j;
}

Exit Fill::report(const FillResult& result) const {
  const bool filled = result.status == Status::filled;
  const bool enough = filled && judge::reaches(result.judgement.level, *judge::requirement_from_string(a_.require));
  if (filled && enough && !a_.output.empty())
    if (auto error = write_output(a_.output, result.text)) return fail(*error);
  if (a_.json) {
    fmt::print("{}\n", json_of(result).dump(2));
    return enough ? Exit::ok : Exit::fell_short;
  }
  if (!filled) {
    fmt::print(stderr, "{}: not filled: {}\n", sketch_->file, result.reason);
    for (const std::string& note : result.notes) fmt::print(stderr, "  {}\n", note);
    return Exit::fell_short;
  }
  for (size_t h = 0; h < result.values.size(); ++h)
    fmt::print(stderr, "{}:{}:{}: {} is {}\n", sketch_->file, sketch_->holes[h].line, sketch_->holes[h].column,
               sketch::print(sketch_->holes[h]), result.values[h]);
  for (size_t f = 0; f < functions_.size(); ++f)
    fmt::print(stderr, "{}: filled, {}\n", functions_[f], judge::word(result.judgement.verdicts[f]));
  if (!enough) fmt::print(stderr, "{}: less than --require {}: not written\n", sketch_->file, a_.require);
  if (enough && a_.output.empty()) fmt::print("{}", result.text);
  return enough ? Exit::ok : Exit::fell_short;
}

Exit Fill::run() {
  auto parsed = read_sketch(a_);
  if (!parsed) return fail(parsed.error());
  sketch_ = std::move(*parsed);
  if (sketch_->holes.empty())
    return fail(error_at({sketch_->file, 0, 0}, "there is no hole to fill: use portolan verify"));
  auto source = read_input(a_.source, a_.from, "--from");
  if (!source) return fail(source.error());
  source_ = std::move(*source);
  for (const Diagnostic& d : source_->unit->diagnostics) fmt::print(stderr, "{}", to_string(d));
  auto object = source_->object();
  if (!object) return fail(object.error());
  source_object_ = std::move(*object);
  auto paired = pair_file(a_.headers, *source_);
  if (!paired) return fail(paired.error());
  paired_.emplace(std::move(*paired));
  const assembly::Unit bare = sketch::filling::skeleton(*sketch_);
  // Without --function: the functions that have holes.
  functions_ = a_.functions;
  if (functions_.empty())
    for (const std::string& name : sketch::filling::functions_with_holes(*sketch_, bare)) functions_.push_back(name);
  if (functions_.empty()) return fail(error_at({sketch_->file, 0, 0}, "no hole stands in a function"));
  std::vector<std::string> missing;
  const auto pairs = find_pairs(functions_, *source_->unit, bare, missing);
  if (!pairs) return fail(pairs.error());

  sketch::filling::FillRequest request{
      *source_->unit,
      source_object_,
      [this](const std::string& text) -> Expected<std::vector<verify::Boundary>> {
        auto made = candidate(text);
        if (!made) return made.error();
        return std::move(made->boundaries);
      },
      [this, &pairs] { return translate::describe_source(*paired_, sketch_->isa, *pairs); },
      [this](const std::string& text, std::chrono::milliseconds left) { return judge(text, left); },
      a_.prove > 0 ? judge::Level::bounded : judge::Level::tested,
      std::chrono::milliseconds(static_cast<int64_t>(a_.time * 1000)),
      a_.seed,
      translate::external_signatures(*paired_),
      [this](const std::string& text) { return test_more(text); }};
  auto result = sketch::filling::fill(*sketch_, request);
  if (!result) return fail(result.error());
  return report(*result);
}

}  // namespace

void add_fill(CLI::App& app, Command& chosen) {
  auto a = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("fill", "complete a sketch: assembly with typed holes (docs/sketches.md)");
  command->add_option("SKETCH", a->sketch, "assembler text with holes such as ?imm and ?reg")->required();
  command->add_option("--against", a->source, "the source, which it is to do the same as")->required();
  command->add_option("--function", a->functions, "only this one; NAME=NAME where they differ (may be given again)");
  command->add_option("--proto", a->headers, "a C header or .prototypes file (may be given again)");
  command->add_option("--from", a->from, "the source's instruction set, when the file does not tell");
  command->add_option("--to", a->to, "the sketch's instruction set, when the file does not tell");
  command->add_option("--time", a->time, "seconds for the search; default: 20")->check(CLI::Range(0.0, 86400.0));
  command->add_option("--prove", a->prove, "seconds for the proof of a candidate; 0: tests only; default: 10")
      ->check(CLI::Range(0.0, 86400.0));
  command->add_option("--require", a->require, "proved, bounded, tested (default) or none")
      ->check(CLI::IsMember({"proved", "bounded", "tested", "none"}));
  command->add_option("--tests", a->tests, "inputs that a candidate is tested on; default: 100");
  command->add_option("--seed", a->seed, "of the inputs; default: 1");
  command->add_flag("--json", a->json, "the result on standard output as JSON");
  command->add_option("-o,--output", a->output, "where the filled text goes; default: standard output");
  command->callback([a, &chosen] { chosen = [a] { return Fill(*a).run(); }; });
}

}  // namespace portolan::cli
