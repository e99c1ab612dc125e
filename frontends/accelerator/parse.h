// Reads a description's text. It is untrusted: whatever it holds, the result is a description or located errors.
#pragma once

#include <string_view>
#include <vector>

#include "frontends/accelerator/description.h"

namespace portolan::accelerator {

struct Parsed {
  std::unique_ptr<Description> description;  // of the declarations that could be read; not checked
  std::vector<Diagnostic> errors;
};

// `file` is what messages call the text.
Parsed parse_description(std::string text, const std::string& file, bool is_specification = false);

// A number as an expression.
ExpressionPointer literal(Number value, Position at);

}  // namespace portolan::accelerator
