// Micro-operations of all lanes of a wave at once. A value's words lie lane beside lane.
#pragma once

#include <cstring>

#include "emulate/simt/micro.h"

namespace portolan::simt {

inline constexpr uint32_t kChunk = 8;  // lanes that are computed before any is stored; divides those of a wave

// What one thread does, lane by lane; for what does not need to know which thread it is.
template <Handler one>
const Micro* each_lane(const Micro& m, Machine& machine) {
  uint64_t* const first = machine.words;
  for (uint32_t n = 0; n < machine.stride; ++n) {
    machine.words = first + n;
    one(m, machine);
  }
  machine.words = first;
  return &m + 1;
}

// `compute` gives a lane's result of at most a word. Results are put aside for a chunk of lanes, so that nothing
// hinders the compiler from computing several at once.
template <class Compute>
const Micro* in_chunks(const Micro& m, Machine& machine, Compute compute) {
  uint64_t* const to = machine.words + m.to;
  for (uint32_t first = 0; first < machine.stride; first += kChunk) {
    uint64_t results[kChunk];
    for (uint32_t n = 0; n < kChunk; ++n) results[n] = compute(first + n);
    std::memcpy(to + first, results, sizeof results);
  }
  return &m + 1;
}

}  // namespace portolan::simt
