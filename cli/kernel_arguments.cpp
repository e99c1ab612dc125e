#include "cli/kernel_arguments.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cstring>
#include <optional>

namespace portolan::cli {
namespace {

constexpr uint64_t kMaxBuffer = uint64_t{1} << 28;

struct Type {
  std::string_view name;
  uint64_t size;
  bool floating;
};
constexpr Type kTypes[] = {{"i8", 1, false},  {"i16", 2, false}, {"i32", 4, false},
                           {"i64", 8, false}, {"f", 4, true},    {"d", 8, true}};

template <class T>
std::optional<T> parsed(std::string_view text, int base = 10) {
  T value{};
  std::from_chars_result r;
  if constexpr (std::is_floating_point_v<T>)
    r = std::from_chars(text.data(), text.data() + text.size(), value);
  else
    r = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (r.ec != std::errc() || r.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

// What fits the type with or without a sign.
std::optional<uint64_t> number(std::string_view text, const Type& type) {
  if (type.floating && type.size == 4) {
    const auto v = parsed<float>(text);
    return v ? std::optional<uint64_t>(std::bit_cast<uint32_t>(*v)) : std::nullopt;
  }
  if (type.floating) {
    const auto v = parsed<double>(text);
    return v ? std::optional(std::bit_cast<uint64_t>(*v)) : std::nullopt;
  }
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const bool hexadecimal = text.starts_with("0x");
  const auto size = parsed<uint64_t>(hexadecimal ? text.substr(2) : text, hexadecimal ? 16 : 10);
  const uint64_t bits = 8 * type.size;
  if (!size || (bits < 64 && *size >> bits != 0) || (negative && *size > uint64_t{1} << (bits - 1)))
    return std::nullopt;
  return negative ? 0 - *size : *size;
}

void append(std::vector<uint8_t>& to, uint64_t value, uint64_t size) {
  for (uint64_t n = 0; n < size; ++n) to.push_back(static_cast<uint8_t>(value >> (8 * n)));
}

std::optional<std::vector<uint8_t>> numbers(std::string_view text, const Type& type) {
  std::vector<uint8_t> bytes;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    const auto v = number(text.substr(0, comma), type);
    if (!v) return std::nullopt;
    append(bytes, *v, type.size);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return bytes;
}

std::optional<std::vector<uint8_t>> hexadecimal(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::vector<uint8_t> bytes;
  for (size_t n = 0; n < text.size(); n += 2) {
    const auto byte = parsed<uint8_t>(text.substr(n, 2), 16);
    if (!byte) return std::nullopt;
    bytes.push_back(*byte);
  }
  return bytes;
}

std::optional<KernelArgument> read(std::string_view text, simt::Memory& memory, const std::string& name) {
  KernelArgument a;
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view kind = text.substr(0, colon);
  const std::string_view value = text.substr(colon + 1);
  auto buffer = [&](std::vector<uint8_t> bytes, uint64_t size) {
    a.is_pointer = true;
    a.size = 8;
    a.value = memory.allocate(name, size, bytes);
    a.before = memory.at(a.value)->bytes;
    return a;
  };
  if (kind == "buf" || kind == "new") {
    const auto size = parsed<uint64_t>(value);
    if (!size || *size > kMaxBuffer) return std::nullopt;
    return buffer(kind == "buf" ? std::vector<uint8_t>(*size) : std::vector<uint8_t>(), *size);
  }
  if (kind == "hex") {
    auto bytes = hexadecimal(value);
    if (!bytes) return std::nullopt;
    const uint64_t size = bytes->size();
    return buffer(*std::move(bytes), size);
  }
  const bool list = kind.ends_with('*');
  if (list) kind.remove_suffix(1);
  for (const Type& t : kTypes) {
    if (t.name != kind) continue;
    a.type = std::string(kind);
    if (list) {
      auto bytes = numbers(value, t);
      if (!bytes) return std::nullopt;
      const uint64_t size = bytes->size();
      return buffer(*std::move(bytes), size);
    }
    const auto v = number(value, t);
    if (!v) return std::nullopt;
    a.size = t.size, a.value = *v;
    return a;
  }
  return std::nullopt;
}

template <class T>
T element(const std::vector<uint8_t>& bytes, size_t at) {
  T v;
  std::memcpy(&v, bytes.data() + at, sizeof v);
  return v;
}

}  // namespace

Expected<std::vector<KernelArgument>> parse_kernel_arguments(const std::vector<std::string>& texts,
                                                             simt::Memory& memory) {
  std::vector<KernelArgument> all;
  for (size_t n = 0; n < texts.size(); ++n) {
    auto a = read(texts[n], memory, fmt::format("argument {}", n + 1));
    if (!a) return error_at({}, fmt::format("argument {}, '{}': {}", n + 1, texts[n], kKernelArgumentSyntax));
    all.push_back(*std::move(a));
  }
  return all;
}

std::vector<uint8_t> lay_out(const std::vector<KernelArgument>& arguments) {
  std::vector<uint8_t> bytes;
  for (const KernelArgument& a : arguments) {
    bytes.resize((bytes.size() + a.size - 1) / a.size * a.size);
    append(bytes, a.value, a.size);
  }
  return bytes;
}

std::string numbers_text(const std::vector<uint8_t>& bytes, const std::string& type) {
  std::string text;
  for (const Type& t : kTypes) {
    if (t.name != type) continue;
    for (size_t at = 0; at + t.size <= bytes.size(); at += t.size) {
      text += at == 0 ? "" : " ";
      if (t.floating)
        text +=
            t.size == 4 ? fmt::format("{}", element<float>(bytes, at)) : fmt::format("{}", element<double>(bytes, at));
      else
        text += t.size == 1   ? fmt::format("{}", element<int8_t>(bytes, at))
                : t.size == 2 ? fmt::format("{}", element<int16_t>(bytes, at))
                : t.size == 4 ? fmt::format("{}", element<int32_t>(bytes, at))
                              : fmt::format("{}", element<int64_t>(bytes, at));
    }
  }
  return text;
}

}  // namespace portolan::cli
