// A file of kernels, whichever it is, made ready to run: PTX, a linked code object of AMD's, or assembly of one.
#pragma once

#include <map>
#include <memory>

#include "emulate/simt/launch.h"
#include "frontends/amdgcn/code_object.h"
#include "frontends/ptx/lift.h"

namespace portolan::simt {

// Of the module, by name: where it lies in `memory`.
struct ModuleVariable {
  uint64_t address = 0, size = 0;
};

struct Module {
  std::unique_ptr<ptx::Program> ptx;
  std::unique_ptr<amdgcn::CodeObject> object;
  std::vector<std::unique_ptr<amdgcn::LiftedCode>> code;
  std::vector<Diagnostic> refusals;  // of kernels that cannot be run
  Memory memory;                     // with the variables of the module
  Program program;
  std::map<std::string, ModuleVariable> variables;

  std::vector<std::string> kernels() const;  // also those that cannot be run
  uint64_t static_shared_bytes(const std::string& kernel) const;
  // "ptx", "amdgcn:gfx942"
  std::string target() const;
  uint32_t lane_width() const;
};

bool is_code_object(std::string_view bytes);

Expected<Module> load_module(const std::string& path, const std::string& contents);

// Sizes, shared memory beside the kernel's own (`dynamic_bytes`), and the width of a warp. `explicit_arguments`: bytes
// as the kernel's signature has them.
Launch make_launch(const Module& module, const std::string& kernel, Dimensions grid, Dimensions block,
                   uint64_t dynamic_bytes, std::vector<uint8_t> explicit_arguments);

}  // namespace portolan::simt
