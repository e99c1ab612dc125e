// Chips whose memories and registers hold random numbers, and whether two of them ended alike: for whoever runs random
// programs in two ways.
#pragma once

#include <random>

#include "emulate/accelerator/machine.h"

namespace portolan::accelerator {

struct Filling {
  bool registers = true;     // these too
  bool all_defined = false;  // else one element of sixteen is left undefined in some memories
};

// The beginnings of all memories; elements of registers are small numbers in half of the registers, so that addresses
// in them lie inside.
void fill(Machine& machine, const Description& chip, std::mt19937_64& random, Filling filling = {});

// What is different after a program ran on both; empty: nothing.
std::string difference(const Description& chip, const RunResult& a, Machine& machine, const RunResult& b,
                       Machine& other);

}  // namespace portolan::accelerator
