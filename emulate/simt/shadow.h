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
  explicit Shadow(uint64_t bytes) : words_((bytes + 3) / 4) {}
  // The earlier access that this one races with.
  std::optional<Access> note(uint64_t offset, uint64_t size, const Access& access);

 private:
  // Small, because most of the time goes to looking at them. A block has at most 1024 threads, and a wave's more.
  struct Entry {
    uint32_t line = 0, block_epoch = 0, warp_epoch = 0;
    uint16_t thread = 0;
    uint8_t warp = 0;
    bool valid : 1 = false, write : 1 = false, atomic : 1 = false;
  };
  struct Cell {
    Entry write, read;
    Entry other_read;  // by another thread than `read`
  };
  static bool conflicts(const Entry& earlier, const Entry& now);
  static std::optional<Entry> note(Cell& cell, const Entry& now);
  static Access access_of(const Entry& entry);
  std::vector<Cell>& bytes();

  // Four bytes each, as long as all accesses are to whole ones.
  std::vector<Cell> words_;
  std::vector<Cell> bytes_;
};

}  // namespace portolan::simt
