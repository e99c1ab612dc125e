// Calls, conversions and statements; check_code.cpp has the plain expressions.
#include <fmt/format.h>

#include <algorithm>

#include "frontends/accelerator/check_code.h"

namespace portolan::accelerator {
namespace {

struct BuiltinRow {
  std::string_view name;
  unsigned least, most;
};
// In the order of Builtin.
constexpr BuiltinRow kBuiltins[] = {{"min", 2, 8},        {"max", 2, 8},   {"abs", 1, 1},  {"div_zero", 2, 2},
                                    {"rem_zero", 2, 2},   {"log2", 1, 1},  {"bits", 1, 1}, {"round_even", 1, 1},
                                    {"round_zero", 1, 1}, {"floor", 1, 1}, {"ceil", 1, 1}, {"sqrt", 1, 1},
                                    {"exp", 1, 1},        {"sin", 1, 1},   {"cos", 1, 1},  {"scale2", 2, 2},
                                    {"is_nan", 1, 1},     {"fma", 3, 3},   {"here", 0, 0}};
static_assert(std::size(kBuiltins) == static_cast<size_t>(Builtin::count_));

constexpr unsigned kDeepestCall = 20;

constexpr std::string_view kConversions[] = {"wrap", "saturate", "bits", "truncate", "round", "of"};

}  // namespace

Type CodeChecker::call(Expression& e) {
  for (uint32_t i = 0; i < chip_.routines.size(); ++i) {
    Routine& routine = chip_.routines[i];
    if (routine.name != e.name) continue;
    if (routine.is_procedure) return fail(e.at, fmt::format("'{}' is a procedure and gives no value", e.name));
    check_routine(i, e.at);
    if (e.operands.size() != routine.parameters.size())
      return fail(
          e.at, fmt::format("'{}' takes {} argument(s), not {}", e.name, routine.parameters.size(), e.operands.size()));
    for (size_t k = 0; k < e.operands.size(); ++k) {
      value(e.operands[k]);
      if (routine.parameter_types[k].real) adopt(e.operands[k], routine.parameter_types[k]);
      assignable(e.operands[k]->at, routine.parameter_types[k], e.operands[k]->type);
    }
    e.index = i;
    return results_[i];
  }
  for (uint32_t i = 0; i < std::size(kBuiltins); ++i)
    if (kBuiltins[i].name == e.name) {
      e.kind = Expression::Kind::builtin;
      e.index = i;
      if (e.operands.size() < kBuiltins[i].least || e.operands.size() > kBuiltins[i].most)
        return fail(e.at,
                    fmt::format("'{}' takes {} argument(s), not {}", e.name, kBuiltins[i].least, e.operands.size()));
      return builtin(e);
    }
  if (const auto type = type_named(e.name); type && e.operands.size() == 1 && (type->real || type->layout)) {
    e.kind = Expression::Kind::convert;
    e.index = static_cast<uint32_t>(type->real ? Conversion::round : Conversion::view);
    return conversion(e, *type);
  }
  if (type_named(e.name))
    return fail(e.at, fmt::format("say what becomes of a number that doesn't fit: {}.wrap(x) or {}.saturate(x)", e.name,
                                  e.name));
  return fail(e.at, fmt::format("no function is called '{}'", e.name));
}

Type CodeChecker::builtin(Expression& e) {
  const auto which = static_cast<Builtin>(e.index);
  if (which == Builtin::here) return {};
  const size_t before = errors_.size();
  for (ExpressionPointer& operand : e.operands) value(operand);
  if (errors_.size() != before) return {};
  Type first = e.operands[0]->type;
  switch (which) {
    case Builtin::minimum:
    case Builtin::maximum:
    case Builtin::absolute:
    case Builtin::fused:
      for (size_t i = 1; i < e.operands.size(); ++i) common(e, e.operands[0], e.operands[i]);
      // Narrower ones would be rounded twice.
      if (which == Builtin::fused && (!e.operands[0]->type.real || (e.operands[0]->type.real->name != "f32" &&
                                                                    e.operands[0]->type.real->name != "f64")))
        fail(e.at, "fma is for f32 and f64");
      return e.operands[0]->type.real ? e.operands[0]->type : Type{};
    case Builtin::divide_toward_zero:
    case Builtin::remainder_toward_zero:
    case Builtin::log2:
      for (ExpressionPointer& operand : e.operands) integer(operand, "an operand here");
      return {};
    default:
      break;
  }
  if (!first.real) return fail(e.at, fmt::format("'{}' is for real numbers", e.name));
  if (which == Builtin::scale) integer(e.operands[1], "the power of two");
  Type result;
  if (which == Builtin::bits) result.width = first.width;
  if (which == Builtin::is_nan) result.bit = true;
  if (which == Builtin::square_root || which == Builtin::exponential || which == Builtin::sine ||
      which == Builtin::cosine || which == Builtin::scale)
    result = first;
  return result;
}

// TYPE.wrap(x), .saturate(x), .bits(x), .truncate(x), .round(x), .of(x)
Type CodeChecker::convert(Expression& e) {
  const auto type = type_named(e.name);
  const auto found = std::ranges::find(kConversions, e.method);
  if (!type || type->width == 0) return fail(e.at, fmt::format("no type is called '{}'", e.name));
  if (found == std::end(kConversions) || e.operands.size() != 1)
    return fail(e.at, fmt::format("a type has wrap(x), saturate(x), bits(x), truncate(x), round(x) and of(x), not '{}'",
                                  e.method));
  e.index = static_cast<uint32_t>(found - kConversions);
  return conversion(e, *type);
}

Type CodeChecker::conversion(Expression& e, const Type& to) {
  const size_t before = errors_.size();
  const Type from = value(e.operands[0]);
  if (errors_.size() != before) return to;
  const auto which = static_cast<Conversion>(e.index);
  const bool to_real = which == Conversion::from_bits || which == Conversion::truncate || which == Conversion::round;
  if (to_real != (to.real != nullptr))
    return fail(e.at, to.real ? fmt::format("{} has bits(x), truncate(x) and {}(x)", e.name, e.name)
                              : fmt::format("{} has wrap(x), saturate(x) and of(x)", e.name));
  if ((which == Conversion::wrap || which == Conversion::saturate || which == Conversion::view ||
       which == Conversion::from_bits) &&
      from.real)
    return fail(e.at, "this takes an integer; say round_even(...), round_zero(...) or bits(...)");
  e.type = to;
  return to;
}

void CodeChecker::check_routine(uint32_t index, Position from) {
  Routine& routine = chip_.routines[index];
  if (routines_[index] == Progress::done) return;
  if (routines_[index] == Progress::busy) {
    fail(from, fmt::format("'{}' uses itself; recursion has no meaning on a chip, write a loop", routine.name));
    return;
  }
  if (++nested_ > kDeepestCall) {
    fail(from, "routines and instructions use each other through too many levels");
    --nested_;
    return;
  }
  routines_[index] = Progress::busy;
  std::vector<Local> outer;
  std::swap(outer, locals_);
  const uint32_t outer_slots = slots_;
  begin_frame();
  routine.parameter_types.clear();
  for (const auto& [name, type_name] : routine.parameters) {
    Type type;
    if (!type_name.name.empty()) {
      if (const auto found = type_named(type_name.name))
        type = *found;
      else
        fail(type_name.at, fmt::format("no type is called '{}'", type_name.name));
    }
    routine.parameter_types.push_back(type);
    add_local(name, routine.fact.at, type);
  }
  if (routine.is_procedure)
    block(routine.body);
  else
    results_[index] = value(routine.value);
  routine.slots = slots_;
  std::swap(outer, locals_);
  slots_ = outer_slots;
  routines_[index] = Progress::done;
  --nested_;
}

void CodeChecker::check_instruction(uint32_t index, Position from) {
  Instruction& instruction = chip_.instructions[index];
  if (instructions_[index] == Progress::done) return;
  if (instructions_[index] == Progress::busy) {
    fail(from, fmt::format("'{}' issues itself; a macro instruction is defined by others", instruction.name));
    return;
  }
  if (++nested_ > kDeepestCall) {
    fail(from, "routines and instructions use each other through too many levels");
    --nested_;
    return;
  }
  instructions_[index] = Progress::busy;
  std::vector<Local> outer;
  std::swap(outer, locals_);
  const uint32_t outer_slots = slots_;
  const Instruction* outer_instruction = std::exchange(current_, &instruction);
  begin_frame();
  for (const Field& field : chip_.formats[instruction.format].fields) add_local(field.name, field.fact.at, field.type);
  for (std::vector<TokenUse>* uses : {&instruction.waits, &instruction.signals})
    for (TokenUse& use : *uses)
      if (use.condition) condition(use.condition);
  for (Touch& touch : instruction.touches) {
    integer(touch.first, "the first row");
    integer(touch.end, "the end of the rows");
    if (touch.condition) condition(touch.condition);
  }
  if (instruction.cost) integer(instruction.cost, "a cost");
  if (instruction.latency) integer(instruction.latency, "a latency");
  block(instruction.meaning);
  instruction.slots = slots_;
  current_ = outer_instruction;
  std::swap(outer, locals_);
  slots_ = outer_slots;
  instructions_[index] = Progress::done;
  --nested_;
}

void CodeChecker::check_all() {
  for (uint32_t i = 0; i < chip_.routines.size(); ++i) check_routine(i, chip_.routines[i].fact.at);
  for (uint32_t i = 0; i < chip_.instructions.size(); ++i) check_instruction(i, chip_.instructions[i].fact.at);
  for (const auto& [state, at] : reads_) {
    const State& read = chip_.states[state];
    if (read.external || read.given || read.initial || writes_.contains(state)) continue;
    fail(at,
         fmt::format(
             "'{}' is read here, but has no initial value and nothing writes it; give it one (= 0) or an instruction "
             "that sets it",
             read.name));
  }
}

void CodeChecker::block(Block& block) {
  const size_t outer = locals_.size();
  for (Statement& s : block) statement(s);
  locals_.resize(outer);
}

void CodeChecker::statement(Statement& s) {
  switch (s.kind) {
    case Statement::Kind::let:
    case Statement::Kind::variable: {
      const Type type = value(s.value);
      Type kept = type;
      if (s.kind == Statement::Kind::variable && !type.real) kept = {};  // it may take any integer later
      s.index = add_local(s.name, s.fact.at, kept, s.kind == Statement::Kind::variable);
      return;
    }
    case Statement::Kind::assign: {
      const size_t before = errors_.size();
      value(s.value);
      const Type place = target(s.target);
      if (errors_.size() != before) return;
      if (place.real) adopt(s.value, place);
      return assignable(s.value->at, place, s.value->type);
    }
    case Statement::Kind::branch:
      condition(s.value);
      block(s.body);
      return block(s.otherwise);
    case Statement::Kind::loop:
    case Statement::Kind::together: {
      const size_t outer = locals_.size();
      bind(s.ranges);
      block(s.body);
      locals_.resize(outer);
      return;
    }
    case Statement::Kind::outcome:
      if (s.value) condition(s.value);
      return;
    case Statement::Kind::call:
      return call_procedure(s);
    case Statement::Kind::issue:
      return issue(s);
    case Statement::Kind::jump:
      if (!chip_.units.empty()) fail(s.fact.at, "a chip whose units run by themselves has no jumps here");
      integer(s.value, "the number of an instruction");
      return;
    case Statement::Kind::stop:
      return;
  }
}

void CodeChecker::call_procedure(Statement& s) {
  for (uint32_t i = 0; i < chip_.routines.size(); ++i) {
    Routine& routine = chip_.routines[i];
    if (routine.name != s.name) continue;
    if (!routine.is_procedure) break;
    check_routine(i, s.fact.at);
    if (s.arguments.size() != routine.parameters.size()) {
      fail(s.fact.at,
           fmt::format("'{}' takes {} argument(s), not {}", s.name, routine.parameters.size(), s.arguments.size()));
      return;
    }
    for (size_t k = 0; k < s.arguments.size(); ++k) {
      value(s.arguments[k]);
      if (routine.parameter_types.size() <= k) return;  // a recursion, reported
      if (routine.parameter_types[k].real) adopt(s.arguments[k], routine.parameter_types[k]);
      assignable(s.arguments[k]->at, routine.parameter_types[k], s.arguments[k]->type);
    }
    s.index = i;
    return;
  }
  fail(s.fact.at, fmt::format("no procedure is called '{}'", s.name));
}

void CodeChecker::issue(Statement& s) {
  for (uint32_t i = 0; i < chip_.instructions.size(); ++i) {
    const Instruction& issued = chip_.instructions[i];
    if (issued.name != s.name) continue;
    check_instruction(i, s.fact.at);
    s.index = i;
    const Format& format = chip_.formats[issued.format];
    for (auto& [name, bound] : s.bindings) {
      value(bound);
      const Field* field = format.field(name);
      const bool fixed = std::ranges::any_of(issued.encoding, [&](const Constraint& c) { return c.field == name; });
      if (!field || fixed) {
        fail(bound->at, field ? fmt::format("{} of {} is fixed by its encoding", name, s.name)
                              : fmt::format("{} has no field '{}'", s.name, name));
        continue;
      }
      assignable(bound->at, field->type, bound->type);
      s.bound.push_back(static_cast<uint32_t>(field - format.fields.data()));
    }
    return;
  }
  fail(s.fact.at, fmt::format("no instruction is called '{}'", s.name));
}

}  // namespace portolan::accelerator
