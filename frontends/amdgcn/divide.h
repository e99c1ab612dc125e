// Division, which AMD's processors do in several instructions.
#pragma once

#include "ir/builder.h"

namespace portolan::amdgcn {

// What LLVM's AMDGPU back end writes for a quotient to nearest of singles or doubles, as a function of numerator and
// denominator: V_DIV_SCALE for both, V_RCP, steps of Newton's, V_DIV_FMAS, V_DIV_FIXUP, with the meanings that they are
// lifted to.
ir::Function quotient_sequence(ir::FloatFormat format);

// V_RCP: the number nearest to 1 / v.
ir::ValueId reciprocal(ir::Builder& b, ir::ValueId v, ir::FloatFormat format);

}  // namespace portolan::amdgcn
