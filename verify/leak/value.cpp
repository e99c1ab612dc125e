#include "verify/leak/value.h"

#include <algorithm>
#include <numeric>

namespace portolan::leak {

MaybeRange join(const MaybeRange& a, const MaybeRange& b) {
  if (!a || !b) return std::nullopt;
  const int64_t low = std::min(a->low, b->low), high = std::max(a->high, b->high);
  const uint64_t apart = static_cast<uint64_t>(a->low) - static_cast<uint64_t>(b->low);
  const uint64_t distance = a->low < b->low ? -apart : apart;
  return Range{low, high, std::gcd(std::gcd(a->step, b->step), distance)};
}

MaybeRange add(const MaybeRange& a, const MaybeRange& b) {
  Range r;
  if (!a || !b || __builtin_add_overflow(a->low, b->low, &r.low) || __builtin_add_overflow(a->high, b->high, &r.high))
    return std::nullopt;
  r.step = std::gcd(a->step, b->step);
  return r;
}

MaybeRange subtract(const MaybeRange& a, const MaybeRange& b) {
  Range r;
  if (!a || !b || __builtin_sub_overflow(a->low, b->high, &r.low) || __builtin_sub_overflow(a->high, b->low, &r.high))
    return std::nullopt;
  r.step = std::gcd(a->step, b->step);
  return r;
}

MaybeRange multiply(const MaybeRange& a, int64_t factor) {
  Range r;
  if (!a || factor < 0 || __builtin_mul_overflow(a->low, factor, &r.low) ||
      __builtin_mul_overflow(a->high, factor, &r.high) ||
      __builtin_mul_overflow(a->step, static_cast<uint64_t>(factor), &r.step))
    return std::nullopt;
  return r;
}

Range clamped(const Range& range, int64_t low, int64_t high) {
  Range r = range;
  if (r.step == 0) return r;
  const auto step = static_cast<__int128>(r.step);
  if (low > r.low) {
    const __int128 moved = r.low + (static_cast<__int128>(low) - r.low + step - 1) / step * step;
    if (moved > r.high) return range;
    r.low = static_cast<int64_t>(moved);
  }
  if (high < r.high) {
    if (high < r.low) return range;
    r.high = static_cast<int64_t>(r.low + (static_cast<__int128>(high) - r.low) / step * step);
  }
  if (r.low == r.high) r.step = 0;
  return r;
}

Value join(const Value& a, const Value& b, bool widen) {
  Value v{a.secret | b.secret, a.bases | b.bases, join(a.range, b.range)};
  // A number and an address, or addresses of two objects, have no range in common.
  if (a.bases != b.bases || (widen && v.range != a.range)) v.range.reset();
  return v;
}

Value number(int64_t n) {
  return {0, 0, Range{n, n, 0}};
}

Value smashed(Value v, unsigned width) {
  v.secret = v.secret != 0 ? all_bytes(width) : 0;
  v.range.reset();
  return v;
}

}  // namespace portolan::leak
