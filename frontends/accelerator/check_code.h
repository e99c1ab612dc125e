// Names and types in expressions and statements. Checking rewrites the tree in place: what was a name becomes a
// constant, a local value, an element of state.
#pragma once

#include <set>

#include "frontends/accelerator/description.h"

namespace portolan::accelerator {

class CodeChecker {
 public:
  CodeChecker(Description& chip, std::vector<Diagnostic>& errors);

  // A value that parameters and constants alone decide.
  std::optional<Number> constant(Expression& expression);
  // Meanings, routines, costs and token uses, all of them.
  void check_all();
  // The type called so; `registers`: where a register file is meant by it. No value: there is none.
  std::optional<Type> type_named(const std::string& name, uint32_t* registers = nullptr) const;

 private:
  struct Local {
    std::string name;
    uint32_t slot;
    Type type;
    bool is_variable;
  };
  enum class Progress : uint8_t { none, busy, done };

  void check_routine(uint32_t index, Position from);
  void check_instruction(uint32_t index, Position from);
  void begin_frame() { locals_.clear(), slots_ = 0; }
  uint32_t add_local(const std::string& name, Position at, Type type, bool is_variable = false);
  const Local* local(const std::string& name) const;
  bool is_taken(const std::string& name) const;

  Type value(ExpressionPointer& e);
  Type integer(ExpressionPointer& e, const char* what);
  void condition(ExpressionPointer& e);
  Type name(Expression& e);
  Type subscript(ExpressionPointer& e);
  Type element(ExpressionPointer& e, uint32_t state, std::vector<ExpressionPointer> indices, bool is_target);
  Type slice(ExpressionPointer& e);
  Type as_type(Expression& e, bool is_target);
  Type member(Expression& e);
  Type unary(Expression& e);
  Type binary(Expression& e);
  Type choice(Expression& e);
  Type match(Expression& e);
  Type reduce(Expression& e);
  Type let(Expression& e);
  Type call(Expression& e);
  Type builtin(Expression& e);
  Type conversion(Expression& e, const Type& to);
  Type convert(Expression& e);
  // Gives both the type of one, where that is possible.
  Type common(Expression& at, ExpressionPointer& a, ExpressionPointer& b);
  void adopt(ExpressionPointer& literal, const Type& type);
  void bind(std::vector<Range>& ranges);
  Type target(ExpressionPointer& e);
  void assignable(Position at, const Type& place, const Type& value);

  void block(Block& block);
  void statement(Statement& s);
  void call_procedure(Statement& s);
  void issue(Statement& s);

  uint32_t state_named(const std::string& name) const;
  Type fail(Position at, std::string message);

  Description& chip_;
  std::vector<Diagnostic>& errors_;
  std::vector<Local> locals_;
  uint32_t slots_ = 0;
  unsigned nested_ = 0;
  std::vector<Progress> routines_, instructions_;
  std::vector<Type> results_;  // of functions
  std::map<uint32_t, Position> reads_;
  std::set<uint32_t> writes_;
  const Instruction* current_ = nullptr;
};

// Which function a builtin is; kNone: none.
enum class Builtin : uint32_t {
  minimum,
  maximum,
  absolute,
  divide_toward_zero,
  remainder_toward_zero,
  log2,
  bits,
  round_even,
  round_toward_zero,
  floor,
  ceiling,
  square_root,
  exponential,
  sine,
  cosine,
  scale,
  is_nan,
  fused,
  here,
  count_
};
enum class Conversion : uint32_t { wrap, saturate, from_bits, truncate, round, view };
enum class Reduction : uint32_t { sum, maximum, minimum, any, all, count };

}  // namespace portolan::accelerator
