#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace portolan::simt {

// A set of small numbers: places of values, registers.
class Places {
 public:
  explicit Places(std::size_t count = 0) : words_((count + 63) / 64) {}
  bool has(uint32_t at) const { return words_[at / 64] >> (at % 64) & 1; }
  void add(uint32_t at) { words_[at / 64] |= uint64_t{1} << (at % 64); }
  void remove(uint32_t at) { words_[at / 64] &= ~(uint64_t{1} << (at % 64)); }
  void set(uint32_t at, bool in) { in ? add(at) : remove(at); }
  // Whether it grew by what is in `other` and in `among`.
  bool grow(const Places& other, const Places& among) {
    bool grew = false;
    for (std::size_t n = 0; n < words_.size(); ++n) {
      const uint64_t more = other.words_[n] & among.words_[n] & ~words_[n];
      words_[n] |= more;
      grew |= more != 0;
    }
    return grew;
  }
  bool grow(const Places& other) { return grow(other, other); }
  // This without `gone`, and with `more`.
  Places replaced(const Places& gone, const Places& more) const {
    Places result = *this;
    for (std::size_t n = 0; n < words_.size(); ++n) result.words_[n] = (words_[n] & ~gone.words_[n]) | more.words_[n];
    return result;
  }
  template <class Do>
  void for_each(Do act) const {
    for (std::size_t n = 0; n < words_.size(); ++n)
      for (uint64_t left = words_[n]; left != 0; left &= left - 1)
        act(static_cast<uint32_t>(64 * n + static_cast<std::size_t>(std::countr_zero(left))));
  }

 private:
  std::vector<uint64_t> words_;
};

}  // namespace portolan::simt
