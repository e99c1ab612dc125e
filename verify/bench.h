// A source and its translation side by side, ready to run inputs.
#pragma once

#include "verify/tester.h"

namespace portolan::verify {

struct Trial {
  Input input;
  std::string unfit;  // the source did not take the input, and why; else:
  Comparison comparison;
};

class Bench {
 public:
  static Expected<std::unique_ptr<Bench>> make(const Subject& subject);

  // The source alone, once.
  Expected<emulate::Outcome> probe(const Boundary& boundary, const Input& input);
  Expected<std::vector<Trial>> run(const Boundary& boundary, std::vector<Input> inputs, Coverage* coverage);
  // The last error of an engine means that its process is gone: nothing more can be said.
  const Side& source() const { return *source_; }
  const Side& target() const { return *target_; }
  Expected<Replay> replay(const Boundary& boundary, const Input& input);
  void add_source_coverage(const Boundary& boundary, const std::vector<Trial>& trials, Coverage& coverage);

 private:
  void note_blocks(const Side& side, const Boundary& boundary, const std::vector<emulate::Outcome>& outcomes,
                   uint32_t& blocks, uint32_t* bytes, uint32_t* size) const;

  std::unique_ptr<Side> source_, target_;
  std::unique_ptr<AddressMap> map_;
};

// Finds what the function takes for pointers.
Shape discover(Bench& bench, const Boundary& boundary, Random& random);

// A simpler input that fails too.
Counterexample shrink(Bench& bench, const Boundary& boundary, const Trial& failed,
                      std::chrono::steady_clock::time_point deadline);

}  // namespace portolan::verify
