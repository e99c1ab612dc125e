// Which bits of each value matter, looking backwards from what the outside can see. Dead flags, unused halves of
// vector registers and upper halves of general registers are all the same thing here: bits that nobody demands.
#pragma once

#include <functional>

#include "ir/function.h"

namespace portolan::ir {

class Demand {
 public:
  explicit Demand(const Function& function);

  // These bits of v matter. Cheap; run() spreads the news.
  void require(ValueId v, const APInt& bits);
  void require_all(ValueId v) { require(v, APInt::getAllOnes(function_->width(v))); }
  // What stores, traps, branches and switches use. Calls and returns are the caller's business.
  void require_effects();
  // Spreads until nothing changes. `reached` is told of each call and each get_slot whose demand has grown.
  void run(const std::function<void(ValueId)>& reached);

  const APInt& of(ValueId v) const { return bits_[v]; }
  bool any(ValueId v) const { return !bits_[v].isZero(); }

 private:
  void spread(ValueId v);
  void spread_lanes(const Instruction& i, const APInt& demanded);
  void spread_parameter(ValueId v);

  const Function* function_;
  std::vector<APInt> bits_;
  std::vector<uint8_t> queued_;
  std::vector<ValueId> worklist_;
  std::vector<std::vector<BlockId>> predecessors_;
};

// The function with values made only as wide as their highest demanded bit: block parameters and bitwise, additive and
// selecting ops; shuffles of which one lane is used become that lane.
Function narrow(const Function& function, const Demand& demand);

}  // namespace portolan::ir
