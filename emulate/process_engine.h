// The engine that runs code in a process of its own: natively under a seccomp filter, or under QEMU's user mode. See
// harness.h for how.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "emulate/engine.h"

namespace portolan::emulate {

// `command` starts the emulator ("@" stands for the program); empty: the host's own processor.
struct ProcessEngineSetup {
  std::string name;
  Isa isa = Isa::x86_64;
  std::vector<std::string> command;
  Capabilities capabilities;
};

std::unique_ptr<Engine> make_process_engine(ProcessEngineSetup setup);

}  // namespace portolan::emulate
