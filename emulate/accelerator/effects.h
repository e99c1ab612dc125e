// What a block of a description may read and write, whatever its operands are.
#pragma once

#include <set>

#include "frontends/accelerator/description.h"

namespace portolan::accelerator {

struct Effects {
  std::set<uint32_t> reads, writes;  // states
  bool plain = true;                 // no jump, no stop, nothing issued
};
Effects effects_of(const Description& chip, const Block& block);

// Registers are all that it touches, and nothing else comes of it.
bool only_registers(const Description& chip, const Effects& effects);

}  // namespace portolan::accelerator
