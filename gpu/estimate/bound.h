// What limits a kernel on a processor: memory or arithmetic, by the roofline of the best that a product with it can do.
// An estimate: how much the caches hold is not known, nor how well latencies are hidden.
#pragma once

#include <string_view>

#include "frontends/amdgcn/processor.h"

namespace portolan::estimate {

// Of one launch.
struct Cost {
  uint64_t lane_instructions = 0;  // vector arithmetic, each instruction once for every lane of its wave
  uint64_t requested_bytes = 0;    // by all lanes together, of global memory
  uint64_t buffer_bytes = 0;       // of the buffers, each once for every direction: the least that must be moved
};

// What a product with this processor does at best.
struct Peak {
  std::string_view product;
  double instructions = 0, bytes = 0;  // of lanes; of global memory; per second
};
Peak peak_of(amdgcn::Processor processor);

// caches: memory, if nothing that is read again is held near; arithmetic, if everything is.
enum class Bound : uint8_t { memory, caches, arithmetic };
std::string_view to_string(Bound bound);
Bound bound_of(const Cost& cost, const Peak& peak);

}  // namespace portolan::estimate
