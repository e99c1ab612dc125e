// What proofs assume of a function and runs can show: each of a few runs is followed instruction by instruction, by the
// meaning that the frontends give.
#pragma once

#include <span>
#include <string>

#include "verify/side.h"

namespace portolan::verify {

struct Conduct {
  uint32_t runs = 0;  // that came to their end
  // How an assumption was broken, in words; empty: it never was.
  std::string frame;       // it reached beyond its own frame and its arguments on the stack
  std::string convention;  // it did not leave, or call, as its calling convention wants
  std::string alignment;   // an atomic access to an address that is no multiple of its size
};

Conduct conduct_of(const Side& side, const Boundary& boundary, std::span<const emulate::Request> requests);

}  // namespace portolan::verify
