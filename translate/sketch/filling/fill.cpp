#include "translate/sketch/filling/fill.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <set>

#include "ir/fair_clock.h"
#include "translate/sketch/filling/suggestions.h"
#include "translate/sketch/filling/tests.h"
#include "translate/sketch/filling/ways.h"

namespace portolan::sketch::filling {
namespace {

using Status = FillResult::Status;

// Fillings that all tests allow and the judge neither proves nor refutes: after these there is little hope.
constexpr uint64_t kMostUndecided = 160;
constexpr size_t kDescriptions = 8;    // fillings that are asked what crosses the border
constexpr size_t kMostAttempts = 400;  // to find some that make sense
constexpr size_t kMostBorders = 3;     // different answers that are followed
// How far passes look, see Search::set_reach; behind the farthest comes everything.
constexpr uint64_t kNearest = 16, kFarther = 16, kFarthest = 1 << 16;
constexpr uint64_t kFarEnough = 4096;                  // passes that look less far get less time
constexpr std::chrono::milliseconds kQuick{2000};      // for the first look at a candidate
constexpr size_t kStepsCompared = 12, kMostOdd = 16;   // tests of which the steps are compared; fillings put off
constexpr std::chrono::milliseconds kBettering{1500};  // for a cheaper filling than the first
constexpr int kRounds = 6;                             // of values that a solver gives
constexpr std::chrono::milliseconds kLeast{500};       // for a candidate that was found late

using Borders = std::vector<verify::Boundary>;  // of all functions

bool same(const Borders& a, const Borders& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.parameters == y.parameters && x.results == y.results;
  });
}

bool is_inferred(const Borders& borders) {
  return std::any_of(borders.begin(), borders.end(),
                     [](const auto& b) { return b.origin == verify::Boundary::Origin::inferred; });
}

uint64_t result_bits(const Borders& borders) {
  uint64_t bits = 0;
  for (const verify::Boundary& boundary : borders)
    for (const verify::BoundaryValue& result : boundary.results) bits += result.bits;
  return bits;
}

// Whether a longer proof might tell more.
bool ran_out_of_time(const Judgement& judgement) {
  return std::any_of(judgement.verdicts.begin(), judgement.verdicts.end(), [](const judge::Verdict& v) {
    return v.proof && v.proof->level == prove::Proof::Level::unknown && v.proof->reason == "timeout";
  });
}

// A filling that agrees on all tests.
struct Candidate {
  Choices choices;
  std::vector<std::string> values;
  bool everything_reached = false;
};

class Filler {
 public:
  Filler(const Sketch& sketch, const FillRequest& request)
      : sketch_(sketch),
        request_(request),
        begun_(FairClock::now()),
        latest_(begun_ + request.time),
        deadline_(latest_) {}

  Expected<FillResult> run();

 private:
  std::optional<std::string> prepare();
  std::optional<std::string> make_inputs(size_t border);
  std::optional<std::string> follow(size_t border);
  Search::End look();
  // What a pass takes for granted.
  enum class Manner : uint8_t { familiar, independent, optimistic, sound };
  Search::End pass(Manner manner, uint64_t reach, FairClock::time_point deadline);
  Next consider(const Choices& found);
  Next complete(const Choices& found);
  Next consider(Candidate candidate, std::chrono::milliseconds most);
  void settle();
  std::vector<std::string> values_of(const Choices& choices) const;
  std::vector<size_t> spread(const Layout& layout, size_t attempt) const;
  bool choose_rest(const Layout& layout, Choices& choices, const std::vector<size_t>& places) const;
  void add_border(Borders border);
  std::optional<std::string> describe_functions(const Layout& layout);
  bool learn(const Judgement& judgement);
  uint64_t cost_of(const Choices& choices) const;
  Next look_for_cheaper(uint64_t cost);
  bool accepted() const { return filled_ && result_.judgement.level >= request_.wanted; }
  void explain(Search::End end);
  size_t inputs() const {
    return std::count_if(tests_.begin(), tests_.end(), [](const Test& t) { return !t.stored_by_limit; });
  }
  FillResult& finish(Status status, std::string reason) {
    result_.status = status;
    result_.reason = std::move(reason);
    result_.runs = earlier_runs_ + (runner_ ? runner_->runs() : 0);
    result_.tests = inputs();
    result_.seconds = std::chrono::duration<double>(FairClock::now() - begun_).count();
    return result_;
  }

  const Sketch& sketch_;
  const FillRequest& request_;
  FairClock::time_point begun_, latest_, deadline_;  // the deadline of what is followed comes before the latest
  std::unique_ptr<verify::Bench> bench_;
  std::vector<Domain> domains_;
  Mask shortened_ = 0;
  Constants constants_;
  double times_longer_ = 1;  // the target's code, in instructions
  std::vector<Borders> borders_;
  Borders boundaries_;  // the one of them that is followed
  std::vector<Test> tests_;
  std::string no_inputs_;  // why there are none
  std::unique_ptr<Runner> runner_;
  std::unique_ptr<Sense> sense_;
  std::unique_ptr<Search> search_;
  std::set<std::string> judged_;
  Suggestions suggestions_;
  uint64_t earlier_runs_ = 0;
  FillResult result_;
  bool filled_ = false, unreached_ = false;
  bool doubtful_ = false;  // some test may be an input that never occurs
  bool bettering_ = false;
  bool sound_ = false;    // the pass
  bool ordered_ = false;  // values of sequences by what stands around them
  uint64_t cost_ = 0;     // of what is filled
  uint64_t undecided_ = 0;
  std::string undecided_why_;
  std::vector<Candidate> open_;
  std::vector<Choices> odd_;  // agree on all tests, and change what is the caller's in other steps than the source
};

std::vector<std::string> Filler::values_of(const Choices& choices) const {
  std::vector<std::string> values;
  for (HoleId h = 0; h < choices.size(); ++h)
    values.push_back(choices[h] == kUnchosen ? std::string() : domains_[h].values[choices[h]]);
  return values;
}

// Of what is inferred it is not known how a convention extends it.
void Filler::add_border(Borders border) {
  for (verify::Boundary& boundary : border)
    for (verify::BoundaryValue& result : boundary.results)
      result.whole &= boundary.origin != verify::Boundary::Origin::inferred;
  if (std::none_of(borders_.begin(), borders_.end(), [&](const Borders& b) { return same(b, border); }))
    borders_.push_back(std::move(border));
}

// What crosses the border may have to be inferred from the code, and then a filling may add results that the right one
// has not, or lack some: the source alone is asked, and several fillings, spread over what the holes can be. The
// answers with most results are followed first.
std::optional<std::string> Filler::describe_functions(const Layout& layout) {
  std::string problem = "no filling of it is a program";
  // Made when the first answer shows that it is of use.
  Layout located;
  std::unique_ptr<emulate::IrCode> code;
  std::unique_ptr<Sense> sense;
  const Borders source_alone = request_.describe_source ? request_.describe_source() : Borders();
  for (size_t attempt = 0, described = 0; attempt < kMostAttempts && described < kDescriptions; ++attempt) {
    Choices choices(domains_.size());
    if (!choose_rest(layout, choices, spread(layout, attempt))) continue;
    if (sense != nullptr && sense->reads_unset(choices)) continue;
    if (described++ == 0 && !source_alone.empty()) {
      located = layout;
      locate(located, bench_->target().image());
      code = std::make_unique<emulate::IrCode>(bench_->target().image());
      sense = std::make_unique<Sense>(located, domains_, bench_->target().image(), source_alone, *code);
    }
    auto found = request_.describe(instantiate(sketch_, values_of(choices)));
    if (!found) {
      problem = found.error().message;
      continue;
    }
    const auto bad = std::find_if(found->begin(), found->end(), [](const auto& b) { return !b.untestable.empty(); });
    if (bad != found->end()) {
      problem = fmt::format("'{}': {}", bad->name, bad->untestable);
      continue;
    }
    const bool stated = !is_inferred(*found);
    add_border(std::move(*found));
    if (stated) break;
  }
  const bool stated = !borders_.empty() && !is_inferred(borders_.front());
  if (!stated && request_.describe_source) {
    Borders alone = source_alone;
    if (const auto bad = std::find_if(alone.begin(), alone.end(), [](const auto& b) { return !b.untestable.empty(); });
        bad != alone.end())
      return fmt::format("'{}': {}", bad->name, bad->untestable);
    const bool no_other = borders_.empty();
    add_border(alone);
    for (verify::Boundary& boundary : alone) boundary.results.clear();
    if (no_other) add_border(std::move(alone));
  }
  if (borders_.empty()) return problem;
  std::stable_sort(borders_.begin(), borders_.end(),
                   [](const Borders& a, const Borders& b) { return result_bits(a) > result_bits(b); });
  if (borders_.size() > kMostBorders) borders_.erase(borders_.begin() + kMostBorders - 1, borders_.end() - 1);
  return std::nullopt;
}

// Places of variants spread over all that each line has, then any.
std::vector<size_t> Filler::spread(const Layout& layout, size_t attempt) const {
  std::vector<size_t> places;
  for (const Site& site : layout.sites) {
    const auto total = static_cast<size_t>(
        std::count_if(site.variants.begin(), site.variants.end(), [](uint64_t v) { return v != 0; }));
    if (total == 0) continue;
    if (attempt >= kDescriptions)
      places.push_back(verify::Random(attempt * layout.sites.size() + places.size()).below(total));
    else
      places.push_back(kDescriptions > total ? attempt % total : attempt * total / kDescriptions);
  }
  return places;
}

// Lines with open holes: of the variants that are instructions and agree with what is chosen the one in this place, in
// the order of the lines.
bool Filler::choose_rest(const Layout& layout, Choices& choices, const std::vector<size_t>& places) const {
  size_t line = 0;
  for (const Site& site : layout.sites) {
    const bool open =
        std::any_of(site.holes.begin(), site.holes.end(), [&](HoleId h) { return choices[h] == kUnchosen; });
    if (!open) continue;
    bool found = false;
    size_t left = line < places.size() ? places[line] : 0;
    ++line;
    for (size_t code = 0; code < site.variants.size() && !found; ++code) {
      if (site.variants[code] == 0) continue;
      size_t rest = code;
      Choices tried = choices;
      bool fits = true;
      for (const HoleId h : site.holes) {
        const auto value = static_cast<int32_t>(rest % domains_[h].values.size());
        rest /= domains_[h].values.size();
        if (tried[h] == kUnchosen)
          tried[h] = value;
        else
          fits &= tried[h] == value;
      }
      if (!fits || left-- != 0) continue;
      found = true;
      choices = std::move(tried);
    }
    if (!found) return false;
  }
  return true;
}

// Inputs that show a difference become tests, also where the judge does not know whether they ever occur: what agrees
// on them all the same is likelier to be right. False: there is none that says anything here.
bool Filler::learn(const Judgement& judgement) {
  for (size_t f = 0; f < judgement.verdicts.size(); ++f) {
    const auto& tests = judgement.verdicts[f].tests;
    if (!tests || !tests->counterexample) continue;
    if (f >= boundaries_.size() || tests->counterexample->input.values.size() != boundaries_[f].parameters.size())
      continue;
    auto test = make_test(*bench_, boundaries_, f, tests->counterexample->input, times_longer_);
    if (!test) continue;
    doubtful_ |= judgement.verdicts[f].level != judge::Level::refuted;
    tests_.push_back(std::move(*test));
    return true;
  }
  return false;
}

// A filling that agrees on all tests. What is likelier to be right is judged first.
Next Filler::consider(const Choices& found) {
  const bool full = odd_.size() == kMostOdd;
  for (size_t n = 0; n < std::min(tests_.size(), kStepsCompared) && !(full && sound_); ++n) {
    if (runner_->changes_as_the_source(tests_[n], found)) continue;
    if (!full && !judged_.contains(instantiate(sketch_, values_of(found)))) odd_.push_back(found);
    return Next::go_on;
  }
  return complete(found);
}

// Holes that no test came to may hold anything: several ways are tried, and only a proof speaks for one.
Next Filler::complete(const Choices& found) {
  size_t open = 0;  // lines
  for (const Site& site : runner_->layout().sites)
    open += std::any_of(site.holes.begin(), site.holes.end(), [&](HoleId h) { return found[h] == kUnchosen; });
  for (const std::vector<size_t>& way : ways(open)) {
    Choices choices = found;
    if (!choose_rest(runner_->layout(), choices, way)) continue;
    // Where tests came to all of it, the last passes take nothing for granted.
    if (!(sound_ && open == 0) && sense_->reads_unset(choices)) continue;
    const Next next = consider({std::move(choices), {}, open == 0}, kQuick);
    if (next != Next::go_on || accepted() || FairClock::now() > deadline_) return next;
  }
  return Next::go_on;
}

Next Filler::consider(Candidate candidate, std::chrono::milliseconds most) {
  // With one that the judge accepts, only cheaper ones are of interest.
  const uint64_t cost = cost_of(candidate.choices);
  if (accepted() && cost >= cost_) return Next::go_on;
  candidate.values = values_of(candidate.choices);
  const std::string text = instantiate(sketch_, candidate.values);
  const bool again = !judged_.insert(text).second;
  if (again && most == kQuick) return Next::go_on;  // in an earlier pass
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - FairClock::now());
  Judgement judgement = request_.judge(text, std::min(most, std::max(left, kLeast)));
  result_.candidates += !again;
  if (judgement.level == judge::Level::refuted) return learn(judgement) ? Next::new_test : Next::go_on;
  const bool proved = judgement.level >= judge::Level::bounded;
  // What reads a register that nothing sets may have met a number that serves by chance: tests do not show it.
  const bool tests_count =
      candidate.everything_reached && !bench_->source().stands_in() && !sense_->reads_unset(candidate.choices);
  const bool usable = judgement.level >= judge::Level::tested && (tests_count || proved);
  if (!usable) {
    unreached_ |= !candidate.everything_reached;
    undecided_why_ = judgement.problem;
    for (const judge::Verdict& v : judgement.verdicts)
      if (!v.detail.empty() || !v.reason.empty())
        undecided_why_ = judge::word(v) + (v.detail.empty() ? "" : ": " + v.detail);
  } else if (!filled_ || judgement.level > result_.judgement.level || judgement.level >= request_.wanted) {
    if (judgement.level != judge::Level::proved && request_.test_more) {
      const Judgement more = request_.test_more(text);
      if (more.level == judge::Level::refuted) return learn(more) ? Next::new_test : Next::go_on;
    }
    filled_ = true;
    cost_ = cost;
    result_.values = candidate.values;
    result_.text = text;
    result_.judgement = judgement;
  }
  if (accepted()) return look_for_cheaper(cost);
  if (again) return Next::go_on;
  const bool told = learn(judgement);
  if (ran_out_of_time(judgement)) open_.push_back(std::move(candidate));
  if (told) return Next::new_test;
  return ++undecided_ >= kMostUndecided || FairClock::now() > deadline_ ? Next::stop : Next::go_on;
}

// Those whose proofs did not come to an end in the time of the first look.
void Filler::settle() {
  std::vector<Candidate> open;
  std::swap(open, open_);
  for (Candidate& candidate : open) {
    if (accepted() || FairClock::now() > deadline_) return;
    consider(std::move(candidate), request_.time);
  }
  // One of those that go another way, lest they take the time from others.
  if (odd_.empty() || accepted() || FairClock::now() > deadline_) return;
  const Choices odd = std::move(odd_.front());
  odd_.erase(odd_.begin());
  complete(odd);
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
    search_->set_deadline(FairClock::now() +
                          std::min<FairClock::duration>(kBettering, (deadline_ - FairClock::now()) / 4));
  bettering_ = true;
  return Next::go_on;
}

void Filler::explain(Search::End end) {
  for (HoleId h = 0; search_ != nullptr && h < sketch_.holes.size(); ++h) {
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
  if (end == Search::End::timeout && no_inputs_.empty()) {
    finish(Status::timeout, fmt::format("timeout after {} runs and {} judged candidates",
                                        earlier_runs_ + runner_->runs(), result_.candidates));
    return;
  }
  if (!no_inputs_.empty()) {
    finish(Status::unusable, no_inputs_);
    return;
  }
  bool partial = false;
  for (HoleId h = 0; h < sketch_.holes.size(); ++h)
    partial |= domains_[h].wide.has_value() || (shortened_ & bit(h)) != 0 || sketch_.holes[h].kind == HoleKind::seq;
  if (undecided_ != 0)
    finish(Status::unresolved,
           fmt::format("{} filling{} agree{} with the source on {} inputs, but {}", undecided_,
                       undecided_ == 1 ? "" : "s", undecided_ == 1 ? "s" : "", inputs(),
                       unreached_ ? "no input reaches all of the holes and there is no proof" : undecided_why_));
  else if (std::any_of(boundaries_.begin(), boundaries_.end(),
                       [](const verify::Boundary& b) { return b.origin == verify::Boundary::Origin::inferred; }))
    finish(Status::unresolved,
           "nothing fits, but the prototype is inferred, and what it takes for a result may be none; give --proto");
  else if (doubtful_)
    finish(Status::unresolved, "nothing fits, but some of the inputs may never occur");
  else if (partial)
    finish(Status::unresolved, "none of the values that were tried fits; not all that assemble were");
  else
    finish(Status::nothing_fits, fmt::format("nothing fits: {} inputs rule out all fillings", inputs()));
}

Expected<FillResult> Filler::run() {
  const assembly::Unit bare = skeleton(sketch_);
  for (const Diagnostic& d : bare.diagnostics)
    if (d.severity == Severity::error) return d;
  // What the functions themselves hold is likelier than what their files do.
  const std::set<std::string> names = functions_with_holes(sketch_, bare);
  if (const size_t before = instructions_of(request_.source, names).size(); before != 0)
    times_longer_ = static_cast<double>(instructions_of(bare, names).size()) / static_cast<double>(before);
  for (const assembly::Unit* unit : {&request_.source, &bare})
    for (const int64_t c : constants_of(*unit, &names)) constants_.own.push_back(c);
  for (const assembly::Unit* unit : {&request_.source, &bare})
    for (const int64_t c : constants_of(*unit)) constants_.others.push_back(c);
  auto domains = find_domains(sketch_, bare, constants_);
  if (!domains) return domains.error();
  domains_ = std::move(*domains);
  if (auto problem = prepare()) return finish(Status::unusable, *problem);
  for (HoleId h = 0; h < domains_.size(); ++h)
    result_.domain_sizes.push_back(domains_[h].wide || (shortened_ & bit(h)) ? 0 : domains_[h].values.size());
  Search::End end = Search::End::failed;
  for (size_t n = 0; n < borders_.size() && !accepted(); ++n) {
    // Each gets its share of what is left.
    deadline_ = FairClock::now() + (latest_ - FairClock::now()) / static_cast<int64_t>(borders_.size() - n);
    if (n != 0)
      if (auto problem = follow(n)) return finish(Status::unusable, *problem);
    end = look();
    for (int round = 0; round < kRounds && end == Search::End::exhausted && !accepted(); ++round) {
      if (round == 0) suggestions_.add_stored(domains_, tests_);
      if (!suggestions_.take(domains_)) break;
      if (auto problem = prepare()) return finish(Status::unusable, *problem);
      end = look();
    }
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
    bench_->guess_for(request_.signatures);
    // Such answers may never be given.
    doubtful_ |= bench_->source().stands_in();
    if (auto problem = describe_functions(*layout)) return problem;
    if (auto problem = make_inputs(0)) return problem;
  }
  search_.reset(), sense_.reset();
  if (runner_) earlier_runs_ += runner_->runs();
  auto runner = Runner::make(sketch_, domains_, std::move(*layout), bench_->source(), boundaries_, request_.signatures);
  if (!runner) return runner.error().message;
  runner_ = std::move(*runner);
  sense_ = std::make_unique<Sense>(runner_->layout(), domains_, runner_->image(), boundaries_, runner_->code());
  if (!ordered_) sense_->order(domains_, runner_->layout());
  ordered_ = true;
  return std::nullopt;
}

// Takes this for what crosses the border.
std::optional<std::string> Filler::make_inputs(size_t border) {
  boundaries_ = borders_[border];
  std::vector<uint64_t> numbers(constants_.own.begin(), constants_.own.end());
  numbers.insert(numbers.end(), constants_.others.begin(), constants_.others.end());
  auto tests = make_tests(*bench_, boundaries_, numbers, request_.seed, times_longer_);
  no_inputs_ = tests ? std::string() : tests.error().message;
  tests_ = tests ? std::move(*tests) : std::vector<Test>();
  // Then a proof has to say everything.
  if (!tests && request_.wanted < judge::Level::bounded) return no_inputs_;
  return std::nullopt;
}

std::optional<std::string> Filler::follow(size_t border) {
  search_.reset();
  if (auto problem = make_inputs(border)) return problem;
  return prepare();
}

// With conflicts that may be wrong and runs that end early first, which is cheap, of sequences first those that leave
// the source's own numbers, then several as if they did nothing for each other; what that misses is found by sound
// ones. Each time likely fillings come first.
Search::End Filler::look() {
  uint64_t all = 1;
  for (const Domain& domain : domains_) all = std::min(all, kFarthest) * std::max<size_t>(1, domain.values.size());
  odd_.clear();
  std::vector<Manner> manners = {Manner::optimistic, Manner::sound};
  if (std::popcount(runner_->sequences()) > 1) manners.insert(manners.begin(), Manner::independent);
  if (runner_->sequences() != 0) manners.insert(manners.begin(), Manner::familiar);
  Search::End end = Search::End::timeout;
  for (const Manner manner : manners) {
    const auto left = deadline_ - FairClock::now();
    const auto latest = manner == Manner::sound         ? deadline_
                        : manner == Manner::familiar    ? FairClock::now() + left * 3 / 10
                        : manner == Manner::independent ? FairClock::now() + left * 4 / 10
                                                        : FairClock::now() + left * 6 / 10;
    for (uint64_t reach = kNearest; FairClock::now() < latest; reach *= kFarther) {
      const bool last = reach >= all || reach >= kFarthest;
      end = pass(manner, last ? UINT64_MAX : reach,
                 last ? latest : FairClock::now() + (latest - FairClock::now()) / (reach < kFarEnough ? 4 : 2));
      settle();
      if (end == Search::End::failed || accepted() || undecided_ >= kMostUndecided) return end;
      if (last) break;
    }
  }
  while (!odd_.empty() && !accepted() && FairClock::now() < deadline_) settle();
  return end;
}

Search::End Filler::pass(Manner manner, uint64_t reach, FairClock::time_point deadline) {
  sound_ = manner == Manner::sound;
  runner_->set_optimistic(manner != Manner::sound);
  runner_->set_sense(manner != Manner::sound ? sense_.get() : nullptr);
  sense_->set_independent(manner == Manner::independent);
  search_ = std::make_unique<Search>(*runner_, domains_, tests_, deadline);
  search_->set_reach(reach);
  search_->set_familiar_only(manner == Manner::familiar);
  search_->on_failure([this](const Choices& choices, Mask conflict) {
    PathSolver solver(sketch_, domains_, *runner_, boundaries_);
    suggestions_.ask(solver, domains_, tests_, choices, conflict);
  });
  return search_->run([this](const Choices& choices) { return consider(choices); });
}

}  // namespace

Expected<FillResult> fill(const Sketch& sketch, const FillRequest& request) {
  return Filler(sketch, request).run();
}

}  // namespace portolan::sketch::filling
