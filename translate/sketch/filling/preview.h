// What a variant would leave behind, without running on: variants that leave the same are one.
#pragma once

#include "emulate/engine.h"
#include "emulate/ir_code.h"

namespace portolan::sketch::filling {

class Preview {
 public:
  explicit Preview(const emulate::Image& image) : code_(image) {}
  // The state that the following variants start from; `undefined`: slots that hold nothing that anybody gave them, and
  // are taken to hold the same.
  void start(std::span<const llvm::APInt> slots, const std::vector<bool>& undefined);
  // A number for these registers and flags, stores and where execution goes on after the code at [begin, end) has run
  // from here; variants that trap or cannot be followed have numbers of their own.
  uint64_t state_after(uint64_t begin, uint64_t end, std::span<const assembly::Slot> written,
                       std::span<const assembly::Slot> looked_at, emulate::MemoryAccess& memory);

 private:
  emulate::IrCode code_;
  std::vector<llvm::APInt> start_, slots_;
};

}  // namespace portolan::sketch::filling
