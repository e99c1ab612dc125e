#include "verify/terms/domain.h"
#include "verify/terms/rewrite.h"
#include "verify/terms/state.h"

namespace portolan::terms {

namespace {

Term rebuild_write(Pool& pool, Term t, std::span<const Term> operands) {
  const Address at = split_address(pool, operands[1]);
  std::map<int64_t, Term> bytes;
  const auto offsets = pool.offsets(t);
  for (size_t i = 0; i < offsets.size(); ++i)
    bytes[static_cast<int64_t>(static_cast<uint64_t>(offsets[i]) + static_cast<uint64_t>(at.offset))] = operands[i + 2];
  return write_bytes(pool, operands[0], at.base, bytes);
}

// The same operation on other operands.
Term with_operands(Pool& pool, Term t, std::span<const Term> o) {
  const unsigned width = pool.width(t);
  switch (pool.kind(t)) {
    case Kind::constant:
    case Kind::variable:
    case Kind::memory:
      return t;
    case Kind::apply:
      return apply_again(pool, pool.name(t), width, o);
    case Kind::linear: {
      const Node& node = pool.state()[t];
      Linear form{node.numbers[0], {}};
      for (size_t i = 0; i < o.size(); ++i) form.parts.push_back({node.numbers[i + 1], o[i]});
      return pool.from_linear(form);
    }
    case Kind::mul:
      return pool.mul(o[0], o[1]);
    case Kind::umulh:
      return pool.umulh(o[0], o[1]);
    case Kind::smulh:
      return pool.smulh(o[0], o[1]);
    case Kind::udiv:
      return pool.udiv(o[0], o[1]);
    case Kind::urem:
      return pool.urem(o[0], o[1]);
    case Kind::sdiv:
      return pool.sdiv(o[0], o[1]);
    case Kind::srem:
      return pool.srem(o[0], o[1]);
    case Kind::bit_and:
      return pool.bit_and(o[0], o[1]);
    case Kind::bit_or:
      return pool.bit_or(o[0], o[1]);
    case Kind::bit_xor:
      return pool.bit_xor(o[0], o[1]);
    case Kind::shl:
      return pool.shl(o[0], o[1]);
    case Kind::lshr:
      return pool.lshr(o[0], o[1]);
    case Kind::ashr:
      return pool.ashr(o[0], o[1]);
    case Kind::eq:
      return pool.eq(o[0], o[1]);
    case Kind::ult:
      return pool.ult(o[0], o[1]);
    case Kind::slt:
      return pool.slt(o[0], o[1]);
    case Kind::extract:
      return pool.extract(o[0], pool.low_bit(t), width);
    case Kind::concat: {
      const std::vector<Term> lowest_first(o.rbegin(), o.rend());
      return pool.join(lowest_first);
    }
    case Kind::sext:
      return pool.sext(o[0], width);
    case Kind::select:
    case Kind::memory_select:
      return pool.select(o[0], o[1], o[2]);
    case Kind::write:
      return rebuild_write(pool, t, o);
    case Kind::read:
      return pool.load(o[0], o[1], width);
  }
  return t;
}

bool is_leaf(const Pool& pool, Term t) {
  return pool.kind(t) == Kind::variable || pool.kind(t) == Kind::memory;
}

}  // namespace

void Substitution::replace(Term what, Term by) {
  assert(pool_.width(what) == pool_.width(by));
  if (what == by) return;
  replaced_[what] = by;
  done_.clear();
  settled_.clear();
}

void Substitution::learn(Term what, Term by) {
  if (what == by) return;
  facts_[what] = by;
  done_.clear();
  settled_.clear();
  for (auto& [key, value] : facts_) value = settle(value);
}

void Substitution::learn_bit(Term t) {
  if (pool_.constant_value(t)) return;
  if (const auto base = complemented(pool_, t)) {
    learn(*base, pool_.bit(false));
  } else {
    learn(t, pool_.bit(true));
  }
}

// a < b says that they are not equal and not the other way round.
void Substitution::learn_order(Term t) {
  const bool is_signed = pool_.kind(t) == Kind::slt;
  if (!is_signed && pool_.kind(t) != Kind::ult) return;
  const Term a = pool_.operands(t)[0], b = pool_.operands(t)[1];
  learn_bit(pool_.bit_not(pool_.eq(a, b)));
  learn_bit(pool_.bit_not(is_signed ? pool_.slt(b, a) : pool_.ult(b, a)));
}

// Of less, equal and more two denials leave the third.
void Substitution::learn_from_denial(Term t) {
  const Kind kind = pool_.kind(t);
  if (kind != Kind::ult && kind != Kind::slt && kind != Kind::eq) return;
  const Term a = pool_.operands(t)[0], b = pool_.operands(t)[1];
  if (pool_.width(a) == 0) return;
  auto denied = [&](Term condition) {
    const APInt* value = pool_.constant_value(settle(condition));
    return value && value->isZero();
  };
  for (const Kind order : {Kind::ult, Kind::slt}) {
    if (kind != Kind::eq && kind != order) continue;
    const Term less = order == Kind::ult ? pool_.ult(a, b) : pool_.slt(a, b);
    const Term more = order == Kind::ult ? pool_.ult(b, a) : pool_.slt(b, a);
    const Term equal = pool_.eq(a, b);
    const bool not_less = denied(less), not_more = denied(more), not_equal = denied(equal);
    if (not_less && not_equal) learn_bit(more);
    if (not_more && not_equal) learn_bit(less);
    if (not_less && not_more) learn_bit(equal);
  }
}

void Substitution::assume(Term condition) {
  std::vector<Term> todo = {condition};
  while (!todo.empty()) {
    const Term t = settle(todo.back());
    todo.pop_back();
    if (const APInt* value = pool_.constant_value(t)) {
      contradictory_ = contradictory_ || value->isZero();
      continue;
    }
    const auto base = complemented(pool_, t);
    if (base && pool_.kind(*base) == Kind::bit_or) {
      for (Term operand : pool_.operands(*base)) todo.push_back(pool_.bit_not(operand));
      continue;
    }
    if (pool_.kind(t) == Kind::bit_and) {
      todo.insert(todo.end(), pool_.operands(t).begin(), pool_.operands(t).end());
      continue;
    }
    if (pool_.kind(t) == Kind::eq) {
      // Never from an older term to a newer one, which may contain it.
      const Term a = pool_.operands(t)[0], b = pool_.operands(t)[1];
      if (pool_.constant_value(a)) {
        learn(b, a);
      } else if (pool_.constant_value(b)) {
        learn(a, b);
      } else {
        learn(std::max(a, b), std::min(a, b));
      }
    }
    learn_bit(t);
    if (base) {
      learn_from_denial(*base);
    } else {
      learn_order(t);
    }
  }
}

// Applies what is known to a term that is already over the new variables.
Term Substitution::settle(Term t) {
  if (facts_.empty()) return t;
  std::vector<Term> todo = {t};
  while (!todo.empty()) {
    const Term next = todo.back();
    if (settled_.contains(next)) {
      todo.pop_back();
      continue;
    }
    if (const auto known = facts_.find(next); known != facts_.end()) {
      settled_[next] = known->second;
      todo.pop_back();
      continue;
    }
    const size_t before = todo.size();
    for (Term operand : pool_.operands(next))
      if (!settled_.contains(operand)) todo.push_back(operand);
    if (todo.size() > before) continue;
    todo.pop_back();
    std::vector<Term> operands;
    for (Term operand : pool_.operands(next)) operands.push_back(settled_.at(operand));
    Term result = with_operands(pool_, next, operands);
    if (const auto known = facts_.find(result); known != facts_.end()) result = known->second;
    settled_[next] = result;
  }
  return settled_.at(t);
}

Term Substitution::operator()(Term t) {
  std::vector<Term> todo = {t};
  while (!todo.empty()) {
    const Term next = todo.back();
    if (done_.contains(next)) {
      todo.pop_back();
      continue;
    }
    if (const auto by = replaced_.find(next); by != replaced_.end()) {
      done_[next] = settle(by->second);
      todo.pop_back();
      continue;
    }
    const size_t before = todo.size();
    for (Term operand : pool_.operands(next))
      if (!done_.contains(operand)) todo.push_back(operand);
    if (todo.size() > before) continue;
    todo.pop_back();
    done_[next] = rebuild(next);
  }
  return done_.at(t);
}

Term Substitution::rebuild(Term t) {
  std::vector<Term> operands;
  bool same = true;
  for (Term operand : pool_.operands(t)) {
    operands.push_back(done_.at(operand));
    same = same && operands.back() == operand;
  }
  Term result = same ? t : with_operands(pool_, t, operands);
  if (const auto by = replaced_.find(result); by != replaced_.end() && !is_leaf(pool_, result)) result = by->second;
  const auto known = facts_.find(result);
  return known == facts_.end() ? result : known->second;
}

}  // namespace portolan::terms
