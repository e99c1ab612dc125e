// What instructions cost: their number first, then the latencies of LLVM's scheduling model.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "translate/sketch/sketch.h"

namespace portolan::sketch::filling {

struct Cost {
  uint32_t total = 0, instructions = 0;
};

// For each text, which may be several lines; unreadable ones cost nothing.
std::vector<Cost> costs_of(const Sketch& sketch, std::span<const std::string> texts);

}  // namespace portolan::sketch::filling
