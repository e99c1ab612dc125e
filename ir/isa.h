// The CPU instruction sets Portolan reads and writes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace portolan {

enum class Isa : uint8_t { x86_64, aarch64, riscv64 };

inline constexpr Isa kIsas[] = {Isa::x86_64, Isa::aarch64, Isa::riscv64};

// The name on the command line: "x86-64", "aarch64", "riscv64".
std::string_view to_string(Isa isa);
std::optional<Isa> isa_from_string(std::string_view name);

}  // namespace portolan
