// Types that HIP 5 lacks.
#pragma once

#include "portolan_hip_warp.h"

#if defined(__HIP__) || defined(__HIP_PLATFORM_AMD__)
#if !defined(PORTOLAN_FREESTANDING) && __has_include(<hip/hip_bf16.h>)
#include <hip/hip_bf16.h>
#else
// bfloat16 by its bits: to nearest even, NaNs to one NaN, as CUDA has it.
struct __hip_bfloat16 {
  unsigned short bits;
};
typedef __hip_bfloat16 hip_bfloat16_raw;
PORTOLAN_DEVICE float __bfloat162float(__hip_bfloat16 v) {
  return __builtin_bit_cast(float, (unsigned)v.bits << 16);
}
PORTOLAN_DEVICE __hip_bfloat16 __float2bfloat16(float v) {
  const unsigned bits = __builtin_bit_cast(unsigned, v);
  const unsigned rounded = bits + 0x7fff + (bits >> 16 & 1);
  return {(unsigned short)((bits & 0x7fffffff) > 0x7f800000 ? 0x7fff : rounded >> 16)};
}
PORTOLAN_DEVICE __hip_bfloat16 __float2bfloat16_rn(float v) {
  return __float2bfloat16(v);
}
#define PORTOLAN_BFLOAT16(op)                                                      \
  PORTOLAN_DEVICE __hip_bfloat16 operator op(__hip_bfloat16 a, __hip_bfloat16 b) { \
    return __float2bfloat16(__bfloat162float(a) op __bfloat162float(b));           \
  }
PORTOLAN_BFLOAT16(+)
PORTOLAN_BFLOAT16(-)
PORTOLAN_BFLOAT16(*)
PORTOLAN_BFLOAT16(/)
#undef PORTOLAN_BFLOAT16
#endif
#endif
