// The AMD processors that are read and written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace portolan::amdgcn {

enum class Processor : uint8_t { gfx1100, gfx942, gfx90a, gfx1030 };
inline constexpr Processor kProcessors[] = {Processor::gfx1100, Processor::gfx942, Processor::gfx90a,
                                            Processor::gfx1030};

constexpr std::string_view to_string(Processor p) {
  constexpr std::string_view kNames[] = {"gfx1100", "gfx942", "gfx90a", "gfx1030"};
  return kNames[static_cast<size_t>(p)];
}
constexpr std::optional<Processor> processor_from_string(std::string_view name) {
  for (Processor p : kProcessors)
    if (to_string(p) == name) return p;
  return std::nullopt;
}
// RDNA; the others are CDNA.
constexpr bool is_rdna(Processor p) {
  return p == Processor::gfx1100 || p == Processor::gfx1030;
}
// "amdgcn:gfx1100 amdgcn:gfx942", with this prefix, for messages.
inline std::string processor_names(std::string_view prefix) {
  std::string all;
  for (Processor p : kProcessors) all.append(all.empty() ? "" : " ").append(prefix).append(to_string(p));
  return all;
}
// Of a wave, as code objects for the processor have it here.
constexpr uint32_t lane_width(Processor p) {
  return is_rdna(p) ? 32 : 64;
}

}  // namespace portolan::amdgcn
