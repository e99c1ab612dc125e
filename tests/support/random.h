// Random values for tests: the seed is printed by whoever fails and accepted from outside; values favour boundaries.
#pragma once

#include <cstdint>
#include <random>
#include <string_view>

namespace portolan::testing {

class Random {
 public:
  explicit Random(uint64_t seed) : seed_(seed), engine_(seed) {}
  // A stream of its own for each name, so that a filtered run draws the same cases.
  Random(uint64_t seed, std::string_view name) : Random(mixed(seed, name)) {}

  uint64_t seed() const { return seed_; }
  uint64_t bits() { return engine_(); }
  uint64_t below(uint64_t n) { return engine_() % n; }
  bool one_in(uint64_t n) { return below(n) == 0; }

  // 0, ±1, ±2, powers of two and their neighbours, the greatest, and words of any bit density: uniform ones seldom
  // find corner cases.
  uint64_t value(unsigned width) {
    const uint64_t mask = width >= 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
    switch (below(6)) {
      case 0:
        return below(3) & mask;
      case 1:
        return (uint64_t{0} - below(3)) & mask;
      case 2:
        return ((uint64_t{1} << below(width)) + below(3) - 1) & mask;
      case 3:
        return ((mask >> 1) + below(2)) & mask;
      default:
        return dense(width);
    }
  }

  // Floating-point bit patterns (width 16, 32 or 64): zeros, infinities, both kinds of NaN, denormals, the greatest,
  // around one, integers and halves, anything.
  uint64_t floating(unsigned width) {
    const unsigned fraction_bits = width == 64 ? 52 : width == 32 ? 23 : 10;
    const uint64_t sign = below(2) << (width - 1), fraction = bits() & ((uint64_t{1} << fraction_bits) - 1);
    const uint64_t infinity = ((uint64_t{1} << (width - 1)) - 1) >> fraction_bits << fraction_bits;
    const uint64_t one = (infinity >> 1) >> fraction_bits << fraction_bits, quiet = uint64_t{1} << (fraction_bits - 1);
    const unsigned bias = static_cast<unsigned>(one >> fraction_bits);
    switch (below(12)) {
      case 0:
        return sign;
      case 1:
        return sign | infinity;
      case 2:
        return sign | infinity | quiet | fraction;
      case 3:
        return sign | infinity | (fraction & ~quiet) | 1;
      case 4:
        return sign | fraction;
      case 5:
        return sign | (below(4) + 1);
      case 6:
        return sign | (infinity - 1 - below(3));
      case 7:
        return sign | (one + below(5) - 2);
      case 8:
      case 9: {  // magnitudes that meet, with few bits set below the point
        const uint64_t exponent = bias - 4 + below(width == 16 ? 15 : 70);
        const uint64_t few = fraction >> below(fraction_bits) << below(20) & ((uint64_t{1} << fraction_bits) - 1);
        return sign | exponent << fraction_bits | (one_in(2) ? fraction : few);
      }
      default:
        return bits() >> (64 - width);
    }
  }

 private:
  uint64_t dense(unsigned width) {
    const uint64_t density = below(65);
    uint64_t result = 0;
    for (unsigned i = 0; i < width; ++i) result |= uint64_t{below(64) < density} << i;
    return result;
  }
  static uint64_t mixed(uint64_t seed, std::string_view name) {
    uint64_t hash = seed ^ 0xcbf29ce484222325;  // FNV-1a
    for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash;
  }

  uint64_t seed_;
  std::mt19937_64 engine_;
};

}  // namespace portolan::testing
