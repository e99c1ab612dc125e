// Whether a function looks at the sign or the payload of a NaN that an operation made: these differ between instruction
// sets, so a proof that leaves them open proves nothing of what is decided by them.
#pragma once

#include "verify/prove/side.h"

namespace portolan::prove {

struct NanBits {
  uint32_t line = 0;    // where they decide a branch, an address, a number that is handed on; 0: nowhere
  bool stored = false;  // they go to memory that is not the own frame; what is read from there is not followed
  bool looked_at() const { return line != 0; }
};

NanBits find_nan_bits(const Side& side);

}  // namespace portolan::prove
