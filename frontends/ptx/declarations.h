// What module scope and bodies have in common: declarations of variables with their initial values, and small words.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "frontends/ptx/expression.h"
#include "frontends/ptx/module.h"
#include "frontends/ptx/token.h"

namespace portolan::ptx {

std::optional<Space> space_from_name(std::string_view directive);  // with the dot

class Declarations {
 public:
  Declarations(std::string_view text, const std::string& file) : lexer_(text, file), file_(file) {}

  Lexer& lexer() { return lexer_; }
  const std::string& file() const { return file_; }
  const Diagnostic& failure() const { return *failure_; }

  bool fail(const Token& at, std::string message);  // false; the first failure stays
  bool accept(std::string_view word);
  bool expect(std::string_view word);
  std::optional<uint64_t> number();
  std::optional<Constant> constant();
  bool skip_line_directive(const Token& directive);  // .loc, .file, .pragma: up to the end of the line or ';'

  // Behind the space: alignment, type, names. `add` gets each and says whether it is welcome.
  bool variables(Space space, bool is_extern, const std::function<bool(Variable)>& add);
  bool one_variable(Space space, const std::function<bool(Variable, const Token&)>& add);
  std::optional<Type> register_type();  // of .reg

 protected:
  Lexer lexer_;
  std::string file_;
  std::optional<Diagnostic> failure_;

 private:
  struct Head {
    Type type;
    uint32_t alignment = 0;
    uint32_t vector = 1;
  };
  bool head(Head& head);
  bool attribute(const Token& at);
  bool declarator(Variable& v, const Head& head, Token& name);
  bool array(Variable& v);
  bool initial(Variable& v, int depth);
  bool initial_address(Variable& v);
  bool append(Variable& v, const Constant& c, const Token& at);
};

}  // namespace portolan::ptx
