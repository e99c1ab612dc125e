// How narrow the values at cut points stay, by what the ways between them compute.
#include <algorithm>

#include "verify/prove/relation.h"

namespace portolan::prove {
namespace {

unsigned bits_of(const terms::Pool& pool, Term t, const BitsNeeded& known) {
  if (const auto at = known.find(t); at != known.end()) return at->second;
  const unsigned bits = pool.width(t) - pool.known_bits(t).first.countl_one();
  const auto operands = pool.operands(t);
  switch (pool.kind(t)) {
    case terms::Kind::concat:  // with zeros above
      return bits <= pool.width(operands.back()) ? std::min(bits, bits_of(pool, operands.back(), known)) : bits;
    case terms::Kind::extract:
      return pool.low_bit(t) == 0 ? std::min(bits, bits_of(pool, operands[0], known)) : bits;
    case terms::Kind::select:
      return std::max(bits_of(pool, operands[1], known), bits_of(pool, operands[2], known));
    default:
      return bits;
  }
}

}  // namespace

// From one bit up to where all ways agree.
BitsNeeded bits_needed(terms::Pool& pool, const Summary& summary) {
  BitsNeeded bits;
  for (const auto& [block, cut] : summary.cuts())
    for (const Location& l : cut.locations) bits[l.variable] = 1;
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& [from, start] : summary.cuts())
      for (const Path& path : start.paths) {
        if (path.end != End::cut) continue;
        for (const Location& l : summary.at(path.block).locations) {
          const Term value = value_at(pool, path.state, l);
          unsigned& needed = bits[l.variable];
          const unsigned now = value ? bits_of(pool, value, bits) : pool.width(l.variable);
          changed = changed || now > needed;
          needed = std::max(needed, now);
        }
      }
  }
  return bits;
}

}  // namespace portolan::prove
