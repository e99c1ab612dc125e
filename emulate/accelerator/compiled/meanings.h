// A chip's meanings compiled by LLVM in this process, each when it has been interpreted for long enough to be worth it.
#pragma once

#include "emulate/accelerator/compiled.h"

namespace portolan::accelerator {

struct CompileWhen {
  uint64_t after = 50'000;  // steps that went into interpreting an instruction
  // Code that can't do what this program asks for is only in the way: it is dropped when it gave up so often. Whoever
  // compares code with its interpretation wants all of it, always.
  uint64_t patience = 100;
};

// `chip` outlives it. Null: LLVM can't compile for this processor.
std::unique_ptr<CompiledMeanings> compiled_meanings(const Description& chip, CompileWhen when = {});

}  // namespace portolan::accelerator
