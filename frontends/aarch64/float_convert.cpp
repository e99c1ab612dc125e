// Scalar conversions between floating-point formats and with integers and fixed point (Arm ARM C7.2).
#include "frontends/aarch64/floating.h"
#include "frontends/aarch64/operands.h"
#include "frontends/aarch64/rows.h"

namespace portolan::aarch64 {
namespace {

using ir::Op;

Lifted between_formats(LiftContext& c) {
  const ValueId a = read(c, 1);
  write(c, 0, c.b.fconvert(a, float_mode(c.b.width(a)), format_of(operand_width(c, 0))));
  return Lifted::done();
}

// FCVT<rounding>{S,U}U{W,X}{D,S,H}r, FCVTZ{S,U}S{W,X}{D,S,H}ri with fraction bits. All integers saturate, NaN gives 0.
Lifted to_integer(LiftContext& c) {
  const std::string_view name = c.opcode_name();
  const ir::Rounding rounding = *rounding_of(name[4]);
  const Op op = name[5] == 'S' ? Op::fto_sint : Op::fto_uint;
  ValueId a = read(c, 1);
  if (name.ends_with("ri")) {
    // In double precision the scaling is exact, or overflows to what saturates anyway.
    if (c.b.width(a) < 64) a = c.b.fconvert(a, float_mode(c.b.width(a)), ir::FloatFormat::f64);
    a = c.b.floating(Op::fmul, {a, c.b.constant(64, power_of_two(immediate(c, 2), 64))}, float_mode(64));
  }
  write(c, 0, c.b.float_to_int(op, a, float_mode(c.b.width(a), rounding), operand_width(c, 0)));
  return Lifted::done();
}

// {S,U}CVTFU{W,X}{D,S,H}ri, and {S,U}CVTFS{W,X}{D,S,H}ri with fraction bits.
Lifted from_integer(LiftContext& c) {
  const std::string_view name = c.opcode_name();
  const unsigned width = operand_width(c, 0);
  const Op op = name[0] == 'S' ? Op::sint_to_f : Op::uint_to_f;
  const bool fixed_point = name[5] == 'S';
  // Dividing by a power of two is exact, but half precision has too small a range: there in double precision, which
  // holds all 32-bit integers.
  const bool by_double = fixed_point && width == 16;
  if (by_double && operand_width(c, 1) == 64) return Lifted::refused("64-bit fixed point to half precision");
  const unsigned work = by_double ? 64 : width;
  ValueId result = c.b.int_to_float(op, read(c, 1), float_mode(work));
  if (fixed_point) {
    const ValueId scale = c.b.constant(work, power_of_two(-immediate(c, 2), work));
    result = c.b.floating(Op::fmul, {result, scale}, float_mode(work));
  }
  if (by_double) result = c.b.fconvert(result, float_mode(64), ir::FloatFormat::f16);
  write(c, 0, result);
  return Lifted::done();
}

constexpr Row kRows[] = {
    {"FCVT{DS,DH,SD,SH,HD,HS}r", "fcvt", "", between_formats},
    {"FCVT{N,P,M,A,Z}{S,U}U{W,X}{D,S,H}r", "fcvtzs", "", to_integer},
    {"FCVTZ{S,U}S{W,X}{D,S,H}ri", "fcvtzs", "", to_integer},
    {"{S,U}CVTFU{W,X}{D,S,H}ri", "scvtf", "", from_integer},
    {"{S,U}CVTFS{W,X}{D,S,H}ri", "scvtf", "", from_integer},
    {"FJCVTZS", "fjcvtzs", "", nullptr, "JavaScript conversion"},
};

}  // namespace

RowSpan float_convert_rows() {
  return kRows;
}

}  // namespace portolan::aarch64
