#include "translate/mapping/term.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "frontends/accelerator/check_code.h"

namespace portolan::mapping {

using namespace accelerator;

std::string type_key(const Type& type) {
  if (type.real)
    for (const auto& [name, exponent, fraction] :
         {std::tuple("f16", 5u, 10u), {"bf16", 8u, 7u}, {"f32", 8u, 23u}, {"f64", 11u, 52u}})
      if (type.real->exponent_bits == exponent && type.real->fraction_bits == fraction && !type.real->finite &&
          type.real->bias == (1 << (exponent - 1)) - 1)
        return name;
  if (type.real)
    return fmt::format("float({},{},{}{})", type.real->exponent_bits, type.real->fraction_bits, type.real->bias,
                       type.real->finite ? ",finite" : "");
  return type.width == 0 ? "integer" : fmt::format("{}{}", type.is_signed ? 's' : 'u', type.width);
}

const Term* Terms::intern(Term term) {
  std::string key = fmt::format("{}:{}:{}:{}:{}:{}", static_cast<int>(term.kind), to_string(term.number), term.real,
                                term.what, term.state, term.foreign);
  for (const Term* operand : term.operands) key += fmt::format(",{}", static_cast<const void*>(operand));
  for (Number variable : term.bound) key += ";" + to_string(variable);
  const auto found = known_.find(key);
  if (found != known_.end()) return found->second;
  all_.push_back(std::move(term));
  return known_[key] = &all_.back();
}

const Term* Terms::number(Number value) {
  Term made;
  made.number = value;
  return intern(std::move(made));
}

const Term* Terms::real(double value, const std::string& type) {
  Term made;
  made.kind = Term::Kind::real;
  made.real = value;
  made.what = type;
  return intern(std::move(made));
}

const Term* Terms::variable(Number id) {
  Term made;
  made.kind = Term::Kind::variable;
  made.number = id;
  return intern(std::move(made));
}

const Term* Terms::element(uint32_t state, bool foreign, const std::string& type, std::vector<const Term*> indices) {
  Term made;
  made.kind = Term::Kind::element;
  made.state = state;
  made.foreign = foreign;
  made.what = type;
  made.operands = std::move(indices);
  return intern(std::move(made));
}

const Term* Terms::operation(const std::string& what, std::vector<const Term*> operands) {
  const auto is = [&](size_t i, Number n) {
    return operands[i]->kind == Term::Kind::number && operands[i]->number == n;
  };
  const bool all_numbers = std::ranges::all_of(operands, [](const Term* t) { return t->kind == Term::Kind::number; });
  for (Operator o : {Operator::add, Operator::subtract, Operator::multiply, Operator::shift_left, Operator::negate})
    if (what == fmt::format("{} integer", text(o)) && operands.size() == (o == Operator::negate ? 1 : 2)) {
      if (all_numbers)
        if (const auto n = apply(o, operands[0]->number, operands.size() > 1 ? operands[1]->number : 0))
          return number(*n);
      if (operands.size() == 1) break;
      if (o == Operator::add && is(0, 0)) return operands[1];
      if ((o == Operator::add || o == Operator::subtract) && is(1, 0)) return operands[0];
      if (o == Operator::multiply && is(0, 1)) return operands[1];
      if (o == Operator::multiply && is(1, 1)) return operands[0];
    }
  Term made;
  made.kind = Term::Kind::operation;
  made.what = what;
  made.operands = std::move(operands);
  return intern(std::move(made));
}

const Term* Terms::reduction(const std::string& what, const Term* body, std::vector<const Term*> ends,
                             std::vector<Number> bound) {
  Term made;
  made.kind = Term::Kind::reduction;
  made.what = what;
  made.operands = {body};
  made.operands.insert(made.operands.end(), ends.begin(), ends.end());
  made.bound = std::move(bound);
  return intern(std::move(made));
}

std::optional<Polynomial> polynomial(const Term* term) {
  if (term->kind == Term::Kind::number)
    return term->number == 0 ? Polynomial{} : Polynomial{{std::vector<Number>{}, term->number}};
  if (term->kind == Term::Kind::variable) return Polynomial{{std::vector<Number>{term->number}, 1}};
  if (term->kind != Term::Kind::operation || term->operands.size() != 2) return std::nullopt;
  const auto a = polynomial(term->operands[0]), b = polynomial(term->operands[1]);
  if (!a || !b) return std::nullopt;
  Polynomial result;
  const std::string what = term->what.substr(0, term->what.find(' '));
  if ((what == "+" || what == "-") && (term->what == what || term->what.ends_with(" integer"))) {
    result = *a;
    for (const auto& [monomial, factor] : *b) result[monomial] += term->what[0] == '+' ? factor : -factor;
  } else if (what == "*" && (term->what == what || term->what.ends_with(" integer"))) {
    for (const auto& [m, f] : *a)
      for (const auto& [n, g] : *b) {
        std::vector<Number> both = m;
        both.insert(both.end(), n.begin(), n.end());
        std::ranges::sort(both);
        result[both] += f * g;
      }
  } else {
    return std::nullopt;
  }
  std::erase_if(result, [](const auto& entry) { return entry.second == 0; });
  return result;
}

namespace {

// Whether a number is surely within a format of whole numbers.
bool is_held(const Term* t, const std::string& format, const Type& type) {
  if (t->kind == Term::Kind::number) return wrap(t->number, type.width, type.is_signed) == t->number;
  if (t->kind == Term::Kind::element) return t->what == format;
  if (t->kind != Term::Kind::operation) return false;
  if (t->what.starts_with(format + ".wrap of ") || t->what.starts_with(format + ".saturate of ")) return true;
  if (t->what == ">> integer") return is_held(t->operands[0], format, type);
  if (t->what != "max integer" && t->what != "min integer") return false;
  return std::ranges::all_of(t->operands, [&](const Term* one) { return is_held(one, format, type); });
}

}  // namespace

// min and max of several are those of two, from the left.
const Term* TermReader::chain(const std::string& what, const std::vector<const Term*>& operands) {
  const Term* result = operands[0];
  for (size_t i = 1; i < operands.size(); ++i) result = terms_.operation(what, {result, operands[i]});
  return result;
}

const Term* TermReader::defined(uint32_t state, const std::vector<const Term*>& indices) {
  const auto found = definitions_.find({state, indices});
  if (found != definitions_.end()) return found->second;
  for (const Statement& loop : from_.instructions.front().meaning) {
    const Statement& write = loop.body.front();
    if (write.target->index != state) continue;
    std::vector<const Term*> slots(from_.instructions.front().slots, nullptr);
    for (size_t i = 0; i < loop.ranges.size(); ++i) slots[loop.ranges[i].slot] = indices[i];
    return definitions_[{state, indices}] = read(*write.value, slots);
  }
  return nullptr;
}

const Term* TermReader::call(const Expression& e, std::vector<const Term*>& slots) {
  const Routine& routine = from_.routines[e.index];
  std::vector<const Term*> inner(routine.slots, nullptr);
  for (size_t i = 0; i < e.operands.size(); ++i)
    if (!(inner[i] = read(*e.operands[i], slots))) return nullptr;
  return read(*routine.value, inner);
}

const Term* TermReader::reduce(const Expression& e, std::vector<const Term*>& slots) {
  if (e.filter) return nullptr;
  std::vector<Number> bound;
  std::vector<const Term*> ends;
  for (const Range& range : e.ranges) {
    const Term *first = read(*range.first, slots), *end = read(*range.end, slots);
    if (first != terms_.number(0) || !end) return nullptr;
    bound.push_back(terms_.fresh());
    ends.push_back(end);
    slots[range.slot] = terms_.variable(bound.back());
  }
  const Term* body = read(*e.operands[0], slots);
  if (!body) return nullptr;
  return terms_.reduction(fmt::format("{} of {}", e.name, e.type.real ? type_key(e.type) : "integer"), body,
                          std::move(ends), std::move(bound));
}

const Term* TermReader::read(const Expression& e, std::vector<const Term*>& slots) {
  const std::string type = e.type.real ? type_key(e.type) : "integer";
  if (e.kind == Expression::Kind::number) return terms_.number(e.number);
  if (e.kind == Expression::Kind::real) return terms_.real(e.real, type);
  if (e.kind == Expression::Kind::local) return e.index < slots.size() ? slots[e.index] : nullptr;
  if (e.kind == Expression::Kind::call) return call(e, slots);
  if (e.kind == Expression::Kind::reduce) return reduce(e, slots);
  if (e.kind == Expression::Kind::let) {
    slots[e.index] = read(*e.operands[0], slots);
    return slots[e.index] ? read(*e.operands[1], slots) : nullptr;
  }
  std::vector<const Term*> operands;
  for (const ExpressionPointer& operand : e.operands)
    if (operands.push_back(read(*operand, slots)); !operands.back()) return nullptr;
  switch (e.kind) {
    case Expression::Kind::element:
      if (from_.is_specification && !keeps_ && !from_.states[e.index].given && !kept_.contains(e.index))
        return defined(e.index, operands);
      return terms_.element(e.index, from_.is_specification, type_key(e.type), std::move(operands));
    case Expression::Kind::as_element:
      return terms_.element(e.index, from_.is_specification, type_key(e.type), std::move(operands));
    case Expression::Kind::unary:
    case Expression::Kind::binary: {
      const bool real = e.operands[0]->type.real != nullptr;
      return terms_.operation(fmt::format("{} {}", text(e.operation), real ? type_key(e.operands[0]->type) : "integer"),
                              std::move(operands));
    }
    case Expression::Kind::condition:
      return terms_.operation("if " + type, std::move(operands));
    case Expression::Kind::builtin: {
      const std::string what = fmt::format(
          "{} {}", e.name, e.operands.empty() || !e.operands[0]->type.real ? "integer" : type_key(e.operands[0]->type));
      const auto which = static_cast<Builtin>(e.index);
      const bool chains = which == Builtin::minimum || which == Builtin::maximum;
      return chains ? chain(what, operands) : terms_.operation(what, std::move(operands));
    }
    case Expression::Kind::convert: {
      const Type& from = e.operands[0]->type;
      const auto which = static_cast<Conversion>(e.index);
      if (which == Conversion::round && from.real && type_key(from) == type_key(e.type)) return operands[0];
      // What fits already stays as it is.
      if ((which == Conversion::wrap || which == Conversion::saturate) && !from.real &&
          is_held(operands[0], type_key(e.type), e.type))
        return operands[0];
      if (which == Conversion::round && operands[0]->kind == Term::Kind::real)
        return terms_.real(e.type.real->round(operands[0]->real), type);
      static constexpr std::string_view kNames[] = {"wrap", "saturate", "bits", "truncate", "round", "view"};
      return terms_.operation(
          fmt::format("{}.{} of {}", type_key(e.type), kNames[e.index], from.real ? type_key(from) : "integer"),
          std::move(operands));
    }
    case Expression::Kind::field_of:
      return terms_.operation(e.field ? fmt::format("field {} {}", e.field->name, type_key(e.type))
                                      : fmt::format("slice {} {}", e.low, e.width),
                              std::move(operands));
    default:
      return nullptr;
  }
}

bool TermReader::read(const Block& block, std::vector<const Term*>& slots, Assignment& out) {
  for (size_t i = 0; i < block.size(); ++i) {
    const Statement& s = block[i];
    if (s.kind == Statement::Kind::let) {
      if (!(slots[s.index] = read(*s.value, slots))) return false;
      continue;
    }
    if (i + 1 != block.size()) return false;
    if (s.kind == Statement::Kind::loop || s.kind == Statement::Kind::together) {
      for (const Range& range : s.ranges) {
        const Term *first = read(*range.first, slots), *end = read(*range.end, slots);
        if (first != terms_.number(0) || !end) return false;
        out.loops.push_back({terms_.fresh(), end});
        slots[range.slot] = terms_.variable(out.loops.back().variable);
      }
      return read(s.body, slots, out);
    }
    if (s.kind != Statement::Kind::assign || s.target->kind == Expression::Kind::local) return false;
    std::vector<const Term*> indices;
    for (const ExpressionPointer& index : s.target->operands)
      if (indices.push_back(read(*index, slots)); !indices.back()) return false;
    out.target = terms_.element(s.target->index, from_.is_specification, type_key(s.target->type), indices);
    out.value = read(*s.value, slots);
    return out.value != nullptr;
  }
  return false;
}

}  // namespace portolan::mapping
