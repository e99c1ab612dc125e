#include "frontends/asm/object_reader.h"

namespace portolan::assembly {

bool is_elf(std::string_view contents) {
  return contents.starts_with(
      "\x7f"
      "ELF");
}

Expected<Unit> read_object(std::string_view, const std::string& name, std::optional<Isa>) {
  return error_at({name, 0, 0}, "object files are not read yet");
}

}  // namespace portolan::assembly
