// A made-up chip that the tests vary: one scratchpad, a few instructions, two units.
#pragma once

#include <string>

namespace portolan::accelerator {

inline std::string chip_with(const std::string& more) {
  return R"(chip toy "a made-up chip"
source text "the test"
follow text
parameter N = 4 in {2, 4, 8}
memory host : u8[4096] external
memory pad : s8[16][N]
register total : s32 = 0
register step : u16
word instruction : 16
format plain { op [3:0]  row [7:4] }
format number { op [3:0]  value [15:4] : signed }
)" + more;
}

inline const char* const kInstructions = R"(
instruction load : plain {
  encoding op = 1
  syntax "load {row}"
  meaning { for j in 0 .. N { pad[row][j] := host[row * N + j as s8] } }
  cost N
}
instruction add : plain {
  encoding op = 2
  syntax "add {row}"
  meaning { total := s32.wrap(total + sum(j in 0 .. N) pad[row][j]) }
}
instruction set : number {
  encoding op = 3
  syntax "set {value}"
  meaning { total := value }
}
instruction save : plain {
  encoding op = 4
  syntax "save {row}"
  meaning { host[4 * row as s32] := total }
}
instruction again : plain {
  encoding op = 5
  syntax "again"
  meaning { jump 0 }
}
)";

}  // namespace portolan::accelerator
