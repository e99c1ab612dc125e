// What HIP 5 lacks: types and functions of 16 bits, and words of CUDA's.
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
