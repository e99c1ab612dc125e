// A function's body in a file of assembly: in place of the one that is there, or at the end.
#pragma once

#include <optional>
#include <string>

#include "frontends/asm/unit.h"

namespace portolan::guess {

struct Placed {
  std::string text;
  uint32_t first_line = 0, lines = 0;  // where the body stands
};

// Whether the name can stand in assembly as it is.
bool is_plain_name(const std::string& name);

// `body` ends in a line end. Nothing: what stands there cannot be taken out, because others refer into it.
std::optional<Placed> put_body(const std::string& file, Isa isa, const std::string& name, assembly::Binding binding,
                               const std::string& body);

}  // namespace portolan::guess
