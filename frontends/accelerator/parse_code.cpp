#include "frontends/accelerator/parse_code.h"

#include <algorithm>

namespace portolan::accelerator {
namespace {

struct Level {
  std::string_view word;
  Operator operation;
};

// From the weakest to the strongest. Unlike in C, comparisons bind weaker than & and |.
const std::vector<Level> kLevels[] = {
    {{"or", Operator::logical_or}},
    {{"and", Operator::logical_and}},
    {{"==", Operator::equal},
     {"!=", Operator::not_equal},
     {"<=", Operator::less_equal},
     {">=", Operator::greater_equal},
     {"<", Operator::less},
     {">", Operator::greater}},
    {{"|", Operator::bit_or}, {"^", Operator::bit_xor}},
    {{"&", Operator::bit_and}},
    {{"<<", Operator::shift_left}, {">>", Operator::shift_right}},
    {{"+", Operator::add}, {"-", Operator::subtract}},
    {{"*", Operator::multiply}, {"/", Operator::divide}, {"%", Operator::modulo}},
};
constexpr unsigned kComparisons = 2, kProducts = 7;
constexpr unsigned kDeepest = 60;
constexpr unsigned kLargest = 1000;  // a chain of operators is a tree as deep as it is long

constexpr std::string_view kReductions[] = {"sum", "max", "min", "any", "all", "count"};

}  // namespace

// Bounds the recursion, which a text of a million brackets would otherwise choose.
struct CodeParser::Nesting {
  explicit Nesting(CodeParser& parser) : parser(parser) {
    if (++parser.depth_ > kDeepest) parser.in_.fail("this is nested too deeply; name a part of it with let");
  }
  ~Nesting() { --parser.depth_; }
  CodeParser& parser;
};

ExpressionPointer CodeParser::make(Expression::Kind kind) {
  if (++nodes_ > kLargest) in_.fail("this expression is too long; name a part of it with let");
  auto made = std::make_unique<Expression>();
  made->kind = kind;
  made->at = in_.peek().at;
  return made;
}

uint32_t CodeParser::tag() {
  if (!in_.accept("@")) return kNone;
  const Position at = in_.here();
  const std::string name = in_.identifier("the name of a source after @");
  for (uint32_t i = 0; i < description_.sources.size(); ++i)
    if (description_.sources[i].name == name) return i;
  if (!in_.failed()) in_.fail_at(at, "no source '" + name + "' is declared above; add: source " + name + " \"...\"");
  return kNone;
}

TypeName CodeParser::type_name(const char* what) {
  TypeName name;
  name.at = in_.peek().at;
  name.name = in_.identifier(what);
  return name;
}

ExpressionPointer CodeParser::expression() {
  const Nesting nesting(*this);
  if (++within_ == 1) nodes_ = 0;  // each expression of a block is counted by itself
  ExpressionPointer made = binary(0);
  --within_;
  return made;
}

ExpressionPointer CodeParser::binary(unsigned level) {
  if (level == std::size(kLevels)) return unary();
  ExpressionPointer left = binary(level + 1);
  for (unsigned length = 0;; ++length) {
    const Level* found = nullptr;
    for (const Level& candidate : kLevels[level])
      if (in_.is(candidate.word)) found = &candidate;
    if (!found) return left;
    if (level == kComparisons && length == 1) in_.fail("comparisons don't chain; write 'a < b and b < c'");
    ExpressionPointer made = make(Expression::Kind::binary);
    made->operation = found->operation;
    in_.take();
    made->operands.push_back(std::move(left));
    made->operands.push_back(binary(level + 1));
    left = std::move(made);
  }
}

ExpressionPointer CodeParser::unary() {
  const Nesting nesting(*this);
  ExpressionPointer made = make(Expression::Kind::unary);
  if (in_.accept("-"))
    made->operation = Operator::negate;
  else if (in_.accept("~"))
    made->operation = Operator::complement;
  else if (in_.accept("not"))
    made->operation = Operator::logical_not;
  else
    return postfix();
  // "not a == b" negates the comparison; - and ~ bind tightly.
  made->operands.push_back(made->operation == Operator::logical_not ? binary(kComparisons) : unary());
  return made;
}

ExpressionPointer CodeParser::postfix() {
  ExpressionPointer base = primary();
  while (!in_.failed()) {
    // On a line of its own, a bracket begins something new.
    if (in_.is("[") && in_.peek().at.line == in_.last_line()) {
      base = subscript(std::move(base));
    } else if (in_.is(".")) {
      ExpressionPointer made = make(Expression::Kind::member);
      in_.take();
      made->method = in_.identifier("the name of a field or a conversion after '.'");
      if (in_.is("(") && base->kind == Expression::Kind::name) {
        made->kind = Expression::Kind::convert;
        made->name = base->name;
        made->at = base->at;
        made->operands = arguments();
      } else {
        made->operands.push_back(std::move(base));
      }
      base = std::move(made);
    } else {
      break;
    }
  }
  return base;
}

ExpressionPointer CodeParser::subscript(ExpressionPointer base) {
  ExpressionPointer made = make(Expression::Kind::subscript);
  in_.expect("[");
  made->operands.push_back(std::move(base));
  made->operands.push_back(expression());
  if (in_.accept(":")) {
    made->kind = Expression::Kind::slice;
    made->operands.push_back(expression());
  } else if (in_.accept("as")) {
    made->kind = Expression::Kind::as_type;
    made->name = in_.identifier("a type after 'as'");
  }
  if (open_ && made->kind == Expression::Kind::subscript && in_.is(",")) {
    while (in_.accept(",")) {
      ExpressionPointer inner = std::move(made);
      made = make(Expression::Kind::subscript);
      made->at = inner->at;
      made->operands.push_back(std::move(inner));
      made->operands.push_back(expression());
    }
  }
  in_.expect("]");
  return made;
}

// "sum (i in": not a call of a function. Where bounds may be missing, what tells max(i, j) x from max(a, b) is that a
// term follows on the same line.
bool CodeParser::begins_reduction() const {
  if (std::ranges::none_of(kReductions, [&](std::string_view r) { return in_.is(r); }) || in_.peek(1).text != "(" ||
      in_.peek(2).kind != Token::Kind::identifier)
    return false;
  if (in_.peek(3).text == "in") return true;
  size_t at = 3;
  while (open_ && in_.peek(at).text == "," && in_.peek(at + 1).kind == Token::Kind::identifier) at += 2;
  if (!open_ || (in_.peek(at).text != ")" && in_.peek(at).text != "in" && in_.peek(at).text != "if")) return false;
  if (in_.peek(at).text != ")") return true;
  const Token &close = in_.peek(at), &next = in_.peek(at + 1);
  static constexpr std::string_view kGoesOn[] = {"then", "else", "and", "or", "in", "as", "if"};
  return next.at.line == close.at.line && std::ranges::count(kGoesOn, next.text) == 0 &&
         (next.kind == Token::Kind::identifier || next.kind == Token::Kind::number || next.kind == Token::Kind::real ||
          next.text == "(");
}

std::vector<ExpressionPointer> CodeParser::arguments() {
  std::vector<ExpressionPointer> list;
  in_.expect("(");
  while (!in_.is(")") && !in_.at_end()) {
    list.push_back(expression());
    if (!in_.accept(",")) break;
  }
  in_.expect(")");
  return list;
}

ExpressionPointer CodeParser::primary() {
  const Token& token = in_.peek();
  if (token.kind == Token::Kind::number) {
    ExpressionPointer made = make(Expression::Kind::number);
    made->number = in_.number("a number");
    return made;
  }
  if (token.kind == Token::Kind::real) {
    ExpressionPointer made = make(Expression::Kind::real);
    made->real = strtod(std::string(in_.take().text).c_str(), nullptr);
    return made;
  }
  if (in_.accept("(")) {
    ExpressionPointer inner = expression();
    in_.expect(")");
    return inner;
  }
  if (in_.is("if")) return condition();
  if (in_.is("match")) return match();
  if (in_.is("let")) return let_in();
  if (begins_reduction()) return reduce();
  ExpressionPointer made = make(Expression::Kind::name);
  made->name = in_.identifier("an expression");
  if (in_.is("(") && in_.peek().at.line == in_.last_line()) {
    made->kind = Expression::Kind::call;
    made->operands = arguments();
  }
  return made;
}

ExpressionPointer CodeParser::condition() {
  ExpressionPointer made = make(Expression::Kind::condition);
  in_.expect("if");
  made->operands.push_back(expression());
  in_.expect("then");
  made->operands.push_back(expression());
  in_.expect("else");
  made->operands.push_back(expression());
  return made;
}

// match subject { A: x, B: y, else: z }; operands: subject, then keys and values in turn, then perhaps the else.
ExpressionPointer CodeParser::match() {
  ExpressionPointer made = make(Expression::Kind::match);
  in_.expect("match");
  made->operands.push_back(expression());
  in_.expect("{");
  while (!in_.is("}") && !in_.at_end()) {
    const bool last = in_.accept("else");
    if (!last) made->operands.push_back(expression());
    in_.expect(":");
    made->operands.push_back(expression());
    in_.accept(",");
    if (last) break;
  }
  in_.expect("}");
  return made;
}

ExpressionPointer CodeParser::let_in() {
  ExpressionPointer made = make(Expression::Kind::let);
  in_.expect("let");
  made->name = in_.identifier("a name after let");
  in_.expect("=");
  made->operands.push_back(expression());
  in_.expect("in");
  made->operands.push_back(expression());
  return made;
}

ExpressionPointer CodeParser::reduce() {
  ExpressionPointer made = make(Expression::Kind::reduce);
  made->name = std::string(in_.take().text);
  in_.expect("(");
  made->ranges = ranges(")");
  if (in_.accept("if")) made->filter = expression();
  in_.expect(")");
  made->operands.push_back(open_ ? binary(kProducts) : unary());
  return made;
}

std::vector<Range> CodeParser::ranges(std::string_view until) {
  std::vector<Range> list;
  do {
    Range range;
    range.at = in_.peek().at;
    range.name = in_.identifier("the name of an index");
    if (!open_ || in_.is("in")) {
      in_.expect("in");
      range.first = expression();
      in_.expect("..");
      range.end = expression();
    }
    list.push_back(std::move(range));
  } while (!in_.is(until) && in_.accept(","));
  return list;
}

Block CodeParser::block() {
  const Nesting nesting(*this);
  Block list;
  in_.expect("{");
  while (!in_.is("}") && !in_.at_end()) list.push_back(statement());
  in_.expect("}");
  return list;
}

Statement CodeParser::statement() {
  Statement out;
  out.fact.at = in_.peek().at;
  if (in_.is("let") || in_.is("var")) {
    out.kind = in_.take().text == "let" ? Statement::Kind::let : Statement::Kind::variable;
    out.name = in_.identifier("a name");
    in_.expect("=");
    out.value = expression();
  } else if (in_.accept("if")) {
    out.kind = Statement::Kind::branch;
    out.value = expression();
    out.body = block();
    if (in_.accept("else")) {
      const Nesting nesting(*this);
      if (in_.is("if"))
        out.otherwise.push_back(statement());
      else
        out.otherwise = block();
    }
  } else if (in_.is("for") || in_.is("together")) {
    out.kind = in_.take().text == "for" ? Statement::Kind::loop : Statement::Kind::together;
    out.ranges = ranges("{");
    out.body = block();
  } else if (in_.is("illegal") || in_.is("undefined") || in_.is("unsupported")) {
    outcome(out);
  } else if (in_.accept("issue")) {
    issue(out);
  } else if (in_.accept("stop")) {
    out.kind = Statement::Kind::stop;
  } else if (in_.accept("jump")) {
    out.kind = Statement::Kind::jump;
    out.value = expression();
  } else {
    assignment_or_call(out);
  }
  out.fact.source = tag();
  return out;
}

// illegal "why" [if CONDITION]
void CodeParser::outcome(Statement& out) {
  out.kind = Statement::Kind::outcome;
  out.name = std::string(in_.take().text);
  out.text = in_.string("the reason");
  if (in_.accept("if")) out.value = expression();
}

// issue INSTRUCTION(field = value, ...)
void CodeParser::issue(Statement& out) {
  out.kind = Statement::Kind::issue;
  out.name = in_.identifier("the name of an instruction");
  in_.expect("(");
  while (!in_.is(")") && !in_.at_end()) {
    std::string field = in_.identifier("the name of a field");
    in_.expect("=");
    out.bindings.emplace_back(std::move(field), expression());
    if (!in_.accept(",")) break;
  }
  in_.expect(")");
}

void CodeParser::assignment_or_call(Statement& out) {
  const Position at = in_.peek().at;
  ExpressionPointer target = postfix();
  if (target->kind == Expression::Kind::call) {
    out.kind = Statement::Kind::call;
    out.name = target->name;
    out.arguments = std::move(target->operands);
    return;
  }
  out.kind = Statement::Kind::assign;
  if (!in_.is(":=")) {
    if (in_.is("="))
      in_.fail_at(at, "a place is written with ':='; '=' belongs to let and to encodings");
    else
      in_.fail("expected ':=' and a value");
  }
  in_.expect(":=");
  out.target = std::move(target);
  out.value = expression();
}

}  // namespace portolan::accelerator
