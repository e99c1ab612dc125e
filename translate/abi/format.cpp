#include "translate/abi/format.h"

#include "fmt/format.h"

namespace portolan::abi {
namespace {

enum class Length : uint8_t { none, char_, short_, long_, long_long, long_double };

// The characters of a format; a wide one's that are not ASCII become a character that no conversion uses.
std::string narrow(FormatRole::Kind kind, std::string_view format) {
  bool wide = kind == FormatRole::Kind::wide_printf || kind == FormatRole::Kind::wide_scanf;
  if (!wide) return std::string(format.substr(0, format.find('\0')));
  std::string text;
  for (size_t i = 0; i + 4 <= format.size(); i += 4) {
    uint32_t character = 0;
    for (size_t j = 0; j < 4; ++j)
      character |= static_cast<uint32_t>(static_cast<unsigned char>(format[i + j])) << (8 * j);
    if (character == 0) break;
    text += character < 128 ? static_cast<char>(character) : '\x7f';
  }
  return text;
}

class FormatParser {
 public:
  explicit FormatParser(std::string text) : text_(std::move(text)) {}

  Expected<FormatArguments> run(bool is_scanf) {
    while (position_ < text_.size()) {
      if (text_[position_++] != '%') continue;
      start_ = position_ - 1;
      if (!(is_scanf ? scanf_conversion() : printf_conversion())) return error_at({}, refusal_);
    }
    return result_;
  }

 private:
  char peek() const { return position_ < text_.size() ? text_[position_] : '\0'; }
  bool accept(char c) { return peek() == c ? (++position_, true) : false; }
  void skip_any(std::string_view set) {
    while (peek() != '\0' && set.find(peek()) != std::string_view::npos) ++position_;
  }

  bool refuse(std::string_view why) {
    refusal_ = fmt::format("format conversion '{}' {}", text_.substr(start_, position_ - start_ + 1), why);
    return false;
  }

  // Digits, or '*' that takes an int.
  bool number_or_star() {
    if (accept('*')) {
      if (peek() >= '0' && peek() <= '9') return refuse("names its arguments by position");
      result_.types.push_back(integer_type(4, Sign::signed_));
      return true;
    }
    skip_any("0123456789");
    return peek() != '$' || refuse("names its arguments by position");
  }

  Length length() {
    switch (peek()) {
      case 'h':
        ++position_;
        return accept('h') ? Length::char_ : Length::short_;
      case 'l':
        ++position_;
        return accept('l') ? Length::long_long : Length::long_;
      case 'L':
        ++position_;
        return Length::long_double;
      case 'q':
        ++position_;
        return Length::long_long;
      case 'j':
      case 'z':
      case 'Z':
      case 't':
        ++position_;
        return Length::long_;
      default:
        return Length::none;
    }
  }

  void integer(Length size, Sign sign) {
    bool is_int = size == Length::none || size == Length::char_ || size == Length::short_;
    result_.types.push_back(integer_type(is_int ? 4 : 8, is_int && size != Length::none ? Sign::signed_ : sign));
  }

  // glibc reads %llf as a long double, the standard leaves it undefined.
  bool floating(Length size, bool pointer) {
    if (size != Length::none && size != Length::long_ && size != Length::long_double)
      return refuse("has an undefined length");
    if (size == Length::long_double) result_.differs = "long double";
    result_.types.push_back(
        pointer ? pointer_type()
                : floating_type(size == Length::long_double ? FloatFormat::long_double : FloatFormat::f64));
    return true;
  }

  bool printf_conversion() {
    skip_any("-+ #0'I");
    if (!number_or_star()) return false;
    if (accept('.') && !number_or_star()) return false;
    Length size = length();
    char conversion = peek();
    if (conversion == '\0') return refuse("is not complete");
    ++position_;
    switch (conversion) {
      case '%':
      case 'm':
        return true;
      case 'd':
      case 'i':
        return integer(size, Sign::signed_), true;
      case 'u':
      case 'o':
      case 'x':
      case 'X':
        return integer(size, Sign::unsigned_), true;
      case 'c':
      case 'C':
        result_.types.push_back(
            integer_type(4, conversion == 'C' || size == Length::long_ ? Sign::unsigned_ : Sign::signed_));
        return true;
      case 's':
      case 'S':
      case 'p':
      case 'n':
        result_.types.push_back(pointer_type());
        return true;
      default:
        return std::string_view("eEfFgGaA").find(conversion) != std::string_view::npos
                   ? floating(size, /*pointer=*/false)
                   : (--position_, refuse("is not known"));
    }
  }

  // After "%[": a ']' that comes first, or after '^', is part of the set.
  bool scan_set() {
    accept('^');
    accept(']');
    while (peek() != '\0' && peek() != ']') ++position_;
    return accept(']') || refuse("has no closing bracket");
  }

  bool scanf_conversion() {
    bool suppressed = false;
    while (peek() == '*' || peek() == '\'' || peek() == 'I') suppressed |= text_[position_++] == '*';
    skip_any("0123456789");
    if (peek() == '$') return refuse("names its arguments by position");
    accept('m');
    Length size = length();
    char conversion = peek();
    if (conversion == '\0') return refuse("is not complete");
    ++position_;
    if (conversion == '%') return true;
    if (conversion == '[' && !scan_set()) return false;
    bool is_float = std::string_view("eEfFgGaA").find(conversion) != std::string_view::npos;
    if (!is_float && std::string_view("diouxXcCsSpn[").find(conversion) == std::string_view::npos)
      return --position_, refuse("is not known");
    if (suppressed) return true;
    if (is_float) return floating(size, /*pointer=*/true);
    result_.types.push_back(pointer_type());
    return true;
  }

  std::string text_;
  size_t position_ = 0, start_ = 0;
  std::string refusal_;
  FormatArguments result_;
};

}  // namespace

Expected<FormatArguments> format_arguments(FormatRole::Kind kind, std::string_view format) {
  bool is_scanf = kind == FormatRole::Kind::scanf || kind == FormatRole::Kind::wide_scanf;
  return FormatParser(narrow(kind, format)).run(is_scanf);
}

}  // namespace portolan::abi
