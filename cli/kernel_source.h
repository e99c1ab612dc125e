// Files of kernels as PTX: read, or compiled from CUDA source.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "gpu/compile/compile.h"
#include "ir/diagnostic.h"

namespace portolan::cli {

inline constexpr std::string_view kKernelSources[] = {".ptx", ".cu"};

// `compiler`: of CUDA source: nvcc, clang; empty: nvcc if it is there.
Expected<std::string> ptx_of(const std::filesystem::path& path, const std::string& compiler,
                             const std::vector<std::string>& flags, compile::Lines lines = compile::Lines::left_out);

}  // namespace portolan::cli
