// Where the slots of the IR's machine live in an engine's state.
#pragma once

#include <optional>
#include <vector>

#include "emulate/machine_state.h"
#include "frontends/asm/machine.h"
#include "llvm/ADT/APInt.h"
#include "llvm/ADT/ArrayRef.h"

namespace portolan::emulate {

class SlotMap {
 public:
  explicit SlotMap(Isa isa);
  const assembly::Machine& machine() const { return machine_; }
  // Nothing for slots that no register stands behind.
  std::optional<llvm::APInt> get(const MachineState& state, assembly::Slot slot) const;
  void set(MachineState& state, assembly::Slot slot, const llvm::APInt& value) const;
  // All slots; 0 where no register stands behind one.
  std::vector<llvm::APInt> slots(const MachineState& state) const;

 private:
  struct Place {
    enum { none, general, flag, vector } kind = none;
    uint8_t index = 0;  // register, or bit of the flags
    uint8_t byte = 0;   // vector: where the slot starts
  };
  const assembly::Machine& machine_;
  std::vector<Place> places_;
};

}  // namespace portolan::emulate
