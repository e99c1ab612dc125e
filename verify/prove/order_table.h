// How each instruction is ordered in memory, from its own encoding: the IR rounds fences up, which is right of a source
// that is translated, and wrong of a target that is judged.
//
// x86-64   Intel SDM vol. 3, 9.2: loads in order, stores in order, no load before an older load's, a locked instruction
//          and mfence order everything
// AArch64  Arm ARM B2.3 (Ordered-before: barrier-ordered-before) and C6.2, dmb's table of domains and access types
// RISC-V   unprivileged spec, chapter "RVWMO" (rules 4 to 7) and fence's predecessor and successor sets
#pragma once

#include <cstdint>
#include <map>

#include "frontends/asm/unit.h"

namespace portolan::prove {

// What a fence keeps in order, as bits: the earlier kind of access, then the later one.
inline constexpr uint8_t kReadRead = 1, kReadWrite = 2, kWriteWrite = 4, kWriteRead = 8;
inline constexpr uint8_t kAcquireFence = kReadRead | kReadWrite, kReleaseFence = kReadWrite | kWriteWrite;
inline constexpr uint8_t kTsoFence = kAcquireFence | kWriteWrite, kFullFence = kTsoFence | kWriteRead;

struct LineOrder {
  bool acquire = false;       // what it reads is read before everything later
  bool release = false;       // what it writes is written after everything earlier
  bool full = false;          // everything earlier comes before it, and everything later after it
  bool single_order = false;  // a store of these is before a later load of these (RCsc)
  bool weak = false;          // not even the order that its instruction set gives by itself
  uint8_t fence = 0;
  bool operator==(const LineOrder&) const = default;
};

// Of every line with code; objects: at an offset of a section. Where several instructions share a line the weakest of
// them counts, or the strongest.
enum class Sharing : uint8_t { weakest, strongest };
std::map<uint32_t, LineOrder> line_orders(const assembly::Unit& unit, Sharing sharing);

}  // namespace portolan::prove
