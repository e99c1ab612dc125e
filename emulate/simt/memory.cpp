#include "emulate/simt/memory.h"

#include <algorithm>

namespace portolan::simt {

uint64_t Memory::allocate(std::string name, uint64_t size, std::span<const uint8_t> contents, bool writable) {
  const uint64_t address = next_;
  next_ += (size + 0xfff) / 0x1000 * 0x1000 + 0x1000;  // a page between two allocations
  Allocation a;
  a.name = std::move(name);
  a.bytes.assign(contents.begin(), contents.end());
  a.written.assign(a.bytes.size(), 1);
  a.bytes.resize(size);
  a.written.resize(size);
  a.writable = writable;
  place(address, std::move(a));
  return address;
}

void Memory::place(uint64_t address, Allocation allocation) {
  allocations_.insert_or_assign(address, std::move(allocation));
}

Allocation* Memory::at(uint64_t address) {
  const auto found = allocations_.find(address);
  return found == allocations_.end() ? nullptr : &found->second;
}

Memory::Found Memory::find(uint64_t address, uint64_t size) {
  auto after = allocations_.upper_bound(address);
  if (after == allocations_.begin()) return {};
  auto& [start, allocation] = *std::prev(after);
  const uint64_t offset = address - start;
  if (offset > allocation.bytes.size() || size > allocation.bytes.size() - offset) return {};
  return {&allocation, offset};
}

bool Memory::same_contents(const Memory& other) const {
  return std::equal(allocations_.begin(), allocations_.end(), other.allocations_.begin(), other.allocations_.end(),
                    [](const auto& a, const auto& b) {
                      return a.first == b.first && a.second.bytes == b.second.bytes &&
                             a.second.written == b.second.written;
                    });
}

}  // namespace portolan::simt
