#include "translate/sketch/fill.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "translate/sketch/path.h"
#include "translate/sketch/tests.h"

namespace portolan::sketch {
namespace {

using Clock = std::chrono::steady_clock;
using Status = FillResult::Status;

// Fillings that all tests allow and the judge neither proves nor refutes: after these there is little hope.
constexpr uint64_t kMostUndecided = 64;
constexpr size_t kDescriptions = 5;
constexpr std::chrono::milliseconds kBettering{1500};  // for a cheaper filling than the first
constexpr int kRounds = 6;                             // of values that a solver gives
constexpr unsigned kMostSolved = 60;
constexpr std::chrono::milliseconds kSolverTime{4000};
constexpr std::chrono::milliseconds kLeast{500};  // for a candidate that was found late

class Filler {
 public:
  Filler(const Sketch& sketch, const FillRequest& request)
      : sketch_(sketch), request_(request), begun_(Clock::now()), deadline_(begun_ + request.time) {}

  Expected<FillResult> run();

 private:
  std::optional<std::string> prepare();
  Search::End look();
  Search::End pass(bool optimistic, Clock::time_point deadline);
  void suggest(const Choices& choices, Mask conflict);
  bool take_suggestions();
  Next consider(const Choices& choices);
  std::vector<std::string> values_of(const Choices& choices) const;
  bool choose_rest(const Layout& layout, Choices& choices, size_t skip = 0) const;
  std::optional<std::string> describe_functions(const Layout& layout);
  bool learn(const Judgement& judgement);
  uint64_t cost_of(const Choices& choices) const;
  Next look_for_cheaper(uint64_t cost);
  void explain(Search::End end);
  FillResult& finish(Status status, std::string reason) {
    result_.status = status;
    result_.reason = std::move(reason);
    result_.runs = earlier_runs_ + (runner_ ? runner_->runs() : 0);
    result_.tests = tests_.size();
    result_.seconds = std::chrono::duration<double>(Clock::now() - begun_).count();
    return result_;
  }

  const Sketch& sketch_;
  const FillRequest& request_;
  Clock::time_point begun_, deadline_;
  std::unique_ptr<verify::Bench> bench_;
  std::vector<Domain> domains_;
  Mask shortened_ = 0;
  std::vector<int64_t> constants_;
  std::vector<verify::Boundary> boundaries_;
  std::vector<Test> tests_;
  std::unique_ptr<Runner> runner_;
  std::unique_ptr<Search> search_;
  std::set<std::string> judged_;
  std::map<HoleId, std::vector<std::string>> suggestions_;
  unsigned solved_ = 0;
  uint64_t earlier_runs_ = 0;
  FillResult result_;
  bool filled_ = false, unreached_ = false;
  bool bettering_ = false;
  uint64_t cost_ = 0;  // of what is filled
  uint64_t undecided_ = 0;
  std::string undecided_why_;
};

std::vector<std::string> Filler::values_of(const Choices& choices) const {
  std::vector<std::string> values;
  for (HoleId h = 0; h < choices.size(); ++h)
    values.push_back(choices[h] == kUnchosen ? std::string() : domains_[h].values[choices[h]]);
  return values;
}

// What crosses the border may have to be inferred from the code, so some filling is needed: one that makes sense of it.
std::optional<std::string> Filler::describe_functions(const Layout& layout) {
  std::string problem = "no filling of it is a program";
  for (size_t attempt = 0; attempt < kDescriptions; ++attempt) {
    Choices choices(domains_.size(), kUnchosen);
    if (!choose_rest(layout, choices, attempt)) continue;
    auto found = request_.describe(instantiate(sketch_, values_of(choices)));
    if (!found) {
      problem = found.error().message;
      continue;
    }
    boundaries_ = std::move(*found);
    const auto bad =
        std::find_if(boundaries_.begin(), boundaries_.end(), [](const auto& b) { return !b.untestable.empty(); });
    if (bad == boundaries_.end()) return std::nullopt;
    problem = fmt::format("'{}': {}", bad->name, bad->untestable);
  }
  return problem;
}

// Lines with open holes: the first values that are an instruction together, or the first but `skip`.
bool Filler::choose_rest(const Layout& layout, Choices& choices, size_t skip) const {
  for (const Site& site : layout.sites) {
    const bool open =
        std::any_of(site.holes.begin(), site.holes.end(), [&](HoleId h) { return choices[h] == kUnchosen; });
    if (!open) continue;
    bool found = false;
    size_t left = skip;
    for (size_t code = 0; code < site.variants.size() && !found; ++code) {
      if (site.variants[code] == 0 || (left != 0 && left-- != 0)) continue;
      size_t rest = code;
      Choices tried = choices;
      found = true;
      for (const HoleId h : site.holes) {
        const auto value = static_cast<int32_t>(rest % domains_[h].values.size());
        rest /= domains_[h].values.size();
        if (tried[h] == kUnchosen)
          tried[h] = value;
        else
          found &= tried[h] == value;
      }
      if (found) choices = std::move(tried);
    }
    if (!found) return false;
  }
  return true;
}

// Refuting inputs become tests. False: there is none that says anything here.
bool Filler::learn(const Judgement& judgement) {
  for (size_t f = 0; f < judgement.verdicts.size(); ++f) {
    const auto& tests = judgement.verdicts[f].tests;
    if (judgement.verdicts[f].level != judge::Level::refuted || !tests || !tests->counterexample) continue;
    if (f >= boundaries_.size() || tests->counterexample->input.values.size() != boundaries_[f].parameters.size())
      continue;
    auto test = make_test(*bench_, boundaries_, f, tests->counterexample->input);
    if (!test) continue;
    tests_.push_back(std::move(*test));
    return true;
  }
  return false;
}

Next Filler::consider(const Choices& found) {
  Choices choices = found;
  const bool everything_reached = std::find(choices.begin(), choices.end(), kUnchosen) == choices.end();
  if (!choose_rest(runner_->layout(), choices)) return Next::go_on;
  // With one that the judge accepts, only cheaper ones are of interest.
  const uint64_t cost = cost_of(choices);
  if (filled_ && result_.judgement.level >= request_.wanted && cost >= cost_) return Next::go_on;
  const std::vector<std::string> values = values_of(choices);
  const std::string text = instantiate(sketch_, values);
  if (!judged_.insert(text).second) return Next::go_on;  // in an earlier pass
  Judgement judgement = request_.judge(
      text, std::max(std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now()), kLeast));
  ++result_.candidates;
  if (judgement.level == judge::Level::refuted) return learn(judgement) ? Next::new_test : Next::go_on;
  // Holes that no test came to hold arbitrary values: only a proof speaks for them.
  const bool proved = judgement.level >= judge::Level::bounded;
  if (judgement.level < judge::Level::tested || (!everything_reached && !proved)) {
    unreached_ |= !everything_reached;
    undecided_why_ = judgement.problem;
    for (const judge::Verdict& v : judgement.verdicts)
      if (!v.detail.empty() || !v.reason.empty())
        undecided_why_ = judge::word(v) + (v.detail.empty() ? "" : ": " + v.detail);
    return ++undecided_ >= kMostUndecided || Clock::now() > deadline_ ? Next::stop : Next::go_on;
  }
  if (!filled_ || judgement.level > result_.judgement.level || judgement.level >= request_.wanted) {
    filled_ = true;
    cost_ = cost;
    result_.values = values;
    result_.text = text;
    result_.judgement = std::move(judgement);
  }
  if (result_.judgement.level >= request_.wanted) return look_for_cheaper(cost);
  return ++undecided_ >= kMostUndecided || Clock::now() > deadline_ ? Next::stop : Next::go_on;
}

uint64_t Filler::cost_of(const Choices& choices) const {
  uint64_t cost = 0;
  for (const Site& site : runner_->layout().sites) {
    size_t code = 0, radix = 1;
    for (const HoleId h : site.holes) {
      code += radix * static_cast<size_t>(choices[h]);
      radix *= domains_[h].values.size();
    }
    cost += site.costs[code];
  }
  return cost;
}

// Nothing can cost less than the cheapest variant of each line.
Next Filler::look_for_cheaper(uint64_t cost) {
  uint64_t least = 0;
  for (const Site& site : runner_->layout().sites) {
    uint32_t cheapest = UINT32_MAX;
    for (size_t code = 0; code < site.variants.size(); ++code)
      if (site.variants[code] != 0) cheapest = std::min(cheapest, site.costs[code]);
    least += cheapest;
  }
  if (cost <= least) return Next::stop;
  if (!bettering_)
    search_->set_deadline(Clock::now() + std::min<Clock::duration>(kBettering, (deadline_ - Clock::now()) / 4));
  bettering_ = true;
  return Next::go_on;
}

void Filler::explain(Search::End end) {
  for (HoleId h = 0; h < sketch_.holes.size(); ++h) {
    const Elimination& e = search_->eliminations()[h];
    if (e.by_test.empty()) continue;
    const auto most = std::max_element(e.by_test.begin(), e.by_test.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    const Test& test = tests_[std::min(most->first, tests_.size() - 1)];
    result_.notes.push_back(fmt::format(
        "line {}: {} with {} value{}: ruled out {} times by {}{}; last: {}", sketch_.holes[h].line,
        print(sketch_.holes[h]), domains_[h].values.size(), domains_[h].values.size() == 1 ? "" : "s", most->second,
        describe(boundaries_[test.function], test.input),
        e.by_test.size() == 1 ? std::string() : fmt::format(" and {} other inputs", e.by_test.size() - 1), e.example));
  }
  if (end == Search::End::timeout) {
    finish(Status::timeout, fmt::format("timeout after {} runs and {} judged candidates",
                                        earlier_runs_ + runner_->runs(), result_.candidates));
    return;
  }
  bool partial = false;
  for (HoleId h = 0; h < sketch_.holes.size(); ++h)
    partial |= domains_[h].wide.has_value() || (shortened_ & bit(h)) != 0 || sketch_.holes[h].kind == HoleKind::seq;
  if (undecided_ != 0)
    finish(Status::unresolved,
           fmt::format("{} filling{} agree{} with the source on {} inputs, but {}", undecided_,
                       undecided_ == 1 ? "" : "s", undecided_ == 1 ? "s" : "", tests_.size(),
                       unreached_ ? "no input reaches all of the holes and there is no proof" : undecided_why_));
  else if (std::any_of(boundaries_.begin(), boundaries_.end(),
                       [](const verify::Boundary& b) { return b.origin == verify::Boundary::Origin::inferred; }))
    finish(Status::unresolved,
           "nothing fits, but the prototype is inferred, and what it takes for a result may be none; give --proto");
  else if (partial)
    finish(Status::unresolved, "none of the values that were tried fits; not all that assemble were");
  else
    finish(Status::nothing_fits, fmt::format("nothing fits: {} inputs rule out all fillings", tests_.size()));
}

Expected<FillResult> Filler::run() {
  const assembly::Unit bare = skeleton(sketch_);
  for (const Diagnostic& d : bare.diagnostics)
    if (d.severity == Severity::error) return d;
  constants_ = constants_of(request_.source);
  for (const int64_t c : constants_of(bare)) constants_.push_back(c);
  auto domains = find_domains(sketch_, bare, constants_);
  if (!domains) return domains.error();
  domains_ = std::move(*domains);
  if (auto problem = prepare()) return finish(Status::unusable, *problem);
  for (HoleId h = 0; h < domains_.size(); ++h)
    result_.domain_sizes.push_back(domains_[h].wide || (shortened_ & bit(h)) ? 0 : domains_[h].values.size());
  Search::End end = look();
  for (int round = 0; round < kRounds && end == Search::End::exhausted && !filled_ && take_suggestions(); ++round) {
    earlier_runs_ += runner_->runs();
    if (auto problem = prepare()) return finish(Status::unusable, *problem);
    end = look();
  }
  if (filled_) return finish(Status::filled, {});
  if (end == Search::End::failed) return finish(Status::unusable, search_->problem());
  explain(end);
  return std::move(result_);
}

// Everything that depends on the domains, and what is made once.
std::optional<std::string> Filler::prepare() {
  auto layout = lay_out(sketch_, domains_, shortened_);
  if (!layout) return layout.error().message;
  if (!bench_) {
    auto bench = verify::Bench::make({request_.source.isa, sketch_.isa, request_.source_object, layout->object, {}});
    if (!bench) return bench.error().message;
    bench_ = std::move(*bench);
    if (auto problem = describe_functions(*layout)) return problem;
    auto tests = make_tests(*bench_, boundaries_, {constants_.begin(), constants_.end()}, request_.seed);
    if (!tests) return tests.error().message;
    tests_ = std::move(*tests);
  }
  search_.reset();
  auto runner = Runner::make(sketch_, domains_, std::move(*layout), bench_->source(), boundaries_);
  if (!runner) return runner.error().message;
  runner_ = std::move(*runner);
  return std::nullopt;
}

// Small conflicts that may be wrong first; what they miss is found by sound ones.
Search::End Filler::look() {
  if (sketch_.holes.size() > 1) {
    const Search::End end = pass(true, Clock::now() + (deadline_ - Clock::now()) / 2);
    if (end == Search::End::stopped || end == Search::End::failed || filled_) return end;
  }
  return pass(false, deadline_);
}

Search::End Filler::pass(bool optimistic, Clock::time_point deadline) {
  runner_->set_optimistic(optimistic);
  search_ = std::make_unique<Search>(*runner_, domains_, tests_, deadline);
  search_->on_failure([this](const Choices& choices, Mask conflict) { suggest(choices, conflict); });
  return search_->run([this](const Choices& choices) { return consider(choices); });
}

// An immediate of which not all values were listed, and whose first one failed: a solver may know a better one.
void Filler::suggest(const Choices& choices, Mask conflict) {
  for (HoleId h = 0; h < domains_.size(); ++h) {
    if (!domains_[h].wide || choices[h] != 0 || (conflict & bit(h)) == 0 || solved_ == kMostSolved) continue;
    ++solved_;
    PathSolver solver(sketch_, domains_, *runner_, boundaries_);
    const std::optional<int64_t> value = solver.solve(tests_, choices, h, kSolverTime);
    if (!value) continue;
    const std::string word = std::to_string(*value);
    const std::vector<std::string>& known = domains_[h].values;
    if (std::find(known.begin(), known.end(), word) == known.end()) suggestions_[h].push_back(word);
  }
}

bool Filler::take_suggestions() {
  bool any = false;
  for (auto& [hole, words] : suggestions_) {
    std::vector<std::string>& values = domains_[hole].values;
    for (const std::string& word : words)
      if (std::find(values.begin(), values.end(), word) == values.end())
        values.insert(values.begin(), word), any = true;
  }
  suggestions_.clear();
  return any;
}

}  // namespace

Expected<FillResult> fill(const Sketch& sketch, const FillRequest& request) {
  return Filler(sketch, request).run();
}

}  // namespace portolan::sketch
