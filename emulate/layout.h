// Where things stand in the address space of emulated code. The same addresses serve every ISA and every engine, so
// that pointers in registers and memory can be compared between a source and its translation without a map. What an
// image has lies below 2 GiB, because non-PIC x86-64 code holds addresses in 32 bits, and above the first GiB, where a
// host executable and its heap may live. The stack and the argument buffers lie above 4 GiB, and the lower half of a
// stack address, whatever its upper half is filled with, is nobody's: code that keeps no more of it does not get far.
#pragma once

#include <cstdint>

namespace portolan::emulate {

inline constexpr uint64_t kPageSize = 4096;

// Engines that run a process keep their own code and data here; emulated code has no business in it.
inline constexpr uint64_t kHarnessBase = 0x5d00'0000;
inline constexpr uint64_t kHarnessEnd = 0x5e00'0000;

// Executing an address in [kStubBase, kStubEnd) leaves the emulated program: all but the first slot stand for undefined
// functions (Image::externals). The range is never mapped.
inline constexpr uint64_t kStubBase = 0x5e00'0000;
inline constexpr uint64_t kStubSlot = 16;
inline constexpr uint64_t kStubEnd = 0x5e10'0000;

// Undefined data objects and the thread's block of thread-local storage. What stands in this block and in an image is
// not the same on both sides, and x86-64 alone always has the block: no round number leads there, as 0x5f000000 would,
// which is the float 2^63.
inline constexpr uint64_t kExternalDataBase = 0x5e20'0000;
inline constexpr uint64_t kExternalDataSlot = 256;
inline constexpr uint64_t kThreadBase = 0x5f2b'3000;

inline constexpr uint64_t kImageBase = 0x604b'0000;
inline constexpr uint64_t kImageEnd = 0x7f00'0000;

// The stack ends (has its highest byte) just below this address.
inline constexpr uint64_t kStackTop = 0xf'8f00'0000;

// Where the outermost function returns to. Never mapped, and neither is what its lower half says with zeros or ones
// above: who keeps no more of it does not get back.
inline constexpr uint64_t kReturnAddress = 0xf'a000'0000;

// Argument buffers and the emulated program's heap; any page here may be asked for.
inline constexpr uint64_t kArenaBase = 0x10'0000'0000;
inline constexpr uint64_t kArenaEnd = 0x20'0000'0000;

constexpr uint64_t page_floor(uint64_t address) {
  return address & ~(kPageSize - 1);
}
constexpr uint64_t page_ceil(uint64_t address) {
  return page_floor(address + kPageSize - 1);
}
constexpr bool is_stub(uint64_t address) {
  return (address >= kStubBase && address < kStubEnd) || address == kReturnAddress;
}

}  // namespace portolan::emulate
