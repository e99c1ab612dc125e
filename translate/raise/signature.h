// What crosses a call after raising: values by position, as the target's convention passes them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace portolan::raise {

// One parameter or result. It has one IR operand of `bits` bits (times `elements`).
struct Passed {
  enum class Kind : uint8_t {
    integer,        // in a general register or a stack slot of 8 bytes; bits 8, 16, 32 or 64
    floating,       // in a floating-point register: bits 32 or 64; 128: a whole vector register
    memory_copy,    // the operand is the address of `size` bytes that are passed by value on the stack (x86-64)
    hidden_result,  // the operand is the address of `size` bytes for the result (AArch64: x8)
  };
  Kind kind = Kind::integer;
  uint32_t bits = 64;
  uint32_t elements = 1;   // more: that many registers side by side, all of them or none (the operand has all bits)
  bool is_signed = false;  // how integers narrower than 64 bits are extended where the convention extends
  uint32_t size = 0;       // memory_copy, hidden_result
  uint32_t alignment = 8;
  bool operator==(const Passed&) const = default;
};

struct Signature {
  std::vector<Passed> parameters;
  std::vector<Passed> results;  // at most two integer and two floating
  bool variadic = false;        // of `parameters`, those from `fixed` on are variadic
  uint32_t fixed = 0;
  // Where nothing says which variadic ones the call passes: which of the source's call operands each of them is.
  std::vector<unsigned> perhaps_passed;
  bool noreturn = false;
  bool operator==(const Signature&) const = default;
};

}  // namespace portolan::raise
