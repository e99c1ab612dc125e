// The inputs that fillings are tried on.
#pragma once

#include "translate/sketch/filling/runner.h"

namespace portolan::sketch::filling {

// Inputs of every function that the source takes, those of short runs first. `constants`: numbers that may make a
// difference; `times_longer`: how much more instructions the target's code has. The error: a function has none.
Expected<std::vector<Test>> make_tests(verify::Bench& bench, const std::vector<verify::Boundary>& boundaries,
                                       const std::vector<uint64_t>& constants, uint64_t seed, double times_longer);
// The error: the source does not take this input.
Expected<Test> make_test(verify::Bench& bench, const std::vector<verify::Boundary>& boundaries, size_t function,
                         verify::Input input, double times_longer);

// "f(0x3, 0x1000000000)"
std::string describe(const verify::Boundary& boundary, const verify::Input& input);

}  // namespace portolan::sketch::filling
