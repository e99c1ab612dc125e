// Expressions and statements of a description.
#pragma once

#include "frontends/accelerator/token_stream.h"

namespace portolan::accelerator {

class CodeParser {
 public:
  // `open_ranges`: as tensor specifications write it, an index may stand without its bounds, A[i, k] is A[i][k], and a
  // reduction takes the whole product behind it.
  CodeParser(TokenStream& in, const Description& description, bool open_ranges = false)
      : in_(in), description_(description), open_(open_ranges) {}

  ExpressionPointer expression();
  Block block();   // with its braces
  uint32_t tag();  // an optional "@source"; kNone: none
  TypeName type_name(const char* what);
  std::vector<Range> ranges(std::string_view until);

 private:
  struct Nesting;
  ExpressionPointer binary(unsigned level);
  ExpressionPointer unary();
  ExpressionPointer postfix();
  ExpressionPointer primary();
  ExpressionPointer condition();
  ExpressionPointer match();
  ExpressionPointer let_in();
  ExpressionPointer reduce();
  ExpressionPointer subscript(ExpressionPointer base);
  std::vector<ExpressionPointer> arguments();
  bool begins_reduction() const;
  Statement statement();
  void outcome(Statement& out);
  void issue(Statement& out);
  void assignment_or_call(Statement& out);
  ExpressionPointer make(Expression::Kind kind);

  TokenStream& in_;
  const Description& description_;
  bool open_;
  unsigned depth_ = 0, within_ = 0, nodes_ = 0;
};

}  // namespace portolan::accelerator
