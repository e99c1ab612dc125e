// Initial states, and running a snippet's IR on them.
#pragma once

#include "emulate/engine.h"
#include "emulate/slot_map.h"
#include "ir/interpreter.h"
#include "tests/semantics_gate/snippet.h"

namespace portolan::gate {

using emulate::SlotMap;

// The number of the 64-bit register that an MC register is (part of), or nothing. Only registers that addresses use.
std::optional<unsigned> general_index(Isa isa, std::string_view name);
// Stack pointer and return address; RISC-V also zero, gp and tp.
bool set_by_engine(Isa isa, unsigned general);

struct Case {
  const Snippet* snippet = nullptr;
  emulate::MachineState state;  // complete: with the stack pointer the engine will set
  uint64_t buffer_address = 0;
  std::vector<uint8_t> buffer;
  std::vector<uint8_t> stack;  // bytes at the stack pointer
};

inline constexpr uint8_t kFill = 0xa5;
inline constexpr uint64_t kStackBytes = 16 * 1024;

// What the IR did: values, and which bits of them it leaves undefined.
struct IrResult {
  ir::Outcome outcome;
  std::vector<ir::APInt> slots, undefined;
  std::vector<uint8_t> page, undefined_bytes;  // the page around the buffer
  bool misaligned = false;                     // some access was not at a multiple of its size
};

IrResult run_ir(const Case& test, const SlotMap& map);

// Draws registers, flags and the buffer, and moves a base register so that the first memory access meets the buffer.
Case draw_case(const Snippet& snippet, const SlotMap& map, const emulate::MachineState& entry,
               const std::vector<uint8_t>& stack, uint64_t buffer_address, size_t buffer_size, Random& random);

}  // namespace portolan::gate
