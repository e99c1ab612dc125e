// Launch manifests: parsed, and launches made of what they say, or an error.
#include <cstdlib>

#include "gpu/differential/instance.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace portolan;
  if (size > 20'000) return 0;
  const auto manifest = manifest::parse(std::string_view(reinterpret_cast<const char*>(data), size), "port.toml");
  if (!manifest) return 0;
  for (const manifest::Kernel& kernel : (*manifest).kernels) {
    manifest::Sizes sizes;
    for (const auto& [name, values] : kernel.sizes) sizes[name] = values.back();
    // Large buffers are right, and slow here.
    bool small = true;
    for (const manifest::Argument& a : kernel.arguments)
      if (a.count && a.direction != manifest::Argument::value)
        if (const auto count = a.count->evaluate(sizes); count && *count > 1000) small = false;
    if (!small) continue;
    differential::Random random(1);
    for (const char* kind : differential::kInputKinds) {
      const auto instance = differential::make_instance(kernel, sizes, kind, random);
      if (instance && ((*instance).arguments.size() != kernel.arguments.size() + kernel.variables.size() ||
                       (*instance).block.count() > 1024))
        std::abort();
    }
  }
  return 0;
}
