// The body of a function: labels, instructions, declarations, nested braces.
#pragma once

#include "frontends/ptx/declarations.h"
#include "frontends/ptx/scope.h"

namespace portolan::ptx {

class Statements {
 public:
  Statements(Declarations& reader, Function& function, Scopes& scopes) : in_(reader), f_(function), scopes_(scopes) {}
  // Up to the closing word of the function's own scope, "" for the end of the text.
  bool until(std::string_view closing);

 private:
  bool statement();
  bool directive(const Token& at);
  bool registers();
  bool label(const Token& name);
  bool instruction(const Token& start);
  bool operand(Operand& out, int depth);
  bool named_operand(Operand& out);
  bool memory_operand(Operand& out, int depth);
  bool several(Operand& out, std::string_view closing, int depth);
  bool number_operand(Operand& out);
  Lexer& lexer() { return in_.lexer(); }

  Declarations& in_;
  Function& f_;
  Scopes& scopes_;
  bool is_call_ = false;
};

}  // namespace portolan::ptx
