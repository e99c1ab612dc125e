// Initial states, and running a snippet's IR on them.
#pragma once

#include "emulate/engine.h"
#include "frontends/asm/machine.h"
#include "ir/interpreter.h"
#include "tests/semantics_gate/snippet.h"

namespace portolan::gate {

// Where a slot of the IR's machine lives in an engine's state.
class SlotMap {
 public:
  explicit SlotMap(Isa isa);
  const assembly::Machine& machine() const { return machine_; }
  // Nothing for slots that no register stands behind.
  std::optional<ir::APInt> get(const emulate::MachineState& state, assembly::Slot slot) const;
  void clear(emulate::MachineState& state, assembly::Slot slot) const;
  std::vector<ir::APInt> slots(const emulate::MachineState& state) const;

 private:
  struct Place {
    enum { none, general, flag, vector } kind = none;
    uint8_t index = 0;  // register, or bit of the flags
    uint8_t byte = 0;   // vector: where the slot starts
  };
  const assembly::Machine& machine_;
  std::vector<Place> places_;
};

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
};

IrResult run_ir(const Case& test, const SlotMap& map);

// Draws registers, flags and the buffer, and moves a base register so that the first memory access meets the buffer.
Case draw_case(const Snippet& snippet, const SlotMap& map, const emulate::MachineState& entry,
               const std::vector<uint8_t>& stack, uint64_t buffer_address, size_t buffer_size, Random& random);

}  // namespace portolan::gate
