// Operations, and the declarations of tensor specifications.
#include <fmt/format.h>

#include <cstdlib>

#include "frontends/accelerator/declaration_parser.h"
#include "frontends/accelerator/parse.h"

namespace portolan::accelerator {

void Parser::routine_parameters(Routine& routine) {
  in_.expect("(");
  while (!in_.is(")") && !in_.at_end()) {
    std::string name = in_.identifier("the name of a parameter");
    TypeName type;
    if (in_.accept(":")) type = code_.type_name("a type");
    routine.parameters.emplace_back(std::move(name), std::move(type));
    if (!in_.accept(",")) break;
  }
  in_.expect(")");
}

// operation NAME(PARAMETERS) [TEXT] { [last] [when CONDITION] [holds MEMORY[PARAMETER] = VALUE] [does BLOCK] by BLOCK }
void Parser::operation() {
  const size_t begin = in_.peek().begin;
  in_.take();
  Operation made;
  made.fact = fact();
  made.name = in_.identifier("the operation's name");
  Routine common;
  routine_parameters(common);
  if (in_.peek().kind == Token::Kind::string) made.text = in_.string("what it does");
  tag(made.fact);
  // Each clause is a routine; its name has a dot, so that nothing in the text can call it.
  const auto clause = [&](uint32_t& index, std::string_view which, bool is_procedure) {
    Routine one;
    one.fact = fact();
    one.name = fmt::format("{}.{}", made.name, which);
    one.parameters = common.parameters;
    one.is_procedure = is_procedure;
    if (index != kNone) in_.fail_at(one.fact.at, fmt::format("'{}' stands twice", which));
    if (is_procedure)
      one.body = code_.block();
    else
      one.value = code_.expression();
    index = static_cast<uint32_t>(out_.routines.size());
    if (!in_.failed()) out_.routines.push_back(std::move(one));
  };
  in_.expect("{");
  while (!in_.is("}") && !in_.at_end()) {
    if (in_.accept("last")) {
      made.last = true;
    } else if (in_.accept("when")) {
      clause(made.when, "when", false);
    } else if (in_.accept("does")) {
      clause(made.does, "does", true);
    } else if (in_.accept("by")) {
      clause(made.by, "by", true);
    } else if (in_.accept("holds")) {
      made.held_at = in_.here();
      made.held_memory = in_.identifier("a memory");
      in_.expect("[");
      made.held_index = in_.identifier("a parameter");
      in_.expect("]");
      in_.expect("=");
      clause(made.holds, "holds", false);
    } else {
      in_.fail("expected last, when, holds, does or by");
    }
  }
  in_.expect("}");
  if (made.by == kNone)
    in_.fail_at(made.fact.at, "an operation says by what instructions it is done: by { issue ... }");
  if (in_.failed()) return;
  out_.routines[made.by].text_begin = begin;  // the page shows the operation as a whole
  out_.routines[made.by].text_end = in_.last_end();
  out_.operations.push_back(std::move(made));
}

// What a chip has and a specification does not write: one instruction, whose meaning are the equations.
void Parser::specification_frame() {
  out_.sources.push_back({"specification", out_.text, out_.at});
  follow_ = 0;
  const Fact here{out_.at, 0};
  Container word;
  word.name = "word";
  word.fact = here;
  word.width = 8;
  out_.containers.push_back(std::move(word));
  Format format;
  format.name = "no_fields";
  format.fact = here;
  out_.formats.push_back(std::move(format));
  Instruction compute;
  compute.name = "compute";
  compute.fact = here;
  compute.format_name = "no_fields";
  compute.has_encoding = compute.has_meaning = true;
  compute.syntax = "compute";
  compute.syntax_fact = here;
  out_.instructions.push_back(std::move(compute));
}

void Parser::specification_declaration() {
  if (in_.is("size")) {
    parameter();
    if (in_.failed()) return;
    Parameter& size = out_.parameters.back();
    if (!size.lowest && size.allowed.empty()) {  // else it would be fixed
      size.lowest = literal(1, size.fact.at);
      size.highest = literal(1 << 20, size.fact.at);
    }
    return;
  }
  if (in_.is("let")) return constant();
  if (in_.is("names")) return names();
  if (in_.is("number")) return number();
  if (in_.is("source")) return source();
  if (in_.is("function")) return routine(false);
  if (in_.is("input")) return input();
  if (in_.is("value") || in_.is("output")) return equation();
  if (in_.accept("note")) {
    const Fact where = fact();
    out_.notes.emplace_back(in_.string("the note"), where);
  } else {
    in_.fail("expected a declaration (size, let, function, number, input, value, output)");
  }
}

// input NAME : TYPE [ "[" EXTENT {, EXTENT} "]" ] [in REAL .. REAL] ["what it is"]
void Parser::input() {
  in_.take();
  State made;
  made.given = true;
  made.fact = fact();
  made.name = in_.identifier("the tensor's name");
  in_.expect(":");
  made.type_name = code_.type_name("a type such as s8, s32 or f32");
  while (in_.accept("[")) {
    do made.extents.push_back(code_.expression());
    while (in_.accept(","));
    in_.expect("]");
  }
  if (in_.is("in")) {
    const Position at = in_.take().at;
    const auto bound = [&] {
      const bool negative = in_.accept("-");
      if (in_.peek().kind != Token::Kind::real) in_.fail("expected a real number such as 1.0");
      const double size = std::strtod(std::string(in_.take().text).c_str(), nullptr);
      return negative ? -size : size;
    };
    made.lowest = bound();
    in_.expect("..");
    made.highest = bound();
    if (!(made.lowest < made.highest)) in_.fail_at(at, "the first number is the smaller one");
  }
  if (in_.peek().kind == Token::Kind::string) made.text = in_.string("what it is");
  if (!in_.failed()) out_.states.push_back(std::move(made));
}

// value|output NAME [ "[" INDEX [in FIRST .. END] {, ...} "]" ] : TYPE = EXPRESSION [within REAL] ["what it is"]
void Parser::equation() {
  Equation made;
  made.is_output = in_.take().text == "output";
  made.fact = fact();
  State tensor;
  tensor.fact = made.fact;
  tensor.name = in_.identifier("the tensor's name");
  if (in_.accept("[")) {
    made.indices = code_.ranges("]");
    in_.expect("]");
  }
  in_.expect(":");
  tensor.type_name = code_.type_name("a type such as s8, s32 or f32");
  in_.expect("=");
  made.value = code_.expression();
  if (in_.is("within")) {
    const Position at = in_.take().at;
    if (!made.is_output) in_.fail_at(at, "only an output has a tolerance");
    if (in_.peek().kind != Token::Kind::real) in_.fail("expected a real number such as 0.01");
    tensor.within = std::strtod(std::string(in_.take().text).c_str(), nullptr);
    if (!(tensor.within > 0 && tensor.within < 1)) in_.fail_at(at, "a tolerance is above 0 and below 1");
  }
  if (in_.peek().kind == Token::Kind::string) tensor.text = in_.string("what it is");
  if (in_.failed()) return;
  made.state = static_cast<uint32_t>(out_.states.size());
  out_.states.push_back(std::move(tensor));
  out_.equations.push_back(std::move(made));
}

}  // namespace portolan::accelerator
