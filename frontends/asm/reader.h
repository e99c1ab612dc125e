// Reads one translation unit from assembler text or an object file.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "frontends/asm/unit.h"

namespace portolan::assembly {

struct ReadOptions {
  // Which ISA the text is in. Without it the reader decides: an object's header, or the text's own directives and
  // registers; when that is not clear, an error that says to give --from.
  std::optional<Isa> isa;
  // Looks at an object's decoded instructions with a second disassembler and returns warnings
  // (capstone::cross_check, frontends/asm/capstone). Not asked about text.
  std::function<std::vector<Diagnostic>(const Unit&)> cross_check;
};

// `name` is what messages call the input. Fails only when nothing can be read at all (empty, binary garbage, wrong
// ISA, truncated object); what can't be read within a good file goes into Unit::diagnostics.
Expected<Unit> read_unit(std::string_view contents, const std::string& name, const ReadOptions& options);
Expected<Unit> read_unit_from_file(const std::string& path, const ReadOptions& options);  // "-": standard input

}  // namespace portolan::assembly
