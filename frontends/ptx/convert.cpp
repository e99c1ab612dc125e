// Conversion (PTX ISA, 9.7.9.21 and 9.7.9.22), between all formats. What the manual leaves open about NaNs is as an
// H100 does it.
#include <cmath>

#include "frontends/ptx/floats.h"
#include "frontends/ptx/row.h"

namespace portolan::ptx {
namespace {

// Clamped to the numbers of the result.
ValueId clamp(Builder& b, ValueId v, bool from_signed, const Type& to) {
  constexpr uint32_t kWide = 72;
  ValueId wide = from_signed ? b.sext(v, kWide) : b.zext(v, kWide);
  const bool is_signed = to.kind == Type::is_signed;
  const APInt least = is_signed ? APInt::getSignedMinValue(to.bits).sext(kWide) : APInt(kWide, 0);
  const APInt most =
      is_signed ? APInt::getSignedMaxValue(to.bits).sext(kWide) : APInt::getMaxValue(to.bits).zext(kWide);
  wide = b.smin(b.smax(wide, b.constant(least)), b.constant(most));
  return b.truncate(wide, to.bits);
}

void integer_to_integer(Insn& x) {
  const Type from = x.type(0), to = x.type(1);
  const bool is_signed = from.kind == Type::is_signed;
  const ValueId a = x.read_low(x.operand(1), from.bits);
  ValueId result;
  if (x.has("sat"))
    result = clamp(x.b, a, is_signed, to);
  else
    result = is_signed ? x.b.sext_or_truncate(a, to.bits) : x.b.zext_or_truncate(a, to.bits);
  x.write_extended(x.operand(0), result, to.kind == Type::is_signed);
}

// Saturates. A NaN gives 0; 64 bits, and all conversions from f64, give the bits 100…0.
void float_to_integer(Insn& x) {
  const Type from = x.type(0), to = x.type(1);
  const FloatFormat format = format_of(from);
  ValueId a = x.read(1, from.bits);
  if (x.has("ftz")) a = flush(x.b, a, format);
  const Op op = to.kind == Type::is_signed ? Op::fto_sint : Op::fto_uint;
  ValueId result = x.b.float_to_int(op, a, mode(format, x.rounding()), to.bits);
  if (to.bits == 64 || from.bits == 64)
    result = x.b.select(is_nan(x.b, a, format), x.b.constant(APInt::getSignMask(to.bits)), result);
  x.write_extended(x.operand(0), result, to.kind == Type::is_signed);
}

void integer_to_float(Insn& x) {
  const Type from = x.type(0), to = x.type(1);
  const ValueId a = x.read_low(x.operand(1), from.bits);
  const Op op = from.kind == Type::is_signed ? Op::sint_to_f : Op::uint_to_f;
  const ValueId result = x.b.int_to_float(op, a, mode(format_of(to), x.rounding()));
  x.write(0, x.has("sat") ? saturate(x.b, result, format_of(to)) : result);
}

// Infinity and what overflows as the largest number.
ValueId finite(Builder& b, ValueId v, FloatFormat format) {
  const ValueId infinite = b.floating(Op::feq, {b.fabs(v, format), number(b, INFINITY, format)}, mode(format));
  // The largest number is the pattern before infinity.
  return b.select(infinite, b.sub(v, b.constant(bits(format), 1)), v);
}

ValueId limits(Insn& x, ValueId v, FloatFormat format) {
  if (x.has("satfinite")) v = finite(x.b, v, format);
  if (x.has("relu")) v = relu(x.b, v, format);
  return x.has("sat") ? saturate(x.b, v, format) : v;
}

bool to_integral(Insn& x) {
  return x.has("rni") || x.has("rzi") || x.has("rmi") || x.has("rpi");
}

// Within a format: a copy, rounded to an integral number where the mnemonic says so.
void within_format(Insn& x) {
  const Type t = x.type();
  const FloatFormat format = format_of(t);
  ValueId a = x.read(1, t.bits);
  if (x.has("ftz")) a = canonical(x.b, flush(x.b, a, format), format);
  if (to_integral(x)) a = x.b.floating(Op::fround, {a}, mode(format, x.rounding()));
  if (t.bits == 16) a = canonical(x.b, a, format);
  x.write(0, limits(x, a, format));
}

ValueId convert(Builder& b, ValueId a, FloatFormat from, FloatFormat to, Rounding rounding) {
  // bf16 is the upper half of f32: nothing changes, not even a signalling NaN.
  if (from == FloatFormat::bf16 && to == FloatFormat::f32) return b.concat(a, b.constant(16, 0));
  return b.fconvert(a, mode(from, rounding), to);
}

void float_to_float(Insn& x) {
  const Type from = x.type(0), to = x.type(1);
  const FloatFormat source = format_of(from), format = format_of(to);
  ValueId a = x.read(1, from.bits);
  // .ftz is about f32: its subnormal operands and results. To f16 it has no effect (recorded).
  const bool ftz = x.has("ftz");
  if (ftz && source == FloatFormat::f32 && format != FloatFormat::f16) a = flush(x.b, a, source);
  if (ftz && format == FloatFormat::f64) a = canonical(x.b, a, source);
  ValueId result = convert(x.b, a, source, format, x.rounding());
  if (ftz && source == FloatFormat::bf16) result = canonical(x.b, flush(x.b, result, format), format);
  if (ftz && source == FloatFormat::f64 && format == FloatFormat::f32)
    result = x.b.select(is_tiny(x.b, a, format, x.rounding()),
                        x.b.bit_and(result, x.b.constant(APInt::getSignMask(32))), result);
  x.write(0, limits(x, result, format));
}

// d = {a, b}: the first source is the upper half.
void pack_floats(Insn& x) {
  const FloatFormat format = format_of(x.type(1));
  auto half = [&](size_t n) {
    return limits(x, convert(x.b, x.read(n, x.type(0)), FloatFormat::f32, format, x.rounding()), format);
  };
  const ValueId high = half(1), low = half(2);
  x.write(0, x.b.concat(high, low));
}

// tf32 is f32 with 10 bits of fraction: the bits of f32, rounded at the 13th.
void to_tf32(Insn& x) {
  Builder& b = x.b;
  const ValueId a = x.read(1, 32), kept = b.constant(32, 0xffffe000);
  if (x.has("rna")) {
    // Only adds and masks, NaNs too, without a carry into the sign; satfinite takes one unit from what has the exponent
    // of infinity.
    const ValueId size = b.bit_and(a, b.constant(32, 0x7fffffff));
    const ValueId sum = b.umin(b.add(size, b.constant(32, 0x1000)), b.constant(32, 0x7fffffff));
    const ValueId sign = b.bit_and(a, b.constant(32, 0x80000000));
    ValueId result = b.bit_or(sign, b.bit_and(sum, kept));
    if (x.has("satfinite")) {
      const ValueId high = b.ule(b.constant(32, 0x7f800000), b.bit_and(result, b.constant(32, 0x7fffffff)));
      result = b.select(high, b.sub(result, b.constant(32, 0x2000)), result);
    }
    return x.write(0, result);
  }
  const ValueId odd = b.zext(b.extract(a, 13, 1), 32);
  const ValueId half = b.add(b.constant(32, 0xfff), odd);
  const ValueId rounded = b.bit_and(x.has("rz") ? a : b.add(a, half), kept);
  const ValueId result = b.select(is_nan(b, a, FloatFormat::f32), b.constant(32, 0x7fffe000), rounded);
  // A NaN stays as it is.
  const ValueId positive = b.bit_not(b.sign(result));
  x.write(0, x.has("relu") ? b.select(positive, result, b.constant(32, 0)) : result);
}

// The 8-bit formats (PTX ISA, 5.2.3): e4m3 has no infinity and one NaN of each sign, e5m2 is the upper half of f16.
struct Small {
  unsigned fraction;
  int least;  // exponent of the smallest normal number
  unsigned bias;
  uint8_t most;  // the largest number
};
Small small_format(const Type& t) {
  return t.kind == Type::e4m3 ? Small{3, -6, 7, 0x7e} : Small{2, -14, 15, 0x7b};
}

// An f64 to the nearest, saturated; a NaN gives 0x7f. Adding a power of two so large that its last bit is the format's
// smallest step rounds numbers below the normal ones; the others round at their own last bit.
ValueId to_small(Builder& b, ValueId a, const Small& f) {
  const FloatMode wide = mode(FloatFormat::f64);
  const ValueId size = b.fabs(a, FloatFormat::f64);
  const ValueId magic = number(b, std::ldexp(1.0, f.least - static_cast<int>(f.fraction) + 52), FloatFormat::f64);
  const ValueId steps = b.truncate(b.floating(Op::fadd, {size, magic}, wide), 8);
  const unsigned dropped = 52 - f.fraction;
  const ValueId odd = b.zext(b.extract(size, dropped, 1), 64);
  const ValueId half = b.constant(64, (uint64_t{1} << (dropped - 1)) - 1);
  const ValueId shifted = b.lshr_by(b.add(b.add(size, half), odd), dropped);
  const ValueId code = b.sub(shifted, b.constant(64, uint64_t{1023 - f.bias} << f.fraction));
  const ValueId large = b.umin(code, b.constant(64, f.most));
  const ValueId normal = b.floating(Op::fle, {number(b, std::ldexp(1.0, f.least), FloatFormat::f64), size}, wide);
  const ValueId made = b.select(normal, b.truncate(large, 8), steps);
  const ValueId with_sign = b.concat(b.sign(a), b.truncate(made, 7));
  return b.select(is_nan(b, a, FloatFormat::f64), b.constant(8, 0x7f), with_sign);
}

// Either number of the pair comes from an f32 of its own or from a half of f16x2; the first source is the upper one.
void to_small_pair(Insn& x) {
  const Type from = x.type(0);
  const Small small = small_format(x.type(1));
  auto one = [&](ValueId v, FloatFormat format) {
    if (x.has("relu")) v = relu(x.b, v, format);
    return to_small(x.b, to_f64(x.b, v, format), small);
  };
  if (from.lanes == 1) {
    const ValueId high = one(x.read(1, 32), FloatFormat::f32);
    return x.write(0, x.b.concat(high, one(x.read(2, 32), FloatFormat::f32)));
  }
  const ValueId pair = x.read(1, 32);
  const ValueId high = one(x.b.lane(pair, 1, 16), FloatFormat::f16);
  x.write(0, x.b.concat(high, one(x.b.lane(pair, 0, 16), FloatFormat::f16)));
}

void from_small_pair(Insn& x) {
  const Type from = x.type(0);
  const ValueId pair = x.read(1, 16);
  auto one = [&](unsigned lane) {
    const ValueId v = from_small(x.b, x.b.lane(pair, lane, 8), from);
    return x.has("relu") ? relu(x.b, v, FloatFormat::f16) : v;
  };
  const ValueId high = one(1);
  x.write(0, x.b.concat(high, one(0)));
}

// Two clamped numbers, the first one above; bytes go below what c has.
void pack_integers(Insn& x) {
  const bool bytes = x.modifiers().back() == "b32";
  const Type to = x.type(bytes ? 2 : 1);
  const ValueId a = clamp(x.b, x.read(1, 32), true, to), c = clamp(x.b, x.read(2, 32), true, to);
  const ValueId pair = x.b.concat(a, c);
  x.write(0, bytes ? x.b.concat(x.b.truncate(x.read(3, 32), 16), pair) : pair);
}

#define INTEGERS "{u8,s8,u16,s16,u32,s32,u64,s64}"
#define TO_INTEGRAL "{rni,rzi,rmi,rpi}"
#define ROUNDED "{rn,rz,rm,rp}"

constexpr Row kRows[] = {
    {"cvt{,.sat}." INTEGERS "." INTEGERS, integer_to_integer},
    {"cvt." TO_INTEGRAL "{,.ftz}{,.sat}." INTEGERS ".f32", float_to_integer},
    {"cvt." TO_INTEGRAL "{,.sat}." INTEGERS ".{f16,f64}", float_to_integer},
    {"cvt." TO_INTEGRAL "{,.sat}.{u16,s16,u32,s32,u64,s64}.bf16", float_to_integer},
    {"cvt." ROUNDED "{,.sat}.{f16,f32,f64}." INTEGERS, integer_to_float},
    {"cvt." ROUNDED ".bf16.{u16,s16,u32,s32,u64,s64}", integer_to_float},
    {"cvt{,.rni,.rzi,.rmi,.rpi}{,.ftz}{,.sat}.f32.f32", within_format},
    {"cvt{,.rni,.rzi,.rmi,.rpi}{,.sat}.f16.f16", within_format},
    {"cvt{,.rni,.rzi,.rmi,.rpi}{,.sat}.f64.f64", within_format},
    {"cvt{,.rni,.rzi,.rmi,.rpi}.bf16.bf16", within_format},
    {"cvt{,.ftz}{,.sat}.f32.f16", float_to_float},
    {"cvt{,.ftz}{,.sat}.f64.f32", float_to_float},
    {"cvt{,.sat}.f64.f16", float_to_float},
    {"cvt{,.rn,.rz,.rm,.rp}{,.ftz}.f32.bf16", float_to_float},
    {"cvt{,.rn,.rz,.rm,.rp}.f64.bf16", float_to_float},
    {"cvt{,.rn,.rz,.rm,.rp}.{f16.bf16,bf16.f16}", float_to_float},
    {"cvt." ROUNDED "{,.ftz}{,.sat}.f16.f32", float_to_float},
    {"cvt.{rn,rz}{,.relu}{,.satfinite}.{f16,bf16}.f32", float_to_float},
    {"cvt." ROUNDED ".ftz.bf16.f32", float_to_float},
    {"cvt.{rm,rp}.bf16.f32", float_to_float},
    {"cvt." ROUNDED "{,.ftz}{,.sat}.f32.f64", float_to_float},
    {"cvt." ROUNDED "{,.sat}.f16.f64", float_to_float},
    {"cvt." ROUNDED ".bf16.f64", float_to_float},
    {"cvt.{rn,rz}{,.relu}{,.satfinite}.{f16x2,bf16x2}.f32", pack_floats},
    {"cvt.{rn,rz}{,.relu}.tf32.f32", to_tf32},
    {"cvt.rna{,.satfinite}.tf32.f32", to_tf32},
    {"cvt.rn.satfinite{,.relu}.{e4m3x2,e5m2x2}.{f32,f16x2}", to_small_pair},
    {"cvt.rn{,.relu}.f16x2.{e4m3x2,e5m2x2}", from_small_pair},
    {"cvt.pack.sat.{u16,s16}.s32", pack_integers},
    {"cvt.pack.sat.{u8,s8}.s32.b32", pack_integers},
};

}  // namespace

RowSpan convert_rows() {
  return kRows;
}

}  // namespace portolan::ptx
