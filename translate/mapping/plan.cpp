#include "translate/mapping/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "translate/mapping/lacking.h"

namespace portolan::mapping {

using namespace accelerator;

namespace {

constexpr unsigned kDeepest = 12;

bool is_constant(const Term* t) {
  return t->kind != Term::Kind::variable && t->kind != Term::Kind::element &&
         std::ranges::all_of(t->operands, is_constant);
}

// An index such as p + r: each variable once.
bool is_sum_of_variables(const Term* index) {
  const auto sum = polynomial(index);
  return sum && std::ranges::all_of(*sum, [](const auto& part) {
           return part.first.empty() || (part.first.size() == 1 && part.second == 1);
         });
}

void variables_in(const Term* t, std::set<Number>& found) {
  if (t->kind == Term::Kind::variable) found.insert(t->number);
  for (const Term* operand : t->operands) variables_in(operand, found);
  for (Number bound : t->bound) found.erase(bound);
}

// An integer format by its name.
struct Format {
  std::string name;
  Number lowest = 0, highest = 0;
  bool holds(Number n) const { return n >= lowest && n <= highest; }
};

std::optional<Format> format_named(const std::string& name) {
  unsigned width = 0;
  const auto [end, error] =
      std::from_chars(name.data() + std::min<size_t>(1, name.size()), name.data() + name.size(), width);
  if ((name[0] != 's' && name[0] != 'u') || error != std::errc() || end != name.data() + name.size() || width < 1 ||
      width > 64)
    return std::nullopt;
  const Number size = Number{1} << width;
  return name[0] == 's' ? Format{name, -size / 2, size / 2 - 1} : Format{name, 0, size - 1};
}

std::optional<Format> saturates(const Term* t) {
  constexpr std::string_view kEnd = ".saturate of integer";
  if (t->kind != Term::Kind::operation || !t->what.ends_with(kEnd)) return std::nullopt;
  return format_named(t->what.substr(0, t->what.size() - kEnd.size()));
}

constexpr Number kSingleHolds = Number{1} << 24;  // whole numbers that f32 has without a gap

// The format of the elements that it is one of, if its other parts fit there.
std::optional<Format> held_in(const Term* t) {
  if (t->kind == Term::Kind::element) return format_named(t->what);
  if (t->what != "max integer" && t->what != "min integer") return std::nullopt;
  for (const size_t one : {0, 1}) {
    const auto format = held_in(t->operands[one]);
    const Term* other = t->operands[1 - one];
    if (!format) continue;
    const auto theirs = held_in(other);
    if (other->kind == Term::Kind::number ? format->holds(other->number) : theirs && theirs->name == format->name)
      return format;
  }
  return std::nullopt;
}

bool commutes(const std::string& what) {
  return what.starts_with("+ ") || what.starts_with("* ") || what == "min integer" || what == "max integer";
}

}  // namespace

std::string describe(const Term* t, const Description& specification) {
  const auto inner = [&](size_t i) { return describe(t->operands[i], specification); };
  std::string list;
  for (size_t i = 0; i < t->operands.size() && t->kind == Term::Kind::operation; ++i)
    list += (i == 0 ? "" : ", ") + inner(i);
  const std::string word = t->what.substr(0, t->what.find(' '));
  switch (t->kind) {
    case Term::Kind::number:
      return to_string(t->number);
    case Term::Kind::real:
      return fmt::format("{}", t->real);
    case Term::Kind::variable:
      return "index";
    case Term::Kind::element:
      if (!t->foreign) return "?";
      return t->state < specification.states.size() ? specification.states[t->state].name + "[...]" : "a sum";
    case Term::Kind::reduction:
      return fmt::format("{}({})", word, inner(0));
    case Term::Kind::operation:
      if (word.ends_with(".round")) return fmt::format("{}({})", word.substr(0, word.size() - 6), list);
      if (word.find_first_of("+-*/%<>=!&|^") == 0 && t->operands.size() == 2)
        return fmt::format("({} {} {})", inner(0), word, inner(1));
      return fmt::format("{}({})", word, list);
  }
  return {};
}

Planner::Planner(Terms& terms, const Description& chip, const Description& specification)
    : terms_(terms), chip_(chip), specification_(specification), spec_reader_(terms, specification) {
  TermReader reader(terms, chip);
  for (const Operation& declared : chip.operations) {
    if (declared.does == kNone) continue;
    KnownOperation known;
    known.declared = &declared;
    const Routine& does = chip.routines[declared.does];
    std::vector<const Term*> slots(does.slots, nullptr);
    for (size_t p = 0; p < does.parameters.size(); ++p) {
      known.parameters.push_back(terms.fresh());
      slots[p] = terms.variable(known.parameters.back());
    }
    // What terms can't express no plan uses.
    if (!reader.read(does.body, slots, known.does)) continue;
    for (uint32_t s = 0; s < chip.states.size(); ++s)
      if (chip.states[s].external) known.external = s;
    known.writes_external = chip.states[known.does.target->state].external;
    if (!known.writes_external) {
      const auto form = form_of(known, known.does.target);
      if (!form) continue;
      known.target = *form;
    }
    operations_.push_back(std::move(known));
  }
  // Those that add up come first: they don't need a sum as a whole.
  std::ranges::stable_partition(operations_, [](const KnownOperation& o) {
    std::vector<const Term*> open = {o.does.value};
    for (size_t i = 0; i < open.size(); ++i) {
      if (open[i] == o.does.target) return true;
      open.insert(open.end(), open[i]->operands.begin(), open[i]->operands.end());
    }
    return false;
  });
}

std::optional<Form> Planner::form_of(const KnownOperation& o, const Term* element) const {
  Form form;
  form.state = element->state;
  for (size_t d = 0; d < element->operands.size(); ++d) {
    const auto index = polynomial(element->operands[d]);
    if (!index) return std::nullopt;
    form.dimensions.emplace_back();
    form.constants.push_back(0);
    for (const auto& [monomial, factor] : *index) {
      if (monomial.empty()) {
        form.constants.back() = factor;
      } else if (monomial.size() > 1) {
        return std::nullopt;
      } else if (std::ranges::count(o.parameters, monomial[0])) {
        if (d != 0 || factor != 1 || form.base != 0) return std::nullopt;
        form.base = monomial[0];
      } else {
        form.dimensions.back()[monomial[0]] = factor;
      }
    }
  }
  return form;
}

// A parameter that bounds a loop is as long as the tile; a number fixes the tile.
bool Planner::extent(const Term* end, Number variable, Step& step) {
  if (variable != 0) plan_.tiled.insert(variable);
  if (end->kind == Term::Kind::variable) {
    const auto [at, fresh] = step.extents.emplace(end->number, variable);
    return fresh || at->second == variable;
  }
  if (end->kind != Term::Kind::number) return false;
  if (variable == 0) return end->number == 1;
  const auto [at, fresh] = plan_.tile.emplace(variable, end->number);
  return fresh || at->second == end->number;
}

bool Planner::loops(const KnownOperation& o, Step& step) {
  return std::ranges::all_of(o.does.loops, [&](const auto& loop) {
    const auto found = step.variables.find(loop.variable);
    if (found == step.variables.end()) step.variables[loop.variable] = 0;
    return extent(loop.end, step.variables[loop.variable], step);
  });
}

// What the operation's loops go through lies one behind the other, and what lies so they go through: else the host
// would have to write elements several times, or the operation would take one for all.
bool Planner::counts_alike(const Term* pattern, const Term* goal, const Step& step) const {
  const auto address = polynomial(pattern->operands[0]);
  if (!address) return true;  // found out when it is laid out
  std::set<Number> of_tensor, by_address;
  variables_in(goal, of_tensor);
  for (const auto& [monomial, factor] : *address)
    for (const Number loop : monomial) {
      const auto variable = step.variables.find(loop);
      if (variable == step.variables.end() || variable->second == 0) continue;
      by_address.insert(variable->second);
      if (monomial.size() == 1 && !of_tensor.contains(variable->second)) return false;
    }
  return std::ranges::none_of(step.operation->does.loops, [&](const auto& loop) {
    const auto variable = step.variables.find(loop.variable);
    return variable != step.variables.end() && of_tensor.contains(variable->second) &&
           !by_address.contains(variable->second) && loop.end->kind == Term::Kind::number && loop.end->number > 1;
  });
}

bool Planner::match_element(const Term* pattern, const Term* goal, Step& step, unsigned depth) {
  if (chip_.states[pattern->state].external) {
    if (step.address || goal->kind != Term::Kind::element || goal->what != pattern->what) return false;
    if (!std::ranges::all_of(goal->operands, is_sum_of_variables) || !counts_alike(pattern, goal, step)) return false;
    step.address = pattern->operands[0];
    step.tensor = goal;
    return true;
  }
  auto form = form_of(*step.operation, pattern);
  if (!form) return false;
  const Form& target = step.operation->target;
  Step::Need need;
  need.goal = goal;
  need.in_place = !step.operation->writes_external && form->state == target.state && form->base == target.base &&
                  form->dimensions == target.dimensions;
  const Number base = form->base;
  for (auto& dimension : form->dimensions) {
    std::map<Number, Number> renamed;
    for (const auto& [variable, factor] : dimension)
      if (const Number to = step.variables.at(variable); to != 0) renamed[to] = factor;
    dimension = std::move(renamed);
  }
  need.form = *form;
  // What changes from element to element has to have a place for each.
  std::set<Number> used;
  variables_in(goal, used);
  for (const auto& dimension : form->dimensions)
    for (const auto& [variable, factor] : dimension) used.erase(variable);
  if (std::ranges::any_of(used, [&](Number variable) { return plan_.tiled.contains(variable); })) return false;
  need.step = into(goal, *form, depth + 1);
  if (!need.step) return false;
  if (base != 0) {
    if (step.places.contains(base)) return false;
    step.places[base] = step.needs.size();
  }
  step.needs.push_back(std::move(need));
  return true;
}

// The pattern's sum goes over one index of the goal's; over others, as they are, if `more` is allowed.
bool Planner::match_reduction(const Term* pattern, const Term* goal, Step& step, unsigned depth, bool more) {
  if (goal->kind != Term::Kind::reduction || pattern->what != goal->what) return false;
  if (pattern->bound.size() > goal->bound.size() || (pattern->bound.size() < goal->bound.size() && !more)) return false;
  if (more && pattern->bound.size() != 1) return false;
  for (size_t i = 0; i < goal->bound.size(); ++i) {
    const Term* end = goal->operands[i + 1];
    if (end->kind != Term::Kind::number) return false;
    plan_.lengths[goal->bound[i]] = end->number;
  }
  const Step before = step;
  const Plan plan_before = plan_;
  // Which of them the operation itself counts through.
  for (size_t chosen = 0; chosen < (more ? goal->bound.size() : 1); ++chosen) {
    bool all = true;
    for (size_t i = 0; i < pattern->bound.size() && all; ++i) {
      const Number variable = goal->bound[more ? goal->bound.size() - 1 - chosen : i];
      step.variables[pattern->bound[i]] = variable;
      all = extent(pattern->operands[i + 1], variable, step);
    }
    if (all && match(pattern->operands[0], goal->operands[0], step, depth)) return true;
    step = before;
    plan_ = plan_before;
  }
  return false;
}

bool Planner::match(const Term* pattern, const Term* goal, Step& step, unsigned depth) {
  if (pattern->kind == Term::Kind::number || pattern->kind == Term::Kind::real) return pattern == goal;
  if (pattern->kind == Term::Kind::element) return match_element(pattern, goal, step, depth);
  if (pattern->kind == Term::Kind::reduction) {
    if (goal->kind == Term::Kind::reduction)
      for (Number bound : goal->bound) plan_.whole.insert(bound);
    return match_reduction(pattern, goal, step, depth, false);
  }
  if (pattern->kind == Term::Kind::variable) {
    if (!std::ranges::count(step.operation->parameters, pattern->number)) {
      const auto found = step.variables.find(pattern->number);
      return found != step.variables.end() && goal->kind == Term::Kind::variable && goal->number == found->second;
    }
    if (goal->kind != Term::Kind::number && goal->kind != Term::Kind::real) return false;
    const auto [at, fresh] = step.constants.emplace(pattern->number, goal);
    return fresh || at->second == goal;
  }
  if (goal->kind != Term::Kind::operation || pattern->what != goal->what ||
      pattern->operands.size() != goal->operands.size())
    return false;
  const Step before = step;
  const Plan plan_before = plan_;
  const auto all = [&](bool swapped) {
    for (size_t i = 0; i < pattern->operands.size(); ++i)
      if (!match(pattern->operands[i], goal->operands[swapped ? pattern->operands.size() - 1 - i : i], step, depth))
        return false;
    return true;
  };
  if (all(false)) return true;
  step = before;
  plan_ = plan_before;
  return commutes(pattern->what) && pattern->operands.size() == 2 && all(true);
}

// value = f(what is there + sum): the sum may come tile by tile, after a beginning.
bool Planner::accumulates(const KnownOperation& o, const Term* goal, Step& step, unsigned depth) {
  const Term* pattern = o.does.value;
  if (pattern->kind == Term::Kind::operation && pattern->operands.size() == 1) {
    if (goal->kind != Term::Kind::operation || goal->what != pattern->what) return false;
    pattern = pattern->operands[0];
    goal = goal->operands[0];
  }
  if (pattern->kind != Term::Kind::operation || pattern->what != "+ integer") return false;
  const size_t self = pattern->operands[0] == o.does.target ? 0 : 1;
  const Term* sum = pattern->operands[1 - self];
  if (pattern->operands[self] != o.does.target || sum->kind != Term::Kind::reduction) return false;
  const Term *beginning = terms_.number(0), *rest = goal;
  if (goal->kind == Term::Kind::operation && goal->what == "+ integer") {
    const size_t which = goal->operands[0]->kind == Term::Kind::reduction ? 0 : 1;
    rest = goal->operands[which];
    beginning = goal->operands[1 - which];
  }
  if (!match_reduction(sum, rest, step, depth, true)) return false;
  step.reduced = rest->bound;
  Form form = o.target;
  for (auto& dimension : form.dimensions) {
    std::map<Number, Number> renamed;
    for (const auto& [variable, factor] : dimension)
      if (const Number to = step.variables.at(variable); to != 0) renamed[to] = factor;
    dimension = std::move(renamed);
  }
  Plan before = plan_;
  step.initial = into(beginning, form, depth + 1);
  if (step.initial) return true;
  plan_ = before;
  if (beginning != terms_.number(0)) return false;
  // One that overwrites does the first tile.
  for (const KnownOperation& other : operations_) {
    if (&other == &o || other.writes_external || other.target.state != o.target.state) continue;
    const Term* value = other.does.value;
    if (o.does.value != pattern) {
      if (value->kind != Term::Kind::operation || value->what != o.does.value->what) continue;
      value = value->operands[0];
    }
    if (value->kind != Term::Kind::reduction) continue;
    auto first = std::make_shared<Step>();
    first->operation = &other;
    for (const auto& loop : other.does.loops)
      for (size_t d = 0; d < other.target.dimensions.size(); ++d)
        if (const auto at = other.target.dimensions[d].find(loop.variable); at != other.target.dimensions[d].end())
          for (const auto& [variable, factor] : form.dimensions[d])
            if (factor == at->second) first->variables[loop.variable] = variable;
    if (loops(other, *first) && match_reduction(value, rest, *first, depth, true)) {
      step.first = first;
      return true;
    }
    plan_ = before;
  }
  return false;
}

bool Planner::fits(const KnownOperation& o, const Term* goal, Step& step, unsigned depth) {
  if (!loops(o, step)) return false;
  const Step before = step;
  const Plan plan_before = plan_;
  if (!o.writes_external && accumulates(o, goal, step, depth)) return true;
  step = before;
  plan_ = plan_before;
  return match(o.does.value, goal, step, depth);
}

// The same number in other words. A saturated number is a clamped one.
std::vector<const Term*> Planner::alternatives(const Term* goal) {
  std::vector<const Term*> all = {goal};
  const auto number = [&](Number n) { return terms_.number(n); };
  if (const auto to = saturates(goal)) {
    const Term* clamped = terms_.operation(
        "max integer", {terms_.operation("min integer", {goal->operands[0], number(to->highest)}), number(to->lowest)});
    all.push_back(terms_.operation(to->name + ".wrap of integer", {clamped}));
  }
  // What is limited from below before or after it is saturated is the same.
  if (goal->kind == Term::Kind::operation && goal->what == "max integer" &&
      goal->operands[1]->kind == Term::Kind::number)
    if (const auto to = saturates(goal->operands[0]); to && to->holds(goal->operands[1]->number))
      for (const Term* same : alternatives(terms_.operation(
               to->name + ".saturate of integer",
               {terms_.operation("max integer", {goal->operands[0]->operands[0], goal->operands[1]})})))
        all.push_back(same);
  // What is wrapped in the end may be so on the way.
  if (goal->kind == Term::Kind::operation && goal->operands.size() == 1 && goal->what.ends_with(".wrap of integer")) {
    const Term* inner = goal->operands[0];
    const auto is_open = [&](const Term* t) {
      return t->kind == Term::Kind::reduction ||
             (t->kind == Term::Kind::operation && (t->what == "+ integer" || t->what == "* integer"));
    };
    if (inner->kind == Term::Kind::operation && (inner->what == "+ integer" || inner->what == "* integer"))
      for (const size_t one : {0, 1})
        if (is_open(inner->operands[one]) && inner->operands[1 - one]->kind == Term::Kind::number)
          all.push_back(terms_.operation(
              goal->what, {terms_.operation(inner->what, {terms_.operation(goal->what, {inner->operands[one]}),
                                                          inner->operands[1 - one]})}));
    // And what is wrapped on the way need not be.
    if (inner->kind == Term::Kind::operation && inner->what == "+ integer")
      for (const size_t one : {0, 1})
        if (const Term* t = inner->operands[one]; t->kind == Term::Kind::operation && t->what == goal->what)
          all.push_back(terms_.operation(goal->what,
                                         {terms_.operation(inner->what, {t->operands[0], inner->operands[1 - one]})}));
  }
  // A number that a format holds is itself when it is put into that, rounded or not.
  if (const auto type = held_in(goal)) {
    all.push_back(terms_.operation(type->name + ".wrap of integer", {goal}));
    const auto as_scaled = [&](const Term* t) {
      return terms_.operation(
          type->name + ".saturate of integer",
          {terms_.operation("round_even f32", {terms_.operation("* f32", {terms_.operation("f32.round of integer", {t}),
                                                                          terms_.real(1, "f32")})})});
    };
    const bool exact = type->highest - type->lowest < kSingleHolds;
    if (exact && goal->kind == Term::Kind::element) all.push_back(as_scaled(goal));
    if (exact && goal->what == "max integer" && goal->operands[0]->kind == Term::Kind::element)
      all.push_back(terms_.operation("max integer", {as_scaled(goal->operands[0]), goal->operands[1]}));
  }
  const std::vector<const Term*> products = with_diagonals(goal);
  all.insert(all.end(), products.begin(), products.end());
  return all;
}

void Planner::deepest(const Term* goal, unsigned depth) {
  if (depth < missing_depth_ || (depth == missing_depth_ && !missing_.empty())) return;
  missing_depth_ = depth;
  missing_ = describe(goal, specification_);
  if (missing_.size() > 300) missing_ = missing_.substr(0, 300) + "...";
}

std::shared_ptr<Step> Planner::into(const Term* goal, const Form& form, unsigned depth) {
  if (depth > kDeepest) return nullptr;
  for (const Term* wanted : alternatives(goal))
    for (const KnownOperation& o : operations_) {
      if (o.writes_external || o.target.state != form.state || o.target.constants != form.constants) continue;
      const Plan before = plan_;
      Step step;
      step.operation = &o;
      bool all = true;
      for (size_t d = 0; d < form.dimensions.size(); ++d) {
        std::set<Number> left;
        for (const auto& [variable, factor] : form.dimensions[d]) left.insert(variable);
        for (const auto& [variable, factor] : o.target.dimensions[d])
          for (const auto& [other, same] : form.dimensions[d])
            if (factor == same && !step.variables.contains(variable) && left.erase(other))
              step.variables[variable] = other;
        all &= left.empty();
      }
      if (all && fits(o, wanted, step, depth)) return std::make_shared<Step>(std::move(step));
      plan_ = before;
    }
  deepest(goal, depth);
  const bool everywhere =
      goal->kind == Term::Kind::element && goal->foreign &&
      std::ranges::any_of(form.dimensions, [&](const auto& dimension) {
        std::set<Number> used;
        variables_in(goal, used);
        return std::ranges::any_of(dimension, [&](const auto& part) { return !used.contains(part.first); });
      });
  if (everywhere && missing_depth_ == depth && missing_ == describe(goal, specification_))
    missing_ += ", the same number in all places of a row";
  return nullptr;
}

// What is needed in a place may depend on the tile's variables only as far as the place has them.
bool Planner::consistent(const Step& step) const {
  for (const Step::Need& need : step.needs) {
    std::set<Number> used, placed;
    variables_in(need.goal, used);
    for (const auto& dimension : need.form.dimensions)
      for (const auto& [variable, factor] : dimension) placed.insert(variable);
    for (Number variable : used)
      if (plan_.tiled.contains(variable) && !placed.contains(variable)) return false;
    if (!consistent(*need.step)) return false;
  }
  return (!step.initial || consistent(*step.initial)) && (!step.first || consistent(*step.first));
}

Expected<Plan> Planner::plan(uint32_t output) {
  missing_.clear();
  missing_depth_ = 0;
  for (const Statement& loop : specification_.instructions.front().meaning) {
    const Statement& write = loop.body.front();
    if (write.target->index != output) continue;
    std::vector<const Term*> slots(specification_.instructions.front().slots, nullptr);
    Plan empty;
    empty.output = output;
    std::vector<const Term*> indices;
    for (size_t i = 0; i < loop.ranges.size(); ++i) {
      empty.indices.push_back(terms_.fresh());
      empty.lengths[empty.indices.back()] = specification_.states[output].extent[i];
      indices.push_back(slots[loop.ranges[i].slot] = terms_.variable(empty.indices.back()));
    }
    const Term* goal = spec_reader_.read(*write.value, slots);
    if (!goal)
      return specification_.error(write.fact.at,
                                  "this equation uses what the mapper has no terms for (a filter, a "
                                  "field of bits, a match)");
    const std::string type = type_key(specification_.states[output].type);
    plan_ = empty;
    for (const Term* wanted : alternatives(goal))
      for (const KnownOperation& o : operations_) {
        if (!o.writes_external || o.does.target->what != type) continue;
        // The operation's loops count through the output's last dimensions, in every order; through none, if there are
        // more loops than dimensions.
        std::vector<size_t> chosen(std::max(empty.indices.size(), o.does.loops.size()));
        for (size_t i = 0; i < chosen.size(); ++i) chosen[i] = i;
        do {
          plan_ = empty;
          auto step = std::make_shared<Step>();
          step->operation = &o;
          for (size_t l = 0; l < o.does.loops.size(); ++l) {
            const size_t which = chosen[chosen.size() - o.does.loops.size() + l];
            step->variables[o.does.loops[l].variable] = which < empty.indices.size() ? empty.indices[which] : 0;
          }
          step->address = nullptr;
          if (fits(o, wanted, *step, 1) && !step->address && consistent(*step)) {
            step->address = o.does.target->operands[0];
            step->tensor = terms_.element(output, true, type, indices);
            plan_.result = step;
            return plan_;
          }
        } while (std::ranges::next_permutation(chosen).found);
      }
    if (missing_.empty()) missing_ = describe(goal, specification_);
    std::vector<const Term*> there;
    for (const KnownOperation& o : operations_) there.push_back(o.does.value);
    const std::string none = lacking(goal, there);
    return specification_.error(
        write.fact.at, fmt::format("{} has no operation that gives this: {}{}", chip_.name, missing_,
                                   none.empty() ? "" : fmt::format("; no operation of {} has {}", chip_.name, none)));
  }
  return specification_.error(specification_.at, "this output has no equation");
}

std::optional<Plan> Planner::plan_table(uint32_t state, const std::string& type, Number length) {
  Form form;
  form.state = state;
  const Number variable = terms_.fresh();
  form.dimensions = {{{variable, 1}}};
  form.constants = {0};
  plan_ = {};
  plan_.lengths[variable] = length;
  plan_.indices = {variable};
  const Term* goal = terms_.element(kNone, true, type, {terms_.variable(variable)});
  for (const KnownOperation& o : operations_) {
    if (o.writes_external || o.target.state != state || o.does.value->kind != Term::Kind::element) continue;
    // Bits are bits, whatever they are read as.
    if (o.does.value->what != type) goal = terms_.element(kNone, true, o.does.value->what, goal->operands);
  }
  plan_.result = into(goal, form, 1);
  if (!plan_.result) return std::nullopt;
  return plan_;
}

}  // namespace portolan::mapping
