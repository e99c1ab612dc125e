// Conversions between numbers. To integers: toward zero, at the ends of the type, NaN gives 0.
#include "frontends/amdgcn/insn.h"
#include "frontends/amdgcn/row.h"

namespace portolan::amdgcn {
namespace {

const FloatMode kF32 = mode(FloatFormat::f32);

void to_integer(Insn& x) {
  const Type to = x.type(1);
  const FloatFormat from = x.format();
  const ValueId v = x.b.float_to_int(to.is_signed() ? Op::fto_sint : Op::fto_uint, x.read_float(1, from),
                                     mode(from, ir::Rounding::toward_zero), to.bits);
  x.write(0, v);
}
void from_integer(Insn& x) {
  const Type from = x.type();
  const FloatFormat to = x.format(1);
  const ValueId a = x.read(1, from.bits);
  x.write_float(0, x.b.int_to_float(from.is_signed() ? Op::sint_to_f : Op::uint_to_f, a, mode(to)), to);
}
void float_to_float(Insn& x) {
  const FloatFormat to = x.format(1), from = x.format();
  x.write_float(0, x.b.fconvert(x.read_float(1, from), mode(from), to), to);
}
void widen(Insn& x) {
  const ValueId a = x.read(1, 16);
  x.write(0, x.type().is_signed() ? x.b.sext(a, 32) : x.b.zext(a, 32));
}
void from_byte(Insn& x) {
  const unsigned n = static_cast<unsigned>(x.name().back() - '0');
  const ValueId byte = x.b.zext(x.b.extract(x.read(1, 32), 8 * n, 8), 32);
  x.write_float(0, x.b.int_to_float(Op::uint_to_f, byte, kF32), FloatFormat::f32);
}
// Four bits with a sign, in sixteenths.
void from_offset(Insn& x) {
  const ValueId v = x.b.int_to_float(Op::sint_to_f, x.b.sext(x.b.truncate(x.read(1, 32), 4), 32), kF32);
  x.write_float(0, x.b.floating(Op::fmul, {v, number(x.b, 0.0625, FloatFormat::f32)}, kF32), FloatFormat::f32);
}
// floor(a), or floor(a + 1/2) with an exact sum.
template <bool kNearest>
void floor_to_integer(Insn& x) {
  const ValueId a = x.b.fconvert(x.read_float(1, FloatFormat::f32), kF32, FloatFormat::f64);
  x.has("clamp");  // the result is within its type anyway
  const FloatMode wide = mode(FloatFormat::f64, ir::Rounding::down);
  const ValueId v = kNearest ? x.b.floating(Op::fadd, {a, number(x.b, 0.5, FloatFormat::f64)}, wide) : a;
  x.write(0, x.b.float_to_int(Op::fto_sint, v, wide, 32));
}

void pack_toward_zero(Insn& x) {
  auto half = [&](size_t n) {
    return x.b.fconvert(x.read_float(n, FloatFormat::f32), mode(FloatFormat::f32, ir::Rounding::toward_zero),
                        FloatFormat::f16);
  };
  const ValueId low = half(1), high = half(2);
  x.write(0, x.b.concat(high, low));
}
void pack_integers(Insn& x) {
  const bool is_signed = x.type().is_signed();
  auto half = [&](size_t n) {
    const ValueId v = x.read(n, 32);
    const ValueId bounded =
        is_signed ? x.b.smin(x.b.smax(v, x.b.signed_constant(32, INT16_MIN)), x.b.signed_constant(32, INT16_MAX))
                  : x.b.umin(v, x.b.constant(32, UINT16_MAX));
    return x.b.truncate(bounded, 16);
  };
  const ValueId low = half(1), high = half(2);
  x.write(0, x.b.concat(high, low));
}
void pack_bytes(Insn& x) {
  const ValueId both = x.read(1, 32);
  auto byte = [&](unsigned low) {
    const ValueId v = x.b.extract(both, low, 16);
    return x.b.truncate(x.b.smin(x.b.smax(v, x.b.constant(16, 0)), x.b.constant(16, 255)), 8);
  };
  x.write(0, x.b.concat(byte(16), byte(0)));
}

constexpr Row kRows[] = {
    {"v_cvt_{i32,u32}_{f32,f64}", to_integer},
    {"v_cvt_{i16,u16}_f16", to_integer},
    {"v_cvt_{f32,f64}_{i32,u32}", from_integer},
    {"v_cvt_f16_{i16,u16}", from_integer},
    {"v_cvt_{f16_f32,f32_f16,f32_f64,f64_f32}", float_to_float},
    {"v_cvt_{i32_i16,u32_u16}", widen},
    {"v_cvt_f32_{ubyte0,ubyte1,ubyte2,ubyte3}", from_byte},
    {"v_cvt_off_f32_i4", from_offset},
    {"v_cvt_{floor_i32_f32,flr_i32_f32}", floor_to_integer<false>},
    {"v_cvt_{nearest_i32_f32,rpi_i32_f32}", floor_to_integer<true>},
    {"v_cvt_{pk_rtz_f16_f32,pkrtz_f16_f32}", pack_toward_zero},
    {"v_cvt_pk_{i16_i32,u16_u32}", pack_integers},
    {"v_sat_pk_u8_i16", pack_bytes},
    {"v_cvt_pk_{i16_f32,u16_f32,u8_f32}", nullptr, "no oracle for rounding and saturation"},
    {"v_cvt_pkaccum_u8_f32", nullptr, "no oracle for rounding and saturation"},
    {"v_cvt_norm*", nullptr, "no oracle for rounding"},
    {"v_cvt_pknorm*", nullptr, "no oracle for rounding"},
    {"v_cvt_pk*", nullptr, "formats of 8 bits, bfloat16 and normalised numbers"},
    {"v_cvt_sr*", nullptr, "formats of 8 bits"},
    {"v_cvt_f32_{fp8,bf8}", nullptr, "formats of 8 bits"},
};

}  // namespace

RowSpan convert_rows() {
  return kRows;
}

}  // namespace portolan::amdgcn
