// AMD code objects: loaded, their kernels lifted, and what is lifted is well-formed. The first byte says what the rest
// is: a code object, or code of one kernel for one of the processors.
#include <cstdlib>

#include "frontends/amdgcn/code_object.h"
#include "ir/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace portolan;
  if (size == 0) return 0;
  const std::span<const uint8_t> rest(data + 1, size - 1);
  if (data[0] % 2 == 1) {
    const auto processor = amdgcn::kProcessors[data[0] / 2 % std::size(amdgcn::kProcessors)];
    const auto code = amdgcn::lift(processor, {rest, 0, 0}, "kernel", "input");
    if (code && ir::check((*code).code)) std::abort();
    return 0;
  }
  const auto object = amdgcn::read_code_object(rest, "input");
  if (!object) return 0;
  for (const amdgcn::Kernel& kernel : (*object).kernels) {
    const auto code = amdgcn::lift_kernel((*object).processor, (*object).image, 0x10000, kernel, "input");
    if (code && ir::check((*code).code)) std::abort();
  }
  return 0;
}
