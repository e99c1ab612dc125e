#include "frontends/accelerator/parse.h"

#include <fmt/format.h>

#include <algorithm>

#include "frontends/accelerator/declaration_parser.h"

namespace portolan::accelerator {
namespace {

constexpr std::string_view kDeclarations[] = {
    "chip",   "source", "follow",      "parameter", "build",     "let",      "names",      "number",
    "layout", "memory", "hidden",      "register",  "queue",     "unit",     "controller", "word",
    "format", "note",   "instruction", "function",  "procedure", "operation"};
// Of a tensor specification.
constexpr std::string_view kSpecificationDeclarations[] = {"size",  "let",   "names",  "number",   "source",
                                                           "input", "value", "output", "function", "note"};
constexpr size_t kLargestFile = 4 << 20;

bool begins_declaration(const Token& token, bool in_specification) {
  return token.at.column == 1 && token.kind == Token::Kind::identifier &&
         (in_specification ? std::ranges::count(kSpecificationDeclarations, token.text)
                           : std::ranges::count(kDeclarations, token.text));
}

}  // namespace

void Parser::run() {
  out_.at = in_.here();
  if (in_.accept(out_.is_specification ? "spec" : "chip")) {
    out_.name = in_.identifier("a name");
    out_.text = in_.string("what it is");
  } else {
    in_.fail(out_.is_specification ? "a specification begins with: spec NAME \"what it computes\""
                                   : "a description begins with: chip NAME \"what it is\"");
  }
  if (out_.is_specification) specification_frame();
  while (true) {
    if (in_.failed()) in_.recover([this](const Token& t) { return begins_declaration(t, out_.is_specification); });
    if (in_.at_end()) return;
    if (out_.is_specification)
      specification_declaration();
    else
      declaration();
  }
}

void Parser::declaration() {
  if (in_.is("source")) return source();
  if (in_.is("follow")) return follow();
  if (in_.is("parameter")) return parameter();
  if (in_.is("build")) return build();
  if (in_.is("let")) return constant();
  if (in_.is("names")) return names();
  if (in_.is("number")) return number();
  if (in_.is("layout")) return layout();
  if (in_.is("memory") || in_.is("register") || in_.is("hidden")) return state();
  if (in_.is("queue")) return queue();
  if (in_.is("word")) return word();
  if (in_.is("format")) return format();
  if (in_.is("instruction")) return instruction();
  if (in_.is("function")) return routine(false);
  if (in_.is("procedure")) return routine(true);
  if (in_.is("operation")) return operation();
  if (in_.accept("unit")) {
    Unit made{{}, fact()};
    made.name = in_.identifier("the unit's name");
    tag(made.fact);
    out_.units.push_back(std::move(made));
  } else if (in_.accept("controller")) {
    Controller made;
    made.fact = fact();
    made.name = in_.identifier("the controller's name");
    if (in_.accept("=")) made.entries = code_.expression();
    tag(made.fact);
    out_.controllers.push_back(std::move(made));
  } else if (in_.accept("note")) {
    Fact where = fact();
    std::string text = in_.string("the note");
    tag(where);
    out_.notes.emplace_back(std::move(text), where);
  } else {
    in_.fail("expected a declaration (parameter, memory, register, word, format, instruction, ...)");
  }
}

void Parser::source() {
  in_.take();
  Source made;
  made.at = in_.peek().at;
  made.name = in_.identifier("a short name for the source");
  made.text = in_.string("what the source is");
  out_.sources.push_back(std::move(made));
}

void Parser::follow() {
  in_.take();
  const Position at = in_.here();
  const std::string name = in_.identifier("the name of a source");
  for (uint32_t i = 0; i < out_.sources.size(); ++i)
    if (out_.sources[i].name == name) return void(follow_ = i);
  if (!in_.failed())
    in_.fail_at(at, fmt::format("no source '{}' is declared above; add: source {} \"...\"", name, name));
}

void Parser::parameter() {
  in_.take();
  Parameter made;
  made.fact = fact();
  made.name = in_.identifier("the parameter's name");
  in_.expect("=");
  made.initial = code_.expression();
  if (in_.accept("in")) {
    if (in_.accept("{")) {
      do made.allowed.push_back(code_.expression());
      while (in_.accept(","));
      in_.expect("}");
    } else {
      made.lowest = code_.expression();
      in_.expect("..");
      made.highest = code_.expression();
    }
  }
  if (in_.peek().kind == Token::Kind::string) made.text = in_.string("what it is");
  tag(made.fact);
  out_.order.emplace_back(true, out_.parameters.size());
  out_.parameters.push_back(std::move(made));
}

void Parser::build() {
  in_.take();
  BuildChoice made;
  made.fact = fact();
  made.name = in_.identifier("the name of a choice");
  in_.expect("=");
  made.value = in_.string("its value");
  tag(made.fact);
  out_.builds.push_back(std::move(made));
}

void Parser::constant() {
  in_.take();
  Fact where = fact();
  std::string name = in_.identifier("a name");
  in_.expect("=");
  ExpressionPointer value = code_.expression();
  tag(where);
  out_.order.emplace_back(false, out_.constants.size());
  out_.constants.emplace_back(std::move(name), std::make_pair(std::move(value), where));
}

void Parser::names() {
  in_.take();
  Names made;
  made.fact = fact();
  made.name = in_.identifier("a name for the set");
  in_.expect("{");
  while (!in_.is("}") && !in_.at_end()) {
    std::string name = in_.identifier("a name");
    const Number value = in_.number("its value");
    made.values.emplace_back(std::move(name), value);
    in_.accept(",");
  }
  in_.expect("}");
  tag(made.fact);
  out_.names.push_back(std::move(made));
}

// number NAME = float(exponent E, fraction F[, bias B][, finite])
void Parser::number() {
  in_.take();
  RealFormat made;
  const Position at = in_.here();
  made.name = in_.identifier("the format's name");
  in_.expect("=");
  in_.expect("float");
  in_.expect("(");
  in_.expect("exponent");
  made.exponent_bits = in_.small("the exponent's bits", 8);
  in_.expect(",");
  in_.expect("fraction");
  made.fraction_bits = in_.small("the fraction's bits", 23);
  made.bias = (1 << made.exponent_bits) / 2 - 1;
  while (in_.accept(",")) {
    if (in_.accept("bias"))
      made.bias = static_cast<int>(in_.small("the bias", 1000));
    else if (in_.accept("finite"))
      made.finite = true;
    else
      in_.fail("expected 'bias' or 'finite'");
  }
  in_.expect(")");
  if (made.exponent_bits < 2 || made.fraction_bits < 1)
    in_.fail_at(at, "a format has at least 2 bits of exponent and 1 of fraction");
  Fact unused;
  tag(unused);
  out_.reals.push_back(std::move(made));
}

void Parser::layout() {
  in_.take();
  Layout made;
  made.fact = fact();
  made.name = in_.identifier("the layout's name");
  in_.expect(":");
  made.width = in_.small("the layout's bits", 64);
  in_.expect("{");
  while (!in_.is("}") && !in_.at_end()) made.fields.push_back(field(true));
  in_.expect("}");
  tag(made.fact);
  out_.layouts.push_back(std::move(made));
}

// [hidden] memory|register NAME : TYPE {[EXTENT]} [external] [= INITIAL] ["what it is"] [@source]
void Parser::state() {
  State made;
  made.hidden = in_.accept("hidden");
  made.is_register = in_.is("register");
  if (!in_.accept("memory")) in_.expect("register");
  made.fact = fact();
  made.name = in_.identifier("a name");
  in_.expect(":");
  made.type_name = code_.type_name("a type such as u8, s32 or f32");
  while (in_.is("[")) {
    in_.take();
    made.extents.push_back(code_.expression());
    in_.expect("]");
  }
  made.external = in_.accept("external");
  if (in_.accept("=")) made.initial = code_.expression();
  if (in_.peek().kind == Token::Kind::string) made.text = in_.string("what it is");
  tag(made.fact);
  out_.states.push_back(std::move(made));
}

void Parser::queue() {
  in_.take();
  Queue made;
  made.fact = fact();
  made.name = in_.identifier("the queue's name");
  if (in_.accept("=")) made.initial = code_.expression();
  tag(made.fact);
  out_.queues.push_back(std::move(made));
}

// word NAME : BITS, or word NAME { PART : BITS [= USUAL] ... } where an instruction comes with register values.
void Parser::word() {
  in_.take();
  const Position at = in_.here();
  if (!out_.containers.empty()) return in_.fail_at(at, "a chip has one kind of word; give its parts in braces");
  Container made;
  made.fact = fact();
  made.name = in_.identifier("the word's name");
  if (in_.accept(":")) {
    made.width = in_.small("a word's bits", 128);
    if (in_.accept("=")) made.usual = static_cast<UnsignedNumber>(in_.number("the usual bits"));
    tag(made.fact);
    out_.containers.push_back(std::move(made));
    return;
  }
  in_.expect("{");
  while (!in_.is("}") && !in_.at_end()) {
    Container part;
    part.fact = fact();
    part.name = in_.identifier("the name of a part");
    in_.expect(":");
    part.width = in_.small("a part's bits", 128);
    if (in_.accept("=")) part.usual = static_cast<UnsignedNumber>(in_.number("the usual bits"));
    tag(part.fact);
    out_.containers.push_back(std::move(part));
  }
  in_.expect("}");
}

void Parser::format() {
  in_.take();
  Format made;
  made.fact = fact();
  made.name = in_.identifier("the format's name");
  if (in_.accept("extends")) made.base = in_.identifier("the name of a format");
  in_.expect("{");
  while (!in_.is("}") && !in_.at_end()) made.fields.push_back(field(false));
  in_.expect("}");
  tag(made.fact);
  out_.formats.push_back(std::move(made));
}

Field Parser::field(bool in_layout) {
  Field made;
  made.fact = fact();
  made.name = in_.identifier("the name of a field");
  BitRange first;
  if (!in_layout && in_.peek().kind == Token::Kind::identifier) first.container_name = in_.identifier("a part");
  made.ranges.push_back(first);
  bits(made);
  if (in_.accept(":")) made.type_name = code_.type_name("a type, a layout, a set of names or a register file");
  if (in_.accept("times")) made.scale = in_.small("the factor", 1 << 30);
  if (in_.accept("plus")) made.offset = in_.small("the offset", 1 << 30);
  if (in_.peek().kind == Token::Kind::string) made.text = in_.string("what it is");
  tag(made.fact);
  return made;
}

// [31:25, 11:7] or [3]; further ranges may name their part: [11:7, r1 3:0]
void Parser::bits(Field& field) {
  in_.expect("[");
  while (!in_.failed()) {
    BitRange& range = field.ranges.back();
    range.high = range.low = in_.small("a bit's number", 127);
    if (in_.accept(":")) range.low = in_.small("a bit's number", 127);
    if (range.low > range.high)
      return in_.fail_at(field.fact.at, fmt::format("bits are written high to low: [{}:{}]", range.low, range.high));
    if (!in_.accept(",")) break;
    BitRange another;
    another.container_name = field.ranges.front().container_name;
    if (in_.peek().kind == Token::Kind::identifier) another.container_name = in_.identifier("a part");
    field.ranges.push_back(std::move(another));
  }
  in_.expect("]");
}

void Parser::instruction() {
  Instruction made;
  made.text_begin = in_.peek().begin;
  in_.take();
  made.fact = fact();
  made.name = in_.identifier("the instruction's name");
  in_.expect(":");
  made.format_name = in_.identifier("the name of a format");
  if (in_.peek().kind == Token::Kind::string) made.text = in_.string("what it does");
  tag(made.fact);
  in_.expect("{");
  while (!in_.is("}") && !in_.at_end()) clause(made);
  in_.expect("}");
  made.text_end = in_.last_end();
  if (!in_.failed()) out_.instructions.push_back(std::move(made));
}

void Parser::clause(Instruction& to) {
  Fact where = fact();
  if (in_.accept("encoding")) {
    encoding(to);
  } else if (in_.accept("syntax")) {
    to.syntax = in_.string("the syntax");
    tag(where);
    to.syntax_fact = where;
  } else if (in_.accept("unit")) {
    to.unit_name = in_.identifier("the name of a unit");
    tag(where);
    to.unit_fact = where;
  } else if (in_.accept("controller")) {
    to.controller_name = in_.identifier("the name of a controller");
    tag(where);
    to.controller_fact = where;
  } else if (in_.is("reads") || in_.is("writes")) {
    to.touches.push_back(touch());
  } else if (in_.accept("waits")) {
    to.waits.push_back(token_use());
  } else if (in_.accept("signals")) {
    to.signals.push_back(token_use());
  } else if (in_.accept("meaning")) {
    if (to.has_meaning) in_.fail_at(where.at, "this instruction has a meaning already");
    to.has_meaning = true;
    to.meaning = code_.block();
  } else if (in_.accept("cost")) {
    to.cost = code_.expression();
    tag(where);
  } else if (in_.accept("latency")) {
    to.latency = code_.expression();
    tag(where);
  } else if (in_.accept("note")) {
    std::string text = in_.string("the note");
    tag(where);
    to.notes.emplace_back(std::move(text), where);
  } else {
    in_.fail(
        "expected encoding, syntax, unit, waits, signals, controller, reads, writes, meaning, cost, latency or note");
  }
}

void Parser::encoding(Instruction& to) {
  to.has_encoding = true;
  do {
    Constraint made;
    made.fact = fact();
    made.field = in_.identifier("the name of a field");
    in_.expect("=");
    made.value = code_.expression();
    tag(made.fact);
    to.encoding.push_back(std::move(made));
  } while (in_.accept(","));
}

// reads MEMORY[first .. end] if condition
Touch Parser::touch() {
  Touch made;
  made.writes = in_.is("writes");
  in_.take();
  made.fact = fact();
  made.memory = in_.identifier("a memory");
  in_.expect("[");
  made.first = code_.expression();
  in_.expect("..");
  made.end = code_.expression();
  in_.expect("]");
  if (in_.accept("if")) made.condition = code_.expression();
  tag(made.fact);
  return made;
}

TokenUse Parser::token_use() {
  TokenUse made;
  made.fact = fact();
  made.queue = in_.identifier("the name of a queue");
  if (in_.accept("if")) made.condition = code_.expression();
  tag(made.fact);
  return made;
}

void Parser::routine(bool is_procedure) {
  Routine made;
  made.text_begin = in_.peek().begin;
  in_.take();
  made.fact = fact();
  made.is_procedure = is_procedure;
  made.name = in_.identifier("a name");
  routine_parameters(made);
  if (is_procedure) {
    made.body = code_.block();
  } else {
    in_.expect("=");
    made.value = code_.expression();
  }
  tag(made.fact);
  made.text_end = in_.last_end();
  if (!in_.failed()) out_.routines.push_back(std::move(made));
}

ExpressionPointer literal(Number value, Position at) {
  auto made = std::make_unique<Expression>();
  made->number = value;
  made->at = at;
  return made;
}

Parsed parse_description(std::string text, const std::string& file, bool is_specification) {
  Parsed parsed;
  parsed.description = std::make_unique<Description>();
  parsed.description->is_specification = is_specification;
  parsed.description->file = file;
  if (text.size() > kLargestFile) {
    parsed.errors.push_back(error_at({file, 0, 0}, "a description of more than 4 MiB is not read"));
    return parsed;
  }
  parsed.description->contents = std::move(text);
  Parser(*parsed.description, parsed.errors).run();
  return parsed;
}

}  // namespace portolan::accelerator
