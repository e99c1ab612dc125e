// Unicorn's names for the registers of MachineState.
#pragma once

#include <vector>

#include "emulate/machine_state.h"
#include "emulate/unicorn_library.h"

namespace portolan::emulate {

// Moves all registers in one call each way.
class UnicornRegisters {
 public:
  explicit UnicornRegisters(Isa isa);
  void write(const UnicornLibrary& library, uc_engine* engine, const MachineState& state);
  MachineState read(const UnicornLibrary& library, uc_engine* engine);

 private:
  void add(int id, void* at);

  Isa isa_;
  MachineState state_;
  uint32_t status_ = 0;  // MXCSR
  uint64_t control_[2] = {};
  std::vector<int> ids_;
  std::vector<void*> places_;
};

}  // namespace portolan::emulate
