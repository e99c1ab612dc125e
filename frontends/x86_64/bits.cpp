// Single bits, bit counts and scans, BMI1 and BMI2.
#include <algorithm>

#include "frontends/x86_64/families.h"
#include "frontends/x86_64/flags.h"

namespace portolan::x86_64 {
namespace {

enum class Change { none, set, reset, flip };

constexpr ir::RmwKind rmw_kind(Change change) {
  return change == Change::set     ? ir::RmwKind::bit_or
         : change == Change::reset ? ir::RmwKind::bit_clear
                                   : ir::RmwKind::bit_xor;
}

ValueId changed(ir::Builder& b, Change change, ValueId old, ValueId mask) {
  switch (change) {
    case Change::set:
      return b.bit_or(old, mask);
    case Change::reset:
      return b.bit_and(old, b.bit_not(mask));
    case Change::flip:
      return b.bit_xor(old, mask);
    case Change::none:
      break;
  }
  return old;
}

// A register bit offset addresses memory beyond the operand: the word at offset >> log2(width) (SDM vol. 2, BT).
ValueId bit_string_word(Insn& x, ValueId offset) {
  unsigned log2 = x.width == 16 ? 4 : x.width == 32 ? 5 : 6;
  ValueId word = x.b.sext(x.b.ashr_by(offset, log2), 64);
  return x.b.add(x.address(x[0]), x.b.shl_by(word, log2 - 3));
}

template <Change Kind>
void bit_test(Insn& x) {
  ir::Builder& b = x.b;
  ValueId offset = x.read(x.back());
  ValueId in_word = b.bit_and(offset, b.constant(x.width, x.width - 1));
  ValueId mask = b.shl(b.constant(x.width, 1), in_word);
  ValueId old, address = ir::kNoValue;
  if (x[0].is_memory()) {
    address = x.has_immediate() ? x.address(x[0]) : bit_string_word(x, offset);
    old = x.lock ? b.atomic_rmw(rmw_kind(Kind), address, mask, ir::Ordering::sequential) : b.load(address, x.width);
  } else {
    old = x.read(x[0]);
  }
  ValueId bit = b.truncate(b.lshr(old, in_word), 1);
  if (Kind != Change::none && !x.lock) {
    ValueId result = changed(b, Kind, old, mask);
    if (x[0].is_memory())
      b.store(address, result);
    else
      x.write(x[0], result);
  }
  x.set_flag(x.s.cf, bit);
  x.undefine({x.s.pf, x.s.af, x.s.sf, x.s.of});
}

// Of a zero source the destination keeps its value (AMD's manual says so, and Intel's since 2024; 32-bit operands may
// still clear the upper half). With a rep prefix the readers give tzcnt and lzcnt, which the bytes are.
template <bool Forward>
void bit_scan(Insn& x) {
  ir::Builder& b = x.b;
  ValueId source = x.read(x[1]);
  ValueId zero = b.is_zero(source);
  ValueId found = Forward ? b.ctz(source) : b.sub(b.constant(x.width, x.width - 1), b.clz(source));
  ValueId old = x.read(x[0]);
  if (x.width == 32)
    x.set(x.slot(x[0]), b.select(zero, b.concat(b.undef(32), old), b.zext(found, 64)));
  else
    x.write(x[0], b.select(zero, old, found));
  x.set_flag(x.s.zf, zero);
  x.undefine({x.s.cf, x.s.pf, x.s.af, x.s.sf, x.s.of});
}

template <bool Trailing>
void count_zeros(Insn& x) {
  ValueId source = x.read(x[1]);
  ValueId result = Trailing ? x.b.ctz(source) : x.b.clz(source);
  x.write(x[0], result);
  x.set_flag(x.s.cf, x.b.is_zero(source));
  x.set_flag(x.s.zf, x.b.is_zero(result));
  x.undefine({x.s.pf, x.s.af, x.s.sf, x.s.of});
}

void popcnt(Insn& x) {
  ValueId source = x.read(x[1]);
  x.write(x[0], x.b.popcount(source));
  for (Slot flag : {x.s.cf, x.s.pf, x.s.af, x.s.sf, x.s.of}) x.set_flag(flag, x.b.constant(1, 0));
  x.set_flag(x.s.zf, x.b.is_zero(source));
}

// sf and zf from the result, of 0, af and pf undefined, cf as given.
void set_bmi_flags(Insn& x, ValueId result, ValueId carry) {
  x.set_flag(x.s.zf, x.b.is_zero(result));
  x.set_flag(x.s.sf, x.b.slt(result, x.b.constant(x.width, 0)));
  x.set_flag(x.s.cf, carry);
  x.set_flag(x.s.of, x.b.constant(1, 0));
  x.undefine({x.s.pf, x.s.af});
}

void andn(Insn& x) {
  ValueId result = x.b.bit_and(x.b.bit_not(x.read(x[1])), x.read(x[2]));
  x.write(x[0], result);
  set_bmi_flags(x, result, x.b.constant(1, 0));
}

void blsi(Insn& x) {
  ValueId source = x.read(x[1]);
  ValueId result = x.b.bit_and(x.b.sub(x.b.constant(x.width, 0), source), source);
  x.write(x[0], result);
  set_bmi_flags(x, result, x.b.ne(source, x.b.constant(x.width, 0)));
}

template <bool Mask>
void lowest_bit(Insn& x) {
  ValueId source = x.read(x[1]);
  ValueId below = x.b.sub(source, x.b.constant(x.width, 1));
  ValueId result = Mask ? x.b.bit_xor(below, source) : x.b.bit_and(below, source);
  x.write(x[0], result);
  set_bmi_flags(x, result, x.b.is_zero(source));
}

// The low `count` bits of a value, for any 8-bit count.
ValueId low_bits(Insn& x, ValueId value, ValueId count) {
  ValueId one = x.b.constant(x.width, 1);
  return x.b.bit_and(value, x.b.sub(x.b.shl(one, x.b.zext(count, x.width)), one));
}

void bextr(Insn& x) {
  ValueId control = x.read(x[2]);
  ValueId start = x.b.zext(x.b.truncate(control, 8), x.width), length = x.b.extract(control, 8, 8);
  ValueId result = low_bits(x, x.b.lshr(x.read(x[1]), start), length);
  x.write(x[0], result);
  set_bmi_flags(x, result, x.b.constant(1, 0));
  x.undefine({x.s.sf});
}

void bzhi(Insn& x) {
  ValueId count = x.b.truncate(x.read(x[2]), 8);
  ValueId result = low_bits(x, x.read(x[1]), count);
  x.write(x[0], result);
  set_bmi_flags(x, result, x.b.ult(x.b.constant(8, x.width - 1), count));
}

// A bit of the mask a step, the lowest first (SDM vol. 2, PDEP and PEXT).
template <bool Deposit>
void by_mask(Insn& x) {
  ir::Builder& b = x.b;
  ValueId source = x.read(x[1]), mask = x.read(x[2]);
  const ValueId zero = b.constant(x.width, 0), one = b.constant(x.width, 1);
  ValueId result = zero;
  for (unsigned n = 0; n < x.width; ++n) {
    ValueId lowest = b.bit_and(mask, b.sub(zero, mask));
    ValueId part = Deposit ? b.bit_and(lowest, b.sext(b.extract(source, n, 1), x.width))
                           : b.shl_by(b.zext(b.ne(b.bit_and(source, lowest), zero), x.width), n);
    result = b.bit_or(result, part);
    mask = b.bit_and(mask, b.sub(mask, one));
  }
  x.write(x[0], result);
}

// CRC-32C, a bit a step: division by the reflected polynomial. Both register widths clear the destination's upper half
// (SDM vol. 2, CRC32).
void crc32(Insn& x) {
  std::string_view source_bits = x.name.substr(x.name.find_last_of("rm") + 1);  // CRC32r64m8: 8
  unsigned bits = source_bits == "8" ? 8 : source_bits == "16" ? 16 : source_bits == "32" ? 32 : 64;
  unsigned width = std::max(bits, 32u);
  ValueId polynomial = x.b.constant(width, 0x82f63b78);
  ValueId rest = x.b.bit_xor(x.b.zext(x.read(x[0], 32), width), x.b.zext(x.read(x[1], bits), width));
  for (unsigned i = 0; i < bits; ++i) {
    ValueId subtract = x.b.sext(x.b.truncate(rest, 1), width);
    rest = x.b.bit_xor(x.b.lshr_by(rest, 1), x.b.bit_and(subtract, polynomial));
  }
  x.set(x.slot(x[0]), x.b.zext(x.b.truncate(rest, 32), 64));
}

constexpr std::string_view kBitTestFlags = "cf:w pf:u af:u sf:u of:u";
constexpr std::string_view kScanFlags = "cf:u pf:u af:u zf:w sf:u of:u";
constexpr std::string_view kCountFlags = "cf:w pf:u af:u zf:w sf:u of:u";
constexpr std::string_view kBmiFlags = "cf:w pf:u af:u zf:w sf:w of:w";

constexpr Row kRows[] = {
    {"BT{16,32,64}{rr,mr,ri8,mi8}", "bt", kBitTestFlags, lift<bit_test<Change::none>>},
    {"BTS{16,32,64}{rr,mr,ri8,mi8}", "bts", kBitTestFlags, lift<bit_test<Change::set>, kLock>},
    {"BTR{16,32,64}{rr,mr,ri8,mi8}", "btr", kBitTestFlags, lift<bit_test<Change::reset>, kLock>},
    {"BTC{16,32,64}{rr,mr,ri8,mi8}", "btc", kBitTestFlags, lift<bit_test<Change::flip>, kLock>},
    {"BSF{16,32,64}{rr,rm}", "bsf", kScanFlags, lift<bit_scan<true>>},
    {"BSR{16,32,64}{rr,rm}", "bsr", kScanFlags, lift<bit_scan<false>>},
    {"TZCNT{16,32,64}{rr,rm}", "tzcnt", kCountFlags, lift<count_zeros<true>>, "bmi"},
    {"LZCNT{16,32,64}{rr,rm}", "lzcnt", kCountFlags, lift<count_zeros<false>>, "lzcnt"},
    {"POPCNT{16,32,64}{rr,rm}", "popcnt", "cf:w pf:w af:w zf:w sf:w of:w", lift<popcnt>, "popcnt"},
    {"ANDN{32,64}{rr,rm}", "andn", kBmiFlags, lift<andn>, "bmi"},
    {"BLSI{32,64}{rr,rm}", "blsi", kBmiFlags, lift<blsi>, "bmi"},
    {"BLSR{32,64}{rr,rm}", "blsr", kBmiFlags, lift<lowest_bit<false>>, "bmi"},
    {"BLSMSK{32,64}{rr,rm}", "blsmsk", kBmiFlags, lift<lowest_bit<true>>, "bmi"},
    {"BEXTR{32,64}{rr,rm}", "bextr", "cf:w pf:u af:u zf:w sf:u of:w", lift<bextr>, "bmi"},
    {"BZHI{32,64}{rr,rm}", "bzhi", kBmiFlags, lift<bzhi>, "bmi2"},
    {"PDEP{32,64}{rr,rm}", "pdep", "", lift<by_mask<true>>, "bmi2"},
    {"PEXT{32,64}{rr,rm}", "pext", "", lift<by_mask<false>>, "bmi2"},
    {"CRC32r32{r8,r16,r32,m8,m16,m32} CRC32r64{r8,r64,m8,m64}", "crc32", "", lift<crc32>, "sse4.2"},
};

}  // namespace

Rows bit_rows() {
  return kRows;
}

}  // namespace portolan::x86_64
