#include "emulate/simt/shadow.h"

namespace portolan::simt {

bool Shadow::conflicts(const Entry& earlier, const Entry& now) {
  if (!earlier.valid || earlier.thread == now.thread || earlier.block_epoch != now.block_epoch) return false;
  if (earlier.warp == now.warp && earlier.warp_epoch != now.warp_epoch) return false;
  return (earlier.write || now.write) && !(earlier.atomic && now.atomic);
}

std::optional<Shadow::Entry> Shadow::note(Cell& cell, const Entry& now) {
  std::optional<Entry> found;
  for (const Entry* earlier : {&cell.write, &cell.read, &cell.other_read})
    if (!found && conflicts(*earlier, now)) found = *earlier;
  if (now.write) {
    cell.write = now;
  } else if (!cell.read.valid || cell.read.thread == now.thread || cell.read.block_epoch != now.block_epoch) {
    // Reads of an earlier epoch cannot race any more.
    if (cell.read.valid && cell.read.block_epoch != now.block_epoch) cell.other_read.valid = false;
    cell.read = now;
  } else {
    cell.other_read = now;
  }
  return found;
}

Access Shadow::access_of(const Entry& e) {
  return {e.thread, e.warp, e.line, e.block_epoch, e.warp_epoch, e.write, e.atomic};
}

// What is known of words, for each byte.
std::vector<Shadow::Cell>& Shadow::bytes() {
  if (!bytes_.empty()) return bytes_;
  bytes_.reserve(4 * words_.size());
  for (const Cell& cell : words_) bytes_.insert(bytes_.end(), 4, cell);
  return bytes_;
}

std::optional<Access> Shadow::note(uint64_t offset, uint64_t size, const Access& access) {
  Entry now;
  now.line = access.line, now.block_epoch = access.block_epoch, now.warp_epoch = access.warp_epoch;
  now.thread = static_cast<uint16_t>(access.thread), now.warp = static_cast<uint8_t>(access.warp);
  now.valid = true, now.write = access.write, now.atomic = access.atomic;
  const bool whole = bytes_.empty() && ((offset | size) & 3) == 0;
  const uint64_t unit = whole ? 4 : 1;
  std::vector<Cell>& cells = whole ? words_ : bytes();
  std::optional<Entry> found;
  for (uint64_t at = offset / unit; at < (offset + size) / unit; ++at)
    if (std::optional<Entry> earlier = note(cells[at], now); earlier && !found) found = earlier;
  if (!found) return std::nullopt;
  return access_of(*found);
}

}  // namespace portolan::simt
