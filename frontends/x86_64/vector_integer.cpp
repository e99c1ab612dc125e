// Packed integers: arithmetic, comparisons, logic, shifts, widening and saturating forms; and the bitwise logic of
// floating-point vectors, which is the same.
#include "frontends/x86_64/families.h"
#include "frontends/x86_64/vector.h"

namespace portolan::x86_64 {
namespace {

using ir::Builder;
using LaneOp = ValueId (Builder::*)(ValueId, ValueId, uint16_t);

struct Sources {
  explicit Sources(Insn& x)
      : bits(vector_bits(x)), a(read_source(x, x.first(), bits)), c(read_source(x, x.second(), bits)) {}
  unsigned bits;
  ValueId a, c;
};

// One op on each lane of the element that the name says.
template <LaneOp F>
void lanewise(Insn& x) {
  Sources v(x);
  x.write_vector(x[0], (x.b.*F)(v.a, v.c, static_cast<uint16_t>(v.bits / element_bits(x))));
}

template <LaneOp F>
void whole(Insn& x) {
  Sources v(x);
  x.write_vector(x[0], (x.b.*F)(v.a, v.c, 1));
}

void and_not(Insn& x) {
  Sources v(x);
  x.write_vector(x[0], x.b.bit_and(x.b.bit_not(v.a), v.c));
}

template <bool Greater>
void compare(Insn& x) {
  Sources v(x);
  uint16_t lanes = static_cast<uint16_t>(v.bits / element_bits(x));
  ValueId bits = Greater ? x.b.slt(v.c, v.a, lanes) : x.b.eq(v.a, v.c, lanes);
  x.write_vector(x[0], x.b.mask_from_bits(bits, v.bits, lanes));
}

// Both sources' even doublewords, extended to quadwords.
template <bool Signed>
void multiply_even(Insn& x) {
  Sources v(x);
  uint16_t lanes = static_cast<uint16_t>(v.bits / 64);
  auto even = [&](ValueId p) {
    ValueId low = x.b.truncate(p, v.bits / 2, lanes);
    return Signed ? x.b.sext(low, v.bits, lanes) : x.b.zext(low, v.bits, lanes);
  };
  x.write_vector(x[0], x.b.mul(even(v.a), even(v.c), lanes));
}

// Halves of each doubleword, sign-extended to doublewords.
ValueId low_half(Builder& b, ValueId v, uint16_t lanes) {
  return b.sext(b.truncate(v, b.width(v) / 2, lanes), b.width(v), lanes);
}

// The upper half of each lane, by an arithmetic shift.
void multiply_add_words(Insn& x) {
  Sources v(x);
  uint16_t lanes = static_cast<uint16_t>(v.bits / 32);
  auto high = [&](ValueId p) { return x.b.ashr_by(p, 16, lanes); };
  ValueId even = x.b.mul(low_half(x.b, v.a, lanes), low_half(x.b, v.c, lanes), lanes);
  x.write_vector(x[0], x.b.add(even, x.b.mul(high(v.a), high(v.c), lanes), lanes));
}

// Unsigned bytes of the first source times signed bytes of the second, neighbours added with saturation.
void multiply_add_bytes(Insn& x) {
  Sources v(x);
  uint16_t lanes = static_cast<uint16_t>(v.bits / 16);
  ValueId byte = splat_constant(x.b, v.bits, 16, 0xff);
  ValueId even = x.b.mul(x.b.bit_and(v.a, byte), low_half(x.b, v.c, lanes), lanes);
  ValueId odd = x.b.mul(x.b.lshr_by(v.a, 8, lanes), x.b.ashr_by(v.c, 8, lanes), lanes);
  x.write_vector(x[0], x.b.sadd_saturate(even, odd, lanes));
}

// (a * b + 2^14) >> 15
void multiply_round(Insn& x) {
  Sources v(x);
  uint16_t lanes = static_cast<uint16_t>(v.bits / 16);
  ValueId product = x.b.mul(x.b.sext(v.a, 2 * v.bits, lanes), x.b.sext(v.c, 2 * v.bits, lanes), lanes);
  ValueId rounded = x.b.add(product, splat_constant(x.b, 2 * v.bits, 32, 1 << 14), lanes);
  x.write_vector(x[0], x.b.extract(rounded, 15, v.bits, lanes));
}

// Sums of the absolute differences of eight bytes each.
void sum_of_differences(Insn& x) {
  Sources v(x);
  uint16_t lanes = static_cast<uint16_t>(v.bits / 8);
  ValueId difference = x.b.sub(x.b.umax(v.a, v.c, lanes), x.b.umin(v.a, v.c, lanes), lanes);
  ValueId result = ir::kNoValue;
  for (unsigned low = 0; low < v.bits; low += 64) {
    ValueId words = x.b.zext(x.b.extract(difference, low, 64), 128, 8);
    ValueId sum = x.b.zext(x.b.reduce_add(words, 8), 64);
    result = low == 0 ? sum : x.b.concat(sum, result);
  }
  x.write_vector(x[0], result);
}

// Signed elements of twice the width, clamped and narrowed.
ValueId narrow(Builder& b, ValueId v, unsigned from, bool to_unsigned) {
  unsigned to = from / 2, total = b.width(v);
  uint16_t lanes = static_cast<uint16_t>(total / from);
  uint64_t largest = to_unsigned ? (uint64_t{1} << to) - 1 : (uint64_t{1} << (to - 1)) - 1;
  uint64_t smallest = to_unsigned ? 0 : ~largest & ((uint64_t{1} << from) - 1);
  v = b.smax(v, splat_constant(b, total, from, smallest), lanes);
  v = b.smin(v, splat_constant(b, total, from, largest), lanes);
  return b.truncate(v, total / 2, lanes);
}

// packsswb, packuswb, packssdw, packusdw: within each 128 bits, the first source's elements, then the second's.
template <bool ToUnsigned>
void pack(Insn& x) {
  Sources v(x);
  unsigned from = stem(x).ends_with("WB") ? 16 : 32;
  ValueId result = ir::kNoValue;
  ValueId a = narrow(x.b, v.a, from, ToUnsigned), c = narrow(x.b, v.c, from, ToUnsigned);
  for (unsigned low = 0; low < v.bits / 2; low += 64) {
    ValueId chunk = x.b.concat(x.b.extract(c, low, 64), x.b.extract(a, low, 64));
    result = low == 0 ? chunk : x.b.concat(chunk, result);
  }
  x.write_vector(x[0], result);
}

enum class Shift { left, right, arithmetic };

template <Shift Kind>
ValueId shifted(Builder& b, ValueId v, ValueId counts, uint16_t lanes) {
  return Kind == Shift::left    ? b.shl(v, counts, lanes)
         : Kind == Shift::right ? b.lshr(v, counts, lanes)
                                : b.ashr(v, counts, lanes);
}

// By an immediate, or by the low 64 bits of a vector as one count for all. Counts of the width and more give 0 or the
// sign, as the IR's shifts do.
template <Shift Kind>
void shift_all(Insn& x) {
  Builder& b = x.b;
  unsigned bits = vector_bits(x), element = element_bits(x);
  uint16_t lanes = static_cast<uint16_t>(bits / element);
  ValueId counts;
  if (x.has_immediate()) {
    // PSLLDri has two registers in VEX form, one in legacy form.
    ValueId v = x.read_vector(x[x.registers() - 1], bits);
    counts = splat_constant(b, bits, element, std::min<unsigned>(x.immediate_byte(), element));
    return x.write_vector(x[0], shifted<Kind>(b, v, counts, lanes));
  }
  ValueId v = x.read_vector(x.first(), bits);
  ValueId count = b.truncate(read_source(x, x.second(), 128), 64);
  ValueId clamped = b.umin(count, b.constant(64, element));
  counts = b.splat(b.truncate(clamped, element), lanes);
  x.write_vector(x[0], shifted<Kind>(b, v, counts, lanes));
}

// vpsllvd and the like: a count for each lane.
template <Shift Kind>
void shift_each(Insn& x) {
  Sources v(x);
  x.write_vector(x[0], shifted<Kind>(x.b, v.a, v.c, static_cast<uint16_t>(v.bits / element_bits(x))));
}

// pslldq, psrldq: bytes within each 128 bits.
template <Shift Kind>
void shift_bytes(Insn& x) {
  unsigned bits = vector_bits(x);
  uint16_t lanes = static_cast<uint16_t>(bits / 128);
  ValueId v = x.read_vector(x[x.registers() - 1], bits);
  ValueId counts = splat_constant(x.b, bits, 128, 8 * std::min<unsigned>(x.immediate_byte(), 16));
  x.write_vector(x[0], shifted<Kind>(x.b, v, counts, lanes));
}

void absolute(Insn& x) {
  unsigned bits = vector_bits(x);
  x.write_vector(x[0], x.b.abs(read_source(x, x[1], bits), static_cast<uint16_t>(bits / element_bits(x))));
}

// The first source negated, kept or cleared as the second is negative, positive or zero.
void apply_sign(Insn& x) {
  Sources v(x);
  uint16_t lanes = static_cast<uint16_t>(v.bits / element_bits(x));
  ValueId zero = x.b.constant(v.bits, 0);
  ValueId kept = x.b.select(x.b.eq(v.c, zero, lanes), zero, v.a, lanes);
  x.write_vector(x[0], x.b.select(x.b.slt(v.c, zero, lanes), x.b.sub(zero, v.a, lanes), kept, lanes));
}

// phaddw, phaddd, phsubw, phsubd and the saturating ones.
template <LaneOp F, unsigned Bits>
void horizontal(Insn& x) {
  Sources v(x);
  std::vector<int> even, odd;
  for (int i = 0; i < static_cast<int>(256 / Bits); i += 2) even.push_back(i), odd.push_back(i + 1);
  ValueId a = shuffle_chunks(x.b, v.a, v.c, Bits, even), c = shuffle_chunks(x.b, v.a, v.c, Bits, odd);
  x.write_vector(x[0], (x.b.*F)(a, c, static_cast<uint16_t>(v.bits / Bits)));
}

// pmovzxbw: the last two letters are the source's and the result's elements.
template <bool Signed>
void extend(Insn& x) {
  std::string_view name = stem(x);
  auto bits_of = [](char letter) { return letter == 'B' ? 8u : letter == 'W' ? 16u : letter == 'D' ? 32u : 64u; };
  unsigned from = bits_of(name[name.size() - 2]), to = bits_of(name.back()), total = vector_bits(x);
  uint16_t lanes = static_cast<uint16_t>(total / to);
  ValueId v = x.read_vector(x[1], from * lanes);
  x.write_vector(x[0], Signed ? x.b.sext(v, total, lanes) : x.b.zext(v, total, lanes));
}

// The smallest word and, above it, the index of its first place.
void smallest_word(Insn& x) {
  ValueId v = read_source(x, x[1], 128);
  ValueId smallest = x.b.reduce_umin(v, 8);
  ValueId index = x.b.ctz(x.b.eq(v, x.b.splat(smallest, 8), 8));
  x.write_vector(x[0], x.b.concat(x.b.zext(index, 16), smallest));
}

// ptest: zf when no bit is in both, cf when the first source covers the second.
void test(Insn& x) {
  unsigned bits = vector_bits(x);
  ValueId a = x.read_vector(x[0], bits), c = read_source(x, x[1], bits);
  x.set_flag(x.s.zf, x.b.is_zero(x.b.bit_and(a, c)));
  x.set_flag(x.s.cf, x.b.is_zero(x.b.bit_and(x.b.bit_not(a), c)));
  for (Slot flag : {x.s.of, x.s.af, x.s.pf, x.s.sf}) x.set_flag(flag, x.b.constant(1, 0));
}

// vtestps, vtestpd: the same of signs only.
template <unsigned Bits>
void test_signs(Insn& x) {
  unsigned bits = vector_bits(x);
  ValueId a = signs(x.b, x.read_vector(x[0], bits), Bits), c = signs(x.b, x.read_vector(x[1], bits), Bits);
  x.set_flag(x.s.zf, x.b.is_zero(x.b.bit_and(a, c)));
  x.set_flag(x.s.cf, x.b.is_zero(x.b.bit_and(x.b.bit_not(a), c)));
  for (Slot flag : {x.s.of, x.s.af, x.s.pf, x.s.sf}) x.set_flag(flag, x.b.constant(1, 0));
}

#define SHIFTS(NAME) NAME "{ri,rr,rm} V" NAME "{,Y}{ri,rr,rm}"
constexpr std::string_view kTestFlags = "cf:w pf:w af:w zf:w sf:w of:w";

constexpr Row kRows[] = {
    {PACKED("PADD{B,W,D,Q}"), "padd{b,w,d,q}", "", lift<lanewise<&Builder::add>>, "sse2"},
    {PACKED("PSUB{B,W,D,Q}"), "psub{b,w,d,q}", "", lift<lanewise<&Builder::sub>>, "sse2"},
    {PACKED("PADDS{B,W}"), "padds{b,w}", "", lift<lanewise<&Builder::sadd_saturate>>, "sse2"},
    {PACKED("PADDUS{B,W}"), "paddus{b,w}", "", lift<lanewise<&Builder::uadd_saturate>>, "sse2"},
    {PACKED("PSUBS{B,W}"), "psubs{b,w}", "", lift<lanewise<&Builder::ssub_saturate>>, "sse2"},
    {PACKED("PSUBUS{B,W}"), "psubus{b,w}", "", lift<lanewise<&Builder::usub_saturate>>, "sse2"},
    {PACKED("PMULLW"), "pmullw", "", lift<lanewise<&Builder::mul>>, "sse2"},
    {PACKED("PMULLD"), "pmulld", "", lift<lanewise<&Builder::mul>>, "sse4.1"},
    {PACKED("PMULHW"), "pmulhw", "", lift<lanewise<&Builder::smulh>>, "sse2"},
    {PACKED("PMULHUW"), "pmulhuw", "", lift<lanewise<&Builder::umulh>>, "sse2"},
    {PACKED("PMULUDQ"), "pmuludq", "", lift<multiply_even<false>>, "sse2"},
    {PACKED("PMULDQ"), "pmuldq", "", lift<multiply_even<true>>, "sse4.1"},
    {PACKED("PMADDWD"), "pmaddwd", "", lift<multiply_add_words>, "sse2"},
    {PACKED("PMADDUBSW"), "pmaddubsw", "", lift<multiply_add_bytes>, "ssse3"},
    {PACKED("PMULHRSW"), "pmulhrsw", "", lift<multiply_round>, "ssse3"},
    {PACKED("PSADBW"), "psadbw", "", lift<sum_of_differences>, "sse2"},
    {PACKED("PAVG{B,W}"), "pavg{b,w}", "", lift<lanewise<&Builder::uaverage_up>>, "sse2"},
    {PACKED("PMINU{B,W,D}"), "pminu{b,w,d}", "", lift<lanewise<&Builder::umin>>, "sse2, sse4.1"},
    {PACKED("PMAXU{B,W,D}"), "pmaxu{b,w,d}", "", lift<lanewise<&Builder::umax>>, "sse2, sse4.1"},
    {PACKED("PMINS{B,W,D}"), "pmins{b,w,d}", "", lift<lanewise<&Builder::smin>>, "sse2, sse4.1"},
    {PACKED("PMAXS{B,W,D}"), "pmaxs{b,w,d}", "", lift<lanewise<&Builder::smax>>, "sse2, sse4.1"},
    {PACKED("PCMPEQ{B,W,D,Q}"), "pcmpeq{b,w,d,q}", "", lift<compare<false>>, "sse2, sse4.1"},
    {PACKED("PCMPGT{B,W,D,Q}"), "pcmpgt{b,w,d,q}", "", lift<compare<true>>, "sse2, sse4.2"},
    {PACKED("PAND") " " PACKED("AND{PS,PD}"), "pand", "", lift<whole<&Builder::bit_and>>, "sse2"},
    {PACKED("POR") " " PACKED("OR{PS,PD}"), "por", "", lift<whole<&Builder::bit_or>>, "sse2"},
    {PACKED("PXOR") " " PACKED("XOR{PS,PD}"), "pxor", "", lift<whole<&Builder::bit_xor>>, "sse2"},
    {PACKED("PANDN") " " PACKED("ANDN{PS,PD}"), "pandn", "", lift<and_not>, "sse2"},
    {PACKED("PACKSS{WB,DW}"), "packss{wb,dw}", "", lift<pack<false>>, "sse2"},
    {PACKED("PACKUS{WB,DW}"), "packus{wb,dw}", "", lift<pack<true>>, "sse2, sse4.1"},
    {SHIFTS("PSLL{W,D,Q}"), "psll{w,d,q}", "", lift<shift_all<Shift::left>>, "sse2"},
    {SHIFTS("PSRL{W,D,Q}"), "psrl{w,d,q}", "", lift<shift_all<Shift::right>>, "sse2"},
    {SHIFTS("PSRA{W,D}"), "psra{w,d}", "", lift<shift_all<Shift::arithmetic>>, "sse2"},
    {"PSLLDQri VPSLLDQ{,Y}ri", "pslldq", "", lift<shift_bytes<Shift::left>>, "sse2"},
    {"PSRLDQri VPSRLDQ{,Y}ri", "psrldq", "", lift<shift_bytes<Shift::right>>, "sse2"},
    {"VPSLLV{D,Q}{,Y}{rr,rm}", "vpsllv{d,q}", "", lift<shift_each<Shift::left>>, "avx2"},
    {"VPSRLV{D,Q}{,Y}{rr,rm}", "vpsrlv{d,q}", "", lift<shift_each<Shift::right>>, "avx2"},
    {"VPSRAVD{,Y}{rr,rm}", "vpsravd", "", lift<shift_each<Shift::arithmetic>>, "avx2"},
    {PACKED("PABS{B,W,D}"), "pabs{b,w,d}", "", lift<absolute>, "ssse3"},
    {PACKED("PSIGN{B,W,D}"), "psign{b,w,d}", "", lift<apply_sign>, "ssse3"},
    {PACKED("PHADDW"), "phaddw", "", lift<horizontal<&Builder::add, 16>>, "ssse3"},
    {PACKED("PHADDD"), "phaddd", "", lift<horizontal<&Builder::add, 32>>, "ssse3"},
    {PACKED("PHSUBW"), "phsubw", "", lift<horizontal<&Builder::sub, 16>>, "ssse3"},
    {PACKED("PHSUBD"), "phsubd", "", lift<horizontal<&Builder::sub, 32>>, "ssse3"},
    {PACKED("PHADDSW"), "phaddsw", "", lift<horizontal<&Builder::sadd_saturate, 16>>, "ssse3"},
    {PACKED("PHSUBSW"), "phsubsw", "", lift<horizontal<&Builder::ssub_saturate, 16>>, "ssse3"},
    {PACKED("PMOVSX{BW,BD,BQ,WD,WQ,DQ}"), "pmovsx", "", lift<extend<true>>, "sse4.1"},
    {PACKED("PMOVZX{BW,BD,BQ,WD,WQ,DQ}"), "pmovzx", "", lift<extend<false>>, "sse4.1"},
    {PACKED("PTEST"), "ptest", kTestFlags, lift<test>, "sse4.1"},
    {"VTESTPS{,Y}{rr,rm}", "vtestps", kTestFlags, lift<test_signs<32>>, "avx"},
    {"VTESTPD{,Y}{rr,rm}", "vtestpd", kTestFlags, lift<test_signs<64>>, "avx"},
    {"{,V}PHMINPOSUW{rr,rm}", "phminposuw", "", lift<smallest_word>, "sse4.1"},
    {PACKED_IMMEDIATE("MPSADBW"), "mpsadbw", "", nullptr},
    {PACKED_IMMEDIATE("PCLMULQDQ"), "pclmulqdq", "", nullptr},
    {"{,V}PCMP{E,I}STR{I,M}{rri,rmi}", "pcmpestri", "", nullptr, "string comparisons"},
    {"{,V}AES{ENC,ENCLAST,DEC,DECLAST,IMC}{rr,rm} {,V}AESKEYGENASSIST128{rr,rm}", "aesenc", "", nullptr},
    {"SHA{1MSG1,1MSG2,1NEXTE,256MSG1,256MSG2,256RNDS2}{rr,rm} SHA1RNDS4{rri,rmi}", "sha256rnds2", "", nullptr},
};

}  // namespace

Rows vector_integer_rows() {
  return kRows;
}

}  // namespace portolan::x86_64
