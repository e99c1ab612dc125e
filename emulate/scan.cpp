#include "emulate/scan.h"

#include <cstring>

namespace portolan::emulate {
namespace {

bool has_word(const Segment& segment, uint32_t mask, uint32_t value, size_t step) {
  for (size_t i = 0; i + 4 <= segment.bytes.size(); i += step) {
    uint32_t word = 0;
    std::memcpy(&word, segment.bytes.data() + i, 4);
    if ((word & mask) == value) return true;
  }
  return false;
}

bool has_pair(const Segment& segment, uint8_t first, uint8_t second) {
  for (size_t i = 0; i + 2 <= segment.bytes.size(); ++i)
    if (segment.bytes[i] == first && segment.bytes[i + 1] == second) return true;
  return false;
}

}  // namespace

bool has_system_calls(const Image& image) {
  for (const Segment& segment : image.segments) {
    if (!segment.executable) continue;
    switch (image.isa) {
      case Isa::x86_64:  // syscall, sysenter, int 0x80
        if (has_pair(segment, 0x0f, 0x05) || has_pair(segment, 0x0f, 0x34) || has_pair(segment, 0xcd, 0x80))
          return true;
        break;
      case Isa::aarch64:
        if (has_word(segment, 0xffe0001f, 0xd4000001, 4)) return true;
        break;
      case Isa::riscv64:
        if (has_word(segment, 0xffffffff, 0x00000073, 2)) return true;
        break;
    }
  }
  return false;
}

}  // namespace portolan::emulate
