#include "cli/proposing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "translate/cost/weight.h"
#include "translate/llvm/emit.h"

namespace portolan::cli {
namespace {

using translate::FunctionReport;
using translate::Translation;

constexpr double kBlameTime = 3;       // seconds for a proof that is to tell which block is wrong
constexpr uint32_t kManyTests = 1000;  // of a body that is taken without a proof

const raise::RaisedFunction* find(const raise::RaisedUnit& unit, const std::string& name) {
  const auto at = std::find_if(unit.functions.begin(), unit.functions.end(),
                               [&](const raise::RaisedFunction& f) { return f.name == name; });
  return at == unit.functions.end() ? nullptr : &*at;
}

// Functions of the source that the text lacks, were this one in it.
std::set<std::string> missing_but(const Translation& translation, size_t function) {
  std::set<std::string> missing;
  for (size_t n = 0; n < translation.functions.size(); ++n)
    if (n != function && !translation.functions[n].translated)
      missing.insert(translation.functions[n].boundary.target_name);
  return missing;
}

uint64_t weight_of(const std::string& text, const std::string& name) {
  return cost::weigh(text, {name})[name].weighted;
}

}  // namespace

Proposing::Proposing(const InputFile& source, const Judging& judging, translate::TranslateOptions translation,
                     ProposeOptions options)
    : source_(source),
      judging_(judging),
      translation_(std::move(translation)),
      options_(std::move(options)),
      offered_{*source_.index, translation_} {
  // Nobody is believed without being judged.
  if (options_.require == judge::Requirement::none) options_.require = judge::Requirement::tested;
  for (const propose::Entry& entry : propose::registry())
    if (std::find(options_.proposers.begin(), options_.proposers.end(), entry.name) != options_.proposers.end())
      proposers_.push_back(entry.make(options_.configuration));
  rules::Book book;
  for (const auto& proposer : proposers_) proposer->pieces(offered_, book);
  if (!book.instances.empty()) library_.emplace(std::move(book), rules::ProofStore());
}

Expected<Translation> Proposing::make(const std::vector<std::string>& functions) {
  translation_.functions = functions;
  offered_.raised_.reset();
  std::optional<Translation> made;
  std::vector<propose::Proposer*> others;
  for (const auto& proposer : proposers_) {
    auto unit = made ? std::nullopt : proposer->unit(offered_, library_ ? &*library_ : nullptr);
    if (!unit) {
      others.push_back(proposer.get());
      continue;
    }
    if (!*unit) return unit->error();
    made = std::move(**unit);
  }
  if (!made) made = translate::outline(*source_.index, offered_.raised(), translation_);
  for (propose::Proposer* other : others)
    if (other->makes_functions()) put_in(*other, *made);
  for (FunctionReport& f : made->functions) {
    if (f.translated || !f.refusals.empty()) continue;
    const auto at = attempts_.find(f.name);
    std::string why = "no proposer made it";
    if (at != attempts_.end() && !at->second.skipped.empty()) why = at->second.skipped;
    if (at != attempts_.end() && !at->second.result.reasons.empty()) why = at->second.result.reasons.front();
    f.refusals.push_back(error_at({source_.path, f.line, 0}, fmt::format("'{}' is left out: {}", f.name, why)));
  }
  return std::move(*made);
}

// Why a function cannot be left to somebody who is not trusted; empty: it can.
std::string Proposing::unsuited(const FunctionReport& report, const raise::RaisedFunction* raised) const {
  if (raised == nullptr || !raised->ok) return "its meaning is not known";
  if (report.local_only || llvm_proposer::body_name(*raised) != report.name || raised->outside)
    return "callers outside and inside reach it in different ways";
  if (!guess::is_plain_name(report.name) || report.boundary.target_name != report.name)
    return "its name cannot stand in assembly as it is";
  if (translate::is_concurrent(raised->function) || translation_.memory_order == translate::MemoryOrder::tso)
    return "the order of its accesses matters to other threads, and the judge does not look at that";
  return report.boundary.untestable;
}

sketch::filling::Judgement Proposing::judgement_of(const std::string& text, const Translation& translation,
                                                   size_t function, const JudgeSettings& settings) const {
  std::vector<verify::Boundary> known;
  for (const FunctionReport& f : translation.functions)
    if (!f.boundary.name.empty()) known.push_back(f.boundary);
  const judge::Report report = judging_.judge(text, {translation.functions[function].boundary}, known,
                                              missing_but(translation, function), settings);
  sketch::filling::Judgement judgement{report.verdicts, judge::Level::unknown, report.problem};
  if (!report.verdicts.empty()) judgement.level = report.verdicts.front().level;
  return judgement;
}

const Proposing::Attempt& Proposing::attempt(propose::Proposer& proposer, const Translation& translation,
                                             size_t function) {
  const FunctionReport& report = translation.functions[function];
  const auto [at, fresh] = attempts_.try_emplace(report.name);
  Attempt& attempt = at->second;
  if (!fresh) return attempt;
  const raise::RaisedFunction* const raised = find(offered_.raised(), report.name);
  attempt.skipped = unsuited(report, raised);
  if (attempt.skipped.empty() && !judging_.source_object()) attempt.skipped = judging_.source_object().error().message;
  if (!attempt.skipped.empty()) return attempt;
  const assembly::Unit& unit = *source_.unit;
  JudgeSettings settings = options_.judging;
  settings.run_tests = true;  // nobody is believed without
  guess::Request request{offered_,
                         *raised,
                         *judging_.source_object(),
                         report.boundary,
                         translation.assembly,
                         unit.symbols[unit.symbol_by_name.at(report.name)].binding,
                         [&](const std::string& text, std::chrono::milliseconds) {
                           return judgement_of(text, translation, function, settings);
                         },
                         [&](const std::string& text) {
                           JudgeSettings proof_alone = settings;
                           proof_alone.run_tests = false, proof_alone.prove = kBlameTime;
                           const sketch::filling::Judgement j = judgement_of(text, translation, function, proof_alone);
                           return j.verdicts.empty() || !j.verdicts.front().proof ? prove::Proof()
                                                                                  : *j.verdicts.front().proof;
                         },
                         options_.require,
                         options_.configuration.model.rounds};
  request.signatures = judging_.signatures();
  request.test_more = [&](const std::string& text) {
    JudgeSettings more = settings;
    more.run_tests = true, more.prove = 0;
    more.tests = std::max(settings.tests, kManyTests);
    more.seed = settings.seed + 1;
    more.test_time = 2 * settings.test_time;
    return judgement_of(text, translation, function, more);
  };
  attempt.result = guess::guess(proposer, request);
  attempt.origin = proposer.origin();
  return attempt;
}

void Proposing::put_in(propose::Proposer& proposer, Translation& translation) {
  for (size_t n = 0; n < translation.functions.size(); ++n) {
    FunctionReport& report = translation.functions[n];
    const Attempt& made = attempt(proposer, translation, n);
    if (made.result.body.empty() || made.rejected) continue;
    const assembly::Unit& unit = *source_.unit;
    const auto binding = unit.symbols[unit.symbol_by_name.at(report.name)].binding;
    const auto placed =
        guess::put_body(translation.assembly, translation_.target, report.name, binding, made.result.body);
    if (!placed) continue;
    // Where there is a translation already, only a better one counts.
    if (report.translated && weight_of(placed->text, report.name) >= weight_of(translation.assembly, report.name))
      continue;
    translation.assembly = placed->text;
    report.translated = true;
    report.proposer = std::string(proposer.name());
    report.rules.clear();
    report.refusals.clear();
    report.instructions_out = static_cast<uint32_t>(cost::weigh(placed->text, {report.name})[report.name].instructions);
    untrusted_ = true;
  }
}

void Proposing::reject(const std::string& function, const std::string& reason) {
  Attempt& attempt = attempts_[function];
  attempt.rejected = true;
  attempt.result.reasons.insert(attempt.result.reasons.begin(), reason);
}

nlohmann::json Proposing::evidence(const std::string& function) const {
  const auto at = attempts_.find(function);
  if (at == attempts_.end()) return nullptr;
  const Attempt& a = at->second;
  if (!a.skipped.empty()) return {{"skipped", a.skipped}};
  nlohmann::json j = {{"origin", a.origin},        {"rounds", a.result.rounds},
                      {"drafts", a.result.drafts}, {"sketches", a.result.sketches},
                      {"filled", a.result.filled}, {"accepted", !a.result.body.empty() && !a.rejected}};
  if (!a.result.reasons.empty()) j["reasons"] = a.result.reasons;
  return j;
}

}  // namespace portolan::cli
