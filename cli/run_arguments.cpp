#include "cli/run_arguments.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <optional>

#include "emulate/arena.h"
#include "translate/boundary.h"

namespace portolan::cli {
namespace {

using verify::BoundaryValue;

constexpr uint64_t kMaxBuffer = 16 << 20;

// Decimal or hexadecimal, what 64 bits hold with or without sign.
std::optional<uint64_t> integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const int base = text.starts_with("0x") || text.starts_with("0X") ? 16 : 10;
  if (base == 16) text.remove_prefix(2);
  uint64_t magnitude = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), magnitude, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (negative && magnitude > uint64_t{1} << 63) return std::nullopt;
  return negative ? 0 - magnitude : magnitude;
}

template <class T>
std::optional<T> floating(std::string_view text) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::vector<uint8_t>> hexadecimal(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::vector<uint8_t> bytes(text.size() / 2);
  for (size_t n = 0; n < bytes.size(); ++n) {
    const char* at = text.data() + 2 * n;
    if (std::from_chars(at, at + 2, bytes[n], 16).ptr != at + 2) return std::nullopt;
  }
  return bytes;
}

// What the argument points to, if it is of the kinds that do; an empty optional inside: it is ill-formed.
std::optional<std::optional<std::vector<uint8_t>>> pointee(std::string_view text) {
  if (text.starts_with("str:")) {
    std::vector<uint8_t> bytes(text.begin() + 4, text.end());
    bytes.push_back(0);
    return bytes;
  }
  if (text.starts_with("hex:")) return hexadecimal(text.substr(4));
  if (!text.starts_with("buf:")) return std::nullopt;
  const std::optional<uint64_t> size = integer(text.substr(4));
  if (!size || *size > kMaxBuffer) return std::optional<std::vector<uint8_t>>();
  return std::vector<uint8_t>(*size);
}

}  // namespace

Expected<RunArguments> parse_run_arguments(Isa isa, const std::string& function,
                                           const std::vector<std::string>& arguments) {
  RunArguments result;
  result.boundary.name = result.boundary.target_name = function;
  translate::ArgumentPlaces places(isa);
  emulate::Arena arena;
  for (size_t n = 0; n < arguments.size(); ++n) {
    const std::string& text = arguments[n];
    const auto bad = [&](std::string_view why) {
      return error_at({}, fmt::format("argument {}, '{}': {}", n + 1, text, why));
    };
    BoundaryValue value;
    uint64_t bits = 0;
    if (text.starts_with("f:") || text.starts_with("d:")) {
      value.kind = BoundaryValue::Kind::floating;
      value.bits = text[0] == 'f' ? 32 : 64;
      const auto single = floating<float>(std::string_view(text).substr(2));
      const auto wide = floating<double>(std::string_view(text).substr(2));
      if (value.bits == 32 ? !single : !wide) return bad("not a floating-point number");
      bits = value.bits == 32 ? std::bit_cast<uint32_t>(*single) : std::bit_cast<uint64_t>(*wide);
      value.source = places.floating();
      result.floating = true;
    } else {
      value.source = places.integer();
      if (auto bytes = pointee(text)) {
        if (!*bytes) return bad("buf: takes a size of at most 16777216, hex: pairs of digits");
        bits = arena.place((*bytes)->size(), emulate::Arena::Edge::end, 16);
        result.input.regions.push_back({bits, std::move(**bytes), true});
        result.buffer_of.push_back(n);
      } else if (auto number = integer(text)) {
        bits = *number;
      } else {
        return bad(kArgumentSyntax);
      }
    }
    value.target = value.source;
    result.boundary.parameters.push_back(value);
    result.input.values.push_back({bits, 0});
  }
  return result;
}

}  // namespace portolan::cli
