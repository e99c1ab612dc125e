// Constant expressions (PTX ISA, 4.5.5 and 4.5.6): 64-bit integers, signed unless marked, and reals.
#pragma once

#include <optional>

#include "frontends/ptx/token.h"

namespace portolan::ptx {

struct Constant {
  enum Kind : uint8_t { integer, real, single };
  Kind kind = integer;
  bool is_unsigned = false;
  uint64_t bits = 0;
};

class Expressions {
 public:
  explicit Expressions(Lexer& lexer) : lexer_(lexer) {}
  // Nothing: failure() says why.
  std::optional<Constant> read() { return conditional(); }
  const std::optional<Diagnostic>& failure() const { return failure_; }

 private:
  std::optional<Constant> conditional();
  std::optional<Constant> binary(int weakest);
  std::optional<Constant> unary();
  std::optional<Constant> primary();
  std::optional<Constant> apply(const Token& op, const Constant& a, const Constant& b);
  std::nullopt_t fail(const Token& at, std::string message);

  Lexer& lexer_;
  std::optional<Diagnostic> failure_;
  int depth_ = 0;
};

}  // namespace portolan::ptx
