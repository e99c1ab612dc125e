// What a reader of the source calls an operation of the IR.
#pragma once

#include <string>

#include "ir/op.h"

namespace portolan::lifting {

// "the upper half of a product (__mulhi, …)"; of an operation that has no such words its own name.
std::string construct(ir::Op op);

}  // namespace portolan::lifting
