// An evidence file as `portolan replay` reads it: whatever stands there, inputs are made of it or refused, and what is
// made has as many values as places, and places that the calling conventions have.
#include <cstdlib>
#include <string>

#include "cli/evidence.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace portolan;
  const auto evidence = nlohmann::json::parse(data, data + size, nullptr, false);
  if (!evidence.is_object() || !evidence.contains("functions") || !evidence["functions"].is_array()) return 0;
  for (const nlohmann::json& function : evidence["functions"])
    for (const auto& [from, to] : {std::pair{Isa::x86_64, Isa::aarch64}, std::pair{Isa::aarch64, Isa::riscv64},
                                   std::pair{Isa::riscv64, Isa::x86_64}}) {
      const auto stored = cli::stored_input(function, from, to);
      if (!stored) continue;
      if (stored->input.values.size() != stored->boundary.parameters.size()) std::abort();
      for (const verify::BoundaryValue& value : stored->boundary.parameters)
        if (value.bits == 0 || value.bits > 128) std::abort();
    }
  return 0;
}
