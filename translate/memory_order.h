// What other threads see of a translation. The IR keeps the order of atomic accesses and fences; that of plain
// accesses, which x86-64 keeps too but for a store before a load, is kept only if asked for. The table stands in
// memory_order.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ir/isa.h"
#include "translate/raise/raise.h"

namespace portolan::translate {

enum class MemoryOrder : uint8_t {
  sequential_only,  // nothing is promised of concurrent code
  relaxed,          // atomic accesses and fences keep their order; plain accesses have none to keep
  tso,              // plain accesses of x86-64 keep theirs too
};
std::optional<MemoryOrder> memory_order_from_string(std::string_view name);  // "relaxed", "tso"

// Whether the function has atomic accesses or fences, or waits for what others write: somebody else may be watching.
bool is_concurrent(const ir::Function& function);

// Applies the mapping to all functions; gives what it assumes.
std::vector<std::string> apply_memory_order(raise::RaisedUnit& unit, Isa target, MemoryOrder order);

// "sequential-only", "tso: x86-64 to aarch64"; empty: nothing is to be said of a function that is not concurrent.
std::string memory_order_label(bool concurrent, Isa source, Isa target, MemoryOrder order);

}  // namespace portolan::translate
