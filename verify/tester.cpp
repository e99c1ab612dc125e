#include "verify/tester.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "emulate/assemble.h"
#include "verify/guided.h"

namespace portolan::verify {
namespace {

using Numbers = Filling::Numbers;

constexpr uint32_t kTriesPerTest = 4;
constexpr uint32_t kBatch = 16;

// The ways of filling, in turns.
constexpr Filling kFillings[] = {
    {Numbers::small, Numbers::small, -1, false},     {Numbers::small, Numbers::zero, -1, false},
    {Numbers::boundary, Numbers::small, -1, false},  {Numbers::small, Numbers::text, -1, false},
    {Numbers::random, Numbers::random, -1, false},   {Numbers::small, Numbers::random, -1, true},
    {Numbers::boundary, Numbers::zero, -1, false},   {Numbers::boundary, Numbers::boundary, -1, true},
    {Numbers::related, Numbers::related, -1, false}, {Numbers::boundary, Numbers::boundary, -1, false},
};
// Their number has no divisor in common with that of the fillings: all go together in time.
using Globals = Filling::Globals;
constexpr Globals kGlobals[] = {Globals::initial, Globals::mixed, Globals::small, Globals::mixed,
                                Globals::initial, Globals::wild,  Globals::mixed};
constexpr uint32_t kMostLimits = 24;
constexpr size_t kMostKept = 64, kMostSamples = 8;
// Of inputs that are to go ways which drawn ones did not.
constexpr size_t kMostOfOne = 60, kMostBases = 24;
constexpr uint64_t kLongestGuided = 20000;  // instructions

uint64_t seed_of(uint64_t seed, const std::string& name) {
  uint64_t hash = 0xcbf29ce484222325 ^ seed;
  for (const char c : name) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return hash;
}

class FunctionTester {
 public:
  FunctionTester(Bench& bench, const Boundary& boundary, const TestOptions& options, FairClock::time_point deadline)
      : bench_(bench),
        boundary_(boundary),
        options_(options),
        deadline_(deadline),
        random_(seed_of(options.seed, boundary.name)) {
    result_.seed = options.seed;
    if (options.constants) constants_ = options.constants(boundary);
  }

  TestResult run();

 private:
  bool out_of_time() const { return FairClock::now() > deadline_; }
  bool batch(const Shape& shape);  // false: enough seen
  Input next_input(const Shape& shape);
  void go_other_ways(const Shape& shape);
  bool judge(const std::vector<Trial>& trials);
  bool depends_on_data(const Shape& shape);
  void conclude();
  TestResult unknown(std::string_view cause, std::string reason) {
    result_.level = TestResult::Level::unknown;
    result_.cause = cause;
    result_.reason = std::move(reason);
    return result_;
  }

  Bench& bench_;
  const Boundary& boundary_;
  const TestOptions& options_;
  FairClock::time_point deadline_;
  Random random_;
  TestResult result_;
  struct Reason {
    uint32_t count = 0;
    std::string example;
  };
  std::map<std::string, Reason> reasons_;  // why inputs did not count
  std::vector<uint64_t> constants_;
  std::vector<Input> kept_;  // went ways that none before them went; variations of them may go further
  uint32_t limits_ = 0, sampled_ = 0, aliases_ = 0, pairs_ = 0, fits_ = 0, alikes_ = 0, last_fresh_ = 0;
  std::string outlasts_;  // the first of which the target made far more than the source
  bool stopped_early_ = false, depends_on_data_ = false;
};

// A reason without what differs from input to input.
std::string kind_of(const std::string& reason) {
  const size_t at = reason.find(" (address");
  return reason.substr(0, at);
}

bool FunctionTester::judge(const std::vector<Trial>& trials) {
  for (const Trial& trial : trials) {
    if (trial.fresh && kept_.size() < kMostKept) {
      kept_.push_back(trial.input);
      last_fresh_ = result_.tried;
    }
    result_.nan_differences += trial.comparison.nan_differences;
    const std::string& why = trial.unfit.empty() ? trial.comparison.what : trial.unfit;
    if (trial.unfit.empty() && trial.comparison.finding == Finding::agrees) {
      ++result_.tests;
      result_.stood_in.insert(trial.stood_in.begin(), trial.stood_in.end());
      if ((trial.fresh || result_.samples.size() < kMostSamples / 2) && result_.samples.size() < kMostSamples)
        result_.samples.push_back(trial.input);
      continue;
    }
    if (trial.unfit.empty() && trial.comparison.finding == Finding::differs) {
      result_.level = TestResult::Level::refuted;
      result_.counterexample = shrink(bench_, boundary_, trial, FairClock::now() + std::chrono::seconds(1));
      result_.reason = result_.counterexample->difference;
      result_.stood_in = result_.counterexample->stood_in;
      return false;
    }
    Reason& reason = reasons_[kind_of(why)];
    if (++reason.count == 1) reason.example = why;
    ++result_.not_compared[kind_of(why)];
    if (why.find("longer than the limit") != std::string::npos) ++limits_;
    if (trial.comparison.outlasts && outlasts_.empty()) outlasts_ = why;
  }
  return true;
}

// After a round of all fillings every other input is a variation of one that went a new way.
Input FunctionTester::next_input(const Shape& shape) {
  const uint32_t turn = result_.tried++;
  if (turn >= kBatch && turn % 2 == 1 && kept_.size() > 1)
    return varied(boundary_, shape, kept_[random_.below(kept_.size())], {.constants = &constants_}, random_);
  Filling filling = kFillings[(turn < kBatch || kept_.size() < 2 ? turn : turn / 2) % std::size(kFillings)];
  filling.constants = &constants_;
  filling.overlaps = options_.overlaps;
  filling.globals = kGlobals[turn % std::size(kGlobals)];
  if (filling.aliases) filling.alias = ++aliases_;
  if (filling.parameters == Numbers::related) filling.pair = ++pairs_;
  if (turn % 3 == 2) filling.fit = ++fits_;
  if (turn % 11 == 7) filling.alike = ++alikes_;
  filling.owners = turn % 4 == 3;
  filling.nulls = turn % 4 == 1;
  return make_input(boundary_, shape, filling, random_);
}

bool FunctionTester::batch(const Shape& shape) {
  std::vector<Input> inputs;
  const uint32_t wanted = std::min(kBatch, options_.tests);
  for (uint32_t n = 0; n < wanted; ++n) inputs.push_back(next_input(shape));
  // The first inputs alone: most functions that cannot be tested show it there.
  const size_t first = std::min<size_t>(4, inputs.size());
  std::vector<Input> rest(std::make_move_iterator(inputs.begin() + first), std::make_move_iterator(inputs.end()));
  inputs.resize(first);
  for (std::vector<Input>* part : {&inputs, &rest}) {
    auto trials = bench_.run(boundary_, std::move(*part), &result_.coverage);
    if (!trials) {
      unknown("unsupported", trials.error().message);
      stopped_early_ = true;
      return false;
    }
    if (!judge(*trials)) return false;
    // Stepping costs more than all the rest: a sample.
    if (sampled_++ < 2) bench_.add_source_coverage(boundary_, *trials, result_.coverage);
    const bool hopeless = limits_ >= kMostLimits || (limits_ >= 4 && 2 * limits_ >= result_.tried) ||
                          (result_.tests == 0 && reasons_.size() == 1 &&
                           reasons_.begin()->first.find("does not know") != std::string::npos);
    if (hopeless || out_of_time()) return false;
  }
  // As long as new ways are found there may be more.
  const bool enough = result_.tests >= options_.tests && result_.tried >= last_fresh_ + options_.tests;
  return !enough && result_.tried < kTriesPerTest * options_.tests;
}

// Drawn inputs rarely make equal what is compared, and hardly ever twice in one run: the source is looked at while it
// runs, and what it compared is changed.
void FunctionTester::go_other_ways(const Shape& shape) {
  WayFinder finder(bench_.source());
  std::deque<Input> queue;
  const auto look_at = [&](const Input& input) {
    return finder.look_at(bench_.source_request(boundary_, input), kLongestGuided);
  };
  // Those of one that went a new way come before all others.
  const auto add = [&](const Input& input, bool in_front) {
    std::vector<Input> changed = guided(bench_, boundary_, shape, input, finder.ways(), true, kMostOfOne);
    std::erase_if(changed, [&](const Input& i) {
      return !options_.own_data && std::any_of(i.data.begin(), i.data.end(), [](const DataPiece& d) { return d.own; });
    });
    queue.insert(in_front ? queue.begin() : queue.end(), std::make_move_iterator(changed.begin()),
                 std::make_move_iterator(changed.end()));
  };
  // What is fresh to an engine may be none, where the target has one way only.
  std::vector<Input> bases = kept_;
  bases.insert(bases.end(), result_.samples.begin(), result_.samples.end());
  for (size_t n = 0; n < std::min(bases.size(), kMostBases) && !out_of_time(); ++n)
    if (look_at(bases[n])) add(bases[n], false);
  const uint32_t wanted = std::min(kBatch, options_.tests);
  uint32_t tries = 0, added = 0;
  const auto over = [&] {
    return queue.empty() || tries >= kTriesPerTest * options_.tests || added >= options_.tests || out_of_time();
  };
  while (!over()) {
    std::vector<Input> inputs;
    for (; inputs.size() < wanted && !over(); ++tries) {
      Input input = std::move(queue.front());
      queue.pop_front();
      if (!look_at(input) || !finder.ways().fresh_in_turn()) continue;
      add(input, true);
      inputs.push_back(std::move(input));
    }
    if (inputs.empty()) return;
    result_.tried += static_cast<uint32_t>(inputs.size()), added += static_cast<uint32_t>(inputs.size());
    auto trials = bench_.run(boundary_, std::move(inputs), &result_.coverage);
    if (!trials) {
      unknown("unsupported", trials.error().message);
      stopped_early_ = true;
      return;
    }
    if (!judge(*trials) || limits_ >= kMostLimits) return;
  }
}

void FunctionTester::conclude() {
  if (result_.level == TestResult::Level::refuted || stopped_early_) return;
  // It may be about to end, and what it gives then nobody has seen.
  if (!outlasts_.empty()) return void(unknown("resource-limit", outlasts_));
  // Inputs that differ in nothing are one test, however often they run.
  if (boundary_.parameters.empty() && !depends_on_data_ && result_.tests > 0) {
    const Coverage& c = result_.coverage;
    const bool whole = c.target_size != 0 && c.target_bytes == c.target_size;
    result_.tests = whole ? result_.tests : 1;
    if (!whole) return void(unknown("too-few-inputs", "it takes no arguments, and the one run that there is agreed"));
  }
  if (result_.tests >= kFewestTests) {
    result_.level = TestResult::Level::tested;
    return;
  }
  if (out_of_time()) return void(unknown("resource-limit", "the time for tests is over"));
  const auto most = std::max_element(reasons_.begin(), reasons_.end(),
                                     [](const auto& a, const auto& b) { return a.second.count < b.second.count; });
  if (most == reasons_.end()) return void(unknown("too-few-inputs", "too few inputs"));
  // Nothing can be said of a source that never comes to an end of its own.
  const bool vacuous = result_.tests == 0 && std::all_of(reasons_.begin(), reasons_.end(), [](const auto& reason) {
                         return reason.first.starts_with("the source traps");
                       });
  unknown(vacuous ? "vacuous" : "too-few-inputs", fmt::format("only {} of {} inputs could be compared; most often {}",
                                                              result_.tests, result_.tried, most->second.example));
}

// Whether what it does differs with the files' own data, on some of a few probes.
bool FunctionTester::depends_on_data(const Shape& shape) {
  if (shape.globals.empty()) return false;
  std::vector<Input> inputs;
  for (const Globals globals : {Globals::initial, Globals::small, Globals::wild, Globals::mixed, Globals::wild}) {
    Filling filling;
    filling.globals = globals;
    filling.constants = &constants_;
    inputs.push_back(make_input(boundary_, shape, filling, random_));
  }
  const auto runs = bench_.run_source(boundary_, inputs);
  if (!runs) return false;
  std::optional<size_t> seen;
  const Side& side = bench_.source();
  auto did = [&](size_t n) { return side.written(bench_.source_request(boundary_, inputs[n]), (*runs)[n].first); };
  for (size_t n = 0; n < inputs.size(); ++n) {
    if (!(*runs)[n].unfit.empty()) continue;
    if (!seen) {
      seen = n;
      continue;
    }
    const emulate::Outcome &a = (*runs)[*seen].first, &b = (*runs)[n].first;
    bool same = a.ending == b.ending && a.calls == b.calls && did(*seen) == did(n);
    for (const BoundaryValue& result : boundary_.results) same &= side.result(result, a) == side.result(result, b);
    if (!same) return true;
  }
  return false;
}

TestResult FunctionTester::run() {
  if (!boundary_.untestable.empty()) return unknown("unsupported", boundary_.untestable);
  for (const Side* side : {&bench_.source(), &bench_.target()})
    if (side->image().find_symbol(side->symbol_of(boundary_)) == nullptr)
      return unknown("unsupported", "its symbol is not in the image");
  if (out_of_time()) return unknown("resource-limit", "the time for tests is over");
  const auto now = FairClock::now();
  const bool limited = deadline_ != FairClock::time_point::max();
  Shape shape = discover(bench_, boundary_, random_, limited ? now + (deadline_ - now) / 3 : deadline_);
  if (!options_.own_data) std::erase_if(shape.globals, [](const Shape::Global& g) { return g.own; });
  depends_on_data_ = boundary_.parameters.empty() && depends_on_data(shape);
  while (batch(shape)) {
  }
  if (result_.tests != 0 && result_.level != TestResult::Level::refuted && !stopped_early_) go_other_ways(shape);
  conclude();
  return result_;
}

}  // namespace

// Each gets its share of the time that is left, so that the last ones have their turn.
FairClock::time_point Shares::begin() {
  begun_ = FairClock::now();
  const auto shares = static_cast<int64_t>(functions_ + 2);
  if (functions_ != 0) --functions_;
  if (unlimited_) return FairClock::time_point::max();
  // Signed: what is left may be less than nothing.
  return begun_ + std::max<FairClock::duration>(left_ * 3 / shares, FairClock::duration::zero());
}

void Shares::end() {
  left_ -= FairClock::now() - begun_;
}

TestResult test_function(Bench& bench, const Boundary& boundary, const TestOptions& options,
                         FairClock::time_point deadline) {
  return FunctionTester(bench, boundary, options, deadline).run();
}

TestReport test_unit(const Subject& subject, const std::vector<Boundary>& boundaries, const TestOptions& options) {
  TestReport report;
  auto bench = Bench::make(subject);
  if (!bench) {
    report.problem = bench.error().message;
    TestResult result;
    result.reason = report.problem;
    report.results.assign(boundaries.size(), result);
    return report;
  }
  report.source_engine = (*bench)->source().engine().name();
  report.target_engine = (*bench)->target().engine().name();
  Shares shares(options.time, boundaries.size());
  for (const Boundary& boundary : boundaries) {
    report.results.push_back(test_function(**bench, boundary, options, shares.begin()));
    shares.end();
  }
  return report;
}

Expected<Replay> replay(const Subject& subject, const Boundary& boundary, const Input& input) {
  auto bench = Bench::make(subject);
  if (!bench) return bench.error();
  return (*bench)->replay(boundary, input);
}

namespace {

// Debug sections and line directives become empty lines: nothing runs them, and LLVM's assembler does not take all that
// GCC writes there (.loc with a view, the labels that such a view defines, a file 1 that is the same as file 0 beside
// others).
std::string without_debug(std::string_view text) {
  std::string kept;
  kept.reserve(text.size());
  bool debug = false;
  while (!text.empty()) {
    const size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, length);
    text.remove_prefix(length);
    const size_t start = std::min(line.find_first_not_of(" \t"), line.size());
    const std::string_view directive = line.substr(start, line.find_first_of(" \t\r\n", start) - start);
    const std::string_view rest = line.substr(start + directive.size());
    if (directive == ".section" || directive == ".pushsection")
      debug = rest.substr(std::min(rest.find_first_not_of(" \t\""), rest.size())).starts_with(".debug_");
    else if (directive == ".text" || directive == ".data" || directive == ".bss" || directive == ".previous" ||
             directive == ".popsection")
      debug = false;
    const bool numbered = directive == ".file" && rest.find_first_of("0123456789") == rest.find_first_not_of(" \t") &&
                          rest.find_first_of("0123456789") != rest.npos;
    if (debug || numbered || directive == ".loc")
      kept += line.ends_with('\n') ? "\n" : "";
    else
      kept += line;
  }
  return kept;
}

}  // namespace

Expected<emulate::Object> object_of_text(Isa isa, const std::string& text, const std::string& name) {
  emulate::AssembleOptions options;
  options.name = name;
  return emulate::assemble(isa, without_debug(text), options);
}

}  // namespace portolan::verify
