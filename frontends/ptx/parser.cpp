#include "frontends/ptx/parser.h"

#include <fmt/format.h>

#include <bit>

#include "frontends/ptx/declarations.h"
#include "frontends/ptx/scope.h"
#include "frontends/ptx/statements.h"

namespace portolan::ptx {
namespace {

class ModuleParser : Declarations {
 public:
  ModuleParser(std::string_view text, const std::string& file) : Declarations(text, file) { module_.file = file; }

  Expected<Module> run() {
    while (!failure_ && lexer_.next().kind != Token::end) item();
    if (failure_) return *failure_;
    if (module_.version.empty()) return error_at({file_, 1, 1}, "no .version: this is not PTX");
    return std::move(module_);
  }

 private:
  bool item() {
    const Token at = lexer_.next();
    if (at.is(".version")) return version();
    if (at.is(".target")) return target();
    if (at.is(".address_size")) return address_size();
    if (at.is(".file") || at.is(".loc") || at.is(".pragma")) return lexer_.take(), skip_line_directive(at);
    if (at.is(".section")) return section();
    if (at.is(".alias")) return fail(at, ".alias is not supported");
    return declaration();
  }

  bool version() {
    lexer_.take();
    const Token number = lexer_.take();
    if (number.kind != Token::floating) return fail(number, "expected a version such as 9.0");
    module_.version = std::string(number.text);
    return true;
  }

  bool target() {
    lexer_.take();
    do {
      const Token name = lexer_.take();
      if (name.kind != Token::name) return fail(name, "expected a target such as sm_90");
      module_.target += (module_.target.empty() ? "" : " ") + std::string(name.text);
    } while (accept(","));
    return true;
  }

  bool address_size() {
    lexer_.take();
    const Token at = lexer_.next();
    const std::optional<uint64_t> size = number();
    if (!size) return false;
    if (*size != 64) return fail(at, "addresses of 64 bits only");
    return true;
  }

  // DWARF: text between braces that says nothing about what the code does.
  bool section() {
    const Token at = lexer_.take();
    while (!lexer_.next().is("{"))
      if (lexer_.take().kind == Token::end) return fail(at, "a section without '{'");
    int depth = 0;
    do {
      const Token token = lexer_.take();
      if (token.kind == Token::end) return fail(at, "a section that does not end");
      depth += token.is("{") ? 1 : token.is("}") ? -1 : 0;
    } while (depth > 0);
    return true;
  }

  bool declaration() {
    bool is_extern = false;
    for (;;) {
      const Token at = lexer_.next();
      if (at.is(".extern")) is_extern = true;
      if (at.is(".visible") || at.is(".extern") || at.is(".weak") || at.is(".common"))
        lexer_.take();
      else
        break;
    }
    const Token at = lexer_.next();
    if (at.is(".entry") || at.is(".func")) return function(lexer_.take().is(".entry"));
    const std::optional<Space> space = space_from_name(at.text);
    if (!space || *space == Space::param || *space == Space::reg)
      return fail(at, fmt::format("'{}' does not belong here", at.text));
    lexer_.take();
    return variables(*space, is_extern, [&](Variable v) {
      module_.variables.push_back(std::move(v));
      return true;
    });
  }

  bool function(bool is_kernel) {
    Function f;
    f.is_kernel = is_kernel;
    Scopes scopes(f);
    if (lexer_.next().is(".noreturn")) lexer_.take();
    if (!is_kernel && lexer_.next().is("(") && !parameters(f, scopes, f.results, f.register_results)) return false;
    const Token name = lexer_.take();
    if (name.kind != Token::name) return fail(name, "expected the name of a function");
    f.name = std::string(name.text);
    f.location = {file_, name.line, name.column};
    if (lexer_.next().is("(") && !parameters(f, scopes, f.parameters, f.register_parameters)) return false;
    if (!performance(f)) return false;
    if (accept(";")) {
      module_.functions.push_back(std::move(f));
      return true;
    }
    f.has_body = true;
    if (!expect("{")) return false;
    Statements body(*this, f, scopes);
    if (!body.until("}")) return false;
    module_.functions.push_back(std::move(f));
    return true;
  }

  bool parameters(Function& f, Scopes& scopes, std::vector<uint32_t>& memory, std::vector<uint32_t>& registers) {
    lexer_.take();
    if (accept(")")) return true;
    do {
      const Token at = lexer_.take();
      const bool is_register = at.is(".reg");
      if (!is_register && !at.is(".param")) return fail(at, "expected .param or .reg");
      if (is_register) {
        const std::optional<Type> type = register_type();
        if (!type) return false;
        const Token name = lexer_.take();
        if (name.kind != Token::name) return fail(name, "expected a name");
        if (!scopes.declare_register(name.text, *type)) return fail(name, "this name is taken");
        registers.push_back(static_cast<uint32_t>(f.registers.size() - 1));
        continue;
      }
      if (!one_variable(Space::param, [&](Variable v, const Token& name) {
            memory.push_back(static_cast<uint32_t>(f.variables.size()));
            f.variables.push_back(std::move(v));
            return scopes.declare_variable(name.text, memory.back()) || fail(name, "this name is taken");
          }))
        return false;
    } while (accept(","));
    return expect(")");
  }

  // .maxntid 256, 1, 1 and its like, between the parameters and the body.
  bool performance(Function& f) {
    while (lexer_.next().kind == Token::dot) {
      const Token at = lexer_.take();
      if (at.is(".noreturn")) continue;
      if (at.is(".pragma")) {
        if (!skip_line_directive(at)) return false;
        continue;
      }
      const bool required = at.is(".reqntid");
      for (unsigned n = 0; lexer_.next().kind == Token::integer || lexer_.next().is(","); ++n) {
        if (n != 0 && !expect(",")) return false;
        const std::optional<uint64_t> value = number();
        if (!value) return false;
        if (n < 3 && (required || at.is(".maxntid"))) f.block_size[n] = static_cast<uint32_t>(*value);
      }
      if (required) f.block_size_required = true;
    }
    return true;
  }

  Module module_;
};

}  // namespace

Expected<Module> parse_module(std::string_view text, const std::string& file) {
  return ModuleParser(text, file).run();
}

Expected<Function> parse_body(std::string_view text, const std::string& file, std::span<const Register> registers) {
  Declarations declarations(text, file);
  Function f;
  f.name = "body";
  f.location = {file, 1, 1};
  f.has_body = true;
  Scopes scopes(f);
  for (const Register& r : registers)
    if (!scopes.declare_register(r.name, r.type)) return error_at(f.location, "two registers are named " + r.name);
  Statements body(declarations, f, scopes);
  if (!body.until("")) return declarations.failure();
  return f;
}

}  // namespace portolan::ptx
