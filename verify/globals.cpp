// The files' own writable data as an input: the objects that both sides have under one name.
#include <algorithm>
#include <cstring>

#include "verify/bench.h"

namespace portolan::verify {
namespace {

using emulate::DataObject;
using emulate::Image;

constexpr size_t kMostObjects = 64;
constexpr uint64_t kMostBytes = 4096, kMostBytesOfAll = 32 * 1024;
constexpr uint64_t kTail = 256;  // of larger objects: how many there are stands behind them, perhaps

std::vector<uint8_t> initial_bytes(const Image& image, uint64_t address, uint64_t size) {
  std::vector<uint8_t> bytes(size);
  for (const emulate::Segment& s : image.segments)
    for (uint64_t n = 0; n < size; ++n)
      if (const uint64_t at = address + n - s.address; at < s.bytes.size()) bytes[n] = s.bytes[at];
  return bytes;
}

// Of the program's code and data, or of the functions and data outside it.
bool looks_like_address(uint64_t value) {
  return value >= emulate::kStubBase && value < emulate::kImageEnd;
}

void keep_addresses(const std::vector<uint8_t>& bytes, std::vector<uint32_t>& slots) {
  for (size_t at = 0; at + 8 <= bytes.size(); at += 4) {
    uint64_t word;
    std::memcpy(&word, bytes.data() + at, 8);
    if (looks_like_address(word)) slots[at / 8] = slots[(at + 7) / 8] = Shape::kKept;
  }
}

bool overlaps(const DataObject& a, const DataObject& b) {
  return a.address < b.address + b.size && b.address < a.address + a.size;
}

}  // namespace

std::vector<Shape::Global> globals_of(const Image& source, const Image& target) {
  std::vector<Shape::Global> globals;
  std::vector<const DataObject*> taken_source, taken_target;
  uint64_t left = kMostBytesOfAll;
  for (const DataObject& s : source.objects) {
    const auto t = std::find_if(target.objects.begin(), target.objects.end(),
                                [&s](const DataObject& o) { return o.name == s.name; });
    if (t == target.objects.end() || globals.size() >= kMostObjects) continue;
    // Two names for the same bytes: one of them is enough, and the sides may not have both.
    auto is_taken = [](const std::vector<const DataObject*>& taken, const DataObject& object) {
      return std::any_of(taken.begin(), taken.end(), [&](const DataObject* o) { return overlaps(*o, object); });
    };
    if (is_taken(taken_source, s) || is_taken(taken_target, *t)) continue;
    taken_source.push_back(&s), taken_target.push_back(&*t);
    const uint64_t whole = std::min(s.size, t->size), size = std::min({whole, kMostBytes, left});
    if (size == 0) continue;
    left -= size;
    auto add = [&](uint64_t offset, uint64_t bytes) {
      Shape::Global global{s.name, s.local, initial_bytes(source, s.address + offset, bytes), {}, offset};
      global.slots.assign((bytes + 7) / 8, Shape::kNumber);
      keep_addresses(global.bytes, global.slots);
      keep_addresses(initial_bytes(target, t->address + offset, bytes), global.slots);
      globals.push_back(std::move(global));
    };
    add(0, size);
    if (const uint64_t tail = (whole - std::min(whole, kTail) + 7) / 8 * 8; size == kMostBytes && tail >= size)
      add(tail, whole - tail);
    else if (size == kMostBytes && whole > size)
      add(size, whole - size);
  }
  return globals;
}

}  // namespace portolan::verify
