#include "ir/text_scanner.h"

#include <algorithm>
#include <utility>

namespace portolan::ir {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

void TextScanner::skip_space() {
  while (position_ < text_.size()) {
    char c = text_[position_];
    if (c == '/' && at(position_ + 1) == '/')
      position_ = std::min(text_.size(), text_.find('\n', position_));
    else if (c == '\n')
      next_.first = true, ++position_;
    else if (c == ' ' || c == '\t' || c == '\r')
      ++position_;
    else
      return;
  }
}

// Behind the opening quote. An unfinished string or escape is an unknown token.
void TextScanner::scan_string() {
  next_.kind = Token::unknown;
  while (position_ < text_.size() && text_[position_] != '\n') {
    char c = text_[position_++];
    if (c == '"') {
      next_.kind = Token::string;
      return;
    }
    if (c == '\\') {
      char escape = at(position_++);
      if (escape == 'x') {
        int high = hex_value(at(position_)), low = hex_value(at(position_ + 1));
        if (high < 0 || low < 0) return;
        position_ += 2;
        c = static_cast<char>(high * 16 + low);
      } else if (escape == '"' || escape == '\\') {
        c = escape;
      } else {
        return;
      }
    }
    next_.text += c;
  }
}

Token TextScanner::take() {
  Token taken = std::move(next_);
  next_ = Token{};
  next_.first = position_ == 0;
  skip_space();
  next_.offset = position_;
  char c = at(position_), second = at(position_ + 1);
  auto word = [&](size_t from) {
    position_ = from;
    while (is_word(at(position_))) ++position_;
    next_.text = text_.substr(next_.offset, position_ - next_.offset);
  };
  if (position_ >= text_.size()) {
    next_.kind = Token::end;
  } else if (is_digit(c) || ((c == '-' || c == '+') && is_digit(second))) {
    next_.kind = Token::number;
    word(position_ + 1);
  } else if (is_word(c)) {
    next_.kind = Token::name;
    word(position_ + 1);
  } else if (c == '%' && is_digit(second)) {
    next_.kind = Token::value;
    word(position_ + 1);
    next_.text.erase(0, 1);
  } else if (c == '"') {
    ++position_;
    scan_string();
  } else if (c == '-' && second == '>') {
    next_.kind = Token::punctuation;
    next_.text = "->";
    position_ += 2;
  } else {
    static constexpr std::string_view kPunctuation = "(){}[]:,=@";
    next_.kind = kPunctuation.find(c) == std::string_view::npos ? Token::unknown : Token::punctuation;
    next_.text = c;
    ++position_;
  }
  next_.past = position_;
  return taken;
}

Diagnostic TextScanner::error(const std::string& file, size_t offset, std::string message) const {
  std::string_view before = text_.substr(0, offset);
  size_t start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  SourceLocation location{file, static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n') + 1),
                          static_cast<uint32_t>(before.size() - start + 1)};
  Diagnostic d = error_at(std::move(location), std::move(message));
  d.source_line = text_.substr(start, std::min(text_.size(), text_.find('\n', start)) - start);
  return d;
}

}  // namespace portolan::ir
