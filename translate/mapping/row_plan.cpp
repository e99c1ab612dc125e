// Which operation gives a row: terms are matched, nothing is put out yet.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "translate/mapping/row_compiler.h"

namespace portolan::mapping {

using namespace accelerator;

namespace {

constexpr unsigned kDeepest = 60;
constexpr size_t kMostPlans = 300'000;  // that are looked at for a tensor
constexpr Number kMostTurns = 1024;     // of a reduction that is done one by one
constexpr double kLowest = -0x1p100;    // below all that a maximum is taken of

bool commutes(const std::string& what) {
  return what == "+" || what == "*" || what == "min" || what == "max";
}

// What is beyond the end is taken care of already.
bool is_limited(const Term* term, Number variable) {
  if (term->kind == Term::Kind::operation && term->what == "<") return depends_on(term, variable);
  return term->kind != Term::Kind::element &&
         std::ranges::any_of(term->operands, [&](const Term* operand) { return is_limited(operand, variable); });
}

}  // namespace

std::optional<std::vector<RowCompiler::Index>> RowCompiler::indices_of(const Term* element) const {
  std::vector<Index> all;
  for (const Term* operand : element->operands) {
    const auto sum = polynomial(operand->kind == Term::Kind::operation || operand->kind == Term::Kind::variable ||
                                        operand->kind == Term::Kind::number
                                    ? operand
                                    : nullptr);
    if (!sum) return std::nullopt;
    Index index;
    for (const auto& [monomial, factor] : *sum) {
      if (monomial.size() > 1) return std::nullopt;
      if (monomial.empty())
        index.constant = factor;
      else
        index.factors[monomial[0]] = factor;
    }
    all.push_back(std::move(index));
  }
  return all;
}

bool RowCompiler::is_row_memory(uint32_t state) const {
  const RowMemory memory = operations_.memory(state);
  return memory.lanes > 1 && memory.rows == 1;
}

// The longest way that led nowhere names what is missing.
void RowCompiler::remember(const Term* goal, unsigned depth) {
  if (depth < deepest_ || goal->kind == Term::Kind::element) return;
  deepest_ = depth;
  missing_ = describe(goal, specification_);
  if (missing_.size() > 200) missing_ = missing_.substr(0, 200) + "...";
}

// Nothing but zeros where the variable is `extent` or more, in what lies there.
bool RowCompiler::zero_beyond(const Term* t, Number variable, Number extent) const {
  if (!depends_on(t, variable)) return constant_of(t) == 0.0;
  if (t->kind == Term::Kind::element) {
    const Tensor& tensor = tensor_of(t);
    const auto indices = indices_of(t);
    if (!indices || indices->empty()) return false;
    const auto ends_there = [&](size_t d) {
      const auto at = (*indices)[d].factors.find(variable);
      return at != (*indices)[d].factors.end() && at->second == 1 &&
             (*indices)[d].constant + extent == tensor.extent[d];
    };
    const size_t last = indices->size() - 1;
    if (tensor.value) return tensor.zero_padded && ends_there(last);
    return ends_there(last) || (last > 0 && ends_there(last - 1));
  }
  if (t->kind != Term::Kind::operation) return false;
  const auto zero = [&](size_t i) { return zero_beyond(t->operands[i], variable, extent); };
  if (t->what == "<")
    return t->operands[0]->kind == Term::Kind::variable && constant_of(t->operands[1]) == static_cast<double>(extent);
  if (t->what == "*") return zero(0) || zero(1);
  if (t->what == "-" && t->operands.size() == 1) return zero(0);
  if (t->what == "+" || t->what == "-" || t->what == "max" || t->what == "min") return zero(0) && zero(1);
  if (t->what == "/") return zero(0) && !depends_on(t->operands[1], variable);
  return false;
}

// The same number in other words.
std::vector<const Term*> RowCompiler::forms(const Term* goal, uint32_t memory) {
  std::vector<const Term*> all = {goal};
  const auto& x = goal->operands;
  if (goal->kind == Term::Kind::operation) {
    if (goal->what == "-" && x.size() == 2)
      all.push_back(real_.operation("+", {x[0], real_.operation("*", {real_.real(-1), x[1]})}));
    if (goal->what == "-" && x.size() == 1) all.push_back(real_.operation("*", {real_.real(-1), x[0]}));
    if (goal->what == "/" && constant_of(x[1]))
      all.push_back(real_.operation("*", {real_.real(1 / *constant_of(x[1])), x[0]}));
    else if (goal->what == "/" && constant_of(x[0]) != 1.0)
      all.push_back(real_.operation("*", {x[0], real_.operation("/", {real_.real(1), x[1]})}));
    if (goal->what == "if" && is_of_indices(x[0]))
      all.push_back(real_.operation("+", {real_.operation("*", {x[0], x[1]}),
                                          real_.operation("*", {real_.operation("-", {real_.real(1), x[0]}), x[2]})}));
    return all;
  }
  if (goal->kind == Term::Kind::element && picks_ && !is_row_memory(memory)) {
    // A single lane: what is left of its row if all others are zero.
    const auto indices = indices_of(goal);
    const Tensor& tensor = tensor_of(goal);
    if (!indices || indices->empty() || !indices->back().factors.empty()) return all;
    const Number lanes = tensor.value ? tensor.shape.lanes : operations_.memory(memories_[0]).lanes;
    if (lanes < 2) return all;
    const Number at = indices->back().constant;
    const Number variable = picked_;
    std::vector<const Term*> moved = goal->operands;
    moved.back() = real_.operation("+", {terms_.variable(variable), terms_.number(at / lanes * lanes)});
    const Term* hot = real_.operation("==", {terms_.variable(variable), terms_.number(at % lanes)});
    all.push_back(real_.reduction(
        "sum", real_.operation("*", {terms_.element(goal->state, true, "", std::move(moved)), hot}), lanes, variable));
    return all;
  }
  if (goal->kind != Term::Kind::reduction) return all;
  const Number extent = x[1]->number, variable = goal->bound[0];
  const bool is_sum = goal->what == "sum";
  if (goal->what == "max") all.push_back(real_.operation("max", {real_.real(kLowest), goal}));
  const auto part = [&](Number from, Number count) {
    if (count == 1) return real_.substitute(x[0], variable, terms_.number(from));
    const Term* moved = real_.operation("+", {terms_.variable(variable), terms_.number(from)});
    return real_.reduction(goal->what, real_.substitute(x[0], variable, moved), count, variable);
  };
  const auto both = [&](const Term* a, const Term* b) { return real_.operation(is_sum ? "+" : goal->what, {a, b}); };
  std::set<Number> lengths;
  for (uint32_t m : memories_)
    if (const Number lanes = operations_.memory(m).lanes; lanes > 1) lengths.insert(lanes);
  for (Number lanes : lengths) {
    if (extent > lanes) {
      const Number half = (extent + lanes - 1) / lanes / 2 * lanes;
      all.push_back(both(part(0, half), part(half, extent - half)));
    } else if (extent % lanes != 0 && (is_sum || goal->what == "max") && !is_limited(x[0], variable)) {
      const Term* inside = real_.operation("<", {terms_.variable(variable), terms_.number(extent)});
      const Term* body =
          is_sum ? real_.operation("*", {x[0], inside})
                 : real_.operation("+", {x[0], real_.operation("if", {inside, real_.real(0), real_.real(kLowest)})});
      all.push_back(real_.reduction(goal->what, body, lanes, variable));
      if (!is_sum) all.push_back(real_.operation("max", {real_.real(kLowest), all.back()}));
    }
  }
  // One by one, if nothing else does.
  if (extent <= kMostTurns) {
    if (extent == 1)
      all.push_back(real_.substitute(x[0], variable, terms_.number(0)));
    else
      all.push_back(both(part(0, extent / 2), part(extent / 2, extent - extent / 2)));
  }
  return all;
}

bool RowCompiler::leaf(const Term* pattern, const Term* goal, Match& m) {
  auto form = operations_.form_of(*m.operation, pattern);
  if (!form) return false;
  const auto bound = [&](Number variable) -> Number {
    const auto found = m.bound.find(variable);
    return found != m.bound.end() && found->second->kind == Term::Kind::variable ? found->second->number : 0;
  };
  for (Number& variable : form->dimension)
    if ((variable = bound(variable)) == 0) return false;
  if (form->block != 0 && (form->block = bound(form->block)) == 0) return false;
  // The same place twice is the same number.
  for (const Leaf& other : m.choice.leaves)
    if (other.form.base == form->base && other.form.state == form->state) return other.goal == goal;
  m.choice.leaves.push_back({*form, goal});
  return true;
}

// pattern: a reduction over the lanes of a row, perhaps within one over as many rows as are asked for.
bool RowCompiler::match_reduction(const Term* pattern, const Term* goal, Match& m) {
  if (goal->kind != Term::Kind::reduction && pattern != m.operation->value && pattern->what == "sum" &&
      pattern->operands[1]->kind == Term::Kind::number) {
    // A row beside something else: the sum of its products with the rows of the unit matrix.
    const Term* one = real_.operation("==", {terms_.variable(picked_), terms_.variable(lane_)});
    goal = real_.reduction("sum", real_.operation("*", {real_.substitute(goal, lane_, terms_.variable(picked_)), one}),
                           pattern->operands[1]->number, picked_);
  }
  if (goal->kind != Term::Kind::reduction || goal->what != pattern->what) return false;
  const Term* body = pattern->operands[0];
  const Term* count = nullptr;
  Number turns = 0;
  if (body->kind == Term::Kind::reduction && body->what == pattern->what) {
    count = pattern->operands[1];
    turns = pattern->bound[0];
    if (count->kind != Term::Kind::variable || !std::ranges::count(m.operation->parameters, count->number))
      return false;
    pattern = body;
    body = pattern->operands[0];
  }
  const Term* length = pattern->operands[1];
  if (length->kind != Term::Kind::number) return false;
  const Number lanes = length->number, extent = goal->operands[1]->number, variable = goal->bound[0];
  const Number chunks = (extent + lanes - 1) / lanes;
  if (chunks > 1 && !count) return false;
  if (extent % lanes != 0 && (goal->what != "sum" || !zero_beyond(goal->operands[0], variable, extent))) return false;
  const Term* index = terms_.variable(inner_);
  if (chunks > 1)
    index = real_.operation("+", {index, real_.operation("*", {terms_.number(lanes), terms_.variable(chunk_)})});
  m.bound[pattern->bound[0]] = terms_.variable(inner_);
  if (count) {
    m.bound[turns] = terms_.variable(chunk_);
    m.choice.values[count->number] = chunks;
  }
  m.choice.tiles = chunks;
  return match(body, real_.substitute(goal->operands[0], variable, index), m);
}

bool RowCompiler::match(const Term* pattern, const Term* goal, Match& m) {
  if (const auto wanted = constant_of(pattern)) return constant_of(goal) == wanted;
  if (pattern->kind == Term::Kind::element) return leaf(pattern, goal, m);
  if (pattern->kind == Term::Kind::reduction) return match_reduction(pattern, goal, m);
  if (pattern->kind == Term::Kind::variable) return false;
  if (goal->kind != Term::Kind::operation || pattern->what != goal->what ||
      pattern->operands.size() != goal->operands.size())
    return false;
  const Match before = m;
  const auto all = [&](bool swapped) {
    const size_t n = pattern->operands.size();
    for (size_t i = 0; i < n; ++i)
      if (!match(pattern->operands[i], goal->operands[swapped ? n - 1 - i : i], m)) return false;
    return std::ranges::all_of(m.choice.leaves, [&](const Leaf& one) { return can_give(one, *m.operation); });
  };
  if (all(false)) return true;
  m = before;
  return commutes(pattern->what) && pattern->operands.size() == 2 && all(true);
}

bool RowCompiler::can_give(const Leaf& leaf, const RowOperation& o) {
  if (locate(leaf, o, 1, true)) return true;
  const RowForm& form = leaf.form;
  if (operations_.memory(form.state).rows > 1) return false;
  if (form.dimension.empty() && form.block == lane_)
    return gathers_ &&
           plan(real_.substitute(leaf.goal, lane_, terms_.number(0)), form.state, false).kind != Choice::Kind::none;
  const Number mine = form.dimension.empty() ? 0 : form.dimension.back();
  for (Number other : {lane_, inner_})
    if (other != mine && depends_on(leaf.goal, other)) return false;
  if (form.step == 0 && depends_on(leaf.goal, chunk_)) return false;
  if (form.block == 0 && depends_on(leaf.goal, block_)) return false;
  const Term* one = leaf.goal;
  if (mine == inner_) one = real_.substitute(one, inner_, terms_.variable(lane_));
  one = real_.substitute(real_.substitute(one, chunk_, terms_.number(0)), block_, terms_.number(0));
  return plan(one, form.state, false).kind != Choice::Kind::none;
}

bool RowCompiler::plan_operation(const Term* goal, uint32_t memory, bool blocked, Choice& out) {
  for (const Term* form : forms(goal, memory)) {
    if (form != goal && !blocked && (form->kind == Term::Kind::element || is_of_indices(form)) &&
        plan(form, memory, false).kind != Choice::Kind::none) {
      out.kind = Choice::Kind::ready;
      out.instead = form;
      return true;
    }
    for (const RowOperation& o : operations_.all()) {
      if (o.kind != RowOperation::Kind::compute || o.target.state != memory || (o.block_length > 1) != blocked ||
          o.middle > 1)
        continue;
      Match m{&o, {}, {}};
      if (o.lane != 0) m.bound[o.lane] = terms_.variable(lane_);
      if (blocked) m.bound[o.block] = terms_.variable(block_);
      if (!match(o.value, form, m)) continue;
      if (!std::ranges::all_of(m.choice.leaves, [&](const Leaf& one) { return can_give(one, o); })) continue;
      out = std::move(m.choice);
      out.kind = Choice::Kind::operation;
      out.operation = &o;
      return true;
    }
  }
  return false;
}

const RowCompiler::Choice& RowCompiler::plan(const Term* goal, uint32_t memory, bool blocked) {
  const auto [at, fresh] = plans_.try_emplace(Key{goal, memory, blocked});
  Choice& choice = at->second;
  if (!fresh || depth_ > kDeepest || plans_.size() > kMostPlans)
    return choice;  // what is being planned is no way to itself
  const bool rows = is_row_memory(memory);
  if (!rows && depends_on(goal, lane_)) return choice;
  ++depth_;
  if (!blocked && is_of_indices(goal) && (!rows || loader(memory))) {
    choice.kind = Choice::Kind::constant;
  } else {
    Leaf leaf{{}, goal};
    leaf.form.state = memory;
    if (rows) leaf.form.dimension = {lane_};
    if (!blocked && locate(leaf, operations_.all().front(), 1, true))
      choice.kind = Choice::Kind::ready;
    else if (!plan_operation(goal, memory, blocked, choice))
      remember(goal, depth_);
  }
  --depth_;
  return choice;
}

}  // namespace portolan::mapping
