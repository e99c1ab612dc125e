#include "frontends/ptx/token.h"

#include <bit>
#include <charconv>
#include <cstdlib>

namespace portolan::ptx {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

}  // namespace

Diagnostic Lexer::error(const Token& at, std::string message) const {
  Diagnostic diagnostic = error_at({file_, at.line, at.column}, std::move(message));
  size_t start = 0;
  for (uint32_t line = 1; line < at.line; ++line) {
    const size_t newline = text_.find('\n', start);
    if (newline == std::string_view::npos) return diagnostic;
    start = newline + 1;
  }
  diagnostic.source_line = std::string(text_.substr(start, text_.find('\n', start) - start));
  return diagnostic;
}

void Lexer::advance(size_t count) {
  for (; count > 0 && position_ < text_.size(); --count)
    if (text_[position_++] == '\n') ++line_, line_start_ = position_;
}

bool Lexer::skip_space() {
  for (;;) {
    const char c = at(0);
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v') {
      advance(1);
    } else if (c == '/' && at(1) == '/') {
      while (position_ < text_.size() && at(0) != '\n') advance(1);
    } else if (c == '/' && at(1) == '*') {
      const size_t close = text_.find("*/", position_ + 2);
      if (close == std::string_view::npos) return false;
      advance(close + 2 - position_);
    } else {
      return true;
    }
  }
}

Token Lexer::take() {
  Token token = next_;
  const size_t before = position_;
  const bool closed = skip_space();
  next_ = Token();
  next_.glued = position_ == before;
  next_.line = line_;
  next_.column = static_cast<uint32_t>(position_ - line_start_ + 1);
  if (!closed) {
    next_.kind = Token::unknown;
    next_.text = "a comment that does not end";
    position_ = text_.size();
  } else if (position_ < text_.size()) {
    scan();
  }
  return token;
}

void Lexer::finish(Token::Kind kind, size_t length) {
  next_.kind = kind;
  next_.text = text_.substr(position_, length);
  advance(length);
}

void Lexer::scan() {
  const char c = at(0);
  if (is_digit(c)) return scan_number();
  if (is_word(c) || (c == '%' && is_word(at(1)))) {
    size_t length = 1;
    while (is_word(at(length))) ++length;
    return finish(Token::name, length);
  }
  if (c == '.' && is_word(at(1))) {
    size_t length = 1;
    while (is_word(at(length)) || (at(length) == ':' && at(length + 1) == ':' && is_word(at(length + 2))))
      length += at(length) == ':' ? 2 : 1;
    return finish(Token::dot, length);
  }
  if (c == '"') {
    size_t length = 1;
    while (position_ + length < text_.size() && at(length) != '"' && at(length) != '\n') ++length;
    if (at(length) == '"') {
      finish(Token::text_, length + 1);
      next_.text = next_.text.substr(1, length - 1);
      return;
    }
  }
  static constexpr std::string_view kTwo[] = {"<<", ">>", "<=", ">=", "==", "!=", "&&", "||"};
  for (std::string_view two : kTwo)
    if (text_.substr(position_, 2) == two) return finish(Token::punctuation, 2);
  static constexpr std::string_view kOne = ",;:()[]{}<>+-*/%!~&|^?=@";
  if (kOne.find(c) != std::string_view::npos) return finish(Token::punctuation, 1);
  finish(Token::unknown, 1);
  next_.text = "a character that PTX does not have";
}

// PTX ISA, 4.5: 0x 0b 0 prefixes, U behind an integer, 0f and 0d with the bits of a number, decimal reals.
void Lexer::scan_number() {
  const char kind = at(0) == '0' ? at(1) : '\0';
  auto parse = [&](size_t from, size_t length, int base) {
    const char* begin = text_.data() + position_ + from;
    const auto [end, error] = std::from_chars(begin, begin + length, next_.bits, base);
    return length != 0 && error == std::errc() && end == begin + length;
  };
  if (kind == 'f' || kind == 'F' || kind == 'd' || kind == 'D') {
    const bool is_single = kind == 'f' || kind == 'F';
    const size_t digits = is_single ? 8 : 16;
    size_t length = 0;
    while (is_hex(at(2 + length))) ++length;
    const bool good = length == digits && parse(2, digits, 16);
    finish(!good ? Token::unknown : is_single ? Token::single : Token::floating, 2 + length);
    if (!good) next_.text = is_single ? "0f takes 8 hexadecimal digits" : "0d takes 16 hexadecimal digits";
    return;
  }
  size_t length = 0;
  while (is_digit(at(length))) ++length;
  const bool prefixed = kind == 'x' || kind == 'X' || kind == 'b' || kind == 'B';
  if (!prefixed && (at(length) == '.' || at(length) == 'e' || at(length) == 'E')) return scan_real(length);
  size_t from = 0;
  int base = 10;
  if (prefixed) {
    from = 2, base = kind == 'x' || kind == 'X' ? 16 : 2;
    length = 2;
    while (is_hex(at(length))) ++length;
  } else if (at(0) == '0' && length > 1) {
    base = 8;
  }
  const bool good = parse(from, length - from, base);
  const bool marked = at(length) == 'U' || at(length) == 'u';
  if (marked) ++length;
  const bool ends = !is_word(at(length));
  const uint64_t value = next_.bits;
  finish(good && ends ? Token::integer : Token::unknown, length);
  if (!good || !ends) next_.text = "a number that cannot be read";
  next_.bits = value;
  next_.is_unsigned = marked || value > static_cast<uint64_t>(INT64_MAX);
}

void Lexer::scan_real(size_t length) {
  if (at(length) == '.') ++length;
  while (is_digit(at(length))) ++length;
  if (at(length) == 'e' || at(length) == 'E') {
    size_t digits = length + (at(length + 1) == '+' || at(length + 1) == '-' ? 2 : 1);
    if (is_digit(at(digits))) {
      while (is_digit(at(digits))) ++digits;
      length = digits;
    }
  }
  double value = 0;
  const char* begin = text_.data() + position_;
  const auto [end, error] = std::from_chars(begin, begin + length, value);
  const bool good = (error == std::errc() || error == std::errc::result_out_of_range) && end == begin + length;
  if (error == std::errc::result_out_of_range) value = std::strtod(std::string(begin, length).c_str(), nullptr);
  finish(good && !is_word(at(length)) ? Token::floating : Token::unknown, length);
  if (next_.kind == Token::unknown) next_.text = "a number that cannot be read";
  next_.bits = std::bit_cast<uint64_t>(value);
}

}  // namespace portolan::ptx
