// What HIP 5 lacks: types and functions of 16 bits, words of CUDA's, and vectors of 32 bytes as CUDA lays them out.
#pragma once

#include "portolan_hip_warp.h"

#ifndef __align__
#define __align__(bytes) __attribute__((aligned(bytes)))
#endif

// How the runtime calls the host back: a convention of Windows.
#ifndef CUDART_CB
#define CUDART_CB
#endif

#if defined(__HIP__) || defined(__HIP_PLATFORM_AMD__)
#if !defined(PORTOLAN_FREESTANDING) && __has_include(<hip/hip_bf16.h>)
#include <hip/hip_bf16.h>
#else
#include "portolan_hip_bfloat16.h"
#ifndef PORTOLAN_FREESTANDING  // portolan_hip_float16.h has them
PORTOLAN_SHORT_LEAST(__half, __half2, __half2float, __float2half)
#endif
#endif
#endif

// HIP's double4 is aligned to 32 bytes and CUDA's to 16, so what holds one would have another layout. They stand
// outside of the namespace: the operators that a program has for them are found by their types' place.
#if defined(__HIP__) || defined(__HIP_PLATFORM_AMD__)
#define PORTOLAN_WIDE(name, element, bytes)                                                        \
  struct alignas(bytes) portolan_##name {                                                          \
    element x, y, z, w;                                                                            \
  };                                                                                               \
  namespace portolan {                                                                             \
  using name = portolan_##name;                                                                    \
  static __host__ __device__ inline name make_##name(element x, element y, element z, element w) { \
    return {x, y, z, w};                                                                           \
  }                                                                                                \
  }
#else
#define PORTOLAN_WIDE(name, element, bytes) \
  namespace portolan {                      \
  using ::name;                             \
  using ::make_##name;                      \
  }
#endif
#if defined(__HIP__) || defined(__HIP_PLATFORM_AMD__) || CUDART_VERSION >= 13000
#define PORTOLAN_WIDE_ALL(name, element) \
  PORTOLAN_WIDE(name, element, 16)       \
  PORTOLAN_WIDE(name##_16a, element, 16) \
  PORTOLAN_WIDE(name##_32a, element, 32)
#else
#define PORTOLAN_WIDE_ALL(name, element) PORTOLAN_WIDE(name, element, 16)
#endif
PORTOLAN_WIDE_ALL(long4, long)
PORTOLAN_WIDE_ALL(ulong4, unsigned long)
PORTOLAN_WIDE_ALL(longlong4, long long)
PORTOLAN_WIDE_ALL(ulonglong4, unsigned long long)
PORTOLAN_WIDE_ALL(double4, double)
#undef PORTOLAN_WIDE_ALL
#undef PORTOLAN_WIDE
