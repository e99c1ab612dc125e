#include "translate/rules/text.h"

#include <fmt/format.h>

#include <charconv>

#include "llvm/ADT/SmallString.h"

namespace portolan::rules {
namespace {

constexpr uint32_t kMostBits = 4096;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The value of `name`, or of `name*2` and the like.
std::optional<std::string> parameter_value(std::string_view text, const Parameters& parameters) {
  const std::string name(take_identifier(text));
  const auto at = parameters.find(name);
  if (at == parameters.end()) return std::nullopt;
  skip_blanks(text);
  if (text.empty()) return at->second;
  const char operation = text.front();
  text.remove_prefix(1);
  skip_blanks(text);
  const std::optional<uint64_t> right = take_number(text);
  std::string_view value = at->second;
  const std::optional<uint64_t> left = take_number(value);
  if (!left || !right || !value.empty() || !text.empty() || *left > UINT32_MAX || *right > UINT32_MAX) return {};
  switch (operation) {
    case '*':
      return std::to_string(*left * *right);
    case '+':
      return std::to_string(*left + *right);
    case '-':
      return *left < *right ? std::nullopt : std::optional(std::to_string(*left - *right));
    case '/':
      return *right == 0 ? std::nullopt : std::optional(std::to_string(*left / *right));
    default:
      return std::nullopt;
  }
}

std::string hexadecimal(const ir::APInt& value) {
  llvm::SmallString<40> digits;
  value.toString(digits, 16, false, true);
  return fmt::format("{}:b{}", std::string_view(digits.data(), digits.size()), value.getBitWidth());
}

// "0xff:b16 x 8"
std::optional<std::string> repeated(std::string_view text) {
  skip_blanks(text);
  const std::optional<uint64_t> value = take_number(text);
  if (!value || !take(text, ":") || !take(text, "b")) return std::nullopt;
  const std::optional<uint64_t> width = take_number(text);
  skip_blanks(text);
  if (!width || !take(text, "x")) return std::nullopt;
  skip_blanks(text);
  const std::optional<uint64_t> count = take_number(text);
  skip_blanks(text);
  if (!count || !text.empty() || *width == 0 || *count == 0 || *width > 64 || *count > kMostBits / *width) return {};
  if (*width < 64 && *value >> *width != 0) return std::nullopt;
  return hexadecimal(
      ir::APInt::getSplat(static_cast<unsigned>(*width * *count), ir::APInt(static_cast<unsigned>(*width), *value)));
}

bool looks_like_register_modifier(char c) {
  return std::string_view("bhsdqwx").find(c) != std::string_view::npos;
}

// What stands between braces, if it has the form of an operand.
std::optional<TemplatePiece> operand_piece(std::string_view text) {
  TemplatePiece piece;
  piece.operand = true;
  if (const std::optional<uint64_t> minuend = take_number(text)) {
    if (!take(text, "-")) return std::nullopt;
    piece.minuend = static_cast<int64_t>(*minuend);
    piece.subtract = true;
  }
  piece.text = take_identifier(text);
  if (piece.text.empty()) return std::nullopt;
  if (take(text, ".")) {
    const std::optional<uint64_t> index = take_number(text);
    if (!index || *index > 7) return std::nullopt;
    piece.piece = static_cast<int>(*index);
  }
  if (take(text, ":")) {
    if (text.size() != 1 || !looks_like_register_modifier(text[0])) return std::nullopt;
    piece.modifier = text[0];
    text.remove_prefix(1);
  }
  return text.empty() ? std::optional(piece) : std::nullopt;
}

}  // namespace

void skip_blanks(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
}

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

std::string_view take_identifier(std::string_view& text) {
  size_t length = 0;
  while (length < text.size() && (is_letter(text[length]) || (length > 0 && is_digit(text[length])))) ++length;
  const std::string_view word = text.substr(0, length);
  text.remove_prefix(length);
  return word;
}

std::optional<uint64_t> take_number(std::string_view& text) {
  const bool hex = text.starts_with("0x");
  std::string_view digits = hex ? text.substr(2) : text;
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

std::optional<ir::APInt> take_constant(std::string_view& text, uint32_t width) {
  const bool hex = take(text, "0x");
  size_t length = 0;
  while (length < text.size() &&
         (is_digit(text[length]) || (hex && std::isxdigit(static_cast<unsigned char>(text[length])))))
    ++length;
  ir::APInt value;
  if (length == 0 || length > kMostBits / 4 || llvm::StringRef(text.data(), length).getAsInteger(hex ? 16 : 10, value))
    return std::nullopt;
  text.remove_prefix(length);
  if (!take(text, ":b")) return std::nullopt;
  const std::optional<uint64_t> part = take_number(text);
  if (!part || *part == 0 || *part > width || width % *part != 0 || value.getActiveBits() > *part) return std::nullopt;
  return ir::APInt::getSplat(width, value.zextOrTrunc(static_cast<unsigned>(*part)));
}

std::vector<SourceLine> source_lines(std::string_view text) {
  std::vector<SourceLine> lines;
  for (uint32_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    line = line.substr(0, line.find("//"));
    skip_blanks(line);
    const size_t last = line.find_last_not_of(" \t\r");
    if (last == std::string_view::npos) continue;
    lines.push_back({std::string(line.substr(0, last + 1)), number});
  }
  return lines;
}

std::optional<std::string> substitute(std::string& line, const Parameters& parameters) {
  for (size_t at = 0; (at = line.find('$', at)) != std::string::npos;) {
    std::string_view rest = std::string_view(line).substr(at + 1), inner;
    size_t past = 0;
    if (rest.starts_with('{')) {
      const size_t close = rest.find('}');
      if (close == std::string_view::npos) return "'${' without '}'";
      inner = rest.substr(1, close - 1);
      past = at + close + 2;
    } else {
      inner = take_identifier(rest);
      past = at + 1 + inner.size();
    }
    const std::optional<std::string> value = parameter_value(inner, parameters);
    if (!value) return fmt::format("'{}' is no parameter of the rule, or cannot be computed", inner);
    line.replace(at, past - at, *value);
    at += value->size();
  }
  for (size_t at = 0; (at = line.find('[', at)) != std::string::npos; ++at) {
    const size_t close = line.find(']', at);
    if (close == std::string::npos) break;
    if (auto constant = repeated(std::string_view(line).substr(at + 1, close - at - 1)))
      line.replace(at, close + 1 - at, *constant);
  }
  return std::nullopt;
}

Expected<std::vector<TemplatePiece>> template_pieces(std::string_view text, const SourceLocation& location) {
  std::vector<TemplatePiece> pieces;
  std::string literal;
  const std::string_view whole = text;
  while (!text.empty()) {
    const size_t close = text.find('}');
    if (text.front() == '{' && close != std::string_view::npos) {
      if (auto piece = operand_piece(text.substr(1, close - 1))) {
        if (!literal.empty()) pieces.push_back({std::exchange(literal, {})});
        pieces.push_back(std::move(*piece));
        text.remove_prefix(close + 1);
        continue;
      }
    }
    // The line becomes part of an LLVM inline-assembly string and of a file: one statement of one line.
    if (text.front() == ';' || text.front() == '$' || static_cast<unsigned char>(text.front()) < 0x20)
      return error_at({location.file, location.line, static_cast<uint32_t>(whole.size() - text.size() + 1)},
                      "a template line is one instruction");
    literal += text.front();
    text.remove_prefix(1);
  }
  if (!literal.empty()) pieces.push_back({literal});
  return pieces;
}

}  // namespace portolan::rules
