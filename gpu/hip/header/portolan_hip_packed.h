// Four bytes or two halves of a word at once (__vadd4 and its like), which HIP's headers lack. What each does is CUDA's
// manual's ("SIMD intrinsics"): results wrap where nothing is said of saturation.
#pragma once

#include "portolan_hip_warp.h"

namespace portolan {

#if defined(__HIP__) || defined(__HIP_PLATFORM_AMD__)
// One part of a word as a number.
template <unsigned kBits, bool kSigned>
PORTOLAN_DEVICE int part_(unsigned word, unsigned at) {
  const int low = (int)(word << (32 - kBits - at)) >> (32 - kBits);
  return kSigned ? low : low & (int)((1u << kBits) - 1);
}
template <unsigned kBits, bool kSigned, class Function>
PORTOLAN_DEVICE unsigned packed_(unsigned a, unsigned b, Function of) {
  unsigned all = 0;
  for (unsigned at = 0; at < 32; at += kBits)
    all |= ((unsigned)of(part_<kBits, kSigned>(a, at), part_<kBits, kSigned>(b, at)) & ((1u << kBits) - 1)) << at;
  return all;
}
template <unsigned kBits, bool kSigned>
PORTOLAN_DEVICE int saturated_(int v) {
  constexpr int most = kSigned ? (1 << (kBits - 1)) - 1 : (1 << kBits) - 1, least = kSigned ? -most - 1 : 0;
  return v < least ? least : v > most ? most : v;
}
template <unsigned kBits, bool kSigned>
PORTOLAN_DEVICE unsigned sum_of_differences_(unsigned a, unsigned b) {
  unsigned sum = 0;
  for (unsigned at = 0; at < 32; at += kBits) {
    const int x = part_<kBits, kSigned>(a, at), y = part_<kBits, kSigned>(b, at);
    const int difference = x - y;  // of max - min LLVM 19 makes wrong code for gfx9: V_SUB_U32_SDWA without a sign
    sum += (unsigned)(difference < 0 ? -difference : difference);
  }
  return sum;
}
#define PORTOLAN_PART(name, bits, is_signed, parameters, b, ...)                                       \
  PORTOLAN_DEVICE unsigned name parameters {                                                           \
    constexpr unsigned kBits = bits;                                                                   \
    (void)kBits;                                                                                       \
    return packed_<bits, is_signed>(a, b, [](int x, int y) { return (void)y, (void)x, __VA_ARGS__; }); \
  }
#define PORTOLAN_PACKED(name, is_signed, ...)                                     \
  PORTOLAN_PART(name##2, 16, is_signed, (unsigned a, unsigned b), b, __VA_ARGS__) \
  PORTOLAN_PART(name##4, 8, is_signed, (unsigned a, unsigned b), b, __VA_ARGS__)
#define PORTOLAN_PACKED_OF_ONE(name, ...)                        \
  PORTOLAN_PART(name##2, 16, true, (unsigned a), 0, __VA_ARGS__) \
  PORTOLAN_PART(name##4, 8, true, (unsigned a), 0, __VA_ARGS__)
#define PORTOLAN_DIFFERENCES(name, is_signed)                \
  PORTOLAN_DEVICE unsigned name##2(unsigned a, unsigned b) { \
    return sum_of_differences_<16, is_signed>(a, b);         \
  }                                                          \
  PORTOLAN_DEVICE unsigned name##4(unsigned a, unsigned b) { \
    return sum_of_differences_<8, is_signed>(a, b);          \
  }
#else
#define PORTOLAN_PACKED(name, is_signed, ...)                \
  PORTOLAN_DEVICE unsigned name##2(unsigned a, unsigned b) { \
    return ::__##name##2(a, b);                              \
  }                                                          \
  PORTOLAN_DEVICE unsigned name##4(unsigned a, unsigned b) { \
    return ::__##name##4(a, b);                              \
  }
#define PORTOLAN_PACKED_OF_ONE(name, ...)        \
  PORTOLAN_DEVICE unsigned name##2(unsigned a) { \
    return ::__##name##2(a);                     \
  }                                              \
  PORTOLAN_DEVICE unsigned name##4(unsigned a) { \
    return ::__##name##4(a);                     \
  }
#define PORTOLAN_DIFFERENCES(name, is_signed) PORTOLAN_PACKED(name, is_signed)
#endif

PORTOLAN_PACKED(vadd, true, x + y)
PORTOLAN_PACKED(vaddss, true, saturated_<kBits, true>(x + y))
PORTOLAN_PACKED(vaddus, false, saturated_<kBits, false>(x + y))
PORTOLAN_PACKED(vsub, true, x - y)
PORTOLAN_PACKED(vsubss, true, saturated_<kBits, true>(x - y))
PORTOLAN_PACKED(vsubus, false, saturated_<kBits, false>(x - y))
PORTOLAN_PACKED(vavgs, true, (x + y + (x + y >= 0)) >> 1)
PORTOLAN_PACKED(vavgu, false, (x + y + 1) >> 1)
PORTOLAN_PACKED(vhaddu, false, (x + y) >> 1)
PORTOLAN_PACKED(vmaxs, true, x > y ? x : y)
PORTOLAN_PACKED(vmaxu, false, x > y ? x : y)
PORTOLAN_PACKED(vmins, true, x < y ? x : y)
PORTOLAN_PACKED(vminu, false, x < y ? x : y)
PORTOLAN_PACKED(vabsdiffs, true, x > y ? x - y : y - x)
PORTOLAN_PACKED(vabsdiffu, false, x > y ? x - y : y - x)
PORTOLAN_PACKED(vcmpeq, false, x == y ? -1 : 0)
PORTOLAN_PACKED(vcmpne, false, x != y ? -1 : 0)
PORTOLAN_PACKED(vcmpges, true, x >= y ? -1 : 0)
PORTOLAN_PACKED(vcmpgeu, false, x >= y ? -1 : 0)
PORTOLAN_PACKED(vcmpgts, true, x > y ? -1 : 0)
PORTOLAN_PACKED(vcmpgtu, false, x > y ? -1 : 0)
PORTOLAN_PACKED(vcmples, true, x <= y ? -1 : 0)
PORTOLAN_PACKED(vcmpleu, false, x <= y ? -1 : 0)
PORTOLAN_PACKED(vcmplts, true, x < y ? -1 : 0)
PORTOLAN_PACKED(vcmpltu, false, x < y ? -1 : 0)
PORTOLAN_PACKED(vseteq, false, x == y)
PORTOLAN_PACKED(vsetne, false, x != y)
PORTOLAN_PACKED(vsetges, true, x >= y)
PORTOLAN_PACKED(vsetgeu, false, x >= y)
PORTOLAN_PACKED(vsetgts, true, x > y)
PORTOLAN_PACKED(vsetgtu, false, x > y)
PORTOLAN_PACKED(vsetles, true, x <= y)
PORTOLAN_PACKED(vsetleu, false, x <= y)
PORTOLAN_PACKED(vsetlts, true, x < y)
PORTOLAN_PACKED(vsetltu, false, x < y)
PORTOLAN_PACKED_OF_ONE(vabs, x < 0 ? -x : x)
PORTOLAN_PACKED_OF_ONE(vabsss, saturated_<kBits, true>(x < 0 ? -x : x))
PORTOLAN_PACKED_OF_ONE(vneg, -x)
PORTOLAN_PACKED_OF_ONE(vnegss, saturated_<kBits, true>(-x))
PORTOLAN_DIFFERENCES(vsads, true)
PORTOLAN_DIFFERENCES(vsadu, false)
#undef PORTOLAN_PACKED
#undef PORTOLAN_PACKED_OF_ONE
#undef PORTOLAN_DIFFERENCES
#undef PORTOLAN_PART

}  // namespace portolan
