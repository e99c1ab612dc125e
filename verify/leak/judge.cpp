#include "verify/leak/judge.h"

#include <fmt/format.h>

#include <algorithm>

namespace portolan::leak {
namespace {

std::string in_words(const assembly::Unit& unit, const Finding& f) {
  const std::string where =
      unit.from_object ? fmt::format("offset {:#x} ('{}')", f.line, f.function) : fmt::format("line {}", f.line);
  switch (f.kind) {
    case Finding::Kind::branch:
      return fmt::format("{}: a {} may depend on a secret", where, f.what);
    case Finding::Kind::address:
      return fmt::format("{}: the address of a {} may depend on a secret", where, f.what);
    case Finding::Kind::operand:
      return fmt::format("{}: an operand of '{}', whose time depends on it, may depend on a secret", where, f.what);
    case Finding::Kind::unlisted:
      return fmt::format("{}: nobody promises that '{}' takes the same time for all operands", where, f.what);
    case Finding::Kind::callee:
      return fmt::format("{}: what '{}' does with a secret is not known", where, f.what);
  }
  return where;
}

void list_assumptions(const Question& question, const Taint& taint, Verdict& verdict) {
  auto assume = [&](std::string id, std::string kind, std::string text) {
    verdict.assumptions.push_back({std::move(id), std::move(kind), std::move(text)});
  };
  assume("hardware", "time", std::string(contract(question.index.unit().isa)));
  assume("convention", "convention", "it is called, and calls, by its psABI with the stated signature");
  assume("frame-private", "stack", "nobody else reaches the stack frame of a call");
  assume("frame-objects", "stack",
         "addresses that are computed from the address of a local stay clear of saved registers and return addresses");
  assume("constant-tables", "memory", "what is read with an index from constant data lies in constant data");
  bool memory = false;
  for (const Secret& secret : question.secrets) memory |= secret.pointee;
  if (memory)
    assume("secret-apart", "aliasing",
           "memory that is said to be secret is reached only by addresses computed from the pointer that names it");
  if (taint.used_no_alias) assume("no-alias", "aliasing", "different pointer arguments lead to different objects");
  for (const std::string& name : taint.callees)
    assume("callee-" + name, "calls", fmt::format("'{}' touches memory by its pointers and sizes alone", name));
  for (const std::string& text : question.boundary.assumptions) assume("prototype", "prototype", text);
}

}  // namespace

std::string_view to_string(Level level) {
  static constexpr std::string_view kNames[] = {"unknown", "constant-time", "leaks"};
  return kNames[static_cast<size_t>(level)];
}

namespace {

// Two copies of the function, equal but for the secrets: whether they can ever look different is for solvers to say.
bool shown_by_solvers(const Question& question, const Options& options, Verdict& verdict) {
  prove::Options asked;
  for (const Secret& secret : question.secrets) {
    (secret.pointee ? asked.secret_memory : asked.secrets).insert(secret.parameter);
  }
  if (options.proof.count() == 0) return false;
  std::set<uint32_t> slow_lines;
  for (const auto& [line, latency] : line_latencies(question.index.unit())) {
    // The address of a prefetch is not in the IR: no obligation would speak of it.
    if (latency.prefetches) return false;
    if (latency.latency != Latency::constant) slow_lines.insert(line);
  }
  asked.slow_lines = &slow_lines;
  asked.time = options.proof;
  const verify::Boundary own = own_boundary(question.boundary, question.which);
  const prove::Code code{question.index};
  verdict.proof = prove::prove(code, code, own.name, {{own.name, own}}, asked);
  // Code that shows nothing at all has no obligations.
  const bool proved =
      verdict.proof->level == prove::Proof::Level::proved &&
      std::all_of(verdict.proof->obligations.begin(), verdict.proof->obligations.end(), [](const auto& o) {
        return o.answer.verdict == solve::Answer::Verdict::holds && o.answer.cross_checked;
      });
  if (!proved) return false;
  for (const prove::Assumption& a : verdict.proof->assumptions)
    if (a.id != "sequential" && std::none_of(verdict.assumptions.begin(), verdict.assumptions.end(),
                                             [&](const prove::Assumption& known) { return known.id == a.id; }))
      verdict.assumptions.push_back(a);
  return true;
}

}  // namespace

std::string word(const Verdict& verdict) {
  if (verdict.level != Level::unknown) return std::string(to_string(verdict.level));
  return fmt::format("unknown({})", verdict.reason);
}

verify::Boundary own_boundary(const verify::Boundary& boundary, prove::Which which) {
  verify::Boundary own = boundary;
  if (which == prove::Which::target) {
    if (!own.target_name.empty()) own.name = own.target_name;
    for (auto* list : {&own.parameters, &own.results})
      for (verify::BoundaryValue& v : *list) v.source = v.target;
  } else {
    for (auto* list : {&own.parameters, &own.results})
      for (verify::BoundaryValue& v : *list) v.target = v.source;
  }
  own.target_name = own.name;
  return own;
}

Verdict judge(const Question& question, WitnessSearch* search, const Options& options) {
  Verdict verdict;
  if (!question.boundary.untestable.empty()) {
    verdict.reason = "unsupported";
    verdict.detail = question.boundary.untestable;
    return verdict;
  }
  const Taint taint = find_taint(question);
  verdict.findings.assign(taint.findings.begin(), taint.findings.end());
  list_assumptions(question, taint, verdict);
  if (taint.reason.empty() && taint.findings.empty()) {
    verdict.level = Level::constant_time;
    return verdict;
  }
  if (search != nullptr)
    verdict.witness = search->find(own_boundary(question.boundary, question.which), question.secrets, options.seed,
                                   FairClock::now() + options.time);
  if (verdict.witness) {
    verdict.level = Level::leaks;
    return verdict;
  }
  if (shown_by_solvers(question, options, verdict)) {
    verdict.level = Level::constant_time;
    return verdict;
  }
  verdict.reason = taint.reason.empty() ? "approximation" : taint.reason;
  verdict.detail = taint.detail;
  if (!taint.reason.empty()) return verdict;
  bool unlisted = true;
  for (const Finding& f : taint.findings) {
    unlisted &= f.kind == Finding::Kind::unlisted || f.kind == Finding::Kind::callee;
    verdict.detail += (verdict.detail.empty() ? "" : "; ") + in_words(question.index.unit(), f);
  }
  if (unlisted)
    verdict.reason = "unsupported";
  else
    verdict.detail += "; no two inputs were found that show it";
  return verdict;
}

}  // namespace portolan::leak
