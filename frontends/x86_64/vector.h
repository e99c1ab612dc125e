// What the SSE and AVX families share. LLVM's names are regular: V (VEX), a stem that ends in the element's letter,
// Y (256 bits), the operands in small letters, _Int and the like. A family is one row and one function because the
// function reads width and element from the name.
#pragma once

#include <array>

#include "frontends/x86_64/insn.h"

// All forms of a packed instruction: legacy and VEX of 128 bits, VEX of 256.
#define PACKED(NAME) NAME "{rr,rm} V" NAME "{,Y}{rr,rm}"
#define PACKED_IMMEDIATE(NAME) NAME "{rri,rmi} V" NAME "{,Y}{rri,rmi}"

namespace portolan::x86_64 {

// "VPADDDYrm" to "PADDD".
std::string_view stem(const Insn& x);
unsigned vector_bits(const Insn& x);  // 128 or 256
// 8, 16, 32 or 64 from the stem's last letter.
unsigned element_bits(const Insn& x);

// PS, PD, SS, SD at the stem's end.
struct FloatForm {
  ir::FloatFormat format;
  unsigned bits;  // of an element
  bool scalar;
  unsigned total;  // of all elements
  uint16_t lanes;
};
FloatForm float_form(const Insn& x);
ir::FloatMode float_mode(ir::FloatFormat format, ir::Rounding rounding = ir::Rounding::nearest_even);

// A source; legacy SSE demands alignment of 16-byte memory operands.
ValueId read_source(Insn& x, const Operand& operand, unsigned bits);
// The result of a packed instruction; of a scalar one, whose other elements come from the first source.
void write_result(Insn& x, const FloatForm& form, ValueId result);
void write_low_element(Insn& x, ValueId element);

// A shuffle of a and b within each 128 bits: indices from 0 name a's elements there, from 128 / bits on b's.
ValueId shuffle_chunks(ir::Builder& b, ValueId a, ValueId c, unsigned bits, const std::vector<int>& mask);

// One bit a lane: its sign.
inline ValueId signs(ir::Builder& b, ValueId v, unsigned bits) {
  uint16_t lanes = static_cast<uint16_t>(b.width(v) / bits);
  return b.extract(v, bits - 1, lanes, lanes);
}

// A constant with the same value in each element.
ValueId splat_constant(ir::Builder& b, unsigned total, unsigned bits, uint64_t value);

}  // namespace portolan::x86_64
