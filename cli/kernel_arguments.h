// The arguments of a kernel as they are written on the command line of `portolan run`.
#pragma once

#include <string>
#include <vector>

#include "emulate/simt/memory.h"
#include "ir/diagnostic.h"

namespace portolan::cli {

inline constexpr const char* kKernelArgumentSyntax =
    "i8: i16: i32: i64:42, f:1.5 (float), d:1.5 (double): a number; i32*:1,2,3 (any of these types): the address of "
    "numbers; buf:16: of 16 zero bytes; new:16: of 16 bytes that nobody has written; hex:00ff: of these bytes";

struct KernelArgument {
  std::string type;  // of the numbers: i32, f, …; empty: bytes
  bool is_pointer = false;
  uint64_t size = 0;            // of the argument itself, in bytes
  uint64_t value = 0;           // or the address of the buffer
  std::vector<uint8_t> before;  // the buffer's bytes
};

// Buffers are allocated in `memory`. The error names the argument.
Expected<std::vector<KernelArgument>> parse_kernel_arguments(const std::vector<std::string>& texts,
                                                             simt::Memory& memory);

// Each on its natural boundary, as a kernel's parameters lie.
std::vector<uint8_t> lay_out(const std::vector<KernelArgument>& arguments);

// The bytes as numbers of the type.
std::string numbers_text(const std::vector<uint8_t>& bytes, const std::string& type);

}  // namespace portolan::cli
