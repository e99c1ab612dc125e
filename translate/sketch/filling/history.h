// What the bytes of the caller's buffers and the files' data become while a function runs, one after the other. Tests
// that compare what is left in the end do not see a lock that was never taken, so a filling that goes another way is
// looked at later than one that does not.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "emulate/engine.h"
#include "emulate/image.h"

namespace portolan::sketch::filling {

// A byte that was written, in the order of time.
struct WrittenByte {
  uint64_t address = 0;
  uint8_t value = 0;
};
// Of longer runs nothing is known.
inline constexpr size_t kMostWritten = 1 << 16;

using History = std::map<uint64_t, std::vector<uint8_t>>;  // by address; what changes nothing is left out

History history_of(const emulate::Image& image, const emulate::Request& request, std::span<const WrittenByte> written);

}  // namespace portolan::sketch::filling
