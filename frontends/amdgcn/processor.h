// The AMD processors that are read and written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace portolan::amdgcn {

enum class Processor : uint8_t { gfx1100, gfx942 };
inline constexpr Processor kProcessors[] = {Processor::gfx1100, Processor::gfx942};

constexpr std::string_view to_string(Processor p) {
  return p == Processor::gfx1100 ? "gfx1100" : "gfx942";
}
constexpr std::optional<Processor> processor_from_string(std::string_view name) {
  if (name == "gfx1100") return Processor::gfx1100;
  if (name == "gfx942") return Processor::gfx942;
  return std::nullopt;
}
// "amdgcn:gfx1100 amdgcn:gfx942", with this prefix, for messages.
inline std::string processor_names(std::string_view prefix) {
  std::string all;
  for (Processor p : kProcessors) all.append(all.empty() ? "" : " ").append(prefix).append(to_string(p));
  return all;
}
// Of a wave, as code objects for the processor have it here.
constexpr uint32_t lane_width(Processor p) {
  return p == Processor::gfx1100 ? 32 : 64;
}

}  // namespace portolan::amdgcn
