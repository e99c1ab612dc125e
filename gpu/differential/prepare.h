// One side of a launch made ready to run: buffers in memory, arguments, poison.
#pragma once

#include "emulate/simt/module.h"
#include "gpu/differential/compare.h"

namespace portolan::differential {

struct Prepared {
  simt::Memory memory;
  std::vector<uint64_t> addresses;       // of buffers, by argument
  std::vector<size_t> parameter_places;  // in the bytes of the parameters, by argument; of variables: none
  Contents before;
  simt::Launch launch;
};

// `variant` 0 or 1: other poison, other undefined values, the opposite order.
Prepared prepare(const simt::Module& module, const Instance& instance, unsigned variant);

// The allocation that holds a buffer, and where in it the buffer begins.
simt::Memory::Found buffer_of(Prepared& prepared, const Instance& instance, size_t argument);

}  // namespace portolan::differential
