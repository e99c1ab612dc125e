// Coverage from a list of executed instructions (the native engine single-steps).
#pragma once

#include <set>
#include <span>

#include "emulate/engine.h"

namespace portolan::emulate {

class Trace {
 public:
  // Execution goes on at pc, which was not reached from the instruction before (entry, return of an external call).
  void start_at(uint64_t pc);
  // Addresses in the order in which they ran.
  void add(std::span<const uint64_t> addresses);
  uint64_t count() const { return count_; }
  void store(Outcome& outcome) const;

 private:
  void step(uint64_t pc);

  uint64_t last_ = 0, count_ = 0;
  std::set<Block> blocks_;
  std::set<Edge> edges_;
};

}  // namespace portolan::emulate
