// Compiled specifications run against what they say, under QEMU's user mode, on inputs of several kinds.
#pragma once

#include "translate/loops/compile.h"
#include "translate/mapping/kernel.h"

namespace portolan::loops {

struct Tested {
  mapping::TestCounts counts;
  std::vector<uint8_t> object;  // the assembled code
  uint64_t text_bytes = 0;      // of instructions
  size_t vector_instructions = 0;
};

// The error: the code can't be assembled or run at all.
Expected<Tested> test_code(const accelerator::Description& specification, const Code& code, uint64_t seed,
                           size_t rounds);

}  // namespace portolan::loops
