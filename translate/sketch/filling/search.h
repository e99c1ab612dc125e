// Looks for fillings that agree with the source on all tests. What stands in a line is chosen when execution first
// comes to it: not one filling, but all that do the same there. Runs that come to the line again, or later tests, tell
// them apart, and then some of them are chosen. A run that fails rules out all fillings that share what the failure
// depends on, and the search goes back to the last choice among that.
#pragma once

#include <functional>

#include "ir/fair_clock.h"
#include "translate/sketch/filling/runner.h"

namespace portolan::sketch::filling {

// What is to be done with a filling that agrees on all tests.
enum class Next : uint8_t {
  stop,
  go_on,     // look for another
  new_test,  // a test was added that tells why this one is wrong
};

// Why a hole's values do not fit: the test that rules most of them out.
struct Elimination {
  std::unordered_map<size_t, size_t> by_test;  // how many values each test rules out
  std::string example;                         // a difference, of the test that came last
  size_t example_test = 0;
};

class Search {
 public:
  Search(Runner& runner, const std::vector<Domain>& domains, std::vector<Test>& tests, FairClock::time_point deadline)
      : runner_(runner), domains_(domains), tests_(tests), deadline_(deadline), choices_(domains.size()) {
    choices_.alternatives.resize(runner.layout().sites.size());
    find_shared();
  }

  // exhausted: but for what the reach left out (cut()).
  enum class End : uint8_t { stopped, exhausted, timeout, failed };
  // `found`: asked about each filling; holes that no test reaches are kUnchosen.
  End run(const std::function<Next(const Choices&)>& found);
  // Values stand in the order of their likelihood. Only fillings are tried whose places in that order, from 1, multiply
  // to at most this: one hole may hold something far-fetched, all of them may not.
  void set_reach(uint64_t reach) { reach_ = reach; }
  // Of sequences only those are tried that leave numbers which the source has too.
  void set_familiar_only(bool only) { familiar_only_ = only; }
  bool cut() const { return cut_; }  // some were left out
  void set_deadline(FairClock::time_point deadline) { deadline_ = deadline; }
  // Told of each run that fails, with what its failure depends on.
  void on_failure(std::function<void(const Choices&, Mask)> failure) { failure_ = std::move(failure); }

  const std::vector<Elimination>& eliminations() const { return eliminations_; }
  const std::string& problem() const { return problem_; }  // End::failed
  uint64_t fillings() const { return fillings_; }

 private:
  // Tests that come to the same line first.
  struct Group {
    RunResult stop;
    std::vector<size_t> places;  // in the order of the tests
  };
  // Tries all fillings that complete the present choices, of which all tests before this place in their order agree.
  // Returns holes whose present values rule out success, unless the search is over.
  Mask from(size_t place);
  // Nothing if the present choices agree on this test; else as from() of it and those that follow.
  std::optional<Mask> agree(size_t place);
  std::optional<RunResult> run_on(size_t test);  // nothing: the search is over
  Mask branch(RunResult first, size_t place);
  // What the tests leave of the present choices goes to `found`, likely ones first.
  Mask offer();
  std::optional<Mask> offer(Choices single);
  void find_shared();
  // Which line to fill next, and the tests that tell its ways apart, which are moved to this place. Returns the
  // conflict if one fails whatever stands here.
  std::optional<Mask> look_ahead(RunResult first, size_t place, Group& chosen);
  std::optional<bool> comes_to_nothing_else(const Group& group);
  std::vector<double> distances(const Group& group, size_t place);
  struct Ways;
  Ways ways_at(const Site& site);
  void choose(const Site& site, const Ways& ways, size_t way);
  std::vector<std::vector<size_t>> order(const RunResult& stop, const std::vector<double>& distances, bool together,
                                         bool& some_left_out) const;
  size_t line_of(const Site& site) const { return static_cast<size_t>(&site - runner_.layout().sites.data()); }
  void note_elimination(Mask holes);
  // Some were left out because of what has a value now.
  Mask cut();
  Mask end(End end);
  std::vector<size_t>::iterator at(size_t place) { return order_.begin() + static_cast<std::ptrdiff_t>(place); }
  Mask all() const;  // holes that have a value

  Runner& runner_;
  const std::vector<Domain>& domains_;
  std::vector<Test>& tests_;
  FairClock::time_point deadline_;
  Choices choices_;
  std::vector<Elimination> eliminations_ = std::vector<Elimination>(domains_.size());
  const std::function<Next(const Choices&)>* found_ = nullptr;
  std::function<void(const Choices&, Mask)> failure_;
  std::optional<End> over_;
  std::string problem_;
  uint64_t fillings_ = 0;
  uint64_t reach_ = UINT64_MAX, product_ = 1;
  bool cut_ = false, familiar_only_ = false;
  Mask shared_ = 0;            // holes that stand in several lines
  std::vector<size_t> order_;  // of the tests
  size_t last_test_ = 0;       // that failed
  std::string last_difference_;
};

}  // namespace portolan::sketch::filling
