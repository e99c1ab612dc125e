// The registers of a CPU in its own numbering, and the handful of roles that calling conventions give them.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "ir/isa.h"

namespace portolan::emulate {

using Vector = std::array<uint8_t, 32>;  // little endian, as the register would be stored

// The x87 stack, x86-64 only. `registers[i]` is st(i).
struct X87State {
  std::array<std::array<uint8_t, 10>, 8> registers{};
  uint16_t control = 0x37f;
  uint16_t status = 0;  // top of stack in bits 11-13
  uint8_t in_use = 0;   // bit i: physical register i is not empty
  bool operator==(const X87State&) const = default;
};

struct MachineState {
  // x86-64: rax rcx rdx rbx rsp rbp rsi rdi r8..r15 (the numbers of the encoding). AArch64: x0..x30, sp is 31.
  // RISC-V: x0..x31.
  std::array<uint64_t, 32> general{};
  // x86-64: ymm0..15. AArch64: v0..v31, 16 bytes. RISC-V: f0..f31, 8 bytes.
  std::array<Vector, 32> vector{};
  uint64_t pc = 0;
  uint64_t flags = 0;           // x86-64: RFLAGS. AArch64: NZCV in bits 31-28. RISC-V: 0
  uint32_t fp_control = 0;      // x86-64: MXCSR without bits 0-5. AArch64: FPCR. RISC-V: frm
  uint32_t fp_status = 0;       // x86-64: MXCSR bits 0-5. AArch64: FPSR. RISC-V: fflags
  uint64_t thread_pointer = 0;  // set from the image by the engine when 0
  X87State x87;

  bool operator==(const MachineState&) const = default;
};

// What a process starts with: flags, rounding to nearest, all exceptions masked.
MachineState initial_state(Isa isa);

unsigned stack_pointer_index(Isa isa);
unsigned general_count(Isa isa);
unsigned vector_count(Isa isa);
unsigned vector_bytes(Isa isa);
std::span<const uint8_t> callee_saved_general(Isa isa);  // with frame pointer, without stack pointer
std::span<const uint8_t> callee_saved_vector(Isa isa);   // low 8 bytes of each

std::span<const uint8_t> integer_arguments(Isa isa);  // general register numbers, in order
std::span<const uint8_t> float_arguments(Isa isa);    // vector register numbers, in order

}  // namespace portolan::emulate
