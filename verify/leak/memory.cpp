#include "verify/leak/memory.h"

#include <algorithm>

namespace portolan::leak {
namespace {

constexpr size_t kMostSmears = 24;
constexpr int64_t kLowest = INT64_MIN, kHighest = INT64_MAX;

bool single(Bases bases) {
  return bases != 0 && (bases & (bases - 1)) == 0;
}

unsigned index_of(Bases one) {
  return static_cast<unsigned>(__builtin_ctzll(one));
}

template <class Action>
void for_each(Bases bases, Action action) {
  for (; bases != 0; bases &= bases - 1) action(index_of(bases));
}

// All objects but those that nobody can have written.
constexpr Bases kEverything = ~base_bit(kConstants);

bool may_overlap(const MemoryRules& rules, unsigned a, unsigned b) {
  if (a == b) return true;
  // The frame is reached through pointers to it alone, whose base it then is; constants are not written.
  for (const unsigned base : {a, b})
    if (base == kFrame || base == kConstants) return false;
  return !(rules.no_alias && (a >= kParameters || a == kGlobals) && (b >= kParameters || b == kGlobals));
}

}  // namespace

Bases objects_of(const Value& address) {
  return address.bases == 0 ? kEverything : address.bases;
}

Value Memory::initial(const MemoryRules& rules, unsigned base) {
  Value v;
  if ((rules.secret & base_bit(base)) != 0) v.secret = ~uint64_t{0};
  if (base != kFrame) v.bases = base_bit(kForeign);
  return v;
}

Value Memory::byte_of(const Cell& cell) {
  Value v = cell.value;
  const bool set = cell.size == 0 ? v.secret != 0 : (v.secret >> std::min<unsigned>(cell.index, 63) & 1) != 0;
  v.secret = set ? ~uint64_t{0} : 0;
  v.range.reset();
  return v;
}

void Memory::smear(Region& region, int64_t low, int64_t high, const Value& value) {
  const Value all_over = smashed(value, 512);
  for (auto at = region.smears.begin(); at != region.smears.end();) {
    const auto& [where, v] = *at;
    if (where.first <= low && high <= where.second && leak::join(v, all_over) == v) return;
    const bool inside = low <= where.first && where.second <= high && leak::join(v, all_over) == all_over;
    at = inside ? region.smears.erase(at) : std::next(at);
  }
  auto [at, fresh] = region.smears.emplace(std::pair(low, high), all_over);
  if (!fresh) at->second = leak::join(at->second, all_over);
  if (region.smears.size() <= kMostSmears) return;
  Value all;
  int64_t lowest = kHighest, highest = kLowest;
  for (const auto& [where, v] : region.smears) {
    lowest = std::min(lowest, where.first);
    highest = std::max(highest, where.second);
    all = leak::join(all, v);
  }
  region.smears = {{{lowest, highest}, all}};
}

void Memory::store_exactly(Region& region, int64_t offset, const Value& value, unsigned bytes) {
  // A whole value of which some bytes are replaced is none any more.
  const auto first = region.cells.lower_bound(offset - 63), last = region.cells.lower_bound(offset + bytes + 63);
  for (auto at = first; at != last; ++at) {
    const int64_t begin = at->first - at->second.index;
    if (at->second.size == 0 || begin + at->second.size <= offset || begin >= offset + bytes) continue;
    at->second = {byte_of(at->second), 0, 0};
  }
  for (unsigned n = 0; n < bytes; ++n)
    region.cells[offset + n] = bytes <= 64 ? Cell{value, static_cast<uint8_t>(n), static_cast<uint8_t>(bytes)}
                                           : Cell{smashed(value, 512), 0, 0};
}

void Memory::set_frame(int64_t offset, const Value& value, unsigned width) {
  store_exactly(regions_[kFrame], offset, value, width / 8);
}

void Memory::store(const Value& address, const Value& value, unsigned width) {
  const unsigned bytes = (width + 7) / 8;
  const Bases objects = objects_of(address);
  if (!single(objects) || !address.range || address.bases == 0) return store_anywhere(objects, value);
  Region& region = regions_[index_of(objects)];
  int64_t high = 0;
  if (__builtin_add_overflow(address.range->high, static_cast<int64_t>(bytes), &high)) high = kHighest;
  if (address.range->is_single() && address.range->low < kHighest - 1024 && address.range->low > kLowest + 1024)
    store_exactly(region, address.range->low, value, bytes);
  else
    smear(region, address.range->low, high, value);
  region.stored = smashed(leak::join(region.stored, value), 512);
  region.written = true;
  if (objects != base_bit(kFrame)) kept_ |= value.bases;
}

void Memory::store_anywhere(Bases objects, const Value& value) {
  for_each(objects, [&](unsigned base) {
    Region& region = regions_[base];
    smear(region, kLowest, kHighest, value);
    region.stored = smashed(leak::join(region.stored, value), 512);
    region.written = true;
    if (base != kFrame) kept_ |= value.bases;
  });
}

Value Memory::by_others(const MemoryRules& rules, unsigned base) const {
  Value v;
  for (const auto& [other, region] : regions_)
    if (other != base && region.written && may_overlap(rules, base, other)) {
      v.secret |= region.stored.secret;
      v.bases |= region.stored.bases;
    }
  if (base != kFrame && base != kConstants) v.bases |= kept_;
  return v;
}

Value Memory::load_anywhere(const MemoryRules& rules, Bases objects) const {
  Value v;
  for_each(objects, [&](unsigned base) {
    v = leak::join(v, leak::join(initial(rules, base), by_others(rules, base)));
    const auto region = regions_.find(base);
    if (region == regions_.end()) return;
    v = leak::join(v, region->second.stored);
    for (const auto& [offset, cell] : region->second.cells) v = leak::join(v, byte_of(cell));
  });
  return smashed(v, 512);
}

Value Memory::load(const MemoryRules& rules, const Value& address, unsigned width) const {
  const unsigned bytes = (width + 7) / 8;
  const Bases objects = objects_of(address);
  auto cut = [&](Value v) {
    v.secret &= all_bytes(width);
    if (width < 64) v.bases = 0;  // a number
    if (width <= 32 && !v.range) v.range = Range{0, static_cast<int64_t>((uint64_t{1} << width) - 1), 1};
    return v;
  };
  if (!single(objects) || !address.range || address.bases == 0 || bytes > 64) return cut(load_anywhere(rules, objects));
  const unsigned base = index_of(objects);
  const Value others = by_others(rules, base);
  const auto at = regions_.find(base);
  const Region empty, &region = at == regions_.end() ? empty : at->second;
  const int64_t low = address.range->low;
  int64_t high = 0;
  if (__builtin_add_overflow(address.range->high, static_cast<int64_t>(bytes), &high)) high = kHighest;
  bool smeared = false;
  Value smears;
  for (const auto& [where, v] : region.smears)
    if (where.first < high && low < where.second) smears = leak::join(smears, v), smeared = true;
  const bool disturbed = smeared || others.secret != 0 || others.bases != 0 ||
                         std::any_of(regions_.begin(), regions_.end(), [&](const auto& r) {
                           return r.first != base && r.second.written && may_overlap(rules, base, r.first);
                         });
  if (!address.range->is_single()) {
    Value v = leak::join(initial(rules, base), leak::join(others, smears));
    for (auto cell = region.cells.lower_bound(low); cell != region.cells.end() && cell->first < high; ++cell)
      v = leak::join(v, byte_of(cell->second));
    return cut(smashed(v, 512));
  }
  // One value, stored whole?
  const auto first = region.cells.find(low);
  bool whole = first != region.cells.end() && first->second.size == bytes && first->second.index == 0;
  for (unsigned n = 1; whole && n < bytes; ++n) {
    const auto cell = region.cells.find(low + n);
    whole = cell != region.cells.end() && cell->second.size == bytes && cell->second.index == n &&
            cell->second.value == first->second.value;
  }
  Value v;
  if (whole) {
    v = first->second.value;
  } else {
    for (unsigned n = 0; n < bytes; ++n) {
      const auto cell = region.cells.find(low + n);
      const Value byte = cell == region.cells.end() ? initial(rules, base) : byte_of(cell->second);
      v.bases |= byte.bases;
      if (byte.secret != 0) v.secret |= uint64_t{1} << n;
    }
  }
  if ((rules.secret & base_bit(base)) != 0) v.secret = all_bytes(width);
  if (disturbed) {
    v.secret |= others.secret | smears.secret;
    v.bases |= others.bases | smears.bases;
    v.range.reset();
  }
  return cut(v);
}

// `other`: nullptr where that side never wrote the byte.
void Memory::join_cell(unsigned base, Region& region, int64_t offset, const Cell* other, bool widen, bool& changed) {
  const auto [at, fresh] = region.cells.emplace(offset, Cell{});
  const Cell before = at->second;
  // What was there before anybody wrote is public or of no consequence: load() adds what is secret of old.
  Value unwritten;
  if (base != kFrame) unwritten.bases = base_bit(kForeign);
  if (fresh) {
    at->second = {leak::join(byte_of(*other), unwritten), 0, 0};
  } else if (other == nullptr) {
    at->second = {leak::join(byte_of(before), unwritten), 0, 0};
  } else if (before.index != other->index || before.size != other->size) {
    at->second = {leak::join(byte_of(before), byte_of(*other)), 0, 0};
  } else {
    at->second.value = leak::join(before.value, other->value, widen);
  }
  changed |= fresh || !(at->second == before);
}

bool Memory::join(const Memory& other, bool widen) {
  bool changed = (other.kept_ & ~kept_) != 0;
  kept_ |= other.kept_;
  for (const auto& [base, region] : other.regions_) {
    Region& mine = regions_[base];
    for (const auto& [offset, cell] : region.cells) join_cell(base, mine, offset, &cell, widen, changed);
    for (const auto& [where, value] : region.smears) {
      bool covered = false;
      for (const auto& [range, v] : mine.smears)
        covered |= range.first <= where.first && where.second <= range.second && leak::join(v, value) == v;
      if (covered) continue;
      smear(mine, where.first, where.second, value);
      changed = true;
    }
    const Value stored = smashed(leak::join(mine.stored, region.stored), 512);
    changed |= !(stored == mine.stored) || (region.written && !mine.written);
    mine.stored = stored;
    mine.written |= region.written;
  }
  for (auto& [base, mine] : regions_) {
    const auto theirs = other.regions_.find(base);
    std::vector<int64_t> missing;
    for (const auto& [offset, cell] : mine.cells)
      if (theirs == other.regions_.end() || !theirs->second.cells.contains(offset)) missing.push_back(offset);
    for (const int64_t offset : missing) join_cell(base, mine, offset, nullptr, widen, changed);
  }
  return changed;
}

}  // namespace portolan::leak
