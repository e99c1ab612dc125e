// Where the state spaces lie in the one generic address space of a thread. Global and constant memory are where their
// addresses say; shared memory, a thread's own memory and the kernel's parameters each have a window, and an address in
// the space is the distance from the window's start (PTX ISA, 5.1 and 6.4.1.1: generic addressing).
#pragma once

#include <cstdint>

namespace portolan::ptx {

inline constexpr uint64_t kSharedWindow = 0x7e00'0000'0000'0000;
inline constexpr uint64_t kLocalWindow = 0x7e01'0000'0000'0000;
inline constexpr uint64_t kParameterWindow = 0x7e02'0000'0000'0000;
inline constexpr uint64_t kWindowBytes = uint64_t{1} << 32;
inline constexpr uint32_t kLaneWidth = 32;  // WARP_SZ, which PTX fixes

}  // namespace portolan::ptx
