// The declarations of a description or a specification; parse.cpp and parse_operation.cpp have the functions.
#pragma once

#include "frontends/accelerator/parse_code.h"

namespace portolan::accelerator {

class Parser {
 public:
  Parser(Description& out, std::vector<Diagnostic>& errors)
      : out_(out), in_(out, errors), code_(in_, out, out.is_specification) {}

  void run();

 private:
  void declaration();
  void source();
  void follow();
  void parameter();
  void build();
  void constant();
  void names();
  void number();
  void layout();
  void state();
  void queue();
  void word();
  void format();
  Field field(bool in_layout);
  void bits(Field& field);
  void instruction();
  void clause(Instruction& to);
  void encoding(Instruction& to);
  TokenUse token_use();
  Touch touch();
  void routine(bool is_procedure);
  void routine_parameters(Routine& routine);
  void operation();
  void specification_frame();
  void specification_declaration();
  void input();
  void equation();
  Fact fact() { return {in_.peek().at, follow_}; }
  void tag(Fact& fact) {
    if (const uint32_t source = code_.tag(); source != kNone) fact.source = source;
  }

  Description& out_;
  TokenStream in_;
  CodeParser code_;
  uint32_t follow_ = kNone;
};

}  // namespace portolan::accelerator
