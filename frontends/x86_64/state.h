// The slots of the x86-64 machine that lift functions name, and where each of LLVM's registers lives in them.
#pragma once

#include <vector>

#include "frontends/asm/machine.h"
#include "frontends/asm/mc_target.h"

namespace portolan::x86_64 {

using assembly::Slot;

// How a register's bits lie in slots. ymm registers are two slots: `slot` holds the low 128 bits, `high` the rest.
struct Place {
  enum class Kind : uint8_t { none, general, xmm, ymm };
  Kind kind = Kind::none;
  uint8_t low = 0;     // first bit within the slot: 8 for ah, bh, ch, dh
  uint16_t width = 0;  // bits
  Slot slot = assembly::kNoSlot;
  Slot high = assembly::kNoSlot;  // xmm and ymm: bits 128..255
};

struct State {
  Slot rax, rbx, rcx, rdx, rsi, rdi, rsp, rbp;
  Slot cf, pf, af, zf, sf, of, df;
  Slot xmm0, ymm0h;           // sixteen slots each
  unsigned rip, eip, fs, gs;  // LLVM's numbers
  std::vector<Place> places;  // by LLVM's register number

  const Place& place(unsigned reg) const { return places[reg < places.size() ? reg : 0]; }

  static const State& get();
};

}  // namespace portolan::x86_64
