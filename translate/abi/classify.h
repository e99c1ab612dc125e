// Where each argument and the result of a C function live at a call, under the three calling conventions Portolan
// knows:
//   x86-64   System V psABI, section 3.2.3
//   AArch64  AAPCS64 as Linux uses it (section 6.8, variadic arguments like named ones)
//   RISC-V   LP64D, "Hardware Floating-point Calling Convention"
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "ir/diagnostic.h"
#include "ir/isa.h"
#include "translate/abi/types.h"

namespace portolan::abi {

// What the upper bits of a register or stack slot hold. Whoever passes a value must provide it and whoever takes one
// may rely on it; `unspecified` means neither.
enum class Extension : uint8_t { unspecified, zero, sign, nan_box };

// A run of bytes of one argument or result.
struct Piece {
  enum class Where : uint8_t {
    integer_register,  // index: 0… in argument order (rdi… x0… a0…); results: rax rdx, x0 x1, a0 a1
    float_register,    // index: xmm, v or fa number (fa0 is 0)
    x87_register,      // results only: st(index)
    indirect_result,   // AArch64's x8
    stack,             // stack_offset bytes above the first stack argument
  };
  Where where = Where::integer_register;
  unsigned index = 0;
  uint32_t stack_offset = 0;  // x86-64: address - rsp before the call pushes; others: address - sp
  uint32_t type_offset = 0;   // first byte of the value that this piece holds
  uint32_t size = 0;          // its bytes; the rest of a register or slot is as `extension` says
  Extension extension = Extension::unspecified;
  uint32_t extended_size = 0;  // bytes up to which `extension` reaches
  bool operator==(const Piece&) const = default;
};

struct Location {
  Type type;  // after default promotions for variadic arguments; empty aggregates have no pieces
  std::vector<Piece> pieces;
  bool indirect = false;  // the single piece is a pointer to a copy that the caller made and the callee may change
};

struct CallLayout {
  std::vector<Location> arguments;      // named ones, then variadic ones
  Location result;                      // with hidden_result: no pieces
  std::optional<Piece> hidden_result;   // where the caller passes the address for a result in memory
  bool returns_hidden_address = false;  // x86-64: the callee returns that address in rax
  uint32_t stack_bytes = 0;             // size of the stack arguments, without end padding
  unsigned vector_registers = 0;        // x86-64: xmm registers used, al of a variadic call
  // After the named parameters: where va_start begins.
  unsigned named_integer_registers = 0;
  unsigned named_float_registers = 0;
  uint32_t named_stack_bytes = 0;
};

// `variadic_arguments` are the types of a concrete call's arguments beyond the named ones; default promotions are done
// here. Fails with a reason for what the conventions leave open or compilers disagree about.
Expected<CallLayout> classify(const FunctionType& function, Isa isa, std::span<const Type> variadic_arguments = {});

// "rdi", "x0", "a0"; results: "rax". Empty for stack pieces.
std::string_view register_name(const Piece& piece, Isa isa, bool is_result);

// The size a type has on an ISA; differs from type.size for va_list only.
uint64_t size_on(const Type& type, Isa isa);

}  // namespace portolan::abi
