// The words of PTX text (PTX ISA, 4). A directive, a modifier and a selector are one kind of word: a dot and what
// follows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ir/diagnostic.h"

namespace portolan::ptx {

struct Token {
  enum Kind : uint8_t {
    end,
    name,         // letters, digits, _ $ %
    dot,          // .word, with ::word parts; `text` has the dot
    integer,      // `bits`, `is_unsigned`
    floating,     // `bits` of an f64
    single,       // 0f…: `bits` of an f32
    text_,        // "…", `text` without the quotes
    punctuation,  // one character, or << >> <= >= == != && ||
    unknown,      // `text` says what is wrong
  };
  Kind kind = end;
  bool is_unsigned = false;
  bool glued = false;  // no space before it
  uint32_t line = 1, column = 1;
  uint64_t bits = 0;
  std::string_view text;

  bool is(std::string_view word) const { return (kind == punctuation || kind == dot || kind == name) && text == word; }
};

class Lexer {
 public:
  Lexer(std::string_view text, std::string file) : text_(text), file_(std::move(file)) { take(); }

  const Token& next() const { return next_; }
  Token take();
  Diagnostic error(const Token& at, std::string message) const;

 private:
  char at(size_t offset) const { return position_ + offset < text_.size() ? text_[position_ + offset] : '\0'; }
  void advance(size_t count);
  bool skip_space();  // false: a comment without an end
  void scan();
  void scan_number();
  void scan_real(size_t length);
  void finish(Token::Kind kind, size_t length);

  std::string_view text_;
  std::string file_;
  size_t position_ = 0, line_start_ = 0;
  uint32_t line_ = 1;
  Token next_;
};

}  // namespace portolan::ptx
