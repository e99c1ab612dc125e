// RISC-V takes addresses apart: a high part relative to the instruction that adds it to the program counter, and a low
// part that names that instruction's label. A variant of such a line does not stand where the label is, so the image
// that fillings are tried in has both parts absolute; what is filled and judged keeps them.
#pragma once

#include <map>
#include <set>
#include <string>

#include "translate/sketch/sketch.h"

namespace portolan::sketch::filling {

class Absolute {
 public:
  explicit Absolute(const Sketch& sketch);
  // The line with absolute parts; as it is where it has none, or none that is known.
  std::string operator()(const std::string& line) const;
  // What such lines refer to and the sketch does not have: cells for addresses that stand in the global offset table.
  std::string cells() const;

 private:
  std::map<std::string, std::string> symbols_;  // by the label of the high part
  std::set<std::string> in_table_;
};

}  // namespace portolan::sketch::filling
