// Where local data share (LDS), scratch and kernel arguments lie in the one address space of a lane: as in PTX's
// frontend, windows whose upper half is what the registers src_shared_base and src_private_base hold.
#pragma once

#include <cstdint>

namespace portolan::amdgcn {

inline constexpr uint64_t kSharedWindow = 0x7e00'0000'0000'0000;
inline constexpr uint64_t kPrivateWindow = 0x7e01'0000'0000'0000;
inline constexpr uint64_t kArgumentWindow = 0x7e02'0000'0000'0000;

}  // namespace portolan::amdgcn
