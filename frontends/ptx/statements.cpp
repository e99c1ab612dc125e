#include "frontends/ptx/statements.h"

#include <fmt/format.h>

namespace portolan::ptx {

bool Statements::until(std::string_view closing) {
  const size_t outer = scopes_.depth();
  for (;;) {
    const Token at = lexer().next();
    if (at.kind == Token::end) return (closing.empty() && scopes_.depth() == outer) || in_.fail(at, "a '}' is missing");
    if (at.is("}") && scopes_.depth() == outer) {
      if (closing.empty()) return in_.fail(at, "'}' without '{'");
      lexer().take();
      return true;
    }
    if (!statement()) return false;
  }
}

bool Statements::statement() {
  const Token at = lexer().next();
  if (at.is("{")) {
    if (scopes_.depth() > 100) return in_.fail(at, "braces are nested too deeply");
    lexer().take();
    scopes_.open();
    return true;
  }
  if (at.is("}")) {
    lexer().take();
    return scopes_.close();
  }
  if (at.is(";")) return lexer().take(), true;
  if (at.kind == Token::dot) return directive(at);
  if (at.is("@")) return instruction(at);
  if (at.kind != Token::name) return in_.fail(at, "expected an instruction");
  return instruction(at);
}

bool Statements::directive(const Token& at) {
  lexer().take();
  if (at.is(".loc") || at.is(".file") || at.is(".pragma")) return in_.skip_line_directive(at);
  if (at.is(".reg")) return registers();
  const std::optional<Space> space = space_from_name(at.text);
  if (!space) return in_.fail(at, fmt::format("'{}' does not belong here", at.text));
  return in_.variables(*space, false, [&](Variable v) {
    const std::string name = v.name;
    f_.variables.push_back(std::move(v));
    return scopes_.declare_variable(name, static_cast<uint32_t>(f_.variables.size() - 1));
  });
}

bool Statements::registers() {
  const std::optional<Type> type = in_.register_type();
  if (!type) return false;
  do {
    const Token name = lexer().take();
    if (name.kind != Token::name) return in_.fail(name, "expected the name of a register");
    bool fresh = false;
    if (in_.accept("<")) {
      // No expression: its '>' would be taken for a comparison.
      const Token count = lexer().take();
      if (count.kind != Token::integer) return in_.fail(count, "expected a number of registers");
      if (!in_.expect(">")) return false;
      fresh = scopes_.declare_range(name.text, count.bits, *type);
    } else {
      fresh = scopes_.declare_register(name.text, *type);
    }
    if (!fresh) return in_.fail(name, "this name is taken");
  } while (in_.accept(","));
  return in_.expect(";");
}

// Behind the colon may stand what a label of data says: .branchtargets, .callprototype.
bool Statements::label(const Token& name) {
  lexer().take();
  Statement s;
  s.is_label = true;
  s.name = std::string(name.text);
  s.line = name.line, s.column = name.column;
  if (const Token at = lexer().next(); at.is(".branchtargets")) {
    lexer().take();
    do {
      const Token target = lexer().take();
      if (target.kind != Token::name) return in_.fail(target, "expected a label");
      s.targets.emplace_back(target.text);
    } while (in_.accept(","));
    if (!in_.expect(";")) return false;
  } else if (at.is(".callprototype") || at.is(".calltargets")) {
    while (!lexer().next().is(";"))
      if (lexer().take().kind == Token::end) return in_.fail(at, "expected ';'");
    lexer().take();
  }
  f_.statements.push_back(std::move(s));
  return true;
}

bool Statements::instruction(const Token& start) {
  Statement s;
  s.line = start.line, s.column = start.column;
  if (in_.accept("@")) {
    s.guard_negated = in_.accept("!");
    const Token predicate = lexer().take();
    const Scopes::Found found = scopes_.find(predicate.text);
    if (predicate.kind != Token::name || found.kind != Scopes::Found::reg)
      return in_.fail(predicate, "expected a predicate register");
    if (f_.registers[found.index].type.kind != Type::predicate)
      return in_.fail(predicate, "this register is no predicate");
    s.guard = found.index;
  }
  const Token name = lexer().take();
  if (name.kind != Token::name) return in_.fail(name, "expected an instruction");
  if (!s.guard && lexer().next().is(":")) return label(name);
  s.name = std::string(name.text);
  is_call_ = s.name == "call";
  while (lexer().next().kind == Token::dot && lexer().next().glued) s.name += lexer().take().text;
  while (!in_.accept(";")) {
    if (!s.operands.empty() && !in_.expect(",")) return false;
    Operand o;
    if (!operand(o, 0)) return false;
    s.operands.push_back(std::move(o));
  }
  f_.statements.push_back(std::move(s));
  return true;
}

bool Statements::several(Operand& out, std::string_view closing, int depth) {
  lexer().take();
  if (in_.accept(closing)) return true;
  do {
    Operand element;
    if (!operand(element, depth + 1)) return false;
    out.elements.push_back(std::move(element));
  } while (in_.accept(","));
  return in_.expect(closing);
}

bool Statements::operand(Operand& out, int depth) {
  const Token at = lexer().next();
  out.line = at.line, out.column = at.column;
  if (depth > 4) return in_.fail(at, "operands are nested too deeply");
  if (at.is("[")) return memory_operand(out, depth);
  if (at.is("{")) {
    out.kind = Operand::vector;
    return several(out, "}", depth);
  }
  if (at.is("(") && is_call_) {
    out.kind = Operand::list;
    return several(out, ")", depth);
  }
  if (at.is("!") || at.is("-")) {
    // !p, and -a of the video instructions; before a number they belong to its expression.
    Lexer ahead = lexer();
    ahead.take();
    if (ahead.next().kind == Token::name && !ahead.next().is("WARP_SZ")) {
      (at.is("!") ? out.negated : out.minus) = true;
      lexer().take();
      return named_operand(out);
    }
  }
  if (at.kind != Token::name || at.is("WARP_SZ")) return number_operand(out);
  if (!named_operand(out)) return false;
  if (!lexer().next().is("|")) return true;
  lexer().take();
  Operand pair;
  pair.kind = Operand::pair;
  pair.line = out.line, pair.column = out.column;
  pair.elements.push_back(std::move(out));
  Operand second;
  if (!operand(second, depth + 1)) return false;
  pair.elements.push_back(std::move(second));
  out = std::move(pair);
  return true;
}

bool Statements::number_operand(Operand& out) {
  const std::optional<Constant> value = in_.constant();
  if (!value) return false;
  out.kind = value->kind == Constant::integer ? Operand::integer
             : value->kind == Constant::real  ? Operand::real
                                              : Operand::single;
  out.is_unsigned = value->is_unsigned;
  out.bits = value->bits;
  return true;
}

bool Statements::named_operand(Operand& out) {
  const Token name = lexer().take();
  out.line = name.line, out.column = name.column;
  out.name = std::string(name.text);
  const Scopes::Found found = scopes_.find(name.text);
  out.index = found.index;
  if (found.kind == Scopes::Found::reg)
    out.kind = Operand::reg;
  else if (found.kind == Scopes::Found::variable)
    out.kind = Operand::local;
  else if (name.is("_"))
    out.kind = Operand::sink;
  else
    out.kind = name.text.starts_with('%') ? Operand::special : Operand::other;
  if (lexer().next().kind == Token::dot && lexer().next().glued) {
    out.selector = std::string(lexer().take().text.substr(1));
    if (out.kind == Operand::special) out.name += "." + out.selector;
  }
  return true;
}

// [base], [base+4], [base+-4], [4096]; more than one part belongs to textures and matrices, which count as several
// elements.
bool Statements::memory_operand(Operand& out, int depth) {
  lexer().take();
  out.kind = Operand::memory;
  Operand base;
  if (!operand(base, depth + 1)) return false;
  if (base.kind == Operand::integer) {
    out.bits = base.bits;
    base.bits = 0;
  }
  out.elements.push_back(std::move(base));
  if (lexer().next().is("+") || lexer().next().is("-")) {
    const bool minus = lexer().take().is("-");
    const std::optional<uint64_t> offset = in_.number();
    if (!offset) return false;
    out.bits += minus ? 0 - *offset : *offset;
  }
  while (in_.accept(",")) {
    Operand more;
    if (!operand(more, depth + 1)) return false;
    out.elements.push_back(std::move(more));
  }
  return in_.expect("]");
}

}  // namespace portolan::ptx
