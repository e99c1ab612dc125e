// Memory as the analysis sees it: for each object bytes at known offsets, stores that went to a range of them, and what
// a store through another pointer may have put there. Nothing is assumed about pointers being apart, but for secrets:
// memory that is said to be secret is reached by addresses computed from the pointer that it was named by.
#pragma once

#include <map>
#include <vector>

#include "verify/leak/value.h"

namespace portolan::leak {

// What an address may lead to. One that is a mere number (a pointer put together from parts, say) leads anywhere.
Bases objects_of(const Value& address);

// What holds of memory before the function runs, and what the user lets the analysis assume.
struct MemoryRules {
  Bases secret = 0;       // objects whose contents are secret
  bool no_alias = false;  // different parameters lead to different objects
};

class Memory {
 public:
  Value load(const MemoryRules& rules, const Value& address, unsigned width) const;
  void store(const Value& address, const Value& value, unsigned width);
  // Anything computed from `value`'s bases may have been stored at any offset of the address's objects.
  void store_anywhere(Bases objects, const Value& value);
  // What a range of bytes, or a whole object, may hold.
  Value load_anywhere(const MemoryRules& rules, Bases objects) const;
  // Bytes of the frame at one offset.
  void set_frame(int64_t offset, const Value& value, unsigned width);

  // False: nothing changed.
  bool join(const Memory& other, bool widen);
  bool operator==(const Memory&) const = default;

 private:
  struct Cell {
    Value value;
    uint8_t index = 0, size = 0;  // this byte of a value of so many; size 0: of nothing whole
    bool operator==(const Cell&) const = default;
  };
  struct Region {
    std::map<int64_t, Cell> cells;
    std::map<std::pair<int64_t, int64_t>, Value> smears;  // by [low, high)
    Value stored;                                         // all that was ever stored here, together
    bool written = false;
    bool operator==(const Region&) const = default;
  };
  static Value initial(const MemoryRules& rules, unsigned base);
  static Value byte_of(const Cell& cell);
  void store_exactly(Region& region, int64_t offset, const Value& value, unsigned bytes);
  void smear(Region& region, int64_t low, int64_t high, const Value& value);
  void join_cell(unsigned base, Region& region, int64_t offset, const Cell* other, bool widen, bool& changed);
  // What stores through other pointers may have left in the object.
  Value by_others(const MemoryRules& rules, unsigned base) const;

  std::map<unsigned, Region> regions_;
  Bases kept_ = 0;  // bases of values that were stored where anybody may find them
};

}  // namespace portolan::leak
