// What references of kernels have in common. A reference is a host function, reference_ and the kernel's name, that
// computes, one after the other, what the whole grid leaves: the launch, then the kernel's own arguments. The tests and
// the programs of ../../kernel_programs compare with it. NAME_tolerance, if it is
// there, says how far floating-point results may lie from it, relative to the larger of 1 and the result; without it
// they are the same bit for bit.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

struct Launch {
  int grid[3], block[3];
  int threads() const { return grid[0] * block[0]; }
};

#define REFERENCE(kernel) extern "C" void reference_##kernel
#define TOLERANCE(kernel, value) extern "C" const double kernel##_tolerance = value
