#include "gpu/differential/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace portolan::differential {
namespace {

// Floating-point numbers of one format in a row, so that neighbours differ by one.
int64_t ordinal(Element type, const uint8_t* bytes) {
  Element as_signed{Element::is_signed, type.bytes};
  const int64_t bits = integer_at(as_signed, bytes);
  const int64_t sign = INT64_MIN >> (64 - 8 * type.bytes);
  return bits < 0 ? sign - bits : bits;
}

uint64_t distance(Element type, const uint8_t* a, const uint8_t* b) {
  const int64_t x = ordinal(type, a), y = ordinal(type, b);
  return x > y ? static_cast<uint64_t>(x) - static_cast<uint64_t>(y)
               : static_cast<uint64_t>(y) - static_cast<uint64_t>(x);
}

bool same_bytes(Element type, const uint8_t* a, const uint8_t* b) {
  return std::memcmp(a, b, type.bytes) == 0;
}

std::vector<uint8_t> sorted(Element type, const std::vector<uint8_t>& bytes) {
  const size_t count = bytes.size() / type.bytes;
  std::vector<const uint8_t*> all(count);
  for (size_t n = 0; n < count; ++n) all[n] = bytes.data() + n * type.bytes;
  std::sort(all.begin(), all.end(), [&](const uint8_t* a, const uint8_t* b) {
    return type.is_float() ? ordinal(type, a) < ordinal(type, b) : integer_at(type, a) < integer_at(type, b);
  });
  std::vector<uint8_t> out;
  for (const uint8_t* a : all) out.insert(out.end(), a, a + type.bytes);
  return out;
}

}  // namespace

bool agrees(Element type, const manifest::Tolerance& t, const uint8_t* a, const uint8_t* b) {
  if (same_bytes(type, a, b)) return true;
  if (!type.is_float()) return false;
  const double x = number_at(type, a), y = number_at(type, b);
  if (std::isnan(x) || std::isnan(y)) return std::isnan(x) && std::isnan(y);
  if (t.exact()) return false;
  if (x == y) return true;
  if (std::isinf(x) || std::isinf(y)) return false;
  const double apart = std::fabs(x - y);
  return (t.ulps != 0 && distance(type, a, b) <= t.ulps) || apart <= t.absolute || apart <= t.relative * std::fabs(x);
}

Comparison compare(const Instance& instance, const Runs& source, const Runs& target) {
  Comparison result;
  for (size_t n = 0; n < instance.arguments.size(); ++n) {
    const Given& g = instance.arguments[n];
    if (!g.is_buffer()) continue;
    auto settled = [&](const std::vector<uint8_t>& bytes) { return g.any_order ? sorted(g.type, bytes) : bytes; };
    std::vector<uint8_t> before[2], s[2], t[2];
    for (int run = 0; run < 2; ++run) {
      before[run] = source.before[run][n];
      s[run] = settled(source.after[run][n]);
      t[run] = settled(target.after[run][n]);
    }
    for (size_t at = 0; at + g.type.bytes <= s[0].size(); at += g.type.bytes) {
      const bool untouched = !g.any_order && same_bytes(g.type, &s[0][at], &before[0][at]) &&
                             same_bytes(g.type, &s[1][at], &before[1][at]);
      if (!untouched && !agrees(g.type, g.tolerance, &s[0][at], &s[1][at])) {
        ++result.undetermined;
        continue;
      }
      ++result.compared;
      result.results += !untouched;
      result.nans += !untouched && g.type.is_float() && std::isnan(number_at(g.type, &s[0][at]));
      for (int run = 0; run < 2; ++run) {
        // What the source leaves alone must keep its bits; of a NaN it cannot be told from writing the same one.
        const bool good = untouched ? agrees(g.type, {}, &t[run][at], &before[run][at])
                                    : agrees(g.type, g.tolerance, &s[run][at], &t[run][at]);
        result.nan_differences += good && !untouched && run == 0 && !same_bytes(g.type, &s[0][at], &t[0][at]) &&
                                  g.type.is_float() && std::isnan(number_at(g.type, &s[0][at]));
        if (good || !result.difference.empty()) continue;
        result.difference =
            fmt::format("{}[{}] is {}, and {}", g.name, at / g.type.bytes, text_at(g.type, &t[run][at]),
                        untouched ? "the source leaves it alone" : "the source gives " + text_at(g.type, &s[run][at]));
      }
    }
  }
  return result;
}

}  // namespace portolan::differential
