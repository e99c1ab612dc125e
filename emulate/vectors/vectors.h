// Recorded results of single instructions, run again on our own engine: one form a line of JSON, with its cases (what a
// line holds: docs/ptx.md).
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulate/simt/launch.h"
#include "ir/diagnostic.h"

namespace portolan::vectors {

struct FormResult {
  std::string form;
  size_t agree = 0, differ = 0, refused = 0;  // cases
  std::string reason;                         // why cases are refused
  std::string first_difference;               // inputs, what was recorded, what came out
  std::vector<std::string> differing;         // cases that have names
};

// Calls `use` for each line of JSON that is not blank, until it gives an error.
std::optional<Diagnostic> each_line(
    std::string_view text, const std::string& file,
    const std::function<std::optional<Diagnostic>(const nlohmann::json&, const SourceLocation&)>& use);

// Calls `use` for each form of the text. An error names the line that cannot be read.
std::optional<Diagnostic> run_ptx(std::string_view text, const std::string& file,
                                  const std::function<void(FormResult)>& use, simt::Mode mode = simt::Mode::compiled);

}  // namespace portolan::vectors
