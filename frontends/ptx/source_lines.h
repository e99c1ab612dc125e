// Which lines of CUDA source the lines of PTX came from, where the compiler said so (.file and .loc).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "ir/diagnostic.h"

namespace portolan::ptx {

class SourceLines {
 public:
  SourceLines() = default;
  // `file`: the source that was compiled; of what was inlined from another file the place where it is called is given.
  SourceLines(std::string_view text, std::string file);

  // Of a line of PTX; line 0: nothing is known.
  SourceLocation of(uint32_t line) const;
  // The same said of the source, where it is said of PTX and its lines are known.
  Diagnostic said_there(Diagnostic said) const;

 private:
  std::string file_;
  std::map<uint32_t, uint32_t> from_;  // by the line of PTX at which it begins; 0: nothing is said any more
};

}  // namespace portolan::ptx
