// Shuffles, blends, insertions and extractions.
#include "frontends/x86_64/families.h"
#include "frontends/x86_64/vector.h"

namespace portolan::x86_64 {
namespace {

using Mask = std::vector<int>;

// Two sources, one mask for each 128 bits.
void shuffle_two(Insn& x, unsigned bits, const Mask& mask) {
  unsigned total = vector_bits(x);
  ValueId a = read_source(x, x.first(), total), c = read_source(x, x.second(), total);
  x.write_vector(x[0], shuffle_chunks(x.b, a, c, bits, mask));
}

void shuffle_one(Insn& x, unsigned bits, const Mask& mask) {
  ValueId a = read_source(x, x[1], vector_bits(x));
  x.write_vector(x[0], shuffle_chunks(x.b, a, a, bits, mask));
}

// unpcklps, punpckhbw and the like: elements of both sources alternate.
template <unsigned Bits, bool High>
void interleave(Insn& x) {
  int lanes = 128 / Bits;
  Mask mask;
  for (int i = 0; i < lanes / 2; ++i) {
    int from = High ? lanes / 2 + i : i;
    mask.push_back(from);
    mask.push_back(lanes + from);
  }
  shuffle_two(x, Bits, mask);
}

int field(unsigned immediate, int i) {
  return static_cast<int>(immediate >> (2 * i) & 3);
}

void pshufd(Insn& x) {
  unsigned i = x.immediate_byte();
  shuffle_one(x, 32, {field(i, 0), field(i, 1), field(i, 2), field(i, 3)});
}

void pshuflw(Insn& x) {
  unsigned i = x.immediate_byte();
  shuffle_one(x, 16, {field(i, 0), field(i, 1), field(i, 2), field(i, 3), 4, 5, 6, 7});
}

void pshufhw(Insn& x) {
  unsigned i = x.immediate_byte();
  shuffle_one(x, 16, {0, 1, 2, 3, 4 + field(i, 0), 4 + field(i, 1), 4 + field(i, 2), 4 + field(i, 3)});
}

void shufps(Insn& x) {
  unsigned i = x.immediate_byte();
  shuffle_two(x, 32, {field(i, 0), field(i, 1), 4 + field(i, 2), 4 + field(i, 3)});
}

// One bit of the immediate for each element of the result, 256-bit forms included.
void shufpd(Insn& x) {
  unsigned total = vector_bits(x), immediate = x.immediate_byte();
  int lanes = static_cast<int>(total / 64);
  ValueId a = read_source(x, x.first(), total), c = read_source(x, x.second(), total);
  Mask mask;
  for (int i = 0; i < lanes; ++i) mask.push_back((i & ~1) + static_cast<int>(immediate >> i & 1) + (i & 1 ? lanes : 0));
  x.write_vector(x[0], x.b.shuffle(a, c, static_cast<uint16_t>(lanes), mask));
}

// blendps, blendpd, pblendw, vpblendd: bit i picks the second source's element i; pblendw repeats its eight bits.
template <unsigned Bits>
void blend(Insn& x) {
  unsigned total = vector_bits(x), immediate = x.immediate_byte();
  int lanes = static_cast<int>(total / Bits);
  ValueId a = read_source(x, x.first(), total), c = read_source(x, x.second(), total);
  Mask mask;
  for (int i = 0; i < lanes; ++i) mask.push_back(immediate >> (i % 8) & 1 ? lanes + i : i);
  x.write_vector(x[0], x.b.shuffle(a, c, static_cast<uint16_t>(lanes), mask));
}

// By the signs of xmm0 (legacy) or of a fourth operand.
template <unsigned Bits>
void blend_variable(Insn& x) {
  unsigned total = vector_bits(x);
  const Operand& first = x.vex ? x[1] : x[0];
  const Operand& second = x.vex ? x[2] : x[1];
  ValueId mask = x.vex ? x.read_vector(x[3], total) : x.b.get_slot(x.s.xmm0, 128);
  ValueId a = read_source(x, first, total), c = read_source(x, second, total);
  x.write_vector(x[0], x.b.select(signs(x.b, mask, Bits), c, a, static_cast<uint16_t>(total / Bits)));
}

// A byte index with its top bit set gives 0, else its low four bits count within the same 128 bits.
void pshufb(Insn& x) {
  unsigned total = vector_bits(x);
  ValueId table = read_source(x, x.first(), total);
  ValueId indices = x.b.bit_and(read_source(x, x.second(), total), splat_constant(x.b, total, 8, 0x8f));
  ValueId result = ir::kNoValue;
  for (unsigned low = 0; low < total; low += 128) {
    ValueId chunk = x.b.permute(x.b.extract(table, low, 128), x.b.extract(indices, low, 128), 16);
    result = low == 0 ? chunk : x.b.concat(chunk, result);
  }
  x.write_vector(x[0], result);
}

// The concatenation of both sources, shifted right by bytes; 128 bits at a time.
void palignr(Insn& x) {
  unsigned total = vector_bits(x), shift = std::min<unsigned>(x.immediate_byte(), 32) * 8;
  ValueId a = read_source(x, x.first(), total), c = read_source(x, x.second(), total);
  ValueId result = ir::kNoValue;
  for (unsigned low = 0; low < total; low += 128) {
    ValueId both = x.b.concat(x.b.extract(a, low, 128), x.b.extract(c, low, 128));
    ValueId chunk = x.b.truncate(x.b.lshr_by(both, shift), 128);
    result = low == 0 ? chunk : x.b.concat(chunk, result);
  }
  x.write_vector(x[0], result);
}

// pextrw and the like: to a general register (zero-extended) or to memory. The legacy names carry the element's letter.
template <unsigned Bits>
void extract(Insn& x) {
  unsigned index = x.immediate_byte() & (128 / Bits - 1);
  ValueId element = x.b.lane(x.read_vector(x[1], 128), index, Bits);
  x.write(x[0], x[0].is_memory() || Bits == 64 ? element : x.b.zext(element, 32));
}

template <unsigned Bits>
void insert(Insn& x) {
  unsigned index = x.immediate_byte() & (128 / Bits - 1);
  ValueId element = x.read(x.second(), Bits);
  x.write_vector(x[0], x.b.insert_lane(x.read_vector(x.first(), 128), element, index));
}

// Bits 7:6 pick the source's element (memory has one), 5:4 its place, 3:0 what becomes 0.
void insertps(Insn& x) {
  unsigned immediate = x.immediate_byte();
  ValueId element = x.second().is_memory() ? x.read_vector(x.second(), 32)
                                           : x.b.lane(x.read_vector(x.second(), 128), immediate >> 6, 32);
  ValueId result = x.b.insert_lane(x.read_vector(x.first(), 128), element, immediate >> 4 & 3);
  for (unsigned i = 0; i < 4; ++i)
    if (immediate >> i & 1) result = x.b.insert_lane(result, x.b.constant(32, 0), i);
  x.write_vector(x[0], result);
}

// VPBROADCASTDYrr, VBROADCASTSSrm
template <unsigned Bits>
void broadcast(Insn& x) {
  ValueId element = x.read_vector(x[1], Bits);
  x.write_vector(x[0], x.b.splat(element, static_cast<uint16_t>(vector_bits(x) / Bits)));
}

void broadcast_128(Insn& x) {
  ValueId v = x.read_vector(x[1], 128);
  x.write_vector(x[0], x.b.concat(v, v));
}

void insert_128(Insn& x) {
  ValueId whole = x.read_vector(x[1], 256), part = x.read_vector(x[2], 128);
  x.write_vector(x[0], x.b.insert(whole, part, x.immediate_byte() & 1 ? 128 : 0));
}

void extract_128(Insn& x) {
  x.write_vector(x[0], x.b.extract(x.read_vector(x[1], 256), x.immediate_byte() & 1 ? 128 : 0, 128));
}

// vperm2f128: each half is any half of the two sources, or 0.
void permute_halves(Insn& x) {
  ValueId a = x.read_vector(x[1], 256), c = x.read_vector(x[2], 256);
  auto half = [&](unsigned control) {
    if (control & 8) return x.b.constant(128, 0);
    return x.b.extract(control & 2 ? c : a, control & 1 ? 128 : 0, 128);
  };
  unsigned immediate = x.immediate_byte();
  x.write_vector(x[0], x.b.concat(half(immediate >> 4), half(immediate)));
}

void permute_quadwords(Insn& x) {
  unsigned i = x.immediate_byte();
  ValueId a = x.read_vector(x[1], 256);
  x.write_vector(x[0], x.b.shuffle(a, a, 4, {field(i, 0), field(i, 1), field(i, 2), field(i, 3)}));
}

// vpermd, vpermps: the first source holds the indices.
void permute_doublewords(Insn& x) {
  ValueId indices = x.b.bit_and(x.read_vector(x[1], 256), splat_constant(x.b, 256, 32, 7));
  x.write_vector(x[0], x.b.permute(x.read_vector(x[2], 256), indices, 8));
}

void permil_ps(Insn& x) {
  unsigned total = vector_bits(x);
  if (x.has_immediate()) return pshufd(x);
  ValueId table = x.read_vector(x[1], total);
  ValueId indices = x.b.bit_and(x.read_vector(x[2], total), splat_constant(x.b, total, 32, 3));
  ValueId result = ir::kNoValue;
  for (unsigned low = 0; low < total; low += 128) {
    ValueId chunk = x.b.permute(x.b.extract(table, low, 128), x.b.extract(indices, low, 128), 4);
    result = low == 0 ? chunk : x.b.concat(chunk, result);
  }
  x.write_vector(x[0], result);
}

void permil_pd(Insn& x) {
  unsigned total = vector_bits(x);
  uint16_t lanes = static_cast<uint16_t>(total / 64);
  ValueId a = x.read_vector(x[1], total);
  if (x.has_immediate()) {
    Mask mask;
    for (int i = 0; i < lanes; ++i) mask.push_back((i & ~1) + (x.immediate_byte() >> i & 1));
    return x.write_vector(x[0], x.b.shuffle(a, a, lanes, mask));
  }
  // Bit 1 of each control element picks the upper of its 128 bits' elements.
  ValueId upper = x.b.extract(x.read_vector(x[2], total), 1, lanes, lanes);
  x.write_vector(
      x[0], x.b.select(upper, shuffle_chunks(x.b, a, a, 64, {1, 1}), shuffle_chunks(x.b, a, a, 64, {0, 0}), lanes));
}

constexpr Row kRows[] = {
    {PACKED("UNPCKLPS") " " PACKED("PUNPCKLDQ"), "unpcklps", "", lift<interleave<32, false>>, "sse2"},
    {PACKED("UNPCKHPS") " " PACKED("PUNPCKHDQ"), "unpckhps", "", lift<interleave<32, true>>, "sse2"},
    {PACKED("UNPCKLPD") " " PACKED("PUNPCKLQDQ"), "unpcklpd", "", lift<interleave<64, false>>, "sse2"},
    {PACKED("UNPCKHPD") " " PACKED("PUNPCKHQDQ"), "unpckhpd", "", lift<interleave<64, true>>, "sse2"},
    {PACKED("PUNPCKLBW"), "punpcklbw", "", lift<interleave<8, false>>, "sse2"},
    {PACKED("PUNPCKHBW"), "punpckhbw", "", lift<interleave<8, true>>, "sse2"},
    {PACKED("PUNPCKLWD"), "punpcklwd", "", lift<interleave<16, false>>, "sse2"},
    {PACKED("PUNPCKHWD"), "punpckhwd", "", lift<interleave<16, true>>, "sse2"},
    {"PSHUFD{ri,mi} VPSHUFD{,Y}{ri,mi}", "pshufd", "", lift<pshufd>, "sse2"},
    {"PSHUFLW{ri,mi} VPSHUFLW{,Y}{ri,mi}", "pshuflw", "", lift<pshuflw>, "sse2"},
    {"PSHUFHW{ri,mi} VPSHUFHW{,Y}{ri,mi}", "pshufhw", "", lift<pshufhw>, "sse2"},
    {PACKED_IMMEDIATE("SHUFPS"), "shufps", "", lift<shufps>, "sse2"},
    {PACKED_IMMEDIATE("SHUFPD"), "shufpd", "", lift<shufpd>, "sse2"},
    {PACKED("PSHUFB"), "pshufb", "", lift<pshufb>, "ssse3"},
    {PACKED_IMMEDIATE("PALIGNR"), "palignr", "", lift<palignr>, "ssse3"},
    {PACKED_IMMEDIATE("BLENDPS") " VPBLENDD{,Y}{rri,rmi}", "blendps", "", lift<blend<32>>, "sse4.1"},
    {PACKED_IMMEDIATE("BLENDPD"), "blendpd", "", lift<blend<64>>, "sse4.1"},
    {PACKED_IMMEDIATE("PBLENDW"), "pblendw", "", lift<blend<16>>, "sse4.1"},
    {"BLENDVPS{rr0,rm0} VBLENDVPS{,Y}{rrr,rmr}", "blendvps", "", lift<blend_variable<32>>, "sse4.1"},
    {"BLENDVPD{rr0,rm0} VBLENDVPD{,Y}{rrr,rmr}", "blendvpd", "", lift<blend_variable<64>>, "sse4.1"},
    {"PBLENDVB{rr0,rm0} VPBLENDVB{,Y}{rrr,rmr}", "pblendvb", "", lift<blend_variable<8>>, "sse4.1"},
    {"{,V}PEXTRB{rr,mr}", "pextrb", "", lift<extract<8>>, "sse4.1"},
    {"{,V}PEXTRW{rr,rr_REV,mr}", "pextrw", "", lift<extract<16>>, "sse2, sse4.1"},
    {"{,V}PEXTRD{rr,mr} {,V}EXTRACTPS{rr,mr}", "pextrd", "", lift<extract<32>>, "sse4.1"},
    {"{,V}PEXTRQ{rr,mr}", "pextrq", "", lift<extract<64>>, "sse4.1"},
    {"{,V}PINSRB{rr,rm}", "pinsrb", "", lift<insert<8>>, "sse4.1"},
    {"{,V}PINSRW{rr,rm}", "pinsrw", "", lift<insert<16>>, "sse2"},
    {"{,V}PINSRD{rr,rm}", "pinsrd", "", lift<insert<32>>, "sse4.1"},
    {"{,V}PINSRQ{rr,rm}", "pinsrq", "", lift<insert<64>>, "sse4.1"},
    {"{,V}INSERTPS{rr,rm}", "insertps", "", lift<insertps>, "sse4.1"},
    {"VBROADCASTSSrr VBROADCASTSSrm VBROADCASTSSY{rr,rm} VPBROADCASTD{,Y}{rr,rm}", "vbroadcastss", "",
     lift<broadcast<32>>, "avx"},
    {"VBROADCASTSDY{rr,rm} VPBROADCASTQ{,Y}{rr,rm}", "vbroadcastsd", "", lift<broadcast<64>>, "avx"},
    {"VPBROADCASTB{,Y}{rr,rm}", "vpbroadcastb", "", lift<broadcast<8>>, "avx2"},
    {"VPBROADCASTW{,Y}{rr,rm}", "vpbroadcastw", "", lift<broadcast<16>>, "avx2"},
    {"VBROADCAST{F,I}128rm", "vbroadcastf128", "", lift<broadcast_128>, "avx"},
    {"VINSERT{F,I}128{rr,rm}", "vinsertf128", "", lift<insert_128>, "avx"},
    {"VEXTRACT{F,I}128{rr,mr}", "vextractf128", "", lift<extract_128>, "avx"},
    {"VPERM2{F,I}128{rr,rm}", "vperm2f128", "", lift<permute_halves>, "avx"},
    {"VPERM{Q,PD}Y{ri,mi}", "vpermq", "", lift<permute_quadwords>, "avx2"},
    {"VPERM{D,PS}Y{rr,rm}", "vpermd", "", lift<permute_doublewords>, "avx2"},
    {"VPERMILPS{,Y}{rr,rm,ri,mi}", "vpermilps", "", lift<permil_ps>, "avx"},
    {"VPERMILPD{,Y}{rr,rm,ri,mi}", "vpermilpd", "", lift<permil_pd>, "avx"},
};

}  // namespace

Rows shuffle_rows() {
  return kRows;
}

}  // namespace portolan::x86_64
