// What the local data share and global memory have in common: atomic operations.
#pragma once

#include "frontends/amdgcn/insn.h"

namespace portolan::amdgcn {

// What an atomic operation makes of the old value: by the operation's name ("add", "cmpswap", …) and its type.
struct AtomicOperation {
  enum Kind : uint8_t { simple, computed } kind = simple;
  RmwKind rmw = RmwKind::exchange;  // simple
  ValueId (*compute)(Builder& b, ValueId old, ValueId data, ValueId second, FloatFormat format) = nullptr;
  size_t operands = 1;
};
std::optional<AtomicOperation> atomic_operation(std::string_view name, const Type& type);

// In the active lane, at a generic address; gives the old value.
ValueId atomic(Insn& x, const AtomicOperation& operation, ValueId address, ValueId data, ValueId second,
               FloatFormat format);

}  // namespace portolan::amdgcn
