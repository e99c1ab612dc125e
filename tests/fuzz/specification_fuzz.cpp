// Tensor specifications: never crashes, and what is accepted can be carried out or says why not.
#include <algorithm>
#include <cstdlib>

#include "emulate/accelerator/reference.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace portolan::accelerator;
  const Loaded loaded = load_specification({reinterpret_cast<const char*>(data), size}, "input");
  if (!loaded.description) {
    if (loaded.errors.empty()) std::abort();
    return 0;
  }
  const Description& specification = *loaded.description;
  Reference reference(specification, 20'000);
  for (uint32_t s : inputs_of(specification))
    for (uint64_t i = 0; i < std::min<uint64_t>(64, reference.tensor(s).size()); ++i)
      reference.tensor(s).write(i, {static_cast<uint64_t>(i & mask_of(specification.states[s].type.width)), true});
  if (reference.run().kind == Outcome::Kind::finished && outputs_of(specification).empty()) std::abort();
  return 0;
}
