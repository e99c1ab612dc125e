// Where local data share (LDS), scratch and kernel arguments lie in the one address space of a lane: as in PTX's
// frontend, windows whose upper half is what the registers src_shared_base and src_private_base hold.
#pragma once

#include <cstdint>

namespace portolan::amdgcn {

inline constexpr uint64_t kSharedWindow = 0x7e00'0000'0000'0000;
inline constexpr uint64_t kPrivateWindow = 0x7e01'0000'0000'0000;
inline constexpr uint64_t kArgumentWindow = 0x7e02'0000'0000'0000;

// Processors before gfx11 and gfx940 reach scratch memory through a buffer, whose descriptor (128 bits) the hardware
// gives: at address 0, without end, and with a word that no other has.
inline constexpr uint32_t kScratchDescriptor[4] = {0, 0, 0xffff'ffff, 0x7e01'5c4a};

}  // namespace portolan::amdgcn
