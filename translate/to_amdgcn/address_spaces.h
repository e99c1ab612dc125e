// Address spaces of LLVM's AMDGPU backend, and the width of a warp.
#pragma once

#include "frontends/ptx/spaces.h"

namespace portolan::to_amdgcn {

inline constexpr unsigned kFlat = 0, kGlobal = 1, kShared = 3, kConstant = 4, kPrivate = 5;
inline constexpr unsigned kWarp = ptx::kLaneWidth;

}  // namespace portolan::to_amdgcn
