// What a kind of value must be able to do so that op_semantics.h can compute every op of the IR over it: concrete bits,
// LLVM values, solver terms, known bits.
#pragma once

#include <concepts>
#include <optional>
#include <span>

#include "ir/function.h"

namespace portolan::ir {

// Primitives work on one lane, are total, and follow ops.def: a shift by the width or more gives 0 (ashr: the sign),
// udiv by zero all ones, urem by zero the dividend. Comparisons give one bit.
//
// floating() computes one of fadd fsub fmul fdiv fsqrt fma fround fconvert fto_sint fto_uint sint_to_f uint_to_f on one
// lane as IEEE 754 says, with `format`, `to_format` and `rounding` of the instruction; integer results saturate. It is
// free to return anything when an operand is a NaN, and any NaN where the result is one: op_semantics.h chooses the
// NaN.
//
// leaf() gives parameter, symbol_address, thread_pointer and frame_address; unspecified() what a shuffle mask
// leaves open.
template <class D>
concept Domain = requires(D d, const typename D::Value v, unsigned n, const APInt bits, const Function f,
                          const Instruction inst, std::span<const typename D::Value> operands) {
  { d.width(v) } -> std::convertible_to<unsigned>;
  { d.constant(bits) } -> std::same_as<typename D::Value>;
  { d.leaf(f, inst) } -> std::same_as<typename D::Value>;
  { d.unspecified(n) } -> std::same_as<typename D::Value>;
  { d.add(v, v) } -> std::same_as<typename D::Value>;
  { d.sub(v, v) } -> std::same_as<typename D::Value>;
  { d.mul(v, v) } -> std::same_as<typename D::Value>;
  { d.udiv(v, v) } -> std::same_as<typename D::Value>;
  { d.urem(v, v) } -> std::same_as<typename D::Value>;
  { d.bit_and(v, v) } -> std::same_as<typename D::Value>;
  { d.bit_or(v, v) } -> std::same_as<typename D::Value>;
  { d.bit_xor(v, v) } -> std::same_as<typename D::Value>;
  { d.bit_not(v) } -> std::same_as<typename D::Value>;
  { d.shl(v, v) } -> std::same_as<typename D::Value>;
  { d.lshr(v, v) } -> std::same_as<typename D::Value>;
  { d.ashr(v, v) } -> std::same_as<typename D::Value>;
  { d.eq(v, v) } -> std::same_as<typename D::Value>;
  { d.ult(v, v) } -> std::same_as<typename D::Value>;
  { d.slt(v, v) } -> std::same_as<typename D::Value>;
  { d.extract(v, n, n) } -> std::same_as<typename D::Value>;  // bits [low, low + width)
  { d.concat(v, v) } -> std::same_as<typename D::Value>;      // (high, low)
  { d.zext(v, n) } -> std::same_as<typename D::Value>;        // also to the same width
  { d.sext(v, n) } -> std::same_as<typename D::Value>;
  { d.select(v, v, v) } -> std::same_as<typename D::Value>;              // (bit, if 1, if 0)
  { d.floating(inst, n, operands) } -> std::same_as<typename D::Value>;  // n: width of the result lane
};

// A domain may also have
//   std::optional<V> native(const Function&, const Instruction&, std::span<const V>)   whole instructions, lanes and
//   all V <op>(const V&...)          any integer op of ops.def on one lane, instead of the composed body
//   std::optional<bool> known(const V& bit)     so that only the side taken is computed
//   V join(std::span<const V>)   many lanes into one value, first lane lowest
template <class D>
concept HasNative =
    requires(D d, const Function f, const Instruction inst, std::span<const typename D::Value> operands) {
      { d.native(f, inst, operands) } -> std::same_as<std::optional<typename D::Value>>;
    };
template <class D>
concept HasKnown = requires(D d, const typename D::Value v) {
  { d.known(v) } -> std::same_as<std::optional<bool>>;
};
template <class D>
concept HasJoin = requires(D d, std::span<const typename D::Value> lanes) {
  { d.join(lanes) } -> std::same_as<typename D::Value>;
};

}  // namespace portolan::ir
