#include "frontends/accelerator/lexer.h"

namespace portolan::accelerator {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr std::string_view kLongSymbols[] = {":=", "..", "==", "!=", "<=", ">=", "<<", ">>", "->"};

class Lexer {
 public:
  Lexer(std::string_view text, bool dotted) : text_(text), dotted_(dotted) {}

  std::vector<Token> run() {
    std::vector<Token> tokens;
    do tokens.push_back(next());
    while (tokens.back().kind != Token::Kind::end);
    return tokens;
  }

 private:
  char at(size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }

  void skip_blanks() {
    for (; i_ < text_.size(); ++i_) {
      if (text_[i_] == '\n') {
        ++line_;
        line_begin_ = i_ + 1;
      } else if (text_[i_] == '/' && at(i_ + 1) == '/') {
        while (i_ + 1 < text_.size() && text_[i_ + 1] != '\n') ++i_;
      } else if (text_[i_] != ' ' && text_[i_] != '\t' && text_[i_] != '\r') {
        return;
      }
    }
  }

  Token make(Token::Kind kind, size_t begin, size_t end) {
    i_ = end;
    return {
        kind, text_.substr(begin, end - begin), {line_, static_cast<uint32_t>(begin - line_begin_ + 1)}, begin, end};
  }

  Token number(size_t begin) {
    size_t end = begin;
    while (is_letter(at(end)) || is_digit(at(end)) || at(end) == '\'') ++end;
    if (at(end) != '.' || !is_digit(at(end + 1))) return make(Token::Kind::number, begin, end);
    ++end;
    while (is_digit(at(end))) ++end;
    return make(Token::Kind::real, begin, end);
  }

  Token string(size_t begin) {
    size_t end = begin + 1;
    while (end < text_.size() && text_[end] != '"' && text_[end] != '\n') ++end;
    if (at(end) != '"') return make(Token::Kind::invalid, begin, end);
    Token token = make(Token::Kind::string, begin, end + 1);
    token.text = text_.substr(begin + 1, end - begin - 1);
    return token;
  }

  Token next() {
    skip_blanks();
    const size_t begin = i_;
    if (begin >= text_.size()) return make(Token::Kind::end, text_.size(), text_.size());
    if (is_letter(text_[begin])) {
      size_t end = begin;
      while (is_letter(at(end)) || is_digit(at(end)) || (dotted_ && at(end) == '.')) ++end;
      return make(Token::Kind::identifier, begin, end);
    }
    if (is_digit(text_[begin])) return number(begin);
    if (text_[begin] == '"') return string(begin);
    for (std::string_view symbol : kLongSymbols)
      if (text_.substr(begin).starts_with(symbol)) return make(Token::Kind::symbol, begin, begin + symbol.size());
    const bool printable = text_[begin] > ' ' && text_[begin] < 127;
    return make(printable ? Token::Kind::symbol : Token::Kind::invalid, begin, begin + 1);
  }

  std::string_view text_;
  bool dotted_;
  size_t i_ = 0, line_begin_ = 0;
  uint32_t line_ = 1;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view text, bool dotted) {
  return Lexer(text, dotted).run();
}

}  // namespace portolan::accelerator
