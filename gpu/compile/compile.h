// CUDA source to PTX: by nvcc where there is a toolkit, else by clang with a small header of this project's own, which
// has what kernels use of CUDA's device headers (device.h) and nothing of the host's interface.
#pragma once

#include <string>
#include <vector>

#include "ir/diagnostic.h"

namespace portolan::compile {

enum class Compiler : uint8_t { any, nvcc, clang };  // any: nvcc if it is there

struct Compiled {
  std::string ptx;
  std::string command;  // that made it, for the evidence
};
enum class Lines : uint8_t { left_out, kept };  // of the source, in the PTX
// The error holds what the compiler said. `flags` are put behind our own.
Expected<Compiled> to_ptx(const std::string& path, Compiler compiler, const std::vector<std::string>& flags,
                          Lines lines = Lines::left_out);

}  // namespace portolan::compile
