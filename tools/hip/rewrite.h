// A file of CUDA source as HIP source.
#pragma once

#include <string>
#include <vector>

#include "tools/hip/facts.h"
#include "tools/hip/table.h"

namespace portolan::hip {

struct Problem {
  unsigned line = 0, column = 0;
  std::string message;
};
struct Rewritten {
  std::string text;
  std::vector<Problem> errors, notes;
  unsigned names = 0, warp = 0, assembly = 0;  // how many were replaced
};
// `header`: how to include portolan_hip.h from here. `insert_header`: where no include of CUDA's makes place for it.
Rewritten rewrite(const FileFacts& facts, const Table& table, const std::string& header, bool insert_header);

}  // namespace portolan::hip
