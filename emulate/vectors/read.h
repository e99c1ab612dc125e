// A line of a vectors file.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ir/diagnostic.h"
#include "llvm/ADT/APInt.h"

namespace portolan::vectors {

using llvm::APInt;

// In one case, a value for each of the 32 lanes; none: the lane does not matter.
using Lanes = std::vector<std::optional<APInt>>;

struct Case {
  uint64_t executing = 1;     // lanes
  std::vector<Lanes> values;  // of each name
  std::vector<uint8_t> memory_in, memory_out;
  std::string kind;  // part C: exact, random, …
};

struct Form {
  std::string name, part, check, ptx, space;
  std::vector<std::string> names;
  std::vector<uint32_t> widths;
  size_t inputs = 0;  // the first of the names
  unsigned lanes = 1;
  std::vector<Case> cases;
};

Expected<Form> read_form(const nlohmann::json& line, const SourceLocation& location);

}  // namespace portolan::vectors
