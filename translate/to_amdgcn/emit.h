// Kernels lifted from PTX, as LLVM IR for an AMD processor and from there as assembly with metadata.
//
// A warp of 32 lanes is a wave of gfx1100, or one half of a wave of gfx942: shuffles and votes stay within the half.
// Device functions are inlined. What is refused: docs/amdgcn.md.
#pragma once

#include <string>

#include "frontends/amdgcn/processor.h"
#include "frontends/ptx/lift.h"

namespace portolan::to_amdgcn {

struct Translation {
  std::string assembly;              // of all kernels that could be written
  std::vector<std::string> kernels;  // their names
  std::vector<Diagnostic> refusals;  // of the others
  std::vector<std::string> refused;  // their names, in the same order
};
// `wanted`: kernels; empty: all.
Translation translate(const ptx::Program& program, const std::string& file, amdgcn::Processor processor,
                      const std::vector<std::string>& wanted = {});

}  // namespace portolan::to_amdgcn
