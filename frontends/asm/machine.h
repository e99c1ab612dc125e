// What the passes need to know of a CPU beyond its instructions: its registers as slots of the IR, and the roles that
// the calling convention gives them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ir/isa.h"

namespace portolan::assembly {

using Slot = uint32_t;
inline constexpr Slot kNoSlot = UINT32_MAX;

struct SlotInfo {
  std::string name;
  uint32_t width = 0;  // bits
};

// Slots hold whole registers: x86-64 rax… (64), cf pf af zf sf of df (1), xmm0… (128, the low half of ymm) and ymm0h…
// (128, the high half); AArch64 x0…x30 sp (64), n z c v (1), v0… (128); RISC-V x1…x31, f0…f31 (64).
struct Machine {
  Isa isa = Isa::x86_64;
  std::vector<SlotInfo> slots;
  Slot stack_pointer = kNoSlot;
  Slot return_address = kNoSlot;  // x86-64: none, it is on the stack
  Slot frame_pointer = kNoSlot;
  Slot vector_count = kNoSlot;     // x86-64: rax, whose low byte counts the vector registers of a variadic call
  Slot indirect_result = kNoSlot;  // AArch64: x8
  std::vector<Slot> integer_arguments;
  std::vector<Slot> float_arguments;
  // Scratch registers in which compilers pass more arguments to functions that only they call (LLVM's fastcc on RISC-V,
  // static chains).
  std::vector<Slot> private_integer_arguments;
  std::vector<Slot> private_float_arguments;
  std::vector<Slot> integer_results;
  std::vector<Slot> float_results;
  std::vector<Slot> callee_saved;           // whole slots, except:
  std::vector<Slot> callee_saved_low_half;  // AArch64 v8…v15: bits 0..63 only
  uint32_t return_address_bytes = 0;        // on the stack at entry: 8 on x86-64

  Slot slot(std::string_view name) const;  // kNoSlot if there is none
  static const Machine& get(Isa isa);
};

}  // namespace portolan::assembly
