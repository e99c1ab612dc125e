#include "frontends/accelerator/specification.h"

#include <fmt/format.h>

#include <algorithm>

#include "frontends/accelerator/check_code.h"
#include "frontends/accelerator/parse.h"

namespace portolan::accelerator {
namespace {

ExpressionPointer name_of(const std::string& name, Position at) {
  auto made = std::make_unique<Expression>();
  made->kind = Expression::Kind::name;
  made->name = name;
  made->at = at;
  return made;
}

class Equations {
 public:
  Equations(Description& spec, std::vector<Diagnostic>& errors) : spec_(spec), errors_(errors) {}

  void run() {
    if (spec_.equations.empty() || std::ranges::none_of(spec_.equations, [](const Equation& e) { return e.is_output; }))
      fail(spec_.at, "a specification has at least one output: output NAME[i] : TYPE = ...");
    for (State& state : spec_.states)
      if (state.given) extents(state);
    for (Equation& equation : spec_.equations) {
      if (!errors_.empty()) return;
      one(equation);
    }
  }

 private:
  struct Use {  // an index by itself as the subscript of a tensor
    std::string index;
    Position at;
    uint32_t state;
    size_t dimension;
    Number extent;
  };

  void fail(Position at, std::string message) { errors_.push_back(spec_.error(at, std::move(message))); }

  void extents(State& state) {
    for (ExpressionPointer& e : state.extents)
      state.extent.push_back(CodeChecker(spec_, errors_).constant(*e).value_or(1));
  }

  void one(Equation& equation);
  void walk(Expression& e);
  void subscript(Expression& e);
  void bound(Range& range);

  Description& spec_;
  std::vector<Diagnostic>& errors_;
  std::vector<Use> uses_;
  uint32_t current_ = kNone;
};

// The extent that an index without bounds runs over.
void Equations::bound(Range& range) {
  const Use* first = nullptr;
  for (const Use& use : uses_) {
    if (use.index != range.name) continue;
    if (!first) first = &use;
    if (use.extent == first->extent || range.end) continue;
    return fail(use.at, fmt::format("{} counts through {} elements here (index {} of {}) and through {} in line {} "
                                    "(index {} of {}); give the tensors the same size, or the index its bounds: {} in "
                                    "0 .. N",
                                    range.name, to_string(use.extent), use.dimension + 1, spec_.states[use.state].name,
                                    to_string(first->extent), first->at.line, first->dimension + 1,
                                    spec_.states[first->state].name, range.name));
  }
  if (!range.end && !first)
    return fail(range.at, fmt::format("how far {} runs doesn't follow from anything, since no tensor is indexed with "
                                      "it alone; write {} in 0 .. N",
                                      range.name, range.name));
  if (!range.end) {
    range.first = literal(0, range.at);
    range.end = literal(first->extent, range.at);
  }
  std::erase_if(uses_, [&](const Use& use) { return use.index == range.name; });
}

void Equations::subscript(Expression& e) {
  std::vector<Expression*> indices;
  Expression* base = &e;
  for (; base->kind == Expression::Kind::subscript; base = base->operands[0].get())
    indices.insert(indices.begin(), base->operands[1].get());
  for (Expression* index : indices) walk(*index);
  if (base->kind != Expression::Kind::name) return walk(*base);
  walk(*base);
  for (uint32_t s = 0; s < spec_.states.size(); ++s) {
    const State& state = spec_.states[s];
    if (state.name != base->name) continue;
    if (!state.extent.empty() && indices.size() != state.extent.size())
      return fail(e.at, fmt::format("{} has {} index(es), not {}", state.name, state.extent.size(), indices.size()));
    for (size_t d = 0; d < std::min(indices.size(), state.extent.size()); ++d)
      if (indices[d]->kind == Expression::Kind::name)
        uses_.push_back({indices[d]->name, indices[d]->at, s, d, state.extent[d]});
  }
}

void Equations::walk(Expression& e) {
  if (e.kind == Expression::Kind::subscript) return subscript(e);
  if (e.kind == Expression::Kind::name)
    for (uint32_t s = current_; s < spec_.states.size(); ++s)
      if (spec_.states[s].name == e.name && !spec_.states[s].given)
        fail(e.at, s == current_ ? fmt::format("{} is what this equation says; it can't stand on both sides", e.name)
                                 : fmt::format("{} is computed further down; move it up", e.name));
  for (ExpressionPointer& operand : e.operands) walk(*operand);
  for (Range& range : e.ranges) {
    if (range.first) walk(*range.first), walk(*range.end);
  }
  if (e.filter) walk(*e.filter);
  for (Range& range : e.ranges) bound(range);
}

void Equations::one(Equation& equation) {
  uses_.clear();
  current_ = equation.state;
  State& state = spec_.states[equation.state];
  walk(*equation.value);
  for (Range& range : equation.indices) {
    bound(range);
    if (!errors_.empty()) return;
    const auto first = CodeChecker(spec_, errors_).constant(*range.first);
    const auto end = CodeChecker(spec_, errors_).constant(*range.end);
    if (!first || !end) return;
    if (*first != 0) return fail(range.at, "the index of a result begins at 0");
    state.extents.push_back(literal(*end, range.at));
    state.extent.push_back(*end);
  }
  Statement write;
  write.fact = equation.fact;
  write.kind = Statement::Kind::assign;
  write.target = name_of(state.name, equation.fact.at);
  for (const Range& range : equation.indices) {
    auto outer = std::make_unique<Expression>();
    outer->kind = Expression::Kind::subscript;
    outer->at = range.at;
    outer->operands.push_back(std::move(write.target));
    outer->operands.push_back(name_of(range.name, range.at));
    write.target = std::move(outer);
  }
  write.value = std::move(equation.value);
  Statement loop;
  loop.fact = equation.fact;
  loop.kind = Statement::Kind::loop;
  loop.ranges = std::move(equation.indices);
  loop.body.push_back(std::move(write));
  spec_.instructions.front().meaning.push_back(std::move(loop));
}

}  // namespace

void infer_ranges(Description& specification, std::vector<Diagnostic>& errors) {
  Equations(specification, errors).run();
  // states() counts them again, with its own checks.
  for (State& state : specification.states) state.extent.clear();
}

std::vector<uint32_t> inputs_of(const Description& specification) {
  std::vector<uint32_t> found;
  for (uint32_t s = 0; s < specification.states.size(); ++s)
    if (specification.states[s].given) found.push_back(s);
  return found;
}

std::vector<uint32_t> outputs_of(const Description& specification) {
  std::vector<uint32_t> found;
  for (const Equation& equation : specification.equations)
    if (equation.is_output) found.push_back(equation.state);
  return found;
}

}  // namespace portolan::accelerator
