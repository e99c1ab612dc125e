#include "frontends/ptx/declarations.h"

#include <fmt/format.h>

#include <bit>

namespace portolan::ptx {

std::optional<Space> space_from_name(std::string_view directive) {
  if (directive == ".reg") return Space::reg;
  if (directive == ".global") return Space::global;
  if (directive == ".const") return Space::constant;
  if (directive == ".shared") return Space::shared;
  if (directive == ".local") return Space::local;
  if (directive == ".param") return Space::param;
  return std::nullopt;
}

bool Declarations::fail(const Token& at, std::string message) {
  if (!failure_) failure_ = lexer_.error(at, at.kind == Token::unknown ? std::string(at.text) : std::move(message));
  return false;
}

bool Declarations::accept(std::string_view word) {
  if (!lexer_.next().is(word)) return false;
  lexer_.take();
  return true;
}

bool Declarations::expect(std::string_view word) {
  return accept(word) || fail(lexer_.next(), fmt::format("expected '{}'", word));
}

std::optional<Constant> Declarations::constant() {
  Expressions expressions(lexer_);
  std::optional<Constant> value = expressions.read();
  if (!value && !failure_) failure_ = expressions.failure();
  return value;
}

std::optional<uint64_t> Declarations::number() {
  const Token at = lexer_.next();
  const std::optional<Constant> value = constant();
  if (!value) return std::nullopt;
  if (value->kind == Constant::integer) return value->bits;
  fail(at, "expected an integer");
  return std::nullopt;
}

bool Declarations::skip_line_directive(const Token& directive) {
  while (lexer_.next().kind != Token::end && !lexer_.next().is(";") && lexer_.next().line == directive.line)
    lexer_.take();
  accept(";");
  return true;
}

std::optional<Type> Declarations::register_type() {
  const Token at = lexer_.take();
  if (at.is(".v2") || at.is(".v4")) {
    fail(at, "registers that are vectors are not supported");
    return std::nullopt;
  }
  std::optional<Type> type = at.kind == Token::dot ? type_from_name(at.text.substr(1)) : std::nullopt;
  if (!type || type->lanes != 1 || (type->kind > Type::predicate)) {
    fail(at, "expected the type of a register");
    return std::nullopt;
  }
  return type;
}

bool Declarations::attribute(const Token& at) {
  if (at.is(".attribute")) {
    if (!expect("(")) return false;
    while (!lexer_.next().is(")"))
      if (lexer_.take().kind == Token::end) return fail(at, "an attribute that does not end");
    return expect(")");
  }
  // .ptr .global .align 16: what a pointer that is passed points to.
  if (at.is(".ptr")) {
    if (const Token next = lexer_.next();
        next.is(".global") || next.is(".shared") || next.is(".const") || next.is(".local"))
      lexer_.take();
    return true;
  }
  return fail(at, fmt::format("'{}' is not a type", at.text));
}

bool Declarations::head(Head& h) {
  while (lexer_.next().kind == Token::dot) {
    const Token at = lexer_.take();
    if (at.is(".align")) {
      const std::optional<uint64_t> alignment = number();
      if (!alignment) return false;
      if (!std::has_single_bit(*alignment) || *alignment > 4096) return fail(at, "this alignment is not possible");
      if (h.type.kind == Type::none) h.alignment = static_cast<uint32_t>(*alignment);
    } else if (at.is(".v2") || at.is(".v4")) {
      h.vector = at.is(".v2") ? 2 : 4;
    } else if (std::optional<Type> type = type_from_name(at.text.substr(1))) {
      if (type->kind > Type::predicate || (type->kind == Type::predicate))
        return fail(at, "memory does not hold this type");
      h.type = *type;
    } else if (!attribute(at)) {
      return false;
    }
  }
  if (h.type.kind == Type::none) return fail(lexer_.next(), "expected a type");
  const uint32_t natural = h.type.width() / 8 * h.vector;
  if (h.alignment == 0) h.alignment = natural;
  return true;
}

bool Declarations::one_variable(Space space, const std::function<bool(Variable, const Token&)>& add) {
  Head h;
  Variable v;
  v.space = space;
  Token name;
  return head(h) && declarator(v, h, name) && add(std::move(v), name);
}

bool Declarations::variables(Space space, bool is_extern, const std::function<bool(Variable)>& add) {
  Head h;
  if (!head(h)) return false;
  do {
    Variable v;
    v.space = space;
    v.is_extern = is_extern;
    Token name;
    if (!declarator(v, h, name)) return false;
    if (!add(std::move(v))) return fail(name, "this name is taken");
  } while (accept(","));
  return expect(";");
}

bool Declarations::declarator(Variable& v, const Head& h, Token& name) {
  name = lexer_.take();
  if (name.kind != Token::name) return fail(name, "expected a name");
  v.name = std::string(name.text);
  v.location = {file_, name.line, name.column};
  v.type = h.type;
  v.alignment = h.alignment;
  v.size = uint64_t{h.type.width()} / 8 * h.vector;
  if (!array(v)) return false;
  if (!accept("=")) return true;
  if (v.space != Space::global && v.space != Space::constant)
    return fail(name, "only variables of .global and .const have an initial value");
  if (!initial(v, 0)) return false;
  if (v.size == 0) v.size = v.bytes.size();
  return v.bytes.size() <= v.size || fail(name, "more initial values than there is room");
}

bool Declarations::array(Variable& v) {
  constexpr uint64_t kLargest = uint64_t{1} << 40;
  while (accept("[")) {
    if (accept("]")) {
      v.size = 0;
      continue;
    }
    const Token at = lexer_.next();
    const std::optional<uint64_t> count = number();
    if (!count || !expect("]")) return false;
    if (*count > kLargest || v.size * *count > kLargest) return fail(at, "this is too large");
    v.size *= *count;
  }
  return true;
}

bool Declarations::append(Variable& v, const Constant& c, const Token& at) {
  uint64_t bits = c.bits;
  if (v.type.is_float()) {
    if (v.type.bits == 64 && c.kind == Constant::integer)
      bits = std::bit_cast<uint64_t>(static_cast<double>(static_cast<int64_t>(bits)));
    if (v.type.bits == 32 && c.kind == Constant::integer)
      bits = std::bit_cast<uint32_t>(static_cast<float>(static_cast<int64_t>(bits)));
    if (v.type.bits == 32 && c.kind == Constant::real)
      bits = std::bit_cast<uint32_t>(static_cast<float>(std::bit_cast<double>(bits)));
    if (v.type.bits == 64 && c.kind == Constant::single)
      bits = std::bit_cast<uint64_t>(double{std::bit_cast<float>(static_cast<uint32_t>(bits))});
    if (v.type.bits == 16) return fail(at, "initial values of this type are not supported");
  } else if (c.kind != Constant::integer) {
    return fail(at, "expected an integer");
  }
  for (unsigned n = 0; n < v.type.width() / 8; ++n)
    v.bytes.push_back(static_cast<uint8_t>(n < 8 ? bits >> (8 * n) : 0));
  return true;
}

bool Declarations::initial_address(Variable& v) {
  const Token at = lexer_.take();
  InitialValue value;
  value.offset = static_cast<uint32_t>(v.bytes.size());
  value.generic = at.is("generic");
  Token name = at;
  if (value.generic) {
    if (!expect("(")) return false;
    name = lexer_.take();
    if (name.kind != Token::name || !expect(")")) return fail(name, "expected the name of a variable");
  }
  value.symbol = std::string(name.text);
  if (lexer_.next().is("+") || lexer_.next().is("-")) {
    const std::optional<uint64_t> addend = number();
    if (!addend) return false;
    value.addend = static_cast<int64_t>(*addend);
  }
  if (v.type.width() != 64) return fail(at, "an address takes an element of 64 bits");
  v.addresses.push_back(std::move(value));
  v.bytes.resize(v.bytes.size() + 8);
  return true;
}

bool Declarations::initial(Variable& v, int depth) {
  const Token at = lexer_.next();
  if (accept("{")) {
    if (depth > 8) return fail(at, "initial values are nested too deeply");
    if (accept("}")) return true;
    do {
      if (!initial(v, depth + 1)) return false;
    } while (accept(","));
    return expect("}");
  }
  if (at.kind == Token::name && !at.is("WARP_SZ")) return initial_address(v);
  const std::optional<Constant> value = constant();
  return value && append(v, *value, at);
}

}  // namespace portolan::ptx
