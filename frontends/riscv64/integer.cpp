// Integer computation: RV64I, M, and the address and conditional-zero helpers (unprivileged spec, chapters 4 and 13).
#include "frontends/riscv64/operands.h"
#include "frontends/riscv64/rows.h"

namespace portolan::riscv64 {
namespace {

using Binary = ValueId (ir::Builder::*)(ValueId, ValueId, uint16_t);

template <Binary kOp>
Lifted binary(LiftContext& c) {
  write(c, 0, (c.b.*kOp)(read(c, 1), read(c, 2), 1));
  return Lifted::done();
}

template <Binary kOp>
Lifted binary_immediate(LiftContext& c) {
  write(c, 0, (c.b.*kOp)(read(c, 1), offset(c, 2), 1));
  return Lifted::done();
}

// On the low halves, sign-extended.
template <Binary kOp>
Lifted word(LiftContext& c) {
  write_signed(c, 0, (c.b.*kOp)(read32(c, 1), read32(c, 2), 1));
  return Lifted::done();
}

Lifted add_word_immediate(LiftContext& c) {
  if (c.symbol(2)) return Lifted::refused("a symbol's address cut to 32 bits");
  write_signed(c, 0, c.b.add(read32(c, 1), c.b.signed_constant(32, immediate(c, 2))));
  return Lifted::done();
}

template <Binary kOp>
Lifted compare(LiftContext& c) {
  write_bit(c, 0, (c.b.*kOp)(read(c, 1), read(c, 2), 1));
  return Lifted::done();
}

template <Binary kOp>
Lifted compare_immediate(LiftContext& c) {
  write_bit(c, 0, (c.b.*kOp)(read(c, 1), c.b.signed_constant(64, immediate(c, 2)), 1));
  return Lifted::done();
}

// Counts are taken modulo the width.
template <Binary kOp>
Lifted shift(LiftContext& c) {
  write(c, 0, (c.b.*kOp)(read(c, 1), c.b.bit_and(read(c, 2), c.b.constant(64, 63)), 1));
  return Lifted::done();
}
template <Binary kOp>
Lifted shift_immediate(LiftContext& c) {
  write(c, 0, (c.b.*kOp)(read(c, 1), c.b.constant(64, immediate(c, 2) & 63), 1));
  return Lifted::done();
}
template <Binary kOp>
Lifted shift_word(LiftContext& c) {
  write_signed(c, 0, (c.b.*kOp)(read32(c, 1), c.b.bit_and(read32(c, 2), c.b.constant(32, 31)), 1));
  return Lifted::done();
}
template <Binary kOp>
Lifted shift_word_immediate(LiftContext& c) {
  write_signed(c, 0, (c.b.*kOp)(read32(c, 1), c.b.constant(32, immediate(c, 2) & 31), 1));
  return Lifted::done();
}

// Symbolic: the high part of an address, which needs no pc. A plain auipc gives an address in the code itself.
Lifted load_upper(LiftContext& c) {
  if (c.symbol(1)) {
    write(c, 0, offset(c, 1));
    return Lifted::done();
  }
  if (c.opcode_name() == "AUIPC") return Lifted::refused("an address relative to this instruction without a symbol");
  write(c, 0, c.b.signed_constant(64, static_cast<int32_t>(static_cast<uint32_t>(immediate(c, 1)) << 12)));
  return Lifted::done();
}

// High half of signed times unsigned.
Lifted mulhsu(LiftContext& c) {
  const ValueId a = read(c, 1), b = read(c, 2);
  const ValueId correction = c.b.select(c.b.sign(a), b, c.b.constant(64, 0));
  write(c, 0, c.b.sub(c.b.umulh(a, b), correction));
  return Lifted::done();
}

// rd = rs2 + (rs1 << n), rs1 cut to 32 bits in the .uw forms.
Lifted shift_add(LiftContext& c) {
  const std::string_view name = c.opcode_name();
  ValueId a = read(c, 1);
  if (name.ends_with("_UW")) a = c.b.zext(c.b.truncate(a, 32), 64);
  if (name.starts_with("SH")) a = c.b.shl_by(a, static_cast<unsigned>(name[2] - '0'));
  write(c, 0, c.b.add(read(c, 2), a));
  return Lifted::done();
}

Lifted shift_left_unsigned_word(LiftContext& c) {
  write(c, 0, c.b.shl_by(c.b.zext(read32(c, 1), 64), static_cast<unsigned>(immediate(c, 2) & 63)));
  return Lifted::done();
}

template <bool kIfZero>
Lifted conditional_zero(LiftContext& c) {
  const ValueId a = read(c, 1), zero = c.b.constant(64, 0), is_zero = c.b.is_zero(read(c, 2));
  write(c, 0, kIfZero ? c.b.select(is_zero, zero, a) : c.b.select(is_zero, a, zero));
  return Lifted::done();
}

// add with the marker %tprel_add, which contributes nothing to the sum.
Lifted add_thread_pointer(LiftContext& c) {
  return binary<&ir::Builder::add>(c);
}

using B = ir::Builder;
constexpr Row kRows[] = {
    {"ADD", "add", "", binary<&B::add>},
    {"SUB", "sub", "", binary<&B::sub>},
    {"AND", "and", "", binary<&B::bit_and>},
    {"OR", "or", "", binary<&B::bit_or>},
    {"XOR", "xor", "", binary<&B::bit_xor>},
    {"ADDI", "addi", "", binary_immediate<&B::add>},
    {"ANDI", "andi", "", binary_immediate<&B::bit_and>},
    {"ORI", "ori", "", binary_immediate<&B::bit_or>},
    {"XORI", "xori", "", binary_immediate<&B::bit_xor>},
    {"ADDW", "addw", "", word<&B::add>},
    {"SUBW", "subw", "", word<&B::sub>},
    {"ADDIW", "addiw", "", add_word_immediate},
    {"SLT", "slt", "", compare<&B::slt>},
    {"SLTU", "sltu", "", compare<&B::ult>},
    {"SLTI", "slti", "", compare_immediate<&B::slt>},
    {"SLTIU", "sltiu", "", compare_immediate<&B::ult>},
    {"SLL", "sll", "", shift<&B::shl>},
    {"SRL", "srl", "", shift<&B::lshr>},
    {"SRA", "sra", "", shift<&B::ashr>},
    {"SLLI", "slli", "", shift_immediate<&B::shl>},
    {"SRLI", "srli", "", shift_immediate<&B::lshr>},
    {"SRAI", "srai", "", shift_immediate<&B::ashr>},
    {"SLLW", "sllw", "", shift_word<&B::shl>},
    {"SRLW", "srlw", "", shift_word<&B::lshr>},
    {"SRAW", "sraw", "", shift_word<&B::ashr>},
    {"SLLIW", "slliw", "", shift_word_immediate<&B::shl>},
    {"SRLIW", "srliw", "", shift_word_immediate<&B::lshr>},
    {"SRAIW", "sraiw", "", shift_word_immediate<&B::ashr>},
    {"LUI", "lui", "", load_upper},
    {"AUIPC", "auipc", "", load_upper},
    {"PseudoAddTPRel", "add %tprel_add", "", add_thread_pointer},
    // Division by zero and overflow give what the IR's ops give (spec 13.2, table 11).
    {"MUL", "mul", "", binary<&B::mul>, "m"},
    {"MULH", "mulh", "", binary<&B::smulh>, "m"},
    {"MULHU", "mulhu", "", binary<&B::umulh>, "m"},
    {"MULHSU", "mulhsu", "", mulhsu, "m"},
    {"MULW", "mulw", "", word<&B::mul>, "m"},
    {"DIV", "div", "", binary<&B::sdiv>, "m"},
    {"DIVU", "divu", "", binary<&B::udiv>, "m"},
    {"REM", "rem", "", binary<&B::srem>, "m"},
    {"REMU", "remu", "", binary<&B::urem>, "m"},
    {"DIVW", "divw", "", word<&B::sdiv>, "m"},
    {"DIVUW", "divuw", "", word<&B::udiv>, "m"},
    {"REMW", "remw", "", word<&B::srem>, "m"},
    {"REMUW", "remuw", "", word<&B::urem>, "m"},
    {"ADD_UW SH{1,2,3}ADD SH{1,2,3}ADD_UW", "sh1add", "", shift_add, "zba"},
    {"SLLI_UW", "slli.uw", "", shift_left_unsigned_word, "zba"},
    {"CZERO_EQZ", "czero.eqz", "", conditional_zero<true>, "zicond"},
    {"CZERO_NEZ", "czero.nez", "", conditional_zero<false>, "zicond"},
};

}  // namespace

RowSpan integer_rows() {
  return kRows;
}

}  // namespace portolan::riscv64
