// Bit manipulation: Zbb, Zbs, and what Zbkb adds to them (unprivileged spec, chapter 28).
#include "frontends/riscv64/operands.h"
#include "frontends/riscv64/rows.h"

namespace portolan::riscv64 {
namespace {

using Unary = ValueId (ir::Builder::*)(ValueId, uint16_t);
using Binary = ValueId (ir::Builder::*)(ValueId, ValueId, uint16_t);

template <Unary kOp>
Lifted unary(LiftContext& c) {
  write(c, 0, (c.b.*kOp)(read(c, 1), 1));
  return Lifted::done();
}
template <Unary kOp>
Lifted unary_word(LiftContext& c) {
  write_signed(c, 0, (c.b.*kOp)(read32(c, 1), 1));
  return Lifted::done();
}
template <Binary kOp>
Lifted binary(LiftContext& c) {
  write(c, 0, (c.b.*kOp)(read(c, 1), read(c, 2), 1));
  return Lifted::done();
}
template <Binary kOp>
Lifted binary_inverted(LiftContext& c) {
  write(c, 0, (c.b.*kOp)(read(c, 1), c.b.bit_not(read(c, 2)), 1));
  return Lifted::done();
}

template <bool kSigned, unsigned kBits>
Lifted extend(LiftContext& c) {
  const ValueId low = c.b.truncate(read(c, 1), kBits);
  write(c, 0, kSigned ? c.b.sext(low, 64) : c.b.zext(low, 64));
  return Lifted::done();
}

// The builder's rotates take their count modulo the width, as the instructions do.
template <Binary kOp>
Lifted rotate(LiftContext& c) {
  write(c, 0, (c.b.*kOp)(read(c, 1), read(c, 2), 1));
  return Lifted::done();
}
template <Binary kOp>
Lifted rotate_word(LiftContext& c) {
  write_signed(c, 0, (c.b.*kOp)(read32(c, 1), read32(c, 2), 1));
  return Lifted::done();
}
Lifted rotate_immediate(LiftContext& c) {
  write(c, 0, c.b.rotr(read(c, 1), c.b.constant(64, immediate(c, 2) & 63)));
  return Lifted::done();
}
Lifted rotate_word_immediate(LiftContext& c) {
  write_signed(c, 0, c.b.rotr(read32(c, 1), c.b.constant(32, immediate(c, 2) & 31)));
  return Lifted::done();
}

// Bytes that are not zero become 0xff.
Lifted or_combine(LiftContext& c) {
  const ValueId set = c.b.ne(read(c, 1), c.b.constant(64, 0), 8);
  write(c, 0, c.b.mask_from_bits(set, 64, 8));
  return Lifted::done();
}

// One bit at rs2 or the immediate, modulo 64.
ValueId bit_index(LiftContext& c) {
  return c.inst().getOperand(2).isReg() ? c.b.bit_and(read(c, 2), c.b.constant(64, 63))
                                        : c.b.constant(64, immediate(c, 2) & 63);
}
Lifted single_bit(LiftContext& c) {
  const ValueId a = read(c, 1), index = bit_index(c), one = c.b.constant(64, 1), mask = c.b.shl(one, index);
  const std::string_view name = c.opcode_name();
  if (name.starts_with("BEXT")) {
    write(c, 0, c.b.bit_and(c.b.lshr(a, index), one));
  } else if (name.starts_with("BCLR")) {
    write(c, 0, c.b.bit_and(a, c.b.bit_not(mask)));
  } else if (name.starts_with("BSET")) {
    write(c, 0, c.b.bit_or(a, mask));
  } else {
    write(c, 0, c.b.bit_xor(a, mask));
  }
  return Lifted::done();
}

// The low parts of both sources beside each other.
template <unsigned kBits, bool kSigned>
Lifted pack(LiftContext& c) {
  const ValueId both = c.b.concat(c.b.truncate(read(c, 2), kBits), c.b.truncate(read(c, 1), kBits));
  write(c, 0, kSigned ? c.b.sext(both, 64) : c.b.zext(both, 64));
  return Lifted::done();
}

Lifted reverse_bits_in_bytes(LiftContext& c) {
  write(c, 0, c.b.bit_reverse(read(c, 1), 8));
  return Lifted::done();
}

// Each lane of rs2 picks a lane of rs1, 0 if it is out of range.
template <unsigned kLanes>
Lifted permute(LiftContext& c) {
  write(c, 0, c.b.permute(read(c, 1), read(c, 2), kLanes));
  return Lifted::done();
}

// Carry-less product, the part of it that the opcode names (spec 28.4: clmul, clmulh, clmulr).
Lifted carry_less_multiply(LiftContext& c) {
  const ValueId a = c.b.zext(read(c, 1), 128), b = read(c, 2);
  ValueId product = c.b.constant(128, 0);
  for (unsigned i = 0; i < 64; ++i) {
    const ValueId term = c.b.select(c.b.extract(b, i, 1), c.b.shl_by(a, i), c.b.constant(128, 0));
    product = c.b.bit_xor(product, term);
  }
  const std::string_view name = c.opcode_name();
  write(c, 0, c.b.extract(product, name == "CLMUL" ? 0 : name == "CLMULH" ? 64 : 63, 64));
  return Lifted::done();
}

using B = ir::Builder;
constexpr Row kRows[] = {
    {"ANDN", "andn", "", binary_inverted<&B::bit_and>, "zbb"},
    {"ORN", "orn", "", binary_inverted<&B::bit_or>, "zbb"},
    {"XNOR", "xnor", "", binary_inverted<&B::bit_xor>, "zbb"},
    {"CLZ", "clz", "", unary<&B::clz>, "zbb"},
    {"CTZ", "ctz", "", unary<&B::ctz>, "zbb"},
    {"CPOP", "cpop", "", unary<&B::popcount>, "zbb"},
    {"CLZW", "clzw", "", unary_word<&B::clz>, "zbb"},
    {"CTZW", "ctzw", "", unary_word<&B::ctz>, "zbb"},
    {"CPOPW", "cpopw", "", unary_word<&B::popcount>, "zbb"},
    {"MIN", "min", "", binary<&B::smin>, "zbb"},
    {"MAX", "max", "", binary<&B::smax>, "zbb"},
    {"MINU", "minu", "", binary<&B::umin>, "zbb"},
    {"MAXU", "maxu", "", binary<&B::umax>, "zbb"},
    {"SEXT_B", "sext.b", "", extend<true, 8>, "zbb"},
    {"SEXT_H", "sext.h", "", extend<true, 16>, "zbb"},
    {"ZEXT_H_RV64", "zext.h", "", extend<false, 16>, "zbb"},
    {"ROL", "rol", "", rotate<&B::rotl>, "zbb"},
    {"ROR", "ror", "", rotate<&B::rotr>, "zbb"},
    {"ROLW", "rolw", "", rotate_word<&B::rotl>, "zbb"},
    {"RORW", "rorw", "", rotate_word<&B::rotr>, "zbb"},
    {"RORI", "rori", "", rotate_immediate, "zbb"},
    {"RORIW", "roriw", "", rotate_word_immediate, "zbb"},
    {"ORC_B", "orc.b", "", or_combine, "zbb"},
    {"REV8_RV64", "rev8", "", unary<&B::byte_swap>, "zbb"},
    {"BCLR BCLRI BEXT BEXTI BINV BINVI BSET BSETI", "bset", "", single_bit, "zbs"},
    {"PACK", "pack", "", pack<32, false>, "zbkb"},
    {"PACKH", "packh", "", pack<8, false>, "zbkb"},
    {"PACKW", "packw", "", pack<16, true>, "zbkb"},
    {"BREV8", "brev8", "", reverse_bits_in_bytes, "zbkb"},
    {"CLMUL CLMULH CLMULR", "clmul", "", carry_less_multiply, "zbc"},
    {"XPERM4", "xperm4", "", permute<16>, "zbkx"},
    {"XPERM8", "xperm8", "", permute<8>, "zbkx"},
};

}  // namespace

RowSpan bit_rows() {
  return kRows;
}

}  // namespace portolan::riscv64
