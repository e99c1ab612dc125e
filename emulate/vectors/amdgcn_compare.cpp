#include "emulate/vectors/amdgcn_compare.h"

#include <bit>
#include <cmath>

#include "frontends/kernel/series.h"

namespace portolan::vectors {
namespace {

using ir::FloatFormat;

struct Format {
  FloatFormat format;
  unsigned bits, fraction;
  int lowest;  // exponent of the least normal number
};
Format format_of(std::string_view type) {
  if (type == "f16" || type == "pkf16") return {FloatFormat::f16, 16, 10, -14};
  if (type == "bf16") return {FloatFormat::bf16, 16, 7, -126};
  if (type == "f64") return {FloatFormat::f64, 64, 52, -1022};
  return {FloatFormat::f32, 32, 23, -126};
}

double as_double(uint64_t bits, const Format& f) {
  return kernel::convert_bits(llvm::APInt(f.bits, bits), f.format, FloatFormat::f64).bitsToDouble();
}

bool is_nan(uint64_t bits, const Format& f) {
  const uint64_t magnitude = bits & ((uint64_t{1} << (f.bits - 1)) - 1);
  return magnitude > ((uint64_t{1} << (f.bits - 1)) - (uint64_t{1} << f.fraction));
}

// pair(got, recorded) for each element of the type.
template <class Pair>
bool each_element(std::string_view type, uint64_t got, uint64_t recorded, Pair pair) {
  const Format f = format_of(type);
  const unsigned whole = f.bits == 64 ? 64 : 32;
  const uint64_t mask = f.bits == 64 ? ~uint64_t{0} : (uint64_t{1} << f.bits) - 1;
  for (unsigned low = 0; low < whole; low += f.bits)
    if (!pair(got >> low & mask, recorded >> low & mask, f)) return false;
  return true;
}

// Usual bounds of the hardware (no manual of AMD's gives any): what the vectors' own page asks for.
double allowed(std::string_view function, const Format& f, double recorded) {
  const int exponent = recorded == 0 ? f.lowest : std::max(std::ilogb(recorded), f.lowest);
  const double ulp = std::ldexp(1.0, exponent - static_cast<int>(f.fraction));
  const bool circular = function.find("sin") != function.npos || function.find("cos") != function.npos;
  if (circular) return std::max(ulp, f.bits == 16 ? 0x1p-10 : 0x1p-19);
  if (f.bits == 64) return std::fabs(recorded) * 0x1p-14;
  if (f.bits == 32 && function.find("log") != function.npos) return std::max(ulp, 0x1p-22);
  return function.find("exp") != function.npos ? 2 * ulp : ulp;
}

}  // namespace

bool same_value(std::string_view type, uint64_t got, uint64_t recorded) {
  if (got == recorded) return true;
  if (type.empty()) return false;
  return each_element(type, got, recorded,
                      [](uint64_t a, uint64_t b, const Format& f) { return a == b || (is_nan(a, f) && is_nan(b, f)); });
}

bool close_value(std::string_view type, std::string_view mnemonic, uint64_t got, uint64_t recorded) {
  return each_element(type, got, recorded, [&](uint64_t a, uint64_t b, const Format& f) {
    if (a == b || (is_nan(a, f) && is_nan(b, f))) return true;
    const double x = as_double(a, f), y = as_double(b, f);
    if (!std::isfinite(x) || !std::isfinite(y)) return false;
    return std::fabs(x - y) <= allowed(mnemonic, f, y);
  });
}

}  // namespace portolan::vectors
