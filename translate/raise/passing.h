// How the target's convention passes a value of some C type, as parameters and results of a raised signature, and the
// bytes of the value going into them and coming out of them.
#pragma once

#include "ir/builder.h"
#include "translate/abi/classify.h"
#include "translate/raise/signature.h"

namespace portolan::raise {

// A scalar as a raised call passes it.
std::optional<Passed> scalar(const abi::Type& type, Isa isa);

// A run of bytes of a value in one parameter or result. In memory: all of it, behind a pointer.
struct Part {
  Passed passed;
  uint32_t offset = 0;
  uint32_t size = 0;
  bool sign_extended = false;
};

struct PassedValue {
  std::vector<Part> parts;
  bool in_memory = false;  // the only part is the address of the bytes
};

// Of structures and complex numbers; nothing for what is not supported.
std::optional<PassedValue> passed_argument(const abi::Location& location, Isa isa);
std::optional<PassedValue> passed_result(const abi::Location& location);

// Bits of a value of `bytes` bytes from runs of them, in ascending order; gaps are undefined.
struct Run {
  uint32_t offset;
  ir::ValueId value;
};
ir::ValueId assemble(ir::Builder& b, const std::vector<Run>& runs, uint32_t bytes);
// A part as its parameter or result has it.
ir::ValueId part_of(ir::Builder& b, ir::ValueId whole, const Part& part);

// What a value looks like in the source's register of `width` bits.
ir::ValueId extended(ir::Builder& b, ir::ValueId v, const Passed& p, uint32_t width, Isa source);

}  // namespace portolan::raise
