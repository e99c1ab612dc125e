// The words of the IR's text form.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ir/diagnostic.h"

namespace portolan::ir {

struct Token {
  enum Kind : uint8_t {
    end,
    name,         // letters, digits and _
    number,       // -1, 0x1f
    string,       // "…", `text` without the quotes and escapes undone
    value,        // %12, `text` is 12
    punctuation,  // one character, or ->
    unknown,
  };
  Kind kind = end;
  bool first = true;  // on its line
  size_t offset = 0;
  size_t past = 0;  // offset behind the last character
  std::string text;
};

class TextScanner {
 public:
  explicit TextScanner(std::string_view text) : text_(text) { take(); }

  const Token& next() const { return next_; }
  Token take();
  // The character there, or 0 behind the end.
  char at(size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }

  Diagnostic error(const std::string& file, size_t offset, std::string message) const;

 private:
  void skip_space();  // notes in next_ whether a line ended
  void scan_string();

  std::string_view text_;
  size_t position_ = 0;
  Token next_;
};

}  // namespace portolan::ir
