// Conversions and moves of the F and D extensions (unprivileged spec, 12.7 and 13.5).
#include "frontends/riscv64/operands.h"
#include "frontends/riscv64/rows.h"

namespace portolan::riscv64 {
namespace {

using ir::Op;

constexpr const char* kReservedRounding = "reserved rounding mode";

// Out of range: the nearest integer; NaN: the greatest. 32-bit results are sign-extended, unsigned ones too.
template <unsigned kBits, Op kOp>
Lifted to_integer(LiftContext& c) {
  const FloatFormat format = format_of(c, 1);
  const std::optional<FloatMode> m = mode(c, format, 2);
  if (!m) return Lifted::refused(kReservedRounding);
  const ValueId value = read_float(c, 1);
  const ValueId converted = c.b.float_to_int(kOp, value, *m, kBits);
  const ir::APInt greatest = kOp == Op::fto_sint ? ir::APInt::getSignedMaxValue(kBits) : ir::APInt::getMaxValue(kBits);
  const ValueId is_nan = c.b.floating(Op::funordered, {value, value}, *m);
  write_signed(c, 0, c.b.select(is_nan, c.b.constant(greatest), converted));
  return Lifted::done();
}

template <unsigned kBits, Op kOp>
Lifted from_integer(LiftContext& c) {
  const std::optional<FloatMode> m = mode(c, format_of(c, 0), 2);
  if (!m) return Lifted::refused(kReservedRounding);
  write_float(c, 0, c.b.int_to_float(kOp, c.b.truncate(read(c, 1), kBits), *m));
  return Lifted::done();
}

Lifted between_formats(LiftContext& c) {
  const std::optional<FloatMode> m = mode(c, format_of(c, 1), 2);
  if (!m) return Lifted::refused(kReservedRounding);
  write_float(c, 0, c.b.fconvert(read_float(c, 1), *m, format_of(c, 0)));
  return Lifted::done();
}

// Moves take the bits as they are.
template <unsigned kBits>
Lifted move_to_integer(LiftContext& c) {
  write_signed(c, 0, read_float_bits(c, 1, kBits));
  return Lifted::done();
}
template <unsigned kBits>
Lifted move_from_integer(LiftContext& c) {
  write_float(c, 0, c.b.truncate(read(c, 1), kBits));
  return Lifted::done();
}

constexpr Row kRows[] = {
    {"FCVT_W_{S,D}", "fcvt.w", "", to_integer<32, Op::fto_sint>},
    {"FCVT_WU_{S,D}", "fcvt.wu", "", to_integer<32, Op::fto_uint>},
    {"FCVT_L_{S,D}", "fcvt.l", "", to_integer<64, Op::fto_sint>},
    {"FCVT_LU_{S,D}", "fcvt.lu", "", to_integer<64, Op::fto_uint>},
    {"FCVT_{S,D}_W", "fcvt.s.w", "", from_integer<32, Op::sint_to_f>},
    {"FCVT_{S,D}_WU", "fcvt.s.wu", "", from_integer<32, Op::uint_to_f>},
    {"FCVT_{S,D}_L", "fcvt.s.l", "", from_integer<64, Op::sint_to_f>},
    {"FCVT_{S,D}_LU", "fcvt.s.lu", "", from_integer<64, Op::uint_to_f>},
    {"FCVT_S_D FCVT_D_S", "fcvt.d.s", "", between_formats},
    {"FMV_X_H", "fmv.x.h", "", move_to_integer<16>, "zfh"},
    {"FMV_X_W", "fmv.x.w", "", move_to_integer<32>},
    {"FMV_X_D", "fmv.x.d", "", move_to_integer<64>},
    {"FMV_H_X", "fmv.h.x", "", move_from_integer<16>, "zfh"},
    {"FMV_W_X", "fmv.w.x", "", move_from_integer<32>},
    {"FMV_D_X", "fmv.d.x", "", move_from_integer<64>},
    {"FLI_{S,D} FROUND_{S,D} FROUNDNX_{S,D} FCVTMOD_W_D", "fli", "", nullptr, "zfa"},
    {"FCVT_{S,D}_H FCVT_H_{S,D,W,WU,L,LU} FCVT_{W,WU,L,LU}_H", "fcvt.s.h", "", nullptr, "zfh"},
};

}  // namespace

RowSpan float_convert_rows() {
  return kRows;
}

}  // namespace portolan::riscv64
