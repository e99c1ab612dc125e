// What the analysis knows of one value: which of its bytes may depend on a secret, which objects an address may be
// computed from, and a range of numbers. All three only ever say too much.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace portolan::leak {

// Objects that addresses are computed from, as bits of a set.
using Bases = uint64_t;
inline constexpr unsigned kFrame = 0;       // the stack of the function that is analysed and of all that it calls
inline constexpr unsigned kForeign = 1;     // whatever a pointer found in memory or got from a callee leads to
inline constexpr unsigned kGlobals = 2;     // named data that may be written
inline constexpr unsigned kConstants = 3;   // named data that may not
inline constexpr unsigned kParameters = 4;  // what the n-th parameter leads to is kParameters + n
inline constexpr unsigned kMostBases = 64;
inline constexpr Bases base_bit(unsigned base) {
  return Bases{1} << base;
}

// low, low + step, … high; step 0: low alone.
struct Range {
  int64_t low = 0, high = 0;
  uint64_t step = 0;
  bool is_single() const { return low == high; }
  bool operator==(const Range&) const = default;
};
using MaybeRange = std::optional<Range>;

MaybeRange join(const MaybeRange& a, const MaybeRange& b);
MaybeRange add(const MaybeRange& a, const MaybeRange& b);
MaybeRange subtract(const MaybeRange& a, const MaybeRange& b);
MaybeRange multiply(const MaybeRange& a, int64_t factor);
// Narrowed to [low, high], along its step; nothing is left: unchanged, because then nothing runs there.
Range clamped(const Range& range, int64_t low, int64_t high);

struct Value {
  uint64_t secret = 0;  // a bit for each byte, lowest first; the last for all from the 64th on
  Bases bases = 0;
  // From the one base, modulo 2^64; the number itself where there is none (below 64 bits: unsigned).
  MaybeRange range;

  bool operator==(const Value&) const = default;
};

inline uint64_t all_bytes(unsigned width) {
  const unsigned bytes = (width + 7) / 8;
  return bytes >= 64 ? ~uint64_t{0} : (uint64_t{1} << bytes) - 1;
}
// Widening: what grows is given up, so that loops come to an end.
Value join(const Value& a, const Value& b, bool widen = false);
Value number(int64_t n);
// All bytes depend on a secret if any does, nothing is known of the number.
Value smashed(Value v, unsigned width);

}  // namespace portolan::leak
