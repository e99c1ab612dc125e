// What follows from a description's text: values of parameters, types, places of fields, which instruction reads what.
// Everything that is derived from a description relies on this, and a description with errors is used for nothing.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "frontends/accelerator/description.h"

namespace portolan::accelerator {

using ParameterValues = std::map<std::string, Number>;

// Fills in `description`; what is wrong with it.
std::vector<Diagnostic> check(Description& description, const ParameterValues& parameters = {});

struct Loaded {
  std::unique_ptr<Description> description;  // null if there are errors
  std::vector<Diagnostic> errors;
};
Loaded load_description(const std::string& text, const std::string& file, const ParameterValues& parameters = {});

}  // namespace portolan::accelerator
