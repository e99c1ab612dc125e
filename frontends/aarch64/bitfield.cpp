// Integer moves, bit fields, shifts, bit and byte counting and reversing, checksums (Arm ARM C6.2).
#include <algorithm>

#include "frontends/aarch64/operands.h"
#include "frontends/aarch64/rows.h"

namespace portolan::aarch64 {
namespace {

using Binary = ValueId (ir::Builder::*)(ValueId, ValueId, uint16_t);

template <bool kInvert>
Lifted move_wide(LiftContext& c) {
  const unsigned width = operand_width(c, 0);
  const uint64_t value = uint64_t(immediate(c, 1)) << immediate(c, 2);
  write(c, 0, c.b.constant(width, kInvert ? ~value : value));
  return Lifted::done();
}

Lifted move_keep(LiftContext& c) {
  write(c, 0, c.b.insert(read(c, 1), c.b.constant(16, immediate(c, 2)), immediate(c, 3)));
  return Lifted::done();
}

// The two cases of sbfm and ubfm: bits r … s to the bottom, or bits 0 … s up to width - r (aliases asr, lsl, sxtb, …).
template <bool kSigned>
Lifted bitfield_move(LiftContext& c) {
  const ValueId source = read(c, 1);
  const unsigned width = c.b.width(source), r = immediate(c, 2), s = immediate(c, 3);
  const auto shift = [&](Binary op, unsigned count) { return (c.b.*op)(source, c.b.constant(width, count), 1); };
  const auto extend = [&](ValueId field) { return kSigned ? c.b.sext(field, width) : c.b.zext(field, width); };
  ValueId result;
  if (s == width - 1) {
    result = shift(kSigned ? &ir::Builder::ashr : &ir::Builder::lshr, r);
  } else if (s >= r) {
    result = extend(c.b.extract(source, r, s - r + 1));
  } else if (s + 1 == r) {
    result = shift(&ir::Builder::shl, width - r);
  } else {
    result = c.b.shl(extend(c.b.truncate(source, s + 1)), c.b.constant(width, width - r));
  }
  write(c, 0, result);
  return Lifted::done();
}

Lifted bitfield_insert(LiftContext& c) {
  const ValueId into = read(c, 1), source = read(c, 2);
  const unsigned width = c.b.width(source), r = immediate(c, 3), s = immediate(c, 4);
  write(c, 0,
        s >= r ? c.b.insert(into, c.b.extract(source, r, s - r + 1), 0)
               : c.b.insert(into, c.b.truncate(source, s + 1), width - r));
  return Lifted::done();
}

Lifted extract_pair(LiftContext& c) {
  const ValueId high = read(c, 1), low = read(c, 2);
  const unsigned width = c.b.width(low), count = immediate(c, 3);
  if (same_register(c, 1, 2)) {
    write(c, 0, c.b.rotr(low, c.b.constant(width, count)));
  } else {
    write(c, 0, c.b.extract(c.b.concat(high, low), count, width));
  }
  return Lifted::done();
}

// Variable shifts take the count modulo the width.
template <Binary kOp>
Lifted shift_variable(LiftContext& c) {
  const ValueId a = read(c, 1);
  const unsigned width = c.b.width(a);
  const ValueId count = c.b.bit_and(read(c, 2), c.b.constant(width, width - 1));
  write(c, 0, (c.b.*kOp)(a, count, 1));
  return Lifted::done();
}

using Unary = ValueId (ir::Builder::*)(ValueId, uint16_t);

// kLaneBits: reversing within parts of a register, 0 for the whole.
template <Unary kOp, unsigned kLaneBits = 0>
Lifted unary(LiftContext& c) {
  const ValueId a = read(c, 1);
  write(c, 0, (c.b.*kOp)(a, kLaneBits == 0 ? 1 : c.b.width(a) / kLaneBits));
  return Lifted::done();
}

// Leading bits equal to the sign, not counting the sign.
Lifted count_sign_bits(LiftContext& c) {
  const ValueId a = read(c, 1);
  const unsigned width = c.b.width(a);
  const ValueId folded = c.b.bit_xor(a, c.b.ashr(a, c.b.constant(width, width - 1)));
  write(c, 0, c.b.sub(c.b.clz(folded), c.b.constant(width, 1)));
  return Lifted::done();
}

// The division by the reflected polynomial, a bit a step.
Lifted checksum(LiftContext& c) {
  const std::string_view name = c.opcode_name();  // CRC32[C]{B,H,W,X}rr
  const bool castagnoli = name[5] == 'C';
  const char size = name[castagnoli ? 6 : 5];
  const unsigned bits = size == 'B' ? 8 : size == 'H' ? 16 : size == 'W' ? 32 : 64, width = std::max(bits, 32u);
  const ValueId polynomial = c.b.constant(width, castagnoli ? 0x82f63b78 : 0xedb88320);
  const ValueId data = c.b.zext(c.b.truncate(read(c, 2), bits), width);
  ValueId rest = c.b.bit_xor(c.b.zext(read(c, 1), width), data);
  for (unsigned i = 0; i < bits; ++i) {
    const ValueId mask = c.b.sext(c.b.truncate(rest, 1), width);
    rest = c.b.bit_xor(c.b.lshr(rest, c.b.constant(width, 1)), c.b.bit_and(mask, polynomial));
  }
  write(c, 0, c.b.truncate(rest, 32));
  return Lifted::done();
}

Lifted address(LiftContext& c) {
  const auto symbol = c.symbol(1);
  if (!symbol) return Lifted::refused("an address without a symbol");
  write(c, 0, c.b.symbol_address(*symbol));
  return Lifted::done();
}

using B = ir::Builder;

constexpr Row kRows[] = {
    {"MOVZ{W,X}i", "movz", "", move_wide<false>},
    {"MOVN{W,X}i", "movn", "", move_wide<true>},
    {"MOVK{W,X}i", "movk", "", move_keep},
    {"UBFM{W,X}ri", "ubfm", "", bitfield_move<false>},
    {"SBFM{W,X}ri", "sbfm", "", bitfield_move<true>},
    {"BFM{W,X}ri", "bfm", "", bitfield_insert},
    {"EXTR{W,X}rri", "extr", "", extract_pair},
    {"LSLV{W,X}r", "lslv", "", shift_variable<&B::shl>},
    {"LSRV{W,X}r", "lsrv", "", shift_variable<&B::lshr>},
    {"ASRV{W,X}r", "asrv", "", shift_variable<&B::ashr>},
    {"RORV{W,X}r", "rorv", "", shift_variable<&B::rotr>},
    {"CLZ{W,X}r", "clz", "", unary<&B::clz>},
    {"CLS{W,X}r", "cls", "", count_sign_bits},
    {"RBIT{W,X}r", "rbit", "", unary<&B::bit_reverse>},
    {"REV{W,X}r", "rev", "", unary<&B::byte_swap>},
    {"REV16{W,X}r", "rev16", "", unary<&B::byte_swap, 16>},
    {"REV32Xr", "rev32", "", unary<&B::byte_swap, 32>},
    {"CRC32{B,H,W,X}rr", "crc32", "", checksum, "crc"},
    {"CRC32C{B,H,W,X}rr", "crc32c", "", checksum, "crc"},
    {"CTZ{W,X}r", "ctz", "", unary<&B::ctz>, "cssc"},
    {"CNT{W,X}r", "cnt", "", unary<&B::popcount>, "cssc"},
    {"ABS{W,X}r", "abs", "", unary<&B::abs>, "cssc"},
    {"ADR ADRP", "adr", "", address},
};

}  // namespace

RowSpan bitfield_rows() {
  return kRows;
}

}  // namespace portolan::aarch64
