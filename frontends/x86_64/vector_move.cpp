// Moves between vector registers, memory and general registers.
#include "frontends/x86_64/families.h"
#include "frontends/x86_64/vector.h"

#define WHOLE(NAME) NAME "{rr,rr_REV,rm,mr} V" NAME "{,Y}{rr,rr_REV,rm,mr}"

namespace portolan::x86_64 {
namespace {

template <bool Aligned>
void move_whole(Insn& x) {
  unsigned bits = vector_bits(x);
  uint8_t alignment = Aligned ? static_cast<uint8_t>(bits / 8) : 1;
  x.write_vector(x[0], x.read_vector(x[1], bits, alignment), alignment);
}

// movd, movq, movss and movsd from memory: the rest of the vector becomes 0.
template <unsigned Bits>
void move_low(Insn& x) {
  x.write(x[0], x.read(x[1], Bits));
}

// movss and movsd between registers: the rest comes from the first source.
template <unsigned Bits>
void merge_low(Insn& x) {
  write_low_element(x, x.read_vector(x.second(), Bits));
}

// movhps, movhpd, movlps, movlpd
template <unsigned Low>
void load_half(Insn& x) {
  x.write_vector(x[0], x.b.insert(x.read_vector(x.first(), 128), x.read_vector(x.second(), 64), Low));
}
template <unsigned Low>
void store_half(Insn& x) {
  x.b.store(x.address(x[0]), x.b.extract(x.read_vector(x[1], 128), Low, 64));
}

void movhlps(Insn& x) {
  ValueId high = x.b.extract(x.read_vector(x.second(), 128), 64, 64);
  x.write_vector(x[0], x.b.insert(x.read_vector(x.first(), 128), high, 0));
}

void movlhps(Insn& x) {
  ValueId low = x.read_vector(x.second(), 64);
  x.write_vector(x[0], x.b.insert(x.read_vector(x.first(), 128), low, 64));
}

void duplicate_low_double(Insn& x) {
  if (vector_bits(x) == 128) return x.write_vector(x[0], x.b.splat(x.read_vector(x[1], 64), 2));
  ValueId a = x.read_vector(x[1], 256);
  x.write_vector(x[0], shuffle_chunks(x.b, a, a, 64, {0, 0}));
}

template <int First>
void duplicate_singles(Insn& x) {
  ValueId a = read_source(x, x[1], vector_bits(x));
  x.write_vector(x[0], shuffle_chunks(x.b, a, a, 32, {First, First, First + 2, First + 2}));
}

// movmskps, movmskpd, pmovmskb: the signs, into a general register of 32 bits.
template <unsigned Bits>
void move_mask(Insn& x) {
  x.write(x[0], x.b.zext(signs(x.b, x.read_vector(x[1], vector_bits(x)), Bits), 32));
}

template <bool Whole>
void zero_registers(Insn& x) {
  for (unsigned i = 0; i < 16; ++i) {
    Slot low = x.s.xmm0 + i;
    if (Whole) x.b.set_slot(low, x.b.constant(128, 0));
    x.b.set_slot(x.s.ymm0h + i, x.b.constant(128, 0));
  }
}

constexpr Row kRows[] = {
    {WHOLE("MOVAP{S,D}"), "movap{s,d}", "", lift<move_whole<true>>, "sse2"},
    {WHOLE("MOVUP{S,D}"), "movup{s,d}", "", lift<move_whole<false>>, "sse2"},
    {WHOLE("MOVDQA"), "movdqa", "", lift<move_whole<true>>, "sse2"},
    {WHOLE("MOVDQU"), "movdqu", "", lift<move_whole<false>>, "sse2"},
    {"MOVNT{PS,PD,DQ}mr VMOVNT{PS,PD,DQ}{,Y}mr", "movnt{ps,pd,dq}", "", lift<move_whole<true>>, "sse2"},
    {"MOVNTDQArm VMOVNTDQA{,Y}rm", "movntdqa", "", lift<move_whole<true>>, "sse4.1"},
    {"LDDQUrm VLDDQU{,Y}rm", "lddqu", "", lift<move_whole<false>>, "sse3"},
    {"{,V}MOVDI2PDI{rr,rm} {,V}MOVPDI2DI{rr,mr} {,V}MOVDI2SSrr {,V}MOVSS2DIrr", "movd", "", lift<move_low<32>>, "sse2"},
    {"{,V}MOV64toPQI{rr,rm} {,V}MOVPQIto64{rr,mr} {,V}MOV64toSDrr {,V}MOVSDto64rr {,V}MOVQI2PQIrm {,V}MOVZPQILo2PQIrr "
     "{,V}MOVPQI2QI{rr,mr}",
     "movq", "", lift<move_low<64>>, "sse2"},
    {"{,V}MOVSS{rm,rm_alt,mr}", "movss", "", lift<move_low<32>>, "sse2"},
    {"{,V}MOVSD{rm,rm_alt,mr}", "movsd", "", lift<move_low<64>>, "sse2"},
    {"{,V}MOVSS{rr,rr_REV}", "movss", "", lift<merge_low<32>>, "sse2"},
    {"{,V}MOVSD{rr,rr_REV}", "movsd", "", lift<merge_low<64>>, "sse2"},
    {"{,V}MOVHP{S,D}rm", "movhp{s,d}", "", lift<load_half<64>>, "sse2"},
    {"{,V}MOVLP{S,D}rm", "movlp{s,d}", "", lift<load_half<0>>, "sse2"},
    {"{,V}MOVHP{S,D}mr", "movhp{s,d}", "", lift<store_half<64>>, "sse2"},
    {"{,V}MOVLP{S,D}mr", "movlp{s,d}", "", lift<store_half<0>>, "sse2"},
    {"{,V}MOVHLPSrr", "movhlps", "", lift<movhlps>, "sse2"},
    {"{,V}MOVLHPSrr", "movlhps", "", lift<movlhps>, "sse2"},
    {PACKED("MOVDDUP"), "movddup", "", lift<duplicate_low_double>, "sse3"},
    {PACKED("MOVSLDUP"), "movsldup", "", lift<duplicate_singles<0>>, "sse3"},
    {PACKED("MOVSHDUP"), "movshdup", "", lift<duplicate_singles<1>>, "sse3"},
    {"MOVMSKPSrr VMOVMSKPS{,Y}rr", "movmskps", "", lift<move_mask<32>>, "sse2"},
    {"MOVMSKPDrr VMOVMSKPD{,Y}rr", "movmskpd", "", lift<move_mask<64>>, "sse2"},
    {"PMOVMSKBrr VPMOVMSKB{,Y}rr", "pmovmskb", "", lift<move_mask<8>>, "sse2"},
    {"VZEROUPPER", "vzeroupper", "", lift<zero_registers<false>>, "avx"},
    {"VZEROALL", "vzeroall", "", lift<zero_registers<true>>, "avx"},
    {"{,V}MASKMOVDQU{,64}", "maskmovdqu", "", nullptr, "stores under a mask"},
    {"VMASKMOVP{S,D}{,Y}{rm,mr} VPMASKMOV{D,Q}{,Y}{rm,mr}", "vmaskmov", "", nullptr},
    {"VGATHER{D,Q}{PS,PD}{,Y}rm VPGATHER{D,Q}{D,Q}{,Y}rm", "vgather", "", nullptr},
};

}  // namespace

Rows vector_move_rows() {
  return kRows;
}

}  // namespace portolan::x86_64
