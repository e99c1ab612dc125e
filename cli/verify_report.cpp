#include "cli/verify_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/report.h"
#include "cli/trace_text.h"

namespace portolan::cli {
namespace {

using judge::Level;
using nlohmann::json;

// What the meanings of the instructions were compared with, row by row (tests/semantics_gate): the processor itself, or
// emulators of it.
std::string_view semantics_grade(Isa isa) {
  return isa == Isa::x86_64 ? "hardware-fuzzed" : "emulator-fuzzed";
}

json side_json(const InputFile& file, const std::string& engine) {
  json j = {{"file", file.path},
            {"isa", to_string(file.isa())},
            {"sha256", sha256(file.contents)},
            {"semantics", semantics_grade(file.isa())}};
  if (!engine.empty()) j["engine"] = engine;
  return j;
}

uint32_t line_of(const assembly::Unit& unit, const std::string& function) {
  const auto symbol = unit.symbol_by_name.find(function);
  return symbol == unit.symbol_by_name.end() ? 0 : unit.symbols[symbol->second].line;
}

std::string call_in_words(const verify::Boundary& boundary, const verify::Input& input) {
  std::string values;
  for (const verify::Value& v : input.values) values += fmt::format("{}{:#x}", values.empty() ? "" : ", ", v[0]);
  return fmt::format("{}({})", boundary.name, values);
}

// What buffers hold, as far as it is not zero.
std::string buffers_in_words(const verify::Input& input) {
  constexpr size_t kMost = 4, kMostBytes = 24;
  std::string text;
  for (size_t n = 0; n < std::min(input.regions.size(), kMost); ++n) {
    const std::vector<uint8_t>& bytes = input.regions[n].bytes;
    const auto is_set = [](uint8_t byte) { return byte != 0; };
    const auto first = std::find_if(bytes.begin(), bytes.end(), is_set);
    if (first == bytes.end()) continue;
    const auto last = std::find_if(bytes.rbegin(), bytes.rend(), is_set).base();
    const auto end = last - first > static_cast<ptrdiff_t>(kMostBytes) ? first + kMostBytes : last;
    text += fmt::format("  at {:#x}:", input.regions[n].address + static_cast<uint64_t>(first - bytes.begin()));
    for (auto byte = first; byte != end; ++byte) text += fmt::format(" {:02x}", *byte);
    text += fmt::format("{}, the rest of the {} bytes {}\n", end == last ? "" : " …", bytes.size(),
                        end == last ? "is zero" : "stands in the evidence");
  }
  return text;
}

void add_constant_time(json& evidence, const VerifyRun& run) {
  ConstantTimeOptions options;
  options.secrets = run.secrets;
  for (size_t n = 0; n < run.constant_time.size(); ++n)
    evidence["functions"][n]["constant_time"] = constant_time_json(run.constant_time[n], run.boundaries[n], options);
}

// Whether what others see was asked for, and shown.
enum class Order : uint8_t { not_asked, kept, unknown };
Order order_of(const VerifyRun& run, size_t n) {
  if (!run.options.contains("memory_order")) return Order::not_asked;
  const judge::Verdict& v = run.report.verdicts[n];
  return v.level == Level::proved && v.proof->order.kept ? Order::kept : Order::unknown;
}

std::string why_order_is_unknown(const judge::Verdict& v) {
  return v.level == Level::proved ? v.proof->order.detail : "the two were not proved to do the same";
}

void add_memory_order(json& evidence, const VerifyRun& run) {
  for (size_t n = 0; n < run.order_labels.size(); ++n) {
    json& function = evidence["functions"][n];
    if (order_of(run, n) == Order::unknown) {
      function["memory_order"] = "unknown: " + run.order_labels[n];
      function["memory_order_detail"] = why_order_is_unknown(run.report.verdicts[n]);
    } else if (!run.order_labels[n].empty()) {
      function["memory_order"] = run.order_labels[n];
    }
  }
}

std::string order_text(const VerifyRun& run, size_t n) {
  const std::string label = n < run.order_labels.size() ? run.order_labels[n] : "";
  switch (order_of(run, n)) {
    case Order::kept:
      return fmt::format("  memory order kept ({})\n", label);
    case Order::unknown:
      return fmt::format("  memory order unknown ({}): {}\n", label, why_order_is_unknown(run.report.verdicts[n]));
    default:
      return label.empty() ? "" : fmt::format("  memory order: {}\n", label);
  }
}

std::string constant_time_of(const VerifyRun& run) {
  std::string text;
  for (size_t n = 0; n < run.constant_time.size(); ++n)
    text += constant_time_text(run.boundaries[n].name, run.constant_time[n]);
  return text;
}

}  // namespace

json evidence_json(const InputFile& file, const VerifyRun& run) {
  json j = {{"schema", "portolan-evidence-1"},
            {"tool", "portolan 0.1.0"},
            {"build", build_id()},
            {"command", "verify"},
            {"source", file.path},
            {"target", file.path},
            {"from", to_string(file.isa())},
            {"to", to_string(file.isa())},
            {"sides", {{"source", side_json(file, "")}, {"target", side_json(file, "")}}},
            {"options", run.options},
            {"functions", json::array()}};
  for (const verify::Boundary& b : run.boundaries) j["functions"].push_back({{"name", b.name}, {"line", b.line}});
  add_constant_time(j, run);
  return j;
}

json evidence_json(const InputFile& source, const InputFile& target, const VerifyRun& run, QueryStore& queries) {
  json j = {{"schema", "portolan-evidence-1"},
            {"tool", "portolan 0.1.0"},
            {"build", build_id()},
            {"command", "verify"},
            {"source", source.path},
            {"target", target.path},
            {"from", to_string(source.isa())},
            {"to", to_string(target.isa())},
            {"sides",
             {{"source", side_json(source, run.report.source_engine)},
              {"target", side_json(target, run.report.target_engine)}}},
            {"options", run.options},
            {"functions", json::array()}};
  if (!run.evidence_path.empty()) j["replay"] = "portolan replay " + run.evidence_path;
  if (!run.report.problem.empty()) j["problem"] = run.report.problem;
  for (size_t n = 0; n < run.boundaries.size(); ++n) {
    const verify::Boundary& b = run.boundaries[n];
    j["functions"].push_back({{"name", b.name},
                              {"target_name", b.target_name},
                              {"line", b.line},
                              {"target_line", line_of(*target.unit, b.target_name)},
                              {"verdict", verdict_json(b, run.report.verdicts[n], queries)}});
  }
  add_memory_order(j, run);
  add_constant_time(j, run);
  for (const std::string& name : run.missing)
    j["functions"].push_back({{"name", name},
                              {"line", line_of(*source.unit, name)},
                              {"verdict",
                               {{"level", "not-run"},
                                {"word", "not-run"},
                                {"claim", "the target has no function of this name"},
                                {"assumptions", json::array()}}}});
  return j;
}

std::string text_of(const VerifyRun& run) {
  if (run.report.verdicts.empty() && run.missing.empty()) return constant_time_of(run);
  std::string text;
  for (size_t n = 0; n < run.boundaries.size(); ++n) {
    const verify::Boundary& b = run.boundaries[n];
    const judge::Verdict& v = run.report.verdicts[n];
    text += fmt::format("{}: {}: {}\n", b.name, judge::word(v), judge::sentence(v, b));
    if (v.level == Level::proved || v.level == Level::bounded)
      for (const prove::Assumption& a : v.assumptions)
        text += fmt::format("  assumed: {}{}\n", a.text, a.how.empty() ? "" : fmt::format(" ({})", a.how));
    else if (b.origin == verify::Boundary::Origin::inferred)
      for (const std::string& a : b.assumptions) text += fmt::format("  assumed: {}\n", a);
    text += order_text(run, n);
    if (v.level == Level::tested && v.proof)
      text +=
          fmt::format("  not proved: {}: {}\n", v.proof->reason, v.proof->detail.substr(0, v.proof->detail.find('\n')));
  }
  for (const std::string& name : run.missing)
    text += fmt::format("{}: not-run: the target has no function of this name\n", name);
  std::vector<judge::Verdict> all = run.report.verdicts;
  all.resize(all.size() + run.missing.size());
  return text + judge::tally(all) + "\n" + constant_time_of(run);
}

void print_refutations(const InputFile& source, const InputFile& target, const verify::Subject& subject,
                       const VerifyRun& run, json& evidence) {
  const bool any = std::any_of(run.report.verdicts.begin(), run.report.verdicts.end(),
                               [](const judge::Verdict& v) { return v.level == Level::refuted; });
  if (!any) return;
  auto bench = verify::Bench::make(subject);
  std::optional<Listing> source_listing, target_listing;
  if (bench) {
    source_listing.emplace(source, subject.source, (*bench)->source().image());
    target_listing.emplace(target, subject.target, (*bench)->target().image());
  }
  for (size_t n = 0; n < run.boundaries.size(); ++n) {
    const verify::Boundary& b = run.boundaries[n];
    const judge::Verdict& v = run.report.verdicts[n];
    if (v.level != Level::refuted) continue;
    const SourceLocation where{target.path, line_of(*target.unit, b.target_name), 0};
    fmt::print(stderr, "{}",
               to_string(error_at(where, fmt::format("'{}' does not do what '{}' of {} does: {}", b.target_name, b.name,
                                                     source.path, v.detail))));
    if (!v.tests || !v.tests->counterexample) continue;
    fmt::print(stderr, "  input{}: {}\n", v.tests->counterexample->shrunk ? ", made smaller" : "",
               call_in_words(b, v.tests->counterexample->input));
    fmt::print(stderr, "{}", buffers_in_words(v.tests->counterexample->input));
    verify::Boundary compared = b;
    if (!v.tests->counterexample->results_compared) compared.results.clear();
    if (auto traces = bench ? (*bench)->trace(compared, v.tests->counterexample->input) : bench.error()) {
      fmt::print(stderr, "{}", trace_text(*traces, *source_listing, *target_listing));
      evidence["functions"][n]["verdict"]["counterexample"]["trace"] =
          trace_json(*traces, *source_listing, *target_listing);
    }
    if (!run.evidence_path.empty())
      fmt::print(stderr, "  again: portolan replay {} --function {}\n", run.evidence_path, b.name);
  }
}

Exit exit_of(const VerifyRun& run) {
  bool all = run.missing.empty();
  for (const judge::Verdict& v : run.report.verdicts) {
    if (v.level == Level::refuted) return Exit::refuted;
    all &= judge::reaches(v.level, run.requirement);
  }
  for (size_t n = 0; n < run.report.verdicts.size(); ++n) all &= order_of(run, n) != Order::unknown;
  for (const ConstantTime& c : run.constant_time) {
    if (constant_time_exit(c) == Exit::refuted) return Exit::refuted;
    all &= constant_time_exit(c) == Exit::ok;
  }
  return all ? Exit::ok : Exit::fell_short;
}

std::string junit_of(const json& evidence, const std::string& require) {
  FileReport report;
  report.file = evidence.at("target");
  report.evidence = evidence;
  report.exit = evidence_exit(evidence, require);
  return junit_report({report}, require);
}

}  // namespace portolan::cli
