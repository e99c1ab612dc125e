#include "gpu/manifest/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace portolan::manifest {
namespace {

constexpr int kDeepest = 50;

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

class Parser {
 public:
  Parser(std::string_view text, const Sizes& sizes) : rest_(text), sizes_(sizes) {}

  Expected<int64_t> run() {
    const int64_t value = sum(0);
    skip();
    if (!rest_.empty()) fail(fmt::format("'{}' is too much", rest_));
    if (!failure_.empty()) return error_at({}, failure_);
    return value;
  }

 private:
  int64_t fail(std::string why) {
    if (failure_.empty()) failure_ = std::move(why);
    rest_ = {};
    return 0;
  }
  void skip() {
    while (!rest_.empty() && rest_[0] == ' ') rest_.remove_prefix(1);
  }
  bool accept(char c) {
    skip();
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view word() {
    skip();
    size_t end = 0;
    while (end < rest_.size() && is_word(rest_[end])) ++end;
    const std::string_view found = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return found;
  }
  int64_t too_large() { return fail("the number is too large"); }

  int64_t sum(int depth) {
    int64_t value = product(depth);
    for (;;) {
      int64_t result = 0;
      if (accept('+')) {
        const int64_t other = product(depth);
        value = __builtin_add_overflow(value, other, &result) ? too_large() : result;
      } else if (accept('-')) {
        const int64_t other = product(depth);
        value = __builtin_sub_overflow(value, other, &result) ? too_large() : result;
      } else {
        return value;
      }
    }
  }

  int64_t product(int depth) {
    int64_t value = factor(depth);
    for (;;) {
      if (accept('*')) {
        int64_t result = 0;
        const int64_t other = factor(depth);
        value = __builtin_mul_overflow(value, other, &result) ? too_large() : result;
      } else if (accept('/')) {
        value = quotient(value, factor(depth), false);
      } else if (accept('%')) {
        const int64_t other = factor(depth);
        value = other <= 0 ? fail("a remainder needs a positive divisor") : value % other;
      } else {
        return value;
      }
    }
  }

  int64_t quotient(int64_t value, int64_t by, bool up) {
    if (by <= 0) return fail("a division needs a positive divisor");
    const int64_t down = value / by - (value % by < 0 ? 1 : 0);
    return up && value % by != 0 ? down + 1 : down;
  }

  int64_t factor(int depth) {
    if (depth > kDeepest) return fail("this is nested too deeply");
    if (accept('(')) {
      const int64_t value = sum(depth + 1);
      return accept(')') ? value : fail("a ')' is missing");
    }
    if (accept('-')) {
      int64_t result = 0;
      return __builtin_sub_overflow(int64_t{0}, factor(depth + 1), &result) ? too_large() : result;
    }
    const std::string_view name = word();
    if (name.empty()) return fail("a number or a name is missing");
    if (std::isdigit(static_cast<unsigned char>(name[0]))) {
      int64_t value = 0;
      const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
      if (error != std::errc() || end != name.data() + name.size()) return fail(fmt::format("'{}' is no number", name));
      return value;
    }
    if (accept('(')) return call(name, depth + 1);
    const auto found = sizes_.find(std::string(name));
    return found != sizes_.end() ? found->second : fail(fmt::format("there is no size '{}'", name));
  }

  int64_t call(std::string_view name, int depth) {
    const int64_t a = sum(depth);
    if (!accept(',')) return fail(fmt::format("'{}' takes two numbers", name));
    const int64_t b = sum(depth);
    if (!accept(')')) return fail("a ')' is missing");
    if (name == "divide_up") return quotient(a, b, true);
    if (name == "min") return std::min(a, b);
    if (name == "max") return std::max(a, b);
    return fail(fmt::format("there is no function '{}'; there are: divide_up, min, max", name));
  }

  std::string_view rest_;
  const Sizes& sizes_;
  std::string failure_;
};

}  // namespace

Expected<int64_t> evaluate(std::string_view text, const Sizes& sizes) {
  return Parser(text, sizes).run();
}

}  // namespace portolan::manifest
