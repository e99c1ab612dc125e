// Values of up to 64 bits as machine words, which most of what is interpreted has: quicker than APInt. What does not
// fit is not computed, and said so: the same instruction is to be computed over ConcreteDomain then.
#pragma once

#include <bit>

#include "ir/concrete_domain.h"

namespace portolan::ir {

struct Word {
  uint64_t bits = 0;  // those from `width` on are 0
  unsigned width = 1;
};

class WordDomain {
 public:
  using Value = Word;

  // Something was wider: the result says nothing.
  bool is_wide() const { return wide_; }

  Word leaf(const Function&, const Instruction& inst) { return make(0, inst.width); }
  Word unspecified(unsigned width) { return make(~uint64_t{0}, width); }

  unsigned width(const Word& v) { return v.width; }
  Word constant(const APInt& bits) {
    if (bits.getBitWidth() > 64) return too_wide();
    return {bits.getZExtValue(), bits.getBitWidth()};
  }
  std::optional<bool> known(const Word& bit) { return bit.bits != 0; }

  Word add(const Word& a, const Word& b) { return make(a.bits + b.bits, a.width); }
  Word sub(const Word& a, const Word& b) { return make(a.bits - b.bits, a.width); }
  Word mul(const Word& a, const Word& b) { return make(a.bits * b.bits, a.width); }
  Word udiv(const Word& a, const Word& b) { return make(b.bits == 0 ? ~uint64_t{0} : a.bits / b.bits, a.width); }
  Word urem(const Word& a, const Word& b) { return make(b.bits == 0 ? a.bits : a.bits % b.bits, a.width); }
  Word bit_and(const Word& a, const Word& b) { return {a.bits & b.bits, a.width}; }
  Word bit_or(const Word& a, const Word& b) { return {a.bits | b.bits, a.width}; }
  Word bit_xor(const Word& a, const Word& b) { return {a.bits ^ b.bits, a.width}; }
  Word bit_not(const Word& a) { return make(~a.bits, a.width); }
  Word shl(const Word& a, const Word& b) { return make(b.bits >= a.width ? 0 : a.bits << b.bits, a.width); }
  Word lshr(const Word& a, const Word& b) { return {b.bits >= a.width ? 0 : a.bits >> b.bits, a.width}; }
  Word ashr(const Word& a, const Word& b) {
    const uint64_t count = b.bits >= a.width ? a.width - 1 : b.bits;
    return make(static_cast<uint64_t>(extended(a) >> count), a.width);
  }
  Word eq(const Word& a, const Word& b) { return {a.bits == b.bits, 1}; }
  Word ult(const Word& a, const Word& b) { return {a.bits < b.bits, 1}; }
  Word slt(const Word& a, const Word& b) { return {extended(a) < extended(b), 1}; }
  Word extract(const Word& a, unsigned low, unsigned width) { return make(low >= 64 ? 0 : a.bits >> low, width); }
  Word concat(const Word& high, const Word& low) {
    if (high.width + low.width > 64) return too_wide();
    return {(low.width == 64 ? 0 : high.bits << low.width) | low.bits, high.width + low.width};
  }
  Word zext(const Word& a, unsigned width) { return make(a.bits, width); }
  Word sext(const Word& a, unsigned width) { return make(static_cast<uint64_t>(extended(a)), width); }
  Word select(const Word& bit, const Word& one, const Word& zero) { return bit.bits != 0 ? one : zero; }
  Word join(std::span<const Word> lanes) {
    Word all{0, 0};
    for (const Word& lane : lanes) all = concat(lane, all);
    return all;
  }
  Word floating(const Instruction& inst, unsigned result_width, std::span<const Word> operands);  // by ConcreteDomain

  // Bodies that are composed of wider values.
  Word umulh(const Word& a, const Word& b) {
    return make(static_cast<uint64_t>(static_cast<unsigned __int128>(a.bits) * b.bits >> a.width), a.width);
  }
  Word smulh(const Word& a, const Word& b) {
    return make(static_cast<uint64_t>(static_cast<__int128>(extended(a)) * extended(b) >> a.width), a.width);
  }
  Word add_carry(const Word& a, const Word& b, const Word& carry) {
    const Word sum = add(a, b);
    return {sum.bits < a.bits || (carry.bits != 0 && bit_not(sum).bits == 0), 1};
  }
  Word sub_borrow(const Word& a, const Word& b, const Word& borrow) {
    return {a.bits < b.bits || (borrow.bits != 0 && a.bits == b.bits), 1};
  }
  Word add_overflow(const Word& a, const Word& b, const Word& carry) {
    const Word sum = make(a.bits + b.bits + carry.bits, a.width);
    return {is_negative(a) == is_negative(b) && is_negative(sum) != is_negative(a), 1};
  }
  Word sub_overflow(const Word& a, const Word& b, const Word& borrow) {
    const Word difference = make(a.bits - b.bits - borrow.bits, a.width);
    return {is_negative(a) != is_negative(b) && is_negative(difference) != is_negative(a), 1};
  }
  Word clz(const Word& a) { return make(std::countl_zero(a.bits) + a.width - 64, a.width); }
  Word ctz(const Word& a) { return make(a.bits == 0 ? a.width : std::countr_zero(a.bits), a.width); }
  Word popcount(const Word& a) { return make(std::popcount(a.bits), a.width); }

 private:
  Word make(uint64_t bits, unsigned width) {
    if (width > 64) return too_wide();
    return {width == 64 ? bits : bits & ((uint64_t{1} << width) - 1), width};
  }

  Word too_wide() {
    wide_ = true;
    return {0, 64};
  }
  static int64_t extended(const Word& a) { return static_cast<int64_t>(a.bits << (64 - a.width)) >> (64 - a.width); }
  static bool is_negative(const Word& a) { return (a.bits >> (a.width - 1) & 1) != 0; }

  bool wide_ = false;
};

// evaluate() over WordDomain, compiled once. Nothing: some of it is wider than a word.
std::optional<Word> evaluate_words(const Function& function, const Instruction& inst, std::span<const Word> operands);

}  // namespace portolan::ir
