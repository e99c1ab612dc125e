// Conversions between integers and floating-point formats.
#include "frontends/x86_64/families.h"
#include "frontends/x86_64/vector.h"

namespace portolan::x86_64 {
namespace {

using ir::FloatFormat;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// 2^(bits - 1) in each lane, the first value too large for a signed integer of so many bits.
ValueId too_large(ir::Builder& b, FloatFormat format, unsigned bits, uint16_t lanes) {
  uint64_t pattern = format == FloatFormat::f64 ? uint64_t{1023 + bits - 1} << 52 : uint64_t{127 + bits - 1} << 23;
  return splat_constant(b, ir::bits(format) * lanes, ir::bits(format), pattern);
}

// NaN and whatever does not fit give the most negative integer ("integer indefinite", SDM vol. 1, 4.8.3.7). What is too
// small saturates to the same value, so that one comparison is enough.
ValueId to_integer(ir::Builder& b, ValueId a, FloatFormat format, bool truncates, unsigned bits, uint16_t lanes) {
  ir::FloatMode mode = float_mode(format);
  if (!truncates) a = b.floating(Op::fround, {a}, mode, lanes);
  ValueId fits = b.floating(Op::flt, {a, too_large(b, format, bits, lanes)}, mode, lanes);
  ValueId converted =
      b.float_to_int(Op::fto_sint, a, float_mode(format, ir::Rounding::toward_zero), bits * lanes, lanes);
  return b.select(fits, converted, splat_constant(b, bits * lanes, bits, uint64_t{1} << (bits - 1)), lanes);
}

// CVTTSD2SI64rr
void scalar_to_integer(Insn& x) {
  FloatFormat format = contains(x.name, "SD2") ? FloatFormat::f64 : FloatFormat::f32;
  unsigned bits = contains(x.name, "SI64") ? 64 : 32;
  ValueId a = x.read_vector(x[1], ir::bits(format));
  x.write(x[0], to_integer(x.b, a, format, contains(x.name, "CVTT"), bits, 1));
}

// CVTSI642SDrr
void scalar_from_integer(Insn& x) {
  FloatForm f = float_form(x);
  ValueId a = x.read(x.second(), contains(x.name, "SI64") ? 64 : 32);
  write_low_element(x, x.b.int_to_float(Op::sint_to_f, a, float_mode(f.format)));
}

template <FloatFormat From, FloatFormat To>
void scalar_format(Insn& x) {
  ValueId a = x.read_vector(x.second(), ir::bits(From));
  write_low_element(x, x.b.fconvert(a, float_mode(From), To));
}

// As many elements as the wider format has in the vector.
uint16_t wide_lanes(Insn& x) {
  return static_cast<uint16_t>(vector_bits(x) / 64);
}

void ps_to_pd(Insn& x) {
  uint16_t lanes = wide_lanes(x);
  ValueId a = x.read_vector(x[1], 32u * lanes);
  x.write_vector(x[0], x.b.fconvert(a, float_mode(FloatFormat::f32), FloatFormat::f64, lanes));
}

void pd_to_ps(Insn& x) {
  ValueId a = read_source(x, x[1], vector_bits(x));
  x.write_vector(x[0], x.b.fconvert(a, float_mode(FloatFormat::f64), FloatFormat::f32, wide_lanes(x)));
}

void dq_to_ps(Insn& x) {
  uint16_t lanes = static_cast<uint16_t>(vector_bits(x) / 32);
  ValueId a = read_source(x, x[1], vector_bits(x));
  x.write_vector(x[0], x.b.int_to_float(Op::sint_to_f, a, float_mode(FloatFormat::f32), lanes));
}

void dq_to_pd(Insn& x) {
  uint16_t lanes = wide_lanes(x);
  ValueId a = x.read_vector(x[1], 32u * lanes);
  x.write_vector(x[0], x.b.int_to_float(Op::sint_to_f, a, float_mode(FloatFormat::f64), lanes));
}

// CVTTPS2DQ, CVTPD2DQ
void packed_to_integer(Insn& x) {
  FloatFormat format = contains(x.name, "PD2") ? FloatFormat::f64 : FloatFormat::f32;
  uint16_t lanes = static_cast<uint16_t>(vector_bits(x) / ir::bits(format));
  ValueId a = read_source(x, x[1], vector_bits(x));
  x.write_vector(x[0], to_integer(x.b, a, format, contains(x.name, "CVTT"), 32, lanes));
}

void half_to_single(Insn& x) {
  uint16_t lanes = static_cast<uint16_t>(vector_bits(x) / 32);
  ValueId a = x.read_vector(x[1], 16u * lanes);
  x.write_vector(x[0], x.b.fconvert(a, float_mode(FloatFormat::f16), FloatFormat::f32, lanes));
}

void single_to_half(Insn& x) {
  // Bit 2: by mxcsr, which is round to nearest.
  unsigned immediate = x.immediate_byte();
  constexpr ir::Rounding kModes[] = {ir::Rounding::nearest_even, ir::Rounding::down, ir::Rounding::up,
                                     ir::Rounding::toward_zero};
  ir::Rounding rounding = immediate & 4 ? ir::Rounding::nearest_even : kModes[immediate & 3];
  uint16_t lanes = static_cast<uint16_t>(vector_bits(x) / 32);
  ValueId a = x.read_vector(x[1], vector_bits(x));
  x.write_vector(x[0], x.b.fconvert(a, float_mode(FloatFormat::f32, rounding), FloatFormat::f16, lanes));
}

constexpr Row kRows[] = {
    {"{,V}CVT{,T}S{S,D}2SI{,64}{rr,rm}{,_Int}", "cvtts{s,d}2si", "", lift<scalar_to_integer>, "sse2"},
    {"{,V}CVTSI{,64}2S{S,D}{rr,rm}{,_Int}", "cvtsi2s{s,d}", "", lift<scalar_from_integer>, "sse2"},
    {"{,V}CVTSS2SD{rr,rm}{,_Int}", "cvtss2sd", "", lift<scalar_format<FloatFormat::f32, FloatFormat::f64>>, "sse2"},
    {"{,V}CVTSD2SS{rr,rm}{,_Int}", "cvtsd2ss", "", lift<scalar_format<FloatFormat::f64, FloatFormat::f32>>, "sse2"},
    {PACKED("CVTPS2PD"), "cvtps2pd", "", lift<ps_to_pd>, "sse2"},
    {PACKED("CVTPD2PS"), "cvtpd2ps", "", lift<pd_to_ps>, "sse2"},
    {PACKED("CVTDQ2PS"), "cvtdq2ps", "", lift<dq_to_ps>, "sse2"},
    {PACKED("CVTDQ2PD"), "cvtdq2pd", "", lift<dq_to_pd>, "sse2"},
    {PACKED("CVT{,T}P{S,D}2DQ"), "cvttp{s,d}2dq", "", lift<packed_to_integer>, "sse2"},
    {"VCVTPH2PS{,Y}{rr,rm}", "vcvtph2ps", "", lift<half_to_single>, "f16c"},
    {"VCVTPS2PH{,Y}{rr,mr}", "vcvtps2ph", "", lift<single_to_half>, "f16c"},
};

}  // namespace

Rows convert_rows() {
  return kRows;
}

}  // namespace portolan::x86_64
