// What both halves of the parser share: looking at tokens, and what happens at an error. After an error the stream
// seems to end, so that everything unwinds, until recover() goes on at the next declaration.
#pragma once

#include "frontends/accelerator/lexer.h"

namespace portolan::accelerator {

class TokenStream {
 public:
  TokenStream(const Description& description, std::vector<Diagnostic>& errors)
      : description_(description), errors_(errors), tokens_(tokens_of(description.contents)) {
    end_.at = tokens_.back().at;
    end_.begin = end_.end = tokens_.back().begin;
  }

  const Token& peek(size_t ahead = 0) const {
    return failed_ || i_ + ahead >= tokens_.size() ? end_ : tokens_[i_ + ahead];
  }
  Position here() const { return tokens_[std::min(i_, tokens_.size() - 1)].at; }
  // Where the last token that was taken ends.
  size_t last_end() const { return i_ == 0 ? 0 : tokens_[i_ - 1].end; }
  uint32_t last_line() const { return i_ == 0 ? 0 : tokens_[i_ - 1].at.line; }
  bool at_end() const { return peek().kind == Token::Kind::end; }
  bool failed() const { return failed_; }

  bool is(std::string_view word) const {
    const Token& token = peek();
    return token.text == word && (token.kind == Token::Kind::symbol || token.kind == Token::Kind::identifier);
  }
  Token take() {
    Token token = peek();
    if (!failed_ && i_ + 1 < tokens_.size()) ++i_;
    return token;
  }
  bool accept(std::string_view word) {
    if (!is(word)) return false;
    take();
    return true;
  }
  void expect(std::string_view word) {
    if (!accept(word)) fail("expected '" + std::string(word) + "'");
  }
  std::string identifier(const char* what) {
    if (peek().kind == Token::Kind::identifier) return std::string(take().text);
    fail(std::string("expected ") + what);
    return {};
  }
  std::string string(const char* what) {
    if (peek().kind == Token::Kind::string) return std::string(take().text);
    fail(std::string("expected ") + what + " in double quotes");
    return {};
  }
  Number number(const char* what) {
    if (peek().kind == Token::Kind::number)
      if (const auto value = number_of(peek().text)) return take(), *value;
    fail(std::string("expected ") + what + ", a number");
    return 0;
  }
  unsigned small(const char* what, Number largest) {
    const Position at = here();
    const Number value = number(what);
    if (value <= largest) return static_cast<unsigned>(value);
    fail_at(at, std::string(what) + " is at most " + to_string(largest));
    return 0;
  }

  void fail(std::string message) {
    const Token& token = peek();
    if (token.kind == Token::Kind::end)
      message += ", and the text ends here";
    else if (token.kind == Token::Kind::invalid && token.text.starts_with('"'))
      message = "this string has no end on its line";
    else
      message += ", not '" + std::string(token.text) + "'";
    fail_at(token.at, std::move(message));
  }
  void fail_at(Position at, std::string message) {
    if (!failed_) errors_.push_back(description_.error(at, std::move(message)));
    failed_ = true;
  }
  // Goes on at the next token for which `begins` holds.
  template <class Begins>
  void recover(Begins begins) {
    failed_ = false;
    if (i_ == recovered_) take();  // the declaration that failed took nothing
    while (!at_end() && !begins(peek())) take();
    recovered_ = i_;
  }

 private:
  const Description& description_;
  std::vector<Diagnostic>& errors_;
  std::vector<Token> tokens_;
  Token end_;
  size_t i_ = 0, recovered_ = SIZE_MAX;
  bool failed_ = false;
};

}  // namespace portolan::accelerator
