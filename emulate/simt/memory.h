// Memory of a kernel: allocations with bounds, and for each byte whether it was ever written.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace portolan::simt {

struct Allocation {
  std::string name;
  std::vector<uint8_t> bytes;
  std::vector<uint8_t> written;  // 1: initialised
  bool writable = true;
  std::vector<uint32_t> marks = {};  // observer.h, one a byte; empty: all plain
};

class Memory {
 public:
  // The address of `size` bytes with unmapped space around them. What `contents` does not fill is uninitialised.
  uint64_t allocate(std::string name, uint64_t size, std::span<const uint8_t> contents = {}, bool writable = true);
  void place(uint64_t address, Allocation allocation);
  Allocation* at(uint64_t address);  // of the allocation's first byte

  struct Found {
    Allocation* allocation = nullptr;
    uint64_t offset = 0;
  };
  // The allocation that holds all of these bytes, or none.
  Found find(uint64_t address, uint64_t size);

  // The same bytes in the same places, and the same of them initialised.
  bool same_contents(const Memory& other) const;

 private:
  std::map<uint64_t, Allocation> allocations_;
  uint64_t next_ = 0x7'0000'0000;
};

}  // namespace portolan::simt
