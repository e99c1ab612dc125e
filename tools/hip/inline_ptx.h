// Inline PTX to C++: calls of portolan::ptx, one for an instruction.
#pragma once

#include <functional>
#include <string>

#include "tools/hip/facts.h"
#include "tools/hip/table.h"

namespace portolan::hip {

struct Lifted {
  std::string text;   // without the semicolon behind it
  std::string error;  // then there is no text
};
// `source`: the text of an operand, as the port has it. `newlines`: how many the text should have at least.
Lifted lift(const AsmStatement& statement, const Table& table, const std::function<std::string(Range)>& source,
            unsigned newlines, const std::string& indent);

}  // namespace portolan::hip
