// Tensor specifications (docs/tensor-specification.md): equations in index notation over tensors. A specification is
// read as a description whose memories are the tensors and whose one instruction computes the equations in order, so
// that types, rounding and located errors are those of the description language, and the same interpreter runs it.
#pragma once

#include "frontends/accelerator/check.h"

namespace portolan::accelerator {

Loaded load_specification(const std::string& text, const std::string& file, const ParameterValues& sizes = {});

// Gives every index that stands without bounds the extent of the tensors that it counts through, which must agree, and
// makes the equations the meaning of the one instruction.
void infer_ranges(Description& specification, std::vector<Diagnostic>& errors);

// States of tensors that the caller gives, and of those that are results, in the order of the text.
std::vector<uint32_t> inputs_of(const Description& specification);
std::vector<uint32_t> outputs_of(const Description& specification);

}  // namespace portolan::accelerator
