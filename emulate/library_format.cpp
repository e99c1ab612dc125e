#include "emulate/library_format.h"

#include <cstdio>
#include <string_view>

namespace portolan::emulate {
namespace {

struct Directive {
  std::string flags;
  std::optional<int> width, precision;
  std::string length;
  char conversion = 0;
};

constexpr int kMaxField = 4096;  // wider fields are refused

class Formatter {
 public:
  Formatter(Call& call, const std::string& format) : call_(call), format_(format) {}

  std::string run() {
    while (at_ < format_.size() && !call_.fault() && !call_.refused()) {
      const char c = format_[at_++];
      if (c != '%')
        text_ += c;
      else
        append(parse());
    }
    return text_;
  }

 private:
  bool next_is_one_of(std::string_view set) const {
    return at_ < format_.size() && set.find(format_[at_]) != std::string_view::npos;
  }
  std::optional<int> number() {
    if (next_is_one_of("*")) {
      ++at_;
      return static_cast<int>(call_.word());
    }
    if (!next_is_one_of("0123456789")) return std::nullopt;
    int value = 0;
    while (next_is_one_of("0123456789") && value <= kMaxField) value = value * 10 + (format_[at_++] - '0');
    return value;
  }
  Directive parse() {
    Directive directive;
    while (next_is_one_of("-+ #0")) directive.flags += format_[at_++];
    directive.width = number();
    if (next_is_one_of(".")) {
      ++at_;
      directive.precision = number().value_or(0);
    }
    while (next_is_one_of("hlqjztL")) directive.length += format_[at_++];
    if (at_ < format_.size()) directive.conversion = format_[at_++];
    return directive;
  }

  template <class T>
  void print(const Directive& directive, const char* length, T value) {
    std::string spec = "%" + directive.flags;
    if (directive.width) spec += std::to_string(*directive.width);  // a negative one is the flag "-"
    if (directive.precision && *directive.precision >= 0) spec += "." + std::to_string(*directive.precision);
    spec += length;
    spec += directive.conversion;
    const int size = std::snprintf(nullptr, 0, spec.c_str(), value);
    std::string piece(static_cast<size_t>(size) + 1, 0);
    std::snprintf(piece.data(), piece.size(), spec.c_str(), value);
    piece.pop_back();
    text_ += piece;
  }

  static unsigned integer_bits(const std::string& length) {
    return length == "hh" ? 8 : length == "h" ? 16 : length.empty() ? 32 : 64;
  }

  void append(const Directive& directive) {
    const bool sane = directive.width.value_or(0) <= kMaxField && directive.width.value_or(0) >= -kMaxField &&
                      directive.precision.value_or(0) <= kMaxField;
    const unsigned unused = 64 - integer_bits(directive.length);
    switch (sane ? directive.conversion : 0) {
      case '%':
        text_ += '%';
        break;
      case 'd':
      case 'i':
        print(directive, "ll", static_cast<long long>(static_cast<int64_t>(call_.integer() << unused) >> unused));
        break;
      case 'u':
      case 'o':
      case 'x':
      case 'X':
        print(directive, "ll", static_cast<unsigned long long>(call_.integer() << unused >> unused));
        break;
      case 'c':
        if (!directive.length.empty())
          call_.refuse();
        else
          print(directive, "", static_cast<int>(call_.word() & 0xff));
        break;
      case 's': {
        if (!directive.length.empty()) return call_.refuse();
        const bool limited = directive.precision && *directive.precision >= 0;
        const uint64_t limit = limited ? static_cast<uint64_t>(*directive.precision) : UINT64_MAX;
        print(directive, "", call_.read_string(call_.integer(), limit).c_str());
        break;
      }
      case 'f':
      case 'F':
      case 'e':
      case 'E':
      case 'g':
      case 'G':
      case 'a':
      case 'A':
        if (directive.length == "L")
          call_.refuse();
        else
          print(directive, "", call_.real());
        break;
      default:
        call_.refuse();  // %p among them: addresses differ between a program and its translation
    }
  }

  Call& call_;
  const std::string& format_;
  size_t at_ = 0;
  std::string text_;
};

}  // namespace

std::string format_text(Call& call, const std::string& format) {
  call.start_variable();
  return Formatter(call, format).run();
}

}  // namespace portolan::emulate
