#include "emulate/simt/shadow.h"

namespace portolan::simt {

bool Shadow::conflicts(const std::optional<Access>& earlier, const Access& now) {
  if (!earlier || earlier->thread == now.thread || earlier->block_epoch != now.block_epoch) return false;
  if (earlier->warp == now.warp && earlier->warp_epoch != now.warp_epoch) return false;
  return (earlier->write || now.write) && !(earlier->atomic && now.atomic);
}

std::optional<Access> Shadow::note(uint64_t offset, uint64_t size, const Access& access) {
  std::optional<Access> found;
  for (uint64_t at = offset; at < offset + size; ++at) {
    Cell& cell = cells_[at];
    for (const std::optional<Access>* earlier : {&cell.write, &cell.read, &cell.other_read})
      if (!found && conflicts(*earlier, access)) found = *earlier;
    if (access.write) {
      cell.write = access;
    } else if (!cell.read || cell.read->thread == access.thread || cell.read->block_epoch != access.block_epoch) {
      // Reads of an earlier epoch cannot race any more.
      if (cell.read && cell.read->block_epoch != access.block_epoch) cell.other_read.reset();
      cell.read = access;
    } else {
      cell.other_read = access;
    }
  }
  return found;
}

}  // namespace portolan::simt
