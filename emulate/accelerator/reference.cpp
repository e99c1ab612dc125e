#include "emulate/accelerator/reference.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

namespace portolan::accelerator {

std::optional<uint64_t> element_bits(const Type& type, std::string_view text) {
  if (type.real) {
    const std::string copy(text);
    char* end = nullptr;
    const double value = std::strtod(copy.c_str(), &end);
    if (copy.empty() || end != copy.c_str() + copy.size()) return std::nullopt;
    if (!std::isnan(value) && type.real->round(value) != value) return std::nullopt;
    return type.real->bits(value);
  }
  const bool negative = text.starts_with('-');
  const auto magnitude = number_of(text.substr(negative ? 1 : 0));
  if (!magnitude) return std::nullopt;
  const Number value = negative ? -*magnitude : *magnitude;
  if (!fits(value, type.width, type.is_signed)) return std::nullopt;
  return static_cast<uint64_t>(static_cast<UnsignedNumber>(value) & mask_of(type.width));
}

std::string element_text(const Type& type, uint64_t bits) {
  if (type.real) return fmt::format("{}", type.real->value(bits));
  return to_string(wrap(static_cast<Number>(bits), type.width, type.is_signed));
}

}  // namespace portolan::accelerator
