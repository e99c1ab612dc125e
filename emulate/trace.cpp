#include "emulate/trace.h"

namespace portolan::emulate {

void Trace::start_at(uint64_t pc) {
  last_ = 0;
  step(pc);
}

void Trace::add(std::span<const uint64_t> addresses) {
  for (const uint64_t pc : addresses)
    if (!is_stub(pc)) step(pc);
}

void Trace::step(uint64_t pc) {
  ++count_;
  blocks_.insert({pc, 1});
  if (last_ != 0) edges_.insert({last_, pc});
  last_ = pc;
}

void Trace::store(Outcome& outcome) const {
  outcome.instructions = count_;
  outcome.blocks.assign(blocks_.begin(), blocks_.end());
  outcome.edges.assign(edges_.begin(), edges_.end());
}

}  // namespace portolan::emulate
