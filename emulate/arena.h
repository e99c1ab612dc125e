// Chooses addresses for argument buffers, so that a guard page follows or precedes each of them.
#pragma once

#include <cstdint>

#include "emulate/layout.h"

namespace portolan::emulate {

class Arena {
 public:
  enum class Edge : uint8_t {
    end,    // the byte after the buffer is on an unmapped page (the buffer may then be misaligned)
    start,  // the byte before the buffer is on an unmapped page
  };
  explicit Arena(uint64_t base = kArenaBase) : next_(base) {}

  // A buffer of `size` bytes, on pages of its own with an unmapped page on both sides. With Edge::end and a size that
  // is no multiple of `alignment` there are up to alignment - 1 bytes between buffer and guard.
  uint64_t place(uint64_t size, Edge edge, uint64_t alignment = 1) {
    const uint64_t pages = page_ceil(size == 0 ? 1 : size);
    const uint64_t first = next_ + kPageSize;
    next_ = first + pages;
    return edge == Edge::start ? first : (first + pages - size) & ~(alignment - 1);
  }

 private:
  uint64_t next_;
};

}  // namespace portolan::emulate
