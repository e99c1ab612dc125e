#include "frontends/accelerator/check_code.h"

#include <fmt/format.h>

#include <algorithm>

#include "frontends/accelerator/fold.h"

namespace portolan::accelerator {
namespace {

constexpr std::string_view kReserved[] = {"if",   "then",    "else",      "match",       "let",      "var",   "for",
                                          "in",   "and",     "or",        "not",         "together", "issue", "stop",
                                          "jump", "illegal", "undefined", "unsupported", "as"};

}  // namespace

CodeChecker::CodeChecker(Description& chip, std::vector<Diagnostic>& errors)
    : chip_(chip),
      errors_(errors),
      routines_(chip.routines.size(), Progress::none),
      instructions_(chip.instructions.size(), Progress::none),
      results_(chip.routines.size()) {}

Type CodeChecker::fail(Position at, std::string message) {
  errors_.push_back(chip_.error(at, std::move(message)));
  return {};
}

std::optional<Number> CodeChecker::constant(Expression& expression) {
  const size_t before = errors_.size();
  begin_frame();
  // The caller keeps the pointer, and resolution may replace what it points to: work on a copy's root.
  auto holder = std::make_unique<Expression>(std::move(expression));
  const Type type = value(holder);
  expression = std::move(*holder);
  if (errors_.size() != before) return std::nullopt;
  if (!type.real)
    if (const auto number = fold(expression)) return number;
  fail(expression.at, "this must be a number that parameters alone decide");
  return std::nullopt;
}

std::optional<Type> CodeChecker::type_named(const std::string& name, uint32_t* registers) const {
  Type type;
  if (name == "signed") {
    type.is_signed = true;
    return type;
  }
  if (name.size() >= 2 && name.size() <= 4 && (name[0] == 'u' || name[0] == 's') &&
      std::ranges::all_of(name.substr(1), [](char c) { return c >= '0' && c <= '9'; })) {
    type.width = static_cast<unsigned>(std::stoul(name.substr(1)));
    type.is_signed = name[0] == 's';
    type.bit = name == "u1";
    if (type.width >= 1 && type.width <= 64) return type;
    return std::nullopt;
  }
  for (const RealFormat& format : chip_.reals)
    if (format.name == name) {
      type.real = &format;
      type.width = format.width();
      return type;
    }
  for (const Layout& layout : chip_.layouts)
    if (layout.name == name) {
      type.layout = &layout;
      type.width = layout.width;
      return type;
    }
  for (const Names& names : chip_.names)
    if (names.name == name) {
      type.names = &names;
      return type;
    }
  if (!registers) return std::nullopt;
  for (uint32_t i = 0; i < chip_.states.size(); ++i)
    if (chip_.states[i].name == name && chip_.states[i].is_register) {
      *registers = i;
      return type;
    }
  return std::nullopt;
}

uint32_t CodeChecker::state_named(const std::string& name) const {
  for (uint32_t i = 0; i < chip_.states.size(); ++i)
    if (chip_.states[i].name == name) return i;
  return kNone;
}

const CodeChecker::Local* CodeChecker::local(const std::string& name) const {
  for (const Local& candidate : locals_)
    if (candidate.name == name) return &candidate;
  return nullptr;
}

bool CodeChecker::is_taken(const std::string& name) const {
  return local(name) || chip_.values.contains(name) || state_named(name) != kNone;
}

uint32_t CodeChecker::add_local(const std::string& name, Position at, Type type, bool is_variable) {
  if (is_taken(name)) fail(at, fmt::format("'{}' already stands for something here; choose another name", name));
  if (std::ranges::count(kReserved, name))
    fail(at, fmt::format("'{}' is a word of the language; choose another name", name));
  locals_.push_back({name, slots_, type, is_variable});
  return slots_++;
}

Type CodeChecker::value(ExpressionPointer& e) {
  Type type;
  switch (e->kind) {
    case Expression::Kind::number:
      type.bit = e->number == 0 || e->number == 1;
      break;
    case Expression::Kind::real:
      type = *type_named("f64");
      break;
    case Expression::Kind::name:
      type = name(*e);
      break;
    case Expression::Kind::subscript:
      type = subscript(e);
      break;
    case Expression::Kind::slice:
      type = slice(e);
      break;
    case Expression::Kind::as_type:
      type = as_type(*e, false);
      break;
    case Expression::Kind::member:
      type = member(*e);
      break;
    case Expression::Kind::call:
      type = call(*e);
      break;
    case Expression::Kind::convert:
      type = convert(*e);
      break;
    case Expression::Kind::match:
      type = match(*e);
      break;
    case Expression::Kind::unary:
      type = unary(*e);
      break;
    case Expression::Kind::binary:
      type = binary(*e);
      break;
    case Expression::Kind::condition:
      type = choice(*e);
      break;
    case Expression::Kind::reduce:
      type = reduce(*e);
      break;
    case Expression::Kind::let:
      type = let(*e);
      break;
    default:  // checked already
      return e->type;
  }
  e->type = type;
  return type;
}

Type CodeChecker::integer(ExpressionPointer& e, const char* what) {
  const Type type = value(e);
  if (type.real)
    fail(e->at,
         fmt::format("{} is an integer, and this is {}; say round_even(...) or bits(...)", what, type.real->name));
  return type;
}

void CodeChecker::condition(ExpressionPointer& e) {
  const size_t before = errors_.size();
  const Type type = value(e);
  if ((!type.bit || type.real) && errors_.size() == before)
    fail(e->at, "a condition is a comparison or a single bit; write '... != 0'");
}

Type CodeChecker::name(Expression& e) {
  if (const Local* found = local(e.name)) {
    e.kind = Expression::Kind::local;
    e.index = found->slot;
    return found->type;
  }
  if (const auto constant = chip_.values.find(e.name); constant != chip_.values.end()) {
    e.kind = Expression::Kind::number;
    e.number = constant->second;
    Type type;
    type.bit = e.number == 0 || e.number == 1;
    return type;
  }
  if (const uint32_t state = state_named(e.name); state != kNone) {
    if (!chip_.states[state].extents.empty())
      return fail(e.at,
                  fmt::format("'{}' has {} index(es): {}[...]", e.name, chip_.states[state].extents.size(), e.name));
    e.kind = Expression::Kind::element;
    e.index = state;
    reads_.emplace(state, e.at);
    return chip_.states[state].type;
  }
  if (e.name == "here") {
    e.kind = Expression::Kind::builtin;
    e.index = static_cast<uint32_t>(Builtin::here);
    return {};
  }
  return fail(e.at, fmt::format("nothing is called '{}' here", e.name));
}

Type CodeChecker::subscript(ExpressionPointer& e) {
  // base[i][j]: the chain is written outside in.
  std::vector<ExpressionPointer> indices;
  Expression* base = e.get();
  while (base->kind == Expression::Kind::subscript) base = base->operands[0].get();
  const uint32_t state = base->kind == Expression::Kind::name && !local(base->name) ? state_named(base->name) : kNone;
  const size_t extents = state == kNone ? 0 : chip_.states[state].extents.size();
  size_t written = 0;
  for (const Expression* at = e.get(); at->kind == Expression::Kind::subscript; at = at->operands[0].get()) ++written;
  if (extents != 0 && written == extents) {
    for (Expression* at = e.get(); at->kind == Expression::Kind::subscript; at = at->operands[0].get())
      indices.insert(indices.begin(), std::move(at->operands[1]));
    return element(e, state, std::move(indices), false);
  }
  // A single bit of a number.
  const Type type = integer(e->operands[0], "what has bits");
  integer(e->operands[1], "a bit's number");
  const auto bit = fold(*e->operands[1]);
  if (!bit || *bit < 0 || *bit > 126)
    return fail(e->operands[1]->at,
                "the number of a bit is a constant of at most 126; write (x >> i) & 1 for a computed one");
  if (type.width != 0 && *bit >= type.width)
    return fail(e->operands[1]->at, fmt::format("a number of {} bits has no bit {}", type.width, to_string(*bit)));
  e->kind = Expression::Kind::field_of;
  e->low = static_cast<unsigned>(*bit);
  e->width = 1;
  e->operands.pop_back();
  Type result;
  result.bit = true;
  result.width = 1;
  return result;
}

Type CodeChecker::element(ExpressionPointer& e, uint32_t state, std::vector<ExpressionPointer> indices,
                          bool is_target) {
  for (ExpressionPointer& index : indices) integer(index, "an index");
  e->kind = Expression::Kind::element;
  e->index = state;
  e->operands = std::move(indices);
  if (is_target)
    writes_.insert(state);
  else
    reads_.emplace(state, e->at);
  return chip_.states[state].type;
}

Type CodeChecker::slice(ExpressionPointer& e) {
  const Type type = integer(e->operands[0], "what has bits");
  integer(e->operands[1], "a bit's number");
  integer(e->operands[2], "a bit's number");
  const auto high = fold(*e->operands[1]), low = fold(*e->operands[2]);
  if (!high || !low || *low < 0 || *high < *low || *high > 126)
    return fail(e->at, "bits are two constants, high to low: [15:8]");
  if (type.width != 0 && *high >= type.width)
    return fail(e->at, fmt::format("a number of {} bits has no bit {}", type.width, to_string(*high)));
  e->kind = Expression::Kind::field_of;
  e->low = static_cast<unsigned>(*low);
  e->width = static_cast<unsigned>(*high - *low + 1);
  e->operands.resize(1);
  Type result;
  result.width = e->width;
  result.bit = e->width == 1;
  return result;
}

Type CodeChecker::as_type(Expression& e, bool is_target) {
  const uint32_t state = e.operands[0]->kind == Expression::Kind::name ? state_named(e.operands[0]->name) : kNone;
  const State* memory = state == kNone ? nullptr : &chip_.states[state];
  if (!memory || memory->extents.size() != 1 || memory->type.real || memory->type.width != 8)
    return fail(e.at, "only a memory of bytes (u8, one index) is read 'as' another type");
  const auto type = type_named(e.name);
  if (!type || type->width == 0 || type->width % 8 != 0)
    return fail(e.at, fmt::format("'{}' is not a type of whole bytes such as s32 or f32", e.name));
  integer(e.operands[1], "an address");
  e.operands.erase(e.operands.begin());
  e.kind = Expression::Kind::as_element;
  e.index = state;
  if (is_target)
    writes_.insert(state);
  else
    reads_.emplace(state, e.at);
  return *type;
}

Type CodeChecker::member(Expression& e) {
  const size_t before = errors_.size();
  const Type type = value(e.operands[0]);
  if (errors_.size() != before) return {};
  if (!type.layout)
    return fail(e.at, fmt::format("'.{}' takes a field of a layout, and this value has none", e.method));
  for (const Field& field : type.layout->fields)
    if (field.name == e.method) {
      e.kind = Expression::Kind::field_of;
      e.field = &field;
      return field.type;
    }
  return fail(e.at, fmt::format("layout {} has no field '{}'", type.layout->name, e.method));
}

Type CodeChecker::unary(Expression& e) {
  if (e.operation == Operator::logical_not) {
    condition(e.operands[0]);
    Type type;
    type.bit = true;
    return type;
  }
  const Type type = value(e.operands[0]);
  if (type.real && e.operation == Operator::negate) return type;
  if (type.real) fail(e.at, "a real number has no bits to invert; say bits(...)");
  return {};
}

void CodeChecker::adopt(ExpressionPointer& literal, const Type& type) {
  Expression* real = literal.get();
  if (real->kind == Expression::Kind::unary) real = real->operands[0].get();
  if (real->kind != Expression::Kind::real) return;
  if (type.real->round(real->real) != real->real)
    fail(real->at,
         fmt::format("{} has no such number; write {}({}) to round it", type.real->name, type.real->name, real->real));
  literal->type = real->type = type;
}

Type CodeChecker::common(Expression& at, ExpressionPointer& a, ExpressionPointer& b) {
  if (a->type.real && b->type.real && a->type.real != b->type.real) {
    adopt(a, b->type);
    if (a->type.real != b->type.real) adopt(b, a->type);
  }
  if (a->type.real != b->type.real)
    return fail(at.at, fmt::format("{} and {} don't mix; convert one, as in f32(x)",
                                   a->type.real ? a->type.real->name : "an integer",
                                   b->type.real ? b->type.real->name : "an integer"));
  Type type = a->type;
  if (type.real) return type;
  Type both;
  both.bit = a->type.bit && b->type.bit;
  return both;
}

Type CodeChecker::binary(Expression& e) {
  Type bit;
  bit.bit = true;
  if (e.operation == Operator::logical_and || e.operation == Operator::logical_or) {
    condition(e.operands[0]);
    condition(e.operands[1]);
    return bit;
  }
  value(e.operands[0]);
  value(e.operands[1]);
  const Type type = common(e, e.operands[0], e.operands[1]);
  if (e.operation >= Operator::equal && e.operation <= Operator::greater_equal) return bit;
  const bool is_bitwise =
      e.operation == Operator::bit_and || e.operation == Operator::bit_or || e.operation == Operator::bit_xor;
  if (type.real && (e.operation == Operator::modulo || e.operation > Operator::divide))
    return fail(e.at, fmt::format("'{}' is for integers", text(e.operation)));
  Type result = type;
  if (!type.real) result = {}, result.bit = is_bitwise && type.bit;
  return result;
}

Type CodeChecker::choice(Expression& e) {
  condition(e.operands[0]);
  value(e.operands[1]);
  value(e.operands[2]);
  return common(e, e.operands[1], e.operands[2]);
}

Type CodeChecker::match(Expression& e) {
  const Type subject = integer(e.operands[0], "what is matched");
  const bool has_else = e.operands.size() % 2 == 0;
  std::set<Number> seen;
  size_t first = 0;
  for (size_t i = 1; i < e.operands.size(); ++i) {
    const bool is_key = i % 2 == 1 && !(has_else && i + 1 == e.operands.size());
    if (is_key) {
      integer(e.operands[i], "a case");
      const auto key = fold(*e.operands[i]);
      if (!key)
        fail(e.operands[i]->at, "a case is a constant");
      else if (!seen.insert(*key).second)
        fail(e.operands[i]->at, "this case stands here twice");
      continue;
    }
    value(e.operands[i]);
    if (first == 0)
      first = i;
    else
      common(e, e.operands[first], e.operands[i]);
  }
  if (first == 0) return fail(e.at, "a match has at least one case");
  if (!has_else && subject.names)
    for (const auto& [name, number] : subject.names->values)
      if (!seen.contains(number)) fail(e.at, fmt::format("this match lacks the case {}", name));
  Type type = e.operands[first]->type;
  if (!type.real) type = {}, type.bit = std::ranges::all_of(e.operands, [](const auto& o) { return o->type.bit; });
  return type;
}

void CodeChecker::bind(std::vector<Range>& ranges) {
  for (Range& range : ranges) {
    // A specification leaves out bounds that the extents of what is read give; nothing is read where sizes are said.
    if (!range.first || !range.end) {
      fail(range.at, fmt::format("nothing here gives the range of '{0}'; write {0} in FIRST .. END", range.name));
      for (ExpressionPointer* bound : {&range.first, &range.end}) *bound = std::make_unique<Expression>();
    }
    integer(range.first, "a bound");
    integer(range.end, "a bound");
    range.slot = add_local(range.name, range.at, {});
  }
}

Type CodeChecker::reduce(Expression& e) {
  static constexpr std::string_view kNames[] = {"sum", "max", "min", "any", "all", "count"};
  e.index = static_cast<uint32_t>(std::ranges::find(kNames, e.name) - kNames);
  const size_t outer = locals_.size();
  bind(e.ranges);
  if (e.filter) condition(e.filter);
  const auto kind = static_cast<Reduction>(e.index);
  Type type;
  if (kind == Reduction::any || kind == Reduction::all || kind == Reduction::count) {
    condition(e.operands[0]);
    type.bit = kind != Reduction::count;
  } else {
    type = value(e.operands[0]);
    if (!type.real) type = {};
  }
  locals_.resize(outer);
  return type;
}

Type CodeChecker::let(Expression& e) {
  const Type type = value(e.operands[0]);
  const size_t outer = locals_.size();
  e.index = add_local(e.name, e.at, type);
  const Type result = value(e.operands[1]);
  locals_.resize(outer);
  return result;
}

void CodeChecker::assignable(Position at, const Type& place, const Type& value) {
  if (place.real != value.real)
    fail(at, fmt::format("this place holds {}, and the value is {}; convert it, as in {}(x)",
                         place.real ? place.real->name : "an integer", value.real ? value.real->name : "an integer",
                         place.real ? place.real->name : "round_even"));
}

Type CodeChecker::target(ExpressionPointer& e) {
  Expression* base = e.get();
  while (base->kind == Expression::Kind::subscript) base = base->operands[0].get();
  if (e->kind == Expression::Kind::as_type) return e->type = as_type(*e, true);
  if (e->kind == Expression::Kind::name) {
    if (const Local* found = local(e->name)) {
      if (!found->is_variable) fail(e->at, fmt::format("'{}' doesn't change; declare it with var", e->name));
      e->kind = Expression::Kind::local;
      e->index = found->slot;
      return e->type = found->type;
    }
  }
  const uint32_t state = base->kind == Expression::Kind::name ? state_named(base->name) : kNone;
  if (state == kNone)
    return fail(e->at, "this is no place that can be written: a var, a register or an element of a memory");
  std::vector<ExpressionPointer> indices;
  for (Expression* at = e.get(); at->kind == Expression::Kind::subscript; at = at->operands[0].get())
    indices.insert(indices.begin(), std::move(at->operands[1]));
  if (indices.size() != chip_.states[state].extents.size())
    return fail(e->at, fmt::format("'{}' has {} index(es), not {}", chip_.states[state].name,
                                   chip_.states[state].extents.size(), indices.size()));
  return e->type = element(e, state, std::move(indices), true);
}

}  // namespace portolan::accelerator
