// Code objects as AMD's loader takes them (LLVM's user guide of the AMDGPU backend, "Code Object" and "Kernel
// Descriptor"): the image in memory, and its kernels.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "frontends/amdgcn/lift.h"
#include "frontends/amdgcn/metadata.h"

namespace portolan::amdgcn {

// The fields of the 64 bytes that are of use here.
struct KernelDescriptor {
  uint32_t group_bytes = 0, private_bytes = 0, argument_bytes = 0;
  int64_t entry = 0;  // from the descriptor's own address
  uint32_t resources1 = 0, resources2 = 0;
  uint16_t properties = 0, preload = 0;
};
Expected<KernelDescriptor> read_descriptor(std::span<const uint8_t> bytes, const SourceLocation& location);

struct Kernel {
  std::string name;
  KernelDescriptor descriptor;
  uint64_t entry = 0;                                 // offset in the image
  std::optional<Resources> resources = std::nullopt;  // as the metadata states them
};

// A part of the image that programs may write, and a variable that others find by name.
struct Writable {
  uint64_t offset = 0, size = 0;
};
struct Variable {
  std::string name;
  uint64_t offset = 0, size = 0;
};

struct CodeObject {
  Processor processor = Processor::gfx1100;
  std::vector<uint8_t> image;
  std::vector<Kernel> kernels;
  std::vector<Writable> writable;  // ascending
  std::vector<Variable> variables;
  const Kernel* find(std::string_view name) const;
};
Expected<CodeObject> read_code_object(std::span<const uint8_t> file, const std::string& name);

// A kernel with what the hardware sets up before its first instruction. `address` is where the image lies when it runs.
Expected<LiftedCode> lift_kernel(Processor processor, std::span<const uint8_t> image, uint64_t address,
                                 const Kernel& kernel, const std::string& file);

}  // namespace portolan::amdgcn
