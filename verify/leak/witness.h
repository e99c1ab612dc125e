// Two inputs that differ in secrets only, and whose runs a watcher can tell apart: what turns a suspicion into `leaks`.
#pragma once

#include "verify/bench.h"
#include "verify/leak/taint.h"

namespace portolan::leak {

struct Witness {
  verify::Input first, second;
  Finding::Kind kind = Finding::Kind::branch;
  uint64_t pc = 0;                             // of the instruction at which the runs part
  uint64_t first_value = 0, second_value = 0;  // where each goes, or the addresses that each touches
  size_t steps = 0;                            // instructions before
  std::string confirmed_by;                    // another engine, on which the runs differ too
};

class WitnessSearch {
 public:
  static Expected<std::unique_ptr<WitnessSearch>> make(Isa isa, const emulate::Object& object);
  ~WitnessSearch();

  std::optional<Witness> find(const verify::Boundary& boundary, const std::vector<Secret>& secrets, uint64_t seed,
                              FairClock::time_point deadline);
  // The same two inputs again.
  std::optional<Witness> compare(const verify::Boundary& boundary, verify::Input first, verify::Input second);
  const emulate::Image& image() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace portolan::leak
