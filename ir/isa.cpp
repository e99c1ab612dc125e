#include "ir/isa.h"

namespace portolan {

std::string_view to_string(Isa isa) {
  switch (isa) {
    case Isa::x86_64:
      return "x86-64";
    case Isa::aarch64:
      return "aarch64";
    case Isa::riscv64:
      return "riscv64";
  }
  return "?";
}

std::optional<Isa> isa_from_string(std::string_view name) {
  for (Isa isa : kIsas)
    if (to_string(isa) == name) return isa;
  if (name == "x86_64" || name == "amd64") return Isa::x86_64;
  if (name == "arm64") return Isa::aarch64;
  if (name == "rv64" || name == "rv64gc") return Isa::riscv64;
  return std::nullopt;
}

}  // namespace portolan
