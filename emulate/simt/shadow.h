// Who touched each byte of shared memory last, to find races: two accesses by different threads, one of them a write,
// not both atomic, with no barrier between them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace portolan::simt {

struct Access {
  uint32_t thread = 0, warp = 0, line = 0;
  uint32_t block_epoch = 0, warp_epoch = 0;
  bool write = false, atomic = false;
};

class Shadow {
 public:
  explicit Shadow(uint64_t bytes) : cells_(bytes) {}
  // The earlier access that this one races with.
  std::optional<Access> note(uint64_t offset, uint64_t size, const Access& access);

 private:
  struct Cell {
    std::optional<Access> write, read;
    std::optional<Access> other_read;  // by another thread than `read`
  };
  static bool conflicts(const std::optional<Access>& earlier, const Access& now);
  std::vector<Cell> cells_;
};

}  // namespace portolan::simt
