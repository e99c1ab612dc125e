// A tensor specification as a function for a processor: loops over its equations, in LLVM IR, brought to assembly by
// LLVM's RISC-V backend.
#pragma once

#include "frontends/accelerator/description.h"
#include "ir/diagnostic.h"
#include "translate/loops/processor.h"

namespace portolan::loops {

// Where a tensor lies for the function: row by row, behind the n-th pointer of the table that its argument points to.
// Tensors that are neither given nor results lie one behind the other in the workspace, the table's last pointer.
struct PlacedTensor {
  uint32_t state = accelerator::kNone;
  bool is_output = false;
  unsigned bytes = 0;                               // of an element
  const accelerator::RealFormat* format = nullptr;  // of a real element
};

struct Code {
  std::string assembly;
  std::vector<PlacedTensor> tensors;
  uint64_t workspace = 0;    // bytes
  bool approximate = false;  // real numbers are in the processor's format
  std::string arithmetic;    // what the numbers are worked on with, in words
};

Expected<Code> compile(const accelerator::Description& specification, const Processor& processor);

}  // namespace portolan::loops
