#include <algorithm>
#include <map>
#include <utility>

#include "verify/compare.h"

namespace portolan::verify {
namespace {

bool on_stack(uint64_t address) {
  return address > emulate::kStackTop - 64 * 1024 && address <= emulate::kStackTop;
}

const emulate::Segment* segment_at(const emulate::Image& image, uint64_t address) {
  for (const emulate::Segment& s : image.segments)
    if (address >= s.address && address - s.address < s.memory_size) return &s;
  return nullptr;
}

// Labels of the assembler and the linker's own, which the other side has elsewhere or not at all.
bool is_technical(const std::string& name) {
  return name.starts_with("$") || name.starts_with(".L") || name.starts_with("_GLOBAL_OFFSET_TABLE_");
}

}  // namespace

AddressMap::AddressMap(const Side& source, const Side& target)
    : source_(source),
      target_(target),
      source_names_(names_of(source, target)),
      target_names_(names_of(target, source)) {}

// Those that only this side has stand between the others: what lies there has no name on the other side.
std::vector<AddressMap::Name> AddressMap::names_of(const Side& side, const Side& other) {
  std::map<std::string, uint64_t> sizes;
  for (const auto* objects : {&side.image().objects, &side.image().pieces})
    for (const emulate::DataObject& object : *objects) sizes[object.name] = object.size;
  std::vector<Name> names;
  for (const auto& [name, address] : side.image().symbols) {
    if (is_technical(name)) continue;
    const bool there = other.image().find_symbol(name) != nullptr;
    const auto size = sizes.find(name);
    names.push_back({address, size == sizes.end() ? 0 : size->second, there ? name : std::string()});
  }
  std::stable_sort(names.begin(), names.end(), [](const Name& a, const Name& b) {
    return std::pair(a.address, !a.on_the_other.empty()) < std::pair(b.address, !b.on_the_other.empty());
  });
  return names;
}

bool AddressMap::translate(const std::vector<Name>& names, const Side& other, uint64_t address, uint64_t& result,
                           uint64_t* size) {
  auto after = std::upper_bound(names.begin(), names.end(), address,
                                [](uint64_t a, const Name& name) { return a < name.address; });
  if (size != nullptr && after != names.end()) *size = std::min(*size, after->address - address);
  if (after == names.begin()) return false;
  const Name& name = *std::prev(after);
  const uint64_t offset = address - name.address;
  if (name.on_the_other.empty() || offset > 64 * 1024 * 1024) return false;
  if (name.size != 0 && offset > name.size) return false;  // at its end stands what points behind it
  if (size != nullptr && name.size > offset) *size = std::min(*size, name.size - offset);
  result = *other.image().find_symbol(name.on_the_other) + offset;
  return true;
}

bool AddressMap::touches(uint64_t target, const std::vector<std::pair<uint64_t, uint64_t>>& touched) const {
  constexpr uint64_t kFar = 1 << 20;
  for (const Name& name : source_names_) {
    if (name.on_the_other.empty()) continue;
    const uint64_t distance = target - *target_.image().find_symbol(name.on_the_other);
    if (distance + kFar >= 2 * kFar) continue;
    const uint64_t address = name.address + distance;
    for (const auto& [first, end] : touched)
      if (address >= first && address < end) return true;
  }
  return false;
}

// Constants without a name (string literals): what stands there counts, to the end of a string.
bool AddressMap::same_constant(uint64_t source, uint64_t target) const {
  const emulate::Segment* s = segment_at(source_.image(), source);
  const emulate::Segment* t = segment_at(target_.image(), target);
  if (s == nullptr || t == nullptr || s->writable || t->writable) return false;
  constexpr uint64_t kLongest = 256;
  for (uint64_t i = 0; i < kLongest; ++i) {
    const uint64_t a = source - s->address + i, b = target - t->address + i;
    if (a >= s->bytes.size() || b >= t->bytes.size()) return i != 0;
    if (s->bytes[a] != t->bytes[b]) return false;
    if (s->bytes[a] == 0) return true;
  }
  return true;
}

bool AddressMap::are_private(uint64_t source, uint64_t target) const {
  uint64_t other = 0;
  const emulate::Segment* s = segment_at(source_.image(), source);
  const emulate::Segment* t = segment_at(target_.image(), target);
  return s != nullptr && t != nullptr && s->writable && t->writable && !to_target(source, other) &&
         !to_source(target, other);
}

bool AddressMap::same(uint64_t source, uint64_t target) const {
  if (source == target) return true;
  if (on_stack(source) && on_stack(target)) return true;
  uint64_t expected = 0;
  const bool known = source >= emulate::kStubBase && source < emulate::kImageEnd;
  if (known && to_target(source, expected) && expected == target) return true;
  return known && same_constant(source, target);
}

}  // namespace portolan::verify
