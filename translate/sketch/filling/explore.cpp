#include "translate/sketch/filling/explore.h"

#include <algorithm>
#include <deque>

#include "ir/fair_clock.h"
#include "verify/guided.h"

namespace portolan::sketch::filling {
namespace {

using Numbers = verify::Filling::Numbers;

constexpr std::chrono::milliseconds kTime{700}, kTimeInTurn{350};
constexpr size_t kMostTries = 2000, kMostAdded = 40, kMostAddedInTurn = 24, kMostQueued = 600;
constexpr uint64_t kLongestRun = 20000;  // of an input that is added

constexpr Numbers kNumbers[] = {Numbers::small, Numbers::boundary, Numbers::related, Numbers::text, Numbers::random};

class Explorer {
 public:
  Explorer(const Territory& territory, Watch& watch, verify::Random& random)
      : t_(territory), watch_(watch), random_(random) {}

  Expected<std::vector<uint64_t>> run(std::vector<verify::Input> ways, std::vector<Test>& tests);

 private:
  verify::Input next();
  void queue(const verify::Input& input);
  std::optional<Diagnostic> add_fresh(std::vector<Test>& tests);
  // Runs the source on the input, by the watch. Nothing: it takes long.
  std::optional<Test> look(verify::Input input);

  const Territory& t_;
  Watch& watch_;
  verify::Random& random_;
  std::vector<verify::Input> ways_;  // inputs that went new ways
  std::deque<verify::Input> queue_;
  uint64_t turn_ = 0;
  // At first each way of a branch is looked for; then, for some time, ways in turn.
  bool in_turn_ = false;
  std::vector<uint64_t> added_;  // see explore()
};

void Explorer::queue(const verify::Input& input) {
  const size_t room = kMostQueued - std::min(kMostQueued, queue_.size());
  for (verify::Input& changed : verify::guided(t_.bench, t_.boundary, t_.shape, input, watch_.ways(), in_turn_, room))
    queue_.push_back(std::move(changed));
}

verify::Input Explorer::next() {
  if (++turn_ % 4 != 0 && !queue_.empty()) {
    verify::Input input = std::move(queue_.front());
    queue_.pop_front();
    return input;
  }
  verify::Filling filling{kNumbers[random_.below(std::size(kNumbers))], kNumbers[random_.below(std::size(kNumbers))]};
  filling.constants = &t_.constants;
  filling.owners = random_.one_in(3);
  if (random_.one_in(2)) filling.globals = verify::Filling::Globals::mixed;
  if (!ways_.empty() && !random_.one_in(3))
    return verify::varied(t_.boundary, t_.shape, ways_[random_.below(ways_.size())], filling, random_);
  return verify::make_input(t_.boundary, t_.shape, filling, random_);
}

std::optional<Test> Explorer::look(verify::Input input) {
  Test test{t_.function, std::move(input), {}};
  if (!watch_.look_at(test, t_.bench.source_request(t_.boundary, test.input), t_.times_longer, kLongestRun))
    return std::nullopt;
  return test;
}

Expected<std::vector<uint64_t>> Explorer::run(std::vector<verify::Input> ways, std::vector<Test>& tests) {
  ways_ = std::move(ways);
  for (in_turn_ = false;; in_turn_ = true) {
    if (auto problem = add_fresh(tests)) return *problem;
    if (in_turn_) return std::move(added_);
    // From all that there is, simple and wild.
    queue_.clear(), ways_.clear();
    for (const Test& test : tests) ways_.push_back(test.input);
    for (size_t n = ways_.size(); n > 1; --n) std::swap(ways_[n - 1], ways_[random_.below(n)]);
  }
}

std::optional<Diagnostic> Explorer::add_fresh(std::vector<Test>& tests) {
  const auto deadline = FairClock::now() + (in_turn_ ? kTimeInTurn : kTime);
  const auto over = [&] { return FairClock::now() > deadline || (!in_turn_ && !watch_.ways().left()); };
  // What they compare is looked at again, now that it is known which ways are left.
  const std::vector<verify::Input> known = ways_;
  for (const verify::Input& input : known) {
    if (over()) break;
    if (look(input)) queue(input);
  }
  const size_t most = added_.size() + (in_turn_ ? kMostAddedInTurn : kMostAdded);
  for (size_t n = 0; n < kMostTries && added_.size() < most && !over(); ++n) {
    verify::Input input = next();
    if (input.has_nan) continue;
    std::optional<Test> test = look(std::move(input));
    const uint64_t instructions = watch_.instructions();
    const bool fresh = in_turn_ ? watch_.ways().fresh_in_turn() : watch_.ways().fresh();
    if (!test || !fresh || !watch_.left().empty() || instructions == 0) continue;
    queue(test->input);
    ways_.push_back(test->input);
    auto runs = t_.bench.run_source(t_.boundary, {&test->input, 1});
    if (!runs) return runs.error();
    if (!runs->front().unfit.empty()) continue;
    test->source = std::move(runs->front());
    tests.push_back(std::move(*test));
    added_.push_back(instructions);
  }
  return std::nullopt;
}

}  // namespace

Expected<std::vector<uint64_t>> explore(const Territory& territory, Watch& watch, verify::Random& random,
                                        std::vector<verify::Input> ways, std::vector<Test>& tests) {
  return Explorer(territory, watch, random).run(std::move(ways), tests);
}

}  // namespace portolan::sketch::filling
