// What the engines that run the tests cannot tell, asked of the engine `ir`.
#pragma once

#include <utility>
#include <vector>

#include "verify/side.h"

namespace portolan::verify {

// Of a run that came to its limit. That alone says nothing; but one that comes to the same place twice, with all
// registers as they were and nothing written or called between, goes on like that for ever.
struct Course {
  bool returned = false;
  uint64_t instructions = 0;       // that ran, kMostSteps at most
  std::optional<uint64_t> period;  // it never ends: after so many instructions everything is as it was
};

inline constexpr uint64_t kMostSteps = 1 << 16;

// By what the IR says of each instruction. Nothing: it cannot be run so.
std::optional<Course> follow_course(const Side& side, emulate::Request request);

// Whether it calls itself for ever: at the same place everything is as it was, a frame further down the stack. One that
// uses up its stack need not do that: n levels for a number n may be right, and the source a loop.
bool recurs_for_ever(const Side& side, emulate::Request request);

// RISC-V: the number, from 1, of a single-precision result that is not NaN-boxed, which Unicorn does not show. Readers
// take such a register for a NaN (F extension, "NaN Boxing of Narrower Values").
std::optional<size_t> unboxed_result(const Side& side, const Boundary& boundary, emulate::Request request);

// Bytes of data that a run touches: [first, second), in order, none twice.
using Touched = std::vector<std::pair<uint64_t, uint64_t>>;

// What a run touches outside stack and buffers, functions outside that it calls with it. Nothing: it does not return
// within the engine's limits.
std::optional<Touched> data_touched(const Side& side, emulate::Request request);

}  // namespace portolan::verify
