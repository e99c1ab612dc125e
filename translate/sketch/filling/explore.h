// Looks for inputs on which the source goes ways that it has not gone yet: variations of those that went new ways, and
// inputs in which a number that the source compared is what it was compared with.
#pragma once

#include "translate/sketch/filling/watch.h"

namespace portolan::sketch::filling {

// What is needed to make inputs of one function.
struct Territory {
  verify::Bench& bench;
  const verify::Boundary& boundary;
  const verify::Shape& shape;
  const std::vector<uint64_t>& constants;
  size_t function = 0;
  double times_longer = 1;
};

// `tests` are those that the watch has looked at, with what it then saw compared; those with new ways are added.
// Returns for each of the added how many instructions it takes.
Expected<std::vector<uint64_t>> explore(const Territory& territory, Watch& watch, verify::Random& random,
                                        std::vector<verify::Input> ways, std::vector<Test>& tests);

}  // namespace portolan::sketch::filling
