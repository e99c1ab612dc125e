#include "frontends/asm/divisions.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "frontends/asm/words.h"

namespace portolan::assembly {
namespace {

constexpr std::array<std::string_view, 10> kPrefixes = {"lock",  "rep", "repe",    "repz",   "repne",
                                                        "repnz", "bnd", "notrack", "data16", "addr32"};

class Scanner {
 public:
  Scanner(std::string_view line, Isa isa, bool intel) : line_(line), isa_(isa), intel_(intel) {}

  const char* run() {
    const size_t start = line_.find_first_not_of(kSpace);
    if (start == std::string_view::npos || line_[start] == '#') return nullptr;  // a comment for every assembler
    statement_ = start;
    size_t string_until = 0;  // behind a string whose contents are looked at
    for (size_t i = start; i < line_.size(); ++i) {
      char c = line_[i];
      if (c == '"' && i >= string_until) {
        size_t end = string_end(i);
        if (end == std::string_view::npos) return "a string that does not end on its line";
        if (holds_strings())
          i = end;
        else
          string_until = end + 1;
      } else if (c == '\'' && i >= string_until) {
        i += i + 1 < line_.size() && line_[i + 1] == '\\' ? 3 : 2;  // a character, as LLVM's lexer takes it
      } else if (i >= string_until && is_comment(i)) {
        size_t end = line_.compare(i, 2, "/*") == 0 ? line_.find("*/", i + 2) : std::string_view::npos;
        if (end == std::string_view::npos) return nullptr;
        i = end + 1;
      } else if (c == ';' || c == '\r' || (c == ':' && head_words(i) == 1)) {
        statement_ = i + 1;
      } else if (size_t length = operator_length(i); length != 0 && !is_number(i + length)) {
        return "a division by what is not a number other than zero";
      }
    }
    return nullptr;
  }

 private:
  size_t string_end(size_t open) const {
    for (size_t i = open + 1; i < line_.size(); ++i) {
      if (line_[i] == '"') return i;
      if (line_[i] == '\\') ++i;
    }
    return std::string_view::npos;
  }

  // Strings of directives are only strings, but those of macro calls and repetitions become code.
  bool holds_strings() const {
    size_t first = line_.find_first_not_of(kSpace, statement_);
    if (first == std::string_view::npos || line_[first] != '.') return false;
    std::string_view directive = line_.substr(first);
    return !directive.starts_with(".irp") && !directive.starts_with(".rep") && !directive.starts_with(".macro");
  }

  bool is_comment(size_t i) const {
    if (line_[i] == '/') return line_.compare(i, 2, "//") == 0 || line_.compare(i, 2, "/*") == 0;
    return line_[i] == '#' && isa_ != Isa::aarch64;
  }

  // Words since the start of the statement, prefixes aside; 0 when there is anything but words.
  unsigned head_words(size_t end) const {
    unsigned words = 0;
    for (size_t i = statement_; i < end;) {
      if (kSpace.find(line_[i]) != std::string_view::npos) {
        ++i;
        continue;
      }
      size_t stop = i;
      while (stop < end && is_word(line_[stop])) ++stop;
      if (stop == i) return 0;
      bool prefix = std::find(kPrefixes.begin(), kPrefixes.end(), line_.substr(i, stop - i)) != kPrefixes.end();
      if (!prefix) ++words;
      i = stop;
    }
    return words;
  }

  bool follows_operand(size_t i) const {
    size_t last = i == 0 ? std::string_view::npos : line_.find_last_not_of(kSpace, i - 1);
    if (last == std::string_view::npos || last < statement_) return false;
    char c = line_[last];
    return is_word(c) || c == ')' || c == ']' || c == '\'' || c == '"';
  }

  // 0 where no division stands.
  size_t operator_length(size_t i) const {
    if (line_[i] == '/') return i > 0 && line_[i - 1] == '*' ? 0 : 1;  // the end of a comment that began above
    if (line_[i] == '%') {
      // Behind the mnemonic a register, behind an operand the remainder.
      bool first = i > statement_ && kSpace.find(line_[i - 1]) != std::string_view::npos && head_words(i) == 1;
      return follows_operand(i) && !first ? 1 : 0;
    }
    if (!intel_ || i + 3 > line_.size() || (i > 0 && is_word(line_[i - 1]))) return 0;
    if (i + 3 < line_.size() && is_word(line_[i + 3])) return 0;
    constexpr std::string_view kMod = "mod";
    bool mod = std::equal(kMod.begin(), kMod.end(), line_.begin() + static_cast<std::ptrdiff_t>(i),
                          [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
    return mod && follows_operand(i) && head_words(i) != 1 ? 3 : 0;
  }

  // A number that is neither zero nor, in 64 bits, -1.
  bool is_number(size_t at) const {
    constexpr size_t kMaxDigits = 9;
    at = std::min(line_.find_first_not_of(kSpace, at), line_.size());
    size_t end = at;
    while (end < line_.size() && is_word(line_[end])) ++end;
    std::string_view word = line_.substr(at, end - at);
    bool hexadecimal = word.starts_with("0x") || word.starts_with("0X");
    if (hexadecimal) word.remove_prefix(2);
    bool digits = !word.empty() && word.size() <= kMaxDigits && std::all_of(word.begin(), word.end(), [&](char c) {
      return hexadecimal ? std::isxdigit(static_cast<unsigned char>(c)) != 0 : c >= '0' && c <= '9';
    });
    return digits && word.find_first_not_of('0') != std::string_view::npos;
  }

  std::string_view line_;
  Isa isa_;
  bool intel_;
  size_t statement_ = 0;
};

}  // namespace

const char* unsafe_division(std::string_view line, Isa isa, bool intel_syntax) {
  return Scanner(line, isa, intel_syntax).run();
}

}  // namespace portolan::assembly
