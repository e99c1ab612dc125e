// A source and its target side by side, ready to run inputs.
#pragma once

#include <set>

#include "ir/fair_clock.h"
#include "verify/conduct.h"
#include "verify/objects.h"
#include "verify/trace.h"

namespace portolan::verify {

struct Trial {
  Input input;
  std::string unfit;  // the source did not take the input, and why; else:
  Comparison comparison;
  bool fresh = false;              // the target went a way that no run of this function went before
  std::set<std::string> stood_in;  // functions outside that answered as they liked
};

// What the source did with an input, in the two runs that tell what is defined.
struct SourceRuns {
  std::string unfit;  // it did not take the input, and why; else:
  emulate::Outcome first, second;
};

class Bench {
 public:
  static Expected<std::unique_ptr<Bench>> make(const Subject& subject);

  // Subject::stand_ins of the source alone, with what is no evidence (Side::fill_objects_on_the_stack).
  void guess_for(const std::map<std::string, std::string>& signatures) {
    source_->stand_in_for(signatures);
    source_->fill_objects_on_the_stack();
  }
  // The source alone, once.
  Expected<emulate::Outcome> probe(const Boundary& boundary, const Input& input);
  Expected<std::vector<SourceRuns>> run_source(const Boundary& boundary, std::span<const Input> inputs);
  // How each side behaves on these, as far as a proof assumes something of it.
  std::pair<Conduct, Conduct> conduct(const Boundary& boundary, std::span<const Input> inputs);
  // What run_source() asks the source's engine first.
  emulate::Request source_request(const Boundary& boundary, const Input& input);
  Expected<std::vector<Trial>> run(const Boundary& boundary, std::vector<Input> inputs, Coverage* coverage);
  // The last error of an engine means that its process is gone: nothing more can be said.
  const Side& source() const { return *source_; }
  // The writable objects that both sides have, with nothing known of pointers in them.
  const std::vector<Shape::Global>& globals() const { return globals_; }
  const Side& target() const { return *target_; }
  Expected<Replay> replay(const Boundary& boundary, const Input& input);
  // The same with every instruction that ran.
  Expected<Traces> trace(const Boundary& boundary, const Input& input);
  void add_source_coverage(const Boundary& boundary, const std::vector<Trial>& trials, Coverage& coverage);

 private:
  Expected<std::vector<Trial>> run_as_they_are(const Boundary& boundary, std::vector<Input> inputs, Coverage* coverage);
  void look_further(const Boundary& boundary, const Input& input, const SourceRuns& source,
                    const emulate::Request& target, const emulate::Outcome& outcome, Comparison& comparison);
  void look_at_limit(const Boundary& boundary, const Input& input, const emulate::Request& target,
                     Comparison& comparison);
  void look_at_stack(const Boundary& boundary, const Input& input, const SourceRuns& source, emulate::Request target,
                     Comparison& comparison);
  void look_at_data(const Boundary& boundary, const Input& input, const emulate::Outcome& outcome,
                    Comparison& comparison);
  void look_at_objects(const Boundary& boundary, const Input& input, Comparison& comparison);
  emulate::Request opposite(const Boundary& boundary, const Input& input, const Rubbish& rubbish);
  void look_at_rubbish(const Boundary& boundary, const Input& input, const Runs& runs, bool by_results, Trial& trial);
  void look_at_boxes(const Boundary& boundary, const emulate::Request& target, Comparison& comparison);
  bool same_for_other_nans(const Boundary& boundary, const Trial& trial);
  void note_ways(const Boundary& boundary, const emulate::Outcome& outcome, Trial& trial);
  void note_blocks(const Side& side, const Boundary& boundary, const std::vector<emulate::Outcome>& outcomes,
                   uint32_t& blocks, uint32_t* bytes, uint32_t* size) const;

  std::unique_ptr<Side> source_, target_;
  std::unique_ptr<AddressMap> map_;
  std::unique_ptr<ObjectLeaver> leaver_;  // of the source
  std::vector<Shape::Global> globals_;
  std::set<emulate::Edge> ways_;  // of the target of this function, so far
  std::string ways_of_;
  unsigned looks_ = 0;  // at runs of this function, with engines that take their time
};

// Divides the time for tests among functions; what happens between end() and begin() costs nothing.
class Shares {
 public:
  Shares(std::chrono::milliseconds time, size_t functions)
      : unlimited_(time.count() == 0), left_(time), functions_(functions) {}
  FairClock::time_point begin();  // the next function's deadline
  void end();

 private:
  bool unlimited_;
  FairClock::duration left_;
  size_t functions_;
  FairClock::time_point begun_;
};

TestResult test_function(Bench& bench, const Boundary& boundary, const TestOptions& options,
                         FairClock::time_point deadline);

std::vector<Shape::Global> globals_of(const emulate::Image& source, const emulate::Image& target);

// Finds what the function takes for pointers, as far as there is time.
Shape discover(Bench& bench, const Boundary& boundary, Random& random, FairClock::time_point latest);

// A simpler input that fails too.
Counterexample shrink(Bench& bench, const Boundary& boundary, const Trial& failed, FairClock::time_point deadline);

}  // namespace portolan::verify
