#include "frontends/aarch64/logical_immediate.h"

#include <bit>

namespace portolan::aarch64 {

std::optional<uint64_t> decode_logical_immediate(uint64_t encoded, unsigned width) {
  const unsigned n = (encoded >> 12) & 1, immr = (encoded >> 6) & 63, imms = encoded & 63;
  const unsigned length_bits = (n << 6) | (~imms & 63);
  if (length_bits < 2 || (n == 1 && width == 32)) return std::nullopt;
  const unsigned size = 1u << (std::bit_width(length_bits) - 1);
  const unsigned ones = (imms & (size - 1)) + 1, rotation = immr & (size - 1);
  if (ones == size) return std::nullopt;
  const uint64_t low = (uint64_t{1} << ones) - 1;
  const uint64_t element_mask = size == 64 ? ~uint64_t{0} : (uint64_t{1} << size) - 1;
  uint64_t element = low;
  if (rotation != 0) element = ((low >> rotation) | (low << (size - rotation))) & element_mask;
  uint64_t mask = 0;
  for (unsigned at = 0; at < width; at += size) mask |= element << at;
  return mask;
}

}  // namespace portolan::aarch64
