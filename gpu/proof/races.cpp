#include "gpu/proof/races.h"

namespace portolan::proof {

using simt::Touch;

bool Races::ordered(const Touch& a, const Touch& b) {
  if (a.block != b.block) return false;
  if (a.thread == b.thread || a.block_epoch != b.block_epoch) return true;
  return a.warp == b.warp && a.warp_epoch != b.warp_epoch;
}

void Races::look(const Touches& earlier, const Touch& now) {
  for (const Touch& e : earlier) {
    if (found_ || ordered(e, now)) continue;
    // Combining by one operation commutes.
    const bool commute = e.kind == Touch::modify && now.kind == Touch::modify && e.rmw == now.rmw &&
                         e.address == now.address && e.size == now.size;
    if (!commute) found_ = Race{e, now};
  }
}

void Races::keep(Touches& all, const Touch& now) {
  // One place of a thread again and again.
  if (!all.empty()) {
    const Touch& last = all.back();
    if (last.block == now.block && last.thread == now.thread && last.block_epoch == now.block_epoch &&
        last.warp_epoch == now.warp_epoch && last.kind == now.kind && last.rmw == now.rmw &&
        last.address == now.address && last.size == now.size)
      return;
  }
  // Shared memory: what lies before a barrier of the block is ordered for good.
  if (now.shared) std::erase_if(all, [&](const Touch& t) { return t.block_epoch != now.block_epoch; });
  all.push_back(now);
}

void Races::note(const Touch& now) {
  if (now.shared && now.block != block_) {
    shared_.clear();
    block_ = now.block;
  }
  for (uint64_t at = now.address; at < now.address + now.size && !found_; ++at) {
    Cell& cell = (now.shared ? shared_ : global_)[at];
    look(cell.changes, now);
    if (now.kind != Touch::read) look(cell.reads, now);
    keep(now.kind == Touch::read ? cell.reads : cell.changes, now);
  }
}

}  // namespace portolan::proof
