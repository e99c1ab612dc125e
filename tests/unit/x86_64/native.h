// Runs the bytes of one instruction on the processor that runs the test.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace portolan::x86_64 {

// In the order of the encoding's register numbers; the assembly in native.cpp knows the offsets.
struct NativeState {
  std::array<uint64_t, 16> general{};
  uint64_t flags = 0;
  uint64_t padding[3]{};
  std::array<std::array<uint8_t, 32>, 16> vector{};
};

// The signal that ended it, or 0. `state` is what it left; the stack pointer in it must be usable.
int run_native(std::span<const uint8_t> code, NativeState& state);

}  // namespace portolan::x86_64
