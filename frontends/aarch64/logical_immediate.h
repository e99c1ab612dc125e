// The bit masks that AArch64's logical instructions encode in 13 bits, N:immr:imms; LLVM keeps them encoded.
#pragma once

#include <cstdint>
#include <optional>

namespace portolan::aarch64 {

// The mask repeated to `width` (32 or 64) bits, or nothing for a reserved encoding (Arm ARM, DecodeBitMasks).
std::optional<uint64_t> decode_logical_immediate(uint64_t encoded, unsigned width);

}  // namespace portolan::aarch64
