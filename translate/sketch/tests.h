// The inputs that fillings are tried on.
#pragma once

#include "translate/sketch/runner.h"

namespace portolan::sketch {

// Inputs of every function that the source takes, those of short runs first. `constants`: numbers that may make a
// difference. The error: a function has none.
Expected<std::vector<Test>> make_tests(verify::Bench& bench, const std::vector<verify::Boundary>& boundaries,
                                       const std::vector<uint64_t>& constants, uint64_t seed);
// The error: the source does not take this input.
Expected<Test> make_test(verify::Bench& bench, const std::vector<verify::Boundary>& boundaries, size_t function,
                         verify::Input input);

// "f(0x3, 0x1000000000)"
std::string describe(const verify::Boundary& boundary, const verify::Input& input);

}  // namespace portolan::sketch
