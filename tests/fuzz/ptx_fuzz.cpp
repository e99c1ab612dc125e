// PTX modules: parsed, lifted, and what is lifted is well-formed.
#include <cstdlib>

#include "frontends/ptx/lift.h"
#include "frontends/ptx/parser.h"
#include "ir/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace portolan;
  const Expected<ptx::Module> module =
      ptx::parse_module(std::string_view(reinterpret_cast<const char*>(data), size), "input");
  if (!module) return 0;
  const ptx::Program program = ptx::lift(*module);
  for (const ptx::LiftedFunction& f : program.functions)
    if (ir::check(f.code)) std::abort();
  return 0;
}
