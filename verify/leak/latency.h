// Which instructions take a time that does not depend on their operands. A table of what the makers promise, not of
// what was measured: what is in no list is `unlisted`, and never taken to be constant.
//
// x86-64   Intel, "Data Operand Independent Timing Instructions" (holds with DOITM set where that mode exists)
// AArch64  Arm ARM, PSTATE.DIT (holds with DIT set where FEAT_DIT is implemented)
// RISC-V   unprivileged spec, "Zkt"; czero from Zicond, which says the same of itself
#pragma once

#include <map>
#include <string>

#include "frontends/asm/lift.h"

namespace portolan::leak {

enum class Latency : uint8_t {
  constant,
  variable,  // division, square roots, floating point
  unlisted,  // nobody promises anything
};

Latency latency_of(Isa isa, std::string_view opcode, std::string_view mnemonic);
// The hardware contract that `constant` rests on.
std::string_view contract(Isa isa);

// The worst that stands on a line of the input (objects: at an offset of a section).
struct LineLatency {
  Latency latency = Latency::constant;
  std::string mnemonic;
  bool prefetches = false;  // touches an address that its IR does not mention
};
std::map<uint32_t, LineLatency> line_latencies(const assembly::Unit& unit);

}  // namespace portolan::leak
