// Vector immediates, element moves and permutations (Arm ARM C7.2).
#include <algorithm>

#include "frontends/aarch64/floating.h"
#include "frontends/aarch64/rows.h"
#include "frontends/aarch64/simd.h"

namespace portolan::aarch64 {
namespace {

// The bits of the element in names such as INSvi16lane, UMOVvi8_idx0, DUPi32, SMOVvi16to32.
unsigned element_bits(std::string_view name) {
  unsigned bits = 0;
  for (size_t at = name.find('i') + 1; at < name.size() && name[at] >= '0' && name[at] <= '9'; ++at)
    bits = bits * 10 + (name[at] - '0');
  return bits;
}

// imm8 with its shift (lsl: zeros come in, msl: ones), in lanes of the arrangement; operands from `operand` on.
uint64_t shifted_immediate(const LiftContext& c, unsigned operand) {
  const uint64_t value = immediate(c, operand);
  const unsigned amount = immediate(c, operand + 1) & 63;
  const bool ones = c.opcode_name().ends_with("msl");
  return value << amount | (ones ? (uint64_t{1} << amount) - 1 : 0);
}

template <bool kInvert>
Lifted move_immediate(LiftContext& c) {
  const uint64_t value = shifted_immediate(c, 1);
  write_vector(c, 0, splat(c, kInvert ? ~value : value, lanes_of(c)));
  return Lifted::done();
}

Lifted move_byte_immediate(LiftContext& c) {
  write_vector(c, 0, splat(c, immediate(c, 1), lanes_of(c)));
  return Lifted::done();
}

// Each bit of imm8 stands for a byte of ones or zeros; MOVID writes one lane of 64 bits, MOVIv2d_ns two.
Lifted move_mask_immediate(LiftContext& c) {
  uint64_t value = 0;
  for (unsigned byte = 0; byte < 8; ++byte)
    if ((immediate(c, 1) >> byte) & 1) value |= uint64_t{0xff} << (8 * byte);
  write_vector(c, 0, splat(c, value, Lanes{uint16_t(operand_width(c, 0) / 64), 64}));
  return Lifted::done();
}

Lifted move_float_immediate(LiftContext& c) {
  const Lanes l = lanes_of(c);
  write_vector(c, 0, splat(c, expand_float_immediate(immediate(c, 1), l.bits), l));
  return Lifted::done();
}

template <bool kClear>
Lifted bitwise_immediate(LiftContext& c) {
  const Lanes l = lanes_of(c);
  const ValueId mask = splat(c, shifted_immediate(c, 2), l), old = lanes(c, 1, l);
  write_vector(c, 0, kClear ? c.b.bit_and(old, c.b.bit_not(mask)) : c.b.bit_or(old, mask));
  return Lifted::done();
}

Lifted duplicate_register(LiftContext& c) {
  const Lanes l = lanes_of(c);
  write_vector(c, 0, c.b.splat(c.b.truncate(read(c, 1), l.bits), l.count));
  return Lifted::done();
}

Lifted duplicate_lane(LiftContext& c) {
  const Lanes l = lanes_of(c);
  const ValueId lane = c.b.lane(read_vector(c, 1, 128), immediate(c, 2), l.bits);
  write_vector(c, 0, c.b.splat(lane, l.count));
  return Lifted::done();
}

Lifted insert_register(LiftContext& c) {
  const ValueId lane = c.b.truncate(read(c, 3), element_bits(c.opcode_name()));
  write_vector(c, 0, c.b.insert_lane(read_vector(c, 1, 128), lane, immediate(c, 2)));
  return Lifted::done();
}

Lifted insert_lane(LiftContext& c) {
  const ValueId lane = c.b.lane(read_vector(c, 3, 128), immediate(c, 4), element_bits(c.opcode_name()));
  write_vector(c, 0, c.b.insert_lane(read_vector(c, 1, 128), lane, immediate(c, 2)));
  return Lifted::done();
}

template <bool kSigned>
Lifted move_lane_to_register(LiftContext& c) {
  const ValueId lane = c.b.lane(read_vector(c, 1, 128), immediate(c, 2), element_bits(c.opcode_name()));
  const unsigned width = operand_width(c, 0);
  write(c, 0, kSigned ? c.b.sext(lane, width) : c.b.zext(lane, width));
  return Lifted::done();
}

Lifted extract_bytes(LiftContext& c) {
  const Lanes l = lanes_of(c);
  std::vector<int> mask;
  for (int i = 0; i < l.count; ++i) mask.push_back(int(immediate(c, 3)) + i);
  write_vector(c, 0, c.b.shuffle(lanes(c, 1, l), lanes(c, 2, l), l.count, mask));
  return Lifted::done();
}

// Result lane i is lane kIndex(i, lanes) of the two sources after each other.
template <int (*kIndex)(int, int)>
Lifted permute_two(LiftContext& c) {
  const Lanes l = lanes_of(c);
  std::vector<int> mask;
  for (int i = 0; i < l.count; ++i) mask.push_back(kIndex(i, l.count));
  write_vector(c, 0, c.b.shuffle(lanes(c, 1, l), lanes(c, 2, l), l.count, mask));
  return Lifted::done();
}
template <int kPart>
int zip(int i, int n) {
  return kPart * n / 2 + i / 2 + (i & 1) * n;
}
template <int kPart>
int unzip(int i, int) {
  return 2 * i + kPart;
}
template <int kPart>
int transpose(int i, int n) {
  return (i & ~1) + kPart + (i & 1) * n;
}

// Reverses the lanes within each container.
template <unsigned kContainer>
Lifted reverse(LiftContext& c) {
  const Lanes l = lanes_of(c);
  const int group = kContainer / l.bits;
  std::vector<int> mask;
  for (int i = 0; i < l.count; ++i) mask.push_back(i / group * group + (group - 1 - i % group));
  const ValueId a = lanes(c, 1, l);
  write_vector(c, 0, c.b.shuffle(a, a, l.count, mask));
  return Lifted::done();
}

// tbl: bytes of up to four registers; indices beyond give 0, or with tbx the old byte.
template <bool kKeep>
Lifted table_lookup(LiftContext& c) {
  const Lanes l = lanes_of(c);
  const unsigned list = kKeep ? 2 : 1;
  const unsigned parts = register_info(c, c.inst().getOperand(list).getReg()).parts;
  ValueId table = read_vector(c, list, 128, 0);
  for (unsigned part = 1; part < parts; ++part) table = c.b.concat(read_vector(c, list, 128, part), table);
  const ValueId indices = lanes(c, list + 1, l);
  ValueId result = c.b.permute(table, indices, l.count);
  if (kKeep) {
    const ValueId inside = c.b.ult(indices, splat(c, 16 * parts, l), l.count);
    result = c.b.select(inside, result, lanes(c, 1, l), l.count);
  }
  write_vector(c, 0, result);
  return Lifted::done();
}

constexpr Row kRows[] = {
    {"MOVIv{4i16,8i16,2i32,4i32} MOVIv{2s,4s}_msl", "movi", "", move_immediate<false>},
    {"MVNIv{4i16,8i16,2i32,4i32} MVNIv{2s,4s}_msl", "mvni", "", move_immediate<true>},
    {"MOVIv{8b,16b}_ns", "movi", "", move_byte_immediate},
    {"MOVID MOVIv2d_ns", "movi", "", move_mask_immediate},
    {"FMOVv{4f16,8f16,2f32,4f32,2f64}_ns", "fmov", "", move_float_immediate},
    {"ORRv{4i16,8i16,2i32,4i32}", "orr", "", bitwise_immediate<false>},
    {"BICv{4i16,8i16,2i32,4i32}", "bic", "", bitwise_immediate<true>},
    {"DUPv{8i8,16i8,4i16,8i16,2i32,4i32,2i64}gpr", "dup", "", duplicate_register},
    {"DUPv{8i8,16i8,4i16,8i16,2i32,4i32,2i64}lane DUPi{8,16,32,64}", "dup", "", duplicate_lane},
    {"INSvi{8,16,32,64}gpr", "ins", "", insert_register},
    {"INSvi{8,16,32,64}lane", "ins", "", insert_lane},
    {"UMOVvi{8,16,32,64} UMOVvi{8,16,32,64}_idx0", "umov", "", move_lane_to_register<false>},
    {"SMOVvi{8to32,16to32,8to64,16to64,32to64} SMOVvi{8to32,16to32,8to64,16to64,32to64}_idx0", "smov", "",
     move_lane_to_register<true>},
    {"EXTv{8i8,16i8}", "ext", "", extract_bytes},
    {"ZIP1v{8i8,16i8,4i16,8i16,2i32,4i32,2i64}", "zip1", "", permute_two<zip<0>>},
    {"ZIP2v{8i8,16i8,4i16,8i16,2i32,4i32,2i64}", "zip2", "", permute_two<zip<1>>},
    {"UZP1v{8i8,16i8,4i16,8i16,2i32,4i32,2i64}", "uzp1", "", permute_two<unzip<0>>},
    {"UZP2v{8i8,16i8,4i16,8i16,2i32,4i32,2i64}", "uzp2", "", permute_two<unzip<1>>},
    {"TRN1v{8i8,16i8,4i16,8i16,2i32,4i32,2i64}", "trn1", "", permute_two<transpose<0>>},
    {"TRN2v{8i8,16i8,4i16,8i16,2i32,4i32,2i64}", "trn2", "", permute_two<transpose<1>>},
    {"REV16v{8i8,16i8}", "rev16", "", reverse<16>},
    {"REV32v{8i8,16i8,4i16,8i16}", "rev32", "", reverse<32>},
    {"REV64v{8i8,16i8,4i16,8i16,2i32,4i32}", "rev64", "", reverse<64>},
    {"TBLv{8i8,16i8}{One,Two,Three,Four}", "tbl", "", table_lookup<false>},
    {"TBXv{8i8,16i8}{One,Two,Three,Four}", "tbx", "", table_lookup<true>},
};

}  // namespace

RowSpan simd_move_rows() {
  return kRows;
}

}  // namespace portolan::aarch64
