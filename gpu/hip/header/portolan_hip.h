// What HIP source that Portolan wrote includes: HIP itself, and what HIP lacks or means otherwise than CUDA.
//   AMD with HIP's headers (hipcc, or clang -x hip): includes them.
//   AMD without (clang -x hip -nogpuinc -nogpulib -fdeclspec -DPORTOLAN_FREESTANDING): device code only, by
//   portolan_hip_device.h.
//   NVIDIA (nvcc): HIP's names as CUDA's, by portolan_hip_names.h.
#pragma once

// Branches by CUDA's version and architecture stay those that Portolan read.
#define PORTOLAN_CUDA_VERSION 13000
#if defined(__HIP_DEVICE_COMPILE__) || defined(__CUDA_ARCH__)
#define PORTOLAN_CUDA_ARCH 800
#endif

#if defined(PORTOLAN_FREESTANDING)
#include "portolan_hip_device.h"
#elif defined(__HIP__) || defined(__HIP_PLATFORM_AMD__)
#include <hip/hip_complex.h>
#include <hip/hip_fp16.h>
#include <hip/hip_runtime.h>
#else
#include <cuComplex.h>
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include "portolan_hip_names.h"
#endif

#include "portolan_hip_atomics.h"
#include "portolan_hip_cache.h"
#include "portolan_hip_fp8.h"
#include "portolan_hip_groups.h"
#include "portolan_hip_matrix.h"
#include "portolan_hip_numbers.h"
#include "portolan_hip_packed.h"
#include "portolan_hip_pipeline.h"
#include "portolan_hip_ptx.h"
#include "portolan_hip_ptx_matrix.h"
#include "portolan_hip_ptx_memory.h"
#include "portolan_hip_runtime.h"
#include "portolan_hip_types.h"
#include "portolan_hip_warp.h"
