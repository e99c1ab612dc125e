// Registers in and out of the signal frames that Linux (and QEMU's user mode) puts on the stack: <asm/sigcontext.h> of
// each architecture. Offsets are the kernel's binary interface; what varies (extended state) is found by its marks.
#pragma once

#include <optional>
#include <span>

#include "emulate/engine.h"
#include "emulate/harness.h"

namespace portolan::emulate {

// The bytes from HarnessReport::frame to kSignalStackTop, with what the report says about them.
struct SignalFrame {
  HarnessReport report{};
  std::vector<uint8_t> bytes;
};

class FrameCodec {
 public:
  FrameCodec(Isa isa, bool saved_ymm) : isa_(isa), saved_ymm_(saved_ymm) {}

  // Is everything where it is expected in this frame? Else what is missing.
  std::optional<std::string> check(const SignalFrame& frame) const;
  MachineState unpack(const SignalFrame& frame) const;
  void pack(const MachineState& state, SignalFrame& frame) const;
  // What the signal means, were it a trap of the emulated code.
  Trap trap(const SignalFrame& frame, MachineState& state) const;

 private:
  struct View;
  Isa isa_;
  bool saved_ymm_;
};

}  // namespace portolan::emulate
