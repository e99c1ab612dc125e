// A specification on a chip: planned, filled by what costs least, and run on the chip's emulator against the
// specification.
#pragma once

#include "emulate/accelerator/reference.h"
#include "translate/mapping/schedule.h"

namespace portolan::mapping {

struct TestCounts {
  size_t passed = 0, failed = 0;
  size_t undefined = 0;  // inputs for which the specification itself has no result
  std::vector<std::string> kinds;
  std::string first_failure;
};

struct Kernel {
  Program program;
  size_t candidates = 0;                // fillings of the sketch that were legal
  size_t stages = 0, solved = 0;        // parts of the program, and those whose tiles the solver found
  std::vector<std::string> operations;  // that the plan uses, and that agreed with their instructions
  TestCounts tests;
};

// The reason why not otherwise: what the chip has no operation for, or what doesn't fit.
Expected<Kernel> map_kernel(const accelerator::Description& chip, const accelerator::Description& specification,
                            uint64_t seed);

// Runs a program on inputs of several kinds (small integers, any, ramps, the ends of the range).
TestCounts test_program(const accelerator::Description& chip, const accelerator::Description& specification,
                        const Program& program, uint64_t seed, size_t rounds);

}  // namespace portolan::mapping
