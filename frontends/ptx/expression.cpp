#include "frontends/ptx/expression.h"

#include <bit>

namespace portolan::ptx {
namespace {

constexpr int kMaxDepth = 200;  // of nesting: the reader recurses

int precedence(std::string_view op) {
  static constexpr std::string_view kLevels[][4] = {
      {"||"},       {"&&"},     {"|"},          {"^"}, {"&"}, {"==", "!="}, {"<", ">", "<=", ">="},
      {"<<", ">>"}, {"+", "-"}, {"*", "/", "%"}};
  for (int level = 0; level < 10; ++level)
    for (std::string_view candidate : kLevels[level])
      if (!candidate.empty() && candidate == op) return level;
  return -1;
}

Constant boolean(bool value) {
  return {Constant::integer, false, value ? 1u : 0u};
}

std::optional<Constant> integer_operation(std::string_view op, const Constant& a, const Constant& b) {
  const bool is_unsigned = a.is_unsigned || b.is_unsigned;
  const uint64_t x = a.bits, y = b.bits;
  const int64_t sx = static_cast<int64_t>(x), sy = static_cast<int64_t>(y);
  auto number = [&](uint64_t value) { return Constant{Constant::integer, is_unsigned, value}; };
  if (op == "+") return number(x + y);
  if (op == "-") return number(x - y);
  if (op == "*") return number(x * y);
  if (op == "/" || op == "%") {
    if (y == 0) return std::nullopt;
    if (is_unsigned) return number(op == "/" ? x / y : x % y);
    if (sy == -1) return number(op == "/" ? 0 - x : 0);
    return number(static_cast<uint64_t>(op == "/" ? sx / sy : sx % sy));
  }
  if (op == "&") return number(x & y);
  if (op == "|") return number(x | y);
  if (op == "^") return number(x ^ y);
  // The type of a shift is that of its left operand.
  if (op == "<<") return Constant{Constant::integer, a.is_unsigned, y >= 64 ? 0 : x << y};
  if (op == ">>") {
    const uint64_t count = y >= 64 ? 63 : y;
    if (a.is_unsigned) return Constant{Constant::integer, true, y >= 64 ? 0 : x >> count};
    return Constant{Constant::integer, false, static_cast<uint64_t>(sx >> count)};
  }
  if (op == "&&") return boolean(x != 0 && y != 0);
  if (op == "||") return boolean(x != 0 || y != 0);
  if (op == "==") return boolean(x == y);
  if (op == "!=") return boolean(x != y);
  if (op == "<") return boolean(is_unsigned ? x < y : sx < sy);
  if (op == "<=") return boolean(is_unsigned ? x <= y : sx <= sy);
  if (op == ">") return boolean(is_unsigned ? x > y : sx > sy);
  return boolean(is_unsigned ? x >= y : sx >= sy);
}

double as_real(const Constant& c) {
  if (c.kind == Constant::real) return std::bit_cast<double>(c.bits);
  if (c.kind == Constant::single) return std::bit_cast<float>(static_cast<uint32_t>(c.bits));
  return c.is_unsigned ? static_cast<double>(c.bits) : static_cast<double>(static_cast<int64_t>(c.bits));
}

std::optional<Constant> real_operation(std::string_view op, double x, double y) {
  auto number = [](double value) { return Constant{Constant::real, false, std::bit_cast<uint64_t>(value)}; };
  if (op == "+") return number(x + y);
  if (op == "-") return number(x - y);
  if (op == "*") return number(x * y);
  if (op == "/") return number(x / y);
  if (op == "==") return boolean(x == y);
  if (op == "!=") return boolean(x != y);
  if (op == "<") return boolean(x < y);
  if (op == "<=") return boolean(x <= y);
  if (op == ">") return boolean(x > y);
  if (op == ">=") return boolean(x >= y);
  return std::nullopt;
}

}  // namespace

std::nullopt_t Expressions::fail(const Token& at, std::string message) {
  if (!failure_) failure_ = lexer_.error(at, std::move(message));
  return std::nullopt;
}

std::optional<Constant> Expressions::conditional() {
  const Token start = lexer_.next();
  std::optional<Constant> condition = binary(0);
  if (!condition || !lexer_.next().is("?")) return condition;
  lexer_.take();
  if (++depth_ > kMaxDepth) return fail(start, "an expression is nested too deeply");
  std::optional<Constant> yes = conditional();
  if (!yes) return std::nullopt;
  if (!lexer_.next().is(":")) return fail(lexer_.next(), "expected ':'");
  lexer_.take();
  std::optional<Constant> no = conditional();
  --depth_;
  if (!no) return std::nullopt;
  return condition->bits != 0 ? yes : no;
}

std::optional<Constant> Expressions::binary(int weakest) {
  std::optional<Constant> left = unary();
  while (left && lexer_.next().kind == Token::punctuation) {
    const int level = precedence(lexer_.next().text);
    if (level < weakest) break;
    const Token op = lexer_.take();
    std::optional<Constant> right = binary(level + 1);
    if (!right) return std::nullopt;
    left = apply(op, *left, *right);
  }
  return left;
}

std::optional<Constant> Expressions::apply(const Token& op, const Constant& a, const Constant& b) {
  std::optional<Constant> result = a.kind == Constant::integer && b.kind == Constant::integer
                                       ? integer_operation(op.text, a, b)
                                       : real_operation(op.text, as_real(a), as_real(b));
  if (!result) return fail(op, "this cannot be computed");
  return result;
}

std::optional<Constant> Expressions::unary() {
  const Token op = lexer_.next();
  if (!op.is("-") && !op.is("+") && !op.is("~") && !op.is("!")) return primary();
  if (++depth_ > kMaxDepth) return fail(op, "an expression is nested too deeply");
  lexer_.take();
  std::optional<Constant> value = unary();
  --depth_;
  if (!value || op.is("+")) return value;
  if (op.is("-")) {
    if (value->kind == Constant::integer) value->bits = 0 - value->bits;
    if (value->kind == Constant::real) value->bits ^= uint64_t{1} << 63;
    if (value->kind == Constant::single) value->bits ^= uint64_t{1} << 31;
    return value;
  }
  if (value->kind != Constant::integer) return fail(op, "this takes an integer");
  if (op.is("~")) value->bits = ~value->bits;
  if (op.is("!")) return boolean(value->bits == 0);
  return value;
}

std::optional<Constant> Expressions::primary() {
  const Token token = lexer_.next();
  switch (token.kind) {
    case Token::integer:
      lexer_.take();
      return Constant{Constant::integer, token.is_unsigned, token.bits};
    case Token::floating:
      lexer_.take();
      return Constant{Constant::real, false, token.bits};
    case Token::single:
      lexer_.take();
      return Constant{Constant::single, false, token.bits};
    case Token::unknown:
      return fail(token, std::string(token.text));
    default:
      break;
  }
  if (token.is("WARP_SZ")) {
    lexer_.take();
    return Constant{Constant::integer, false, 32};
  }
  if (!token.is("(")) return fail(token, "expected a number");
  if (++depth_ > kMaxDepth) return fail(token, "an expression is nested too deeply");
  lexer_.take();
  if (lexer_.next().is(".s64") || lexer_.next().is(".u64")) {
    const bool is_unsigned = lexer_.take().is(".u64");
    if (!lexer_.next().is(")")) return fail(lexer_.next(), "expected ')'");
    lexer_.take();
    std::optional<Constant> value = unary();
    if (value && value->kind != Constant::integer) return fail(token, "this takes an integer");
    if (value) value->is_unsigned = is_unsigned;
    --depth_;
    return value;
  }
  std::optional<Constant> value = conditional();
  if (!value) return std::nullopt;
  if (!lexer_.next().is(")")) return fail(lexer_.next(), "expected ')'");
  lexer_.take();
  --depth_;
  return value;
}

}  // namespace portolan::ptx
