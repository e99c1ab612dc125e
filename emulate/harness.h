// The program that runs emulated code in a process of its own, natively or under QEMU. It is a few dozen instructions
// of assembly per ISA that know nothing: they execute operations read from a socket (system calls, copies, fills), and
// turn every signal into a report. The driver decides what the operations are.
//
// Emulated code is entered and left through signal frames only: the driver receives the frame that the kernel (or
// QEMU) made, edits it, sends it back, and the harness returns from the signal handler into it. So every register can
// be set and seen, and none is needed for the way in or out.
#pragma once

#include <array>
#include <cstdint>

#include "emulate/image.h"

namespace portolan::emulate {

enum class HarnessOp : uint64_t {
  resume,  // leave the interpreter: return from the signal handler
  system,  // number, six arguments; the harness exits when it fails
  read,    // address, length: the bytes follow the operation
  fill,    // address, count of 8 byte words (a multiple of 8), value
  write,   // address, length: sends the bytes
  thread,  // sets the thread pointer where it is no general register (AArch64)
};

using HarnessCommand = std::array<uint64_t, 8>;  // operation, operands

// What the harness sends when a signal arrives, followed by the bytes from `frame` to kSignalStackTop.
struct HarnessReport {
  uint64_t signal, info, context, frame;
};

inline constexpr uint64_t kSignalStackTop = kHarnessEnd - 0x10000;
inline constexpr uint64_t kSignalStackSize = 0x20000;
inline constexpr uint64_t kHarnessScratch = kHarnessEnd - 0x8000;  // a page for the operands of system calls

inline constexpr uint64_t kTraceBase = kHarnessBase + 0x100000;  // addresses of executed instructions
inline constexpr uint64_t kTraceSize = 0x40000;

struct SystemCalls {
  uint64_t mmap, munmap, mprotect, pread, sigaction, sigaltstack, prctl, seccomp;
};
const SystemCalls& system_calls(Isa isa);

struct Harness {
  Image image;
  uint64_t start = 0, handler = 0;
  uint64_t trace = 0;              // two words: where the next single step is noted, where the room for them ends
  uint64_t after_system_call = 0;  // the address a seccomp filter sees for the harness's own system calls
};

// save_ymm: the signal frame lacks the upper halves of ymm registers (QEMU 7.2), the harness adds them below it.
Expected<Harness> build_harness(Isa isa, bool save_ymm);
inline constexpr uint64_t kYmmBytes = 512;

}  // namespace portolan::emulate
