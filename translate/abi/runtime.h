// Assembler text that a translated file carries along when its functions hand a va_list to the target's C library, take
// one or variadic arguments from callers outside, or read a struct stat that it filled in. Each piece defines one
// symbol, local to the file; append it at most once.
//
//   long va_pack(const char *format, long kind, void *source, u64 *slots, u64 count, void *target)
//     kind      kVaPackWide for wchar_t formats, kVaPackScan for scanf
//     source    what the source's argument register for the va_list holds (x86-64, AArch64: an address; RISC-V: the
//     list) slots     room for `count` arguments, 16-byte aligned target    room for the target's va_list: 24 bytes on
//     x86-64, 32 on AArch64; on RISC-V the 8 bytes of the list itself returns   the slots used, or -1: a format that
//     can't be followed; the caller must not go on
//   long va_unpack(const char *format, long kind, void *target, u64 *slots, u64 count, void *source)
//     the same the other way round
//   long va_gather(const char *format, long kind, void *target, VariadicImage *image)
//     kind      also kVaIntegers or kVaBoth, which need no format
//     target    what an argument register of the target holds for a va_list
//     image     filled with the arguments as the source's convention has them; returns -1 like va_pack
//   void stat(const struct stat *target, void *source)
//     rewrites the target's layout into the source's; both may be the same memory
#pragma once

#include <string>

#include "ir/isa.h"

namespace portolan::abi {

enum class RuntimeFunction : uint8_t { va_pack, va_unpack, va_gather, stat };

inline constexpr int64_t kVaPackWide = 1;
inline constexpr int64_t kVaPackScan = 2;
inline constexpr int64_t kVaIntegers = 4;  // all are integers
inline constexpr int64_t kVaBoth = 8;      // integers and doubles, neither more than there are registers for

// A call's argument registers and stack slots (runtime/va_gather.c has the same).
struct VariadicImage {
  uint64_t integers[8];
  uint64_t floats[8][2];
  uint64_t integers_used, floats_used, slots_used;  // by named parameters, set by the caller
  uint64_t slots_count;                             // slots that there is a use for
  uint64_t slots[64];
};

std::string runtime_symbol(RuntimeFunction function, Isa source, Isa target);
// For GNU as and clang alike; empty when source and target are the same.
std::string runtime_text(RuntimeFunction function, Isa source, Isa target);

}  // namespace portolan::abi
