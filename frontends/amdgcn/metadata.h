// What a code object says of its kernels' use of the processor: the note that compilers write (LLVM's user guide of the
// AMDGPU backend, "Code Object Metadata").
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

namespace portolan::amdgcn {

struct Resources {
  uint64_t vector_registers = 0, accumulators = 0, scalar_registers = 0;  // of a lane; of a wave
  uint64_t local_bytes = 0;                                               // LDS of a block, beside what a launch adds
  uint64_t scratch_bytes = 0;                                             // of a lane
  uint64_t vector_spills = 0, scalar_spills = 0;                          // registers
};

// By kernel. Whatever cannot be read is left out.
std::map<std::string, Resources> read_metadata(std::span<const uint8_t> note);

}  // namespace portolan::amdgcn
