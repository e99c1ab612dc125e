// Writes segments as a static executable that a kernel or QEMU can start.
#pragma once

#include <span>

#include "emulate/image.h"

namespace portolan::emulate {

struct Executable {
  std::vector<uint8_t> bytes;
  std::vector<uint64_t> offsets;  // of each segment's contents in the file, memory_size bytes of them
};

Executable write_executable(Isa isa, std::span<const Segment* const> segments, uint64_t entry);

}  // namespace portolan::emulate
