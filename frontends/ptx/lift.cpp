#include "frontends/ptx/lift.h"

#include "frontends/ptx/function_lifter.h"

namespace portolan::ptx {
namespace {

uint64_t place(uint64_t& end, const Variable& v) {
  end = (end + v.alignment - 1) / v.alignment * v.alignment;
  const uint64_t at = end;
  end += v.size;
  return at;
}

}  // namespace

SharedLayout lay_out_shared(const Module& module) {
  SharedLayout layout;
  uint64_t end = 0;
  layout.of_function.resize(module.functions.size());
  // use(variable, its place)
  auto each = [&](auto use) {
    for (const Variable& v : module.variables)
      if (v.space == Space::shared) use(v, layout.module_variables[v.name]);
    for (size_t n = 0; n < module.functions.size(); ++n)
      for (uint32_t i = 0; i < module.functions[n].variables.size(); ++i)
        if (const Variable& v = module.functions[n].variables[i]; v.space == Space::shared)
          use(v, layout.of_function[n][i]);
  };
  each([&](const Variable& v, uint64_t& at) {
    if (v.size != 0) at = place(end, v);
  });
  // All dynamic arrays begin at the same place (CUDA C++ programming guide, __shared__).
  end = (end + 15) / 16 * 16;
  layout.static_bytes = end;
  each([&](const Variable& v, uint64_t& at) {
    if (v.size == 0) at = end, layout.dynamic = true;
  });
  return layout;
}

const LiftedFunction* Program::find(std::string_view name) const {
  for (const LiftedFunction& f : functions)
    if (f.name == name) return &f;
  return nullptr;
}

Program lift(const Module& module) {
  Program program;
  const SharedLayout shared = lay_out_shared(module);
  program.static_shared_bytes = shared.static_bytes;
  program.dynamic_shared = shared.dynamic;
  for (const Variable& v : module.variables)
    if (v.space == Space::global || v.space == Space::constant) program.variables.push_back(v);
  for (size_t n = 0; n < module.functions.size(); ++n) {
    if (!module.functions[n].has_body) continue;
    Expected<LiftedFunction> lifted = FunctionLifter(&module, &shared, n, module.functions[n], module.file).run();
    if (lifted) {
      program.functions.push_back(*std::move(lifted));
      continue;
    }
    program.refusals.push_back(lifted.error());
    program.refused.push_back(module.functions[n].name);
    if (module.functions[n].is_kernel) program.refused_kernels.push_back(module.functions[n].name);
  }
  return program;
}

Expected<LiftedFunction> lift_body(const Function& body, const std::string& file) {
  return FunctionLifter(nullptr, nullptr, 0, body, file).run();
}

}  // namespace portolan::ptx
