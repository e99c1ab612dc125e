// What the source is known to have accessed before it comes to a cut point: where no callee ran since, the target may
// access it there too, as where a compiler loads in a loop what was loaded before it.
#pragma once

#include <map>
#include <set>

#include "verify/prove/summary.h"

namespace portolan::prove {

struct TouchedPlace {
  Term address;  // of what the function began with, and of the cut point's variables
  uint32_t bytes = 0;
  bool write = false;
  bool operator<(const TouchedPlace& other) const {
    return std::tuple(address.id, bytes, write) < std::tuple(other.address.id, other.bytes, other.write);
  }
};
using Touched = std::map<BlockId, std::set<TouchedPlace>>;

// By cut point: what every way there has accessed.
Touched touched_before(terms::Pool& pool, const Summary& summary);

}  // namespace portolan::prove
