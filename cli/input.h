// An input file with all that commands make of it.
#pragma once

#include <memory>
#include <optional>

#include "emulate/image.h"
#include "frontends/asm/lift.h"

namespace portolan::cli {

struct InputFile {
  std::string path, contents;
  std::unique_ptr<assembly::Unit> unit;
  std::unique_ptr<assembly::CodeIndex> index;

  Isa isa() const { return unit->isa; }
  // The code as an object: the file's own bytes, or the text assembled.
  Expected<emulate::Object> object() const;
  bool has_errors() const;  // diagnostics of the reader that are errors
};

// The bytes of a file; "-": standard input.
Expected<std::string> read_contents(const std::string& path);

// `isa` is what the command line says, empty: the file tells. "-": standard input. `option`: which to give when the
// file does not tell.
Expected<InputFile> read_input(const std::string& path, const std::string& isa, const std::string& option);

// The same of text that is here already, for messages under the name of `path`.
Expected<InputFile> input_of_text(const std::string& path, std::string contents, std::optional<Isa> isa);

}  // namespace portolan::cli
