// One input of a function: the values of its parameters and the buffers that they point to. Buffers stand at the same
// addresses on both sides.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "emulate/engine.h"
#include "verify/boundary.h"

namespace portolan::verify {

using Value = std::array<uint64_t, 2>;  // low, high: vectors need both

// Bytes of a named object of the files' own writable data, which both sides have.
struct DataPiece {
  std::string object;
  uint64_t offset = 0;
  std::vector<uint8_t> bytes;
  bool own = false;  // only the file itself can name the object: perhaps it never holds this
};

struct Input {
  std::vector<Value> values;  // by parameter
  std::vector<emulate::Region> regions;
  std::vector<DataPiece> data;  // all other data is as the files have it
  bool has_nan = false;         // NaNs may differ between ISAs, and so may what is made of them
};

// The input with every NaN's sign flipped (0), another payload in it (1), or a number in its place (kNoNans), where a
// parameter or a buffer's word is one.
inline constexpr unsigned kNoNans = 2;
Input with_other_nans(const Input& input, const Boundary& boundary, unsigned which);

// Whether some word of a buffer or of data is a NaN to whom takes it for a floating-point number: a small negative
// integer, say.
bool may_be_taken_for_nan(const Input& input);

// splitmix64: small, and the same everywhere.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t value = state_ += 0x9e3779b97f4a7c15;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
  }
  uint64_t below(uint64_t n) { return next() % n; }
  bool one_in(uint64_t n) { return below(n) == 0; }

 private:
  uint64_t state_;
};

// What the function takes for pointers, as found by running it: every parameter and every 8 bytes of a buffer or of a
// global object is a slot that is either a plain number or the address of another buffer.
struct Shape {
  static constexpr uint32_t kNumber = UINT32_MAX;
  static constexpr uint32_t kKept = UINT32_MAX - 1;  // of a global: an address that the file puts there
  static constexpr uint32_t kNull = UINT32_MAX - 2;  // a pointer that leads nowhere: the end of a list
  struct Buffer {
    uint32_t size = 256;
    std::vector<uint32_t> slots = std::vector<uint32_t>(32, kNumber);  // buffer each word points to, or kNumber
  };
  struct Global {
    std::string name;
    bool own = false;            // as DataPiece::own
    std::vector<uint8_t> bytes;  // as the source has them; large objects are two: the beginning, and the end
    std::vector<uint32_t> slots;
    uint64_t offset = 0;  // of the bytes in the object
  };
  std::vector<uint32_t> parameters;
  std::vector<Buffer> buffers;
  std::vector<Global> globals;
};

// How the numbers among the slots are filled.
struct Filling {
  // related: equal, opposite and neighbouring values, or the smallest and minus one, among all parameters and words.
  enum class Numbers : uint8_t { zero, small, text, boundary, random, related, tag };
  Numbers parameters = Numbers::small;
  Numbers words = Numbers::small;
  int tagged_parameter = -1;  // this one has a tag instead, while looking for pointers
  bool aliases = false;       // some pointers point into another's buffer, some are null
  bool overlaps = true;       // false: none points into another's buffer all the same
  uint32_t alias = 0;         // not 0: the number of a pair of pointer parameters and how they overlap, in turns
  uint32_t pair = 0;          // not 0: likewise of a pair of numbers that are special together
  uint32_t fit = 0;  // not 0: integers are as many as a buffer has bytes, or elements, in turns; no byte is zero
  // Not 0: all numbers of data and of buffers are one small number, as elements of 4, 8, 1 or 2 bytes in turns, and
  // parameters are multiples of it. Tables that lead from number to number end so: p = table[n], n / p, and so on. In
  // every other round a few of the elements are one of the constants, and the others zero: marks on a map.
  uint32_t alike = 0;
  // The files' own data: as it is at the start, or each object as it is, zero, or like words of any kind.
  enum class Globals : uint8_t { initial, mixed, small, wild };
  Globals globals = Globals::initial;
  int tagged_global = -1;  // all words of this one have tags instead
  int tagged_buffer = -1;  // one word of this one has a tag instead: beside it stands how far to go, perhaps
  uint32_t tagged_word = 0;
  bool nulls = false;   // many pointers among the words are null: children that are not there
  bool owners = false;  // among the first words of what a pointer leads to some lead back to where that is
  // Numbers that stand in the code of either side; small, boundary and random numbers are some of them, or beside them.
  const std::vector<uint64_t>* constants = nullptr;
};

// Addresses that are never mapped, one for each slot: a fault near one shows that the slot is used as a pointer. A
// large object of so many words has them at its beginning and at its end; 0: this slot has none.
struct Slot {
  static constexpr int kFirstGlobal = 16;  // buffer: this one and those above it are globals
  int buffer = -1;                         // -1: a parameter
  uint32_t index = 0;
};
uint64_t tag_of(const Slot& slot, uint64_t words);
// The index counts as in an object of few words: slot_of_index() says what it is in one of so many.
bool slot_of_tag(uint64_t address, Slot& slot);
uint32_t slot_of_index(uint32_t index, uint64_t words);

Input make_input(const Boundary& boundary, const Shape& shape, const Filling& filling, Random& random);

// The input with a few numbers changed: a parameter, a word, a byte. Pointers stay, or become null.
Input varied(const Boundary& boundary, const Shape& shape, Input input, const Filling& filling, Random& random);

}  // namespace portolan::verify
