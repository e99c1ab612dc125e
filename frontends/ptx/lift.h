// PTX to machine-level IR: registers are slots, the state spaces are windows of one address space (spaces.h).
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "frontends/ptx/module.h"
#include "ir/function.h"

namespace portolan::ptx {

struct Slot {
  std::string name;
  uint32_t width = 0;
};

// A parameter of a kernel: where the launch puts its bytes.
struct KernelParameter {
  std::string name;
  Type type;
  uint64_t offset = 0, size = 0;
};

struct LiftedFunction {
  std::string name;
  SourceLocation location;
  bool is_kernel = false;
  ir::Function code;
  std::vector<Slot> slots;
  std::vector<KernelParameter> parameters;  // kernels
  uint64_t frame_bytes = 0;                 // of .local variables
  uint32_t block_size[3] = {0, 0, 0};
  bool block_size_required = false;
  bool system_scope = false;  // it orders or changes memory for other devices and the host too (.sys)
};

// Where the shared variables of a module lie; dynamic shared memory follows them.
struct SharedLayout {
  std::unordered_map<std::string, uint64_t> module_variables;
  std::vector<std::unordered_map<uint32_t, uint64_t>>
      of_function;  // by index into Module::functions, then its variables
  uint64_t static_bytes = 0;
  bool dynamic = false;
};
SharedLayout lay_out_shared(const Module& module);

struct Program {
  std::vector<LiftedFunction> functions;
  std::vector<Variable> variables;   // .global and .const, by unique names
  std::vector<Diagnostic> refusals;  // functions that are not lifted, with the first reason
  std::vector<std::string> refused;  // their names, in the same order
  std::vector<std::string> refused_kernels;
  uint64_t static_shared_bytes = 0;
  bool dynamic_shared = false;  // some variable's size is the launch's to say
  const LiftedFunction* find(std::string_view name) const;
};

Program lift(const Module& module);

// A body without parameters (parse_body): slot i + 1 is register i, slot 0 the carry flag.
Expected<LiftedFunction> lift_body(const Function& body, const std::string& file);
inline constexpr uint32_t kCarrySlot = 0;
inline constexpr uint32_t kFirstRegisterSlot = 1;

}  // namespace portolan::ptx
