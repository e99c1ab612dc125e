#include "translate/mapping/solve_tiles.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "verify/solve/reply.h"

namespace portolan::mapping {

using namespace accelerator;

namespace {

constexpr std::chrono::milliseconds kTime{2000};
constexpr uint64_t kMemory = 1ull << 30;
constexpr Number kLargest = Number{1} << 40;  // of numbers in a rule

std::string tile(Number variable) {
  return fmt::format("t{}", to_string(variable));
}
std::string last(Number variable) {
  return fmt::format("l{}", to_string(variable));
}  // the last tile's length

// What has to hold, one by one.
void conditions(const Term* term, std::vector<const Term*>& found) {
  if (term->kind == Term::Kind::operation && term->what.starts_with("and "))
    for (const Term* operand : term->operands) conditions(operand, found);
  else
    found.push_back(term);
}

}  // namespace

TileSolver::TileSolver(Terms& terms, const Description& chip, const Plan& plan,
                       const std::vector<std::pair<Number, std::vector<Number>>>& lengths)
    : terms_(terms), chip_(chip), plan_(plan), session_(solve::known_solvers()[0], kMemory) {
  std::string size;
  for (const auto& [variable, allowed] : lengths) {
    variables_.push_back(variable);
    question_ += fmt::format("(declare-const {0} Int)(declare-const {1} Int)(declare-const w{0} Int)\n(assert (or",
                             tile(variable), last(variable));
    const auto all = plan.lengths.find(variable);
    for (const Number n : allowed) {
      const bool ragged = all != plan.lengths.end() && !plan.tile.contains(variable) && all->second % n != 0;
      // Tiles are compared by their volume: the sum of logarithms.
      question_ += fmt::format("\n  (and (= {} {}) (= {} {}) (= w{} {}))", tile(variable), to_string(n), last(variable),
                               to_string(ragged ? all->second % n : n), tile(variable),
                               std::lround(4096 * std::log2(static_cast<double>(n))));
    }
    question_ += "))\n";
    size += " w" + tile(variable);
  }
  add(*plan.result);
  for (const auto& [state, pools] : pools_) {
    const Number capacity = chip.states[state].extent.empty() ? 1 : chip.states[state].extent[0];
    for (const std::string& rows : pools.rows)
      question_ += fmt::format("(assert (<= {} {}))\n", rows, to_string(capacity / pools.count));
  }
  question_ += fmt::format("(maximize (+ 0{}))\n", size);
}

// Of a step and all that it needs: places in memories, and the rules of their operations.
void TileSolver::add(const Step& step) {
  rules(step);
  for (const Step::Need& need : step.needs) {
    if (!need.in_place) {
      std::string rows = "(+ 1";
      if (!need.form.dimensions.empty())
        for (const auto& [variable, factor] : need.form.dimensions[0])
          rows += fmt::format(" (* {} (- {} 1))", to_string(factor), tile(variable));
      Pools& pools = pools_[need.form.state];
      ++pools.count;
      pools.rows.push_back(rows + ")");
    }
    add(*need.step);
  }
  if (step.first) rules(*step.first);
  if (step.initial) add(*step.initial);
}

void TileSolver::rules(const Step& step) {
  const Operation& declared = *step.operation->declared;
  if (declared.when == kNone) return;
  const Routine& when = chip_.routines[declared.when];
  std::vector<const Term*> slots(when.slots, nullptr);
  for (size_t p = 0; p < when.parameters.size(); ++p) slots[p] = terms_.variable(step.operation->parameters[p]);
  TermReader reader(terms_, chip_);
  const Term* all = reader.read(*when.value, slots);
  if (!all) return;
  std::vector<const Term*> each;
  conditions(all, each);
  // For tiles in the middle and for the last one; what also depends on places is found out when they are known.
  for (std::string (*length)(Number) : {tile, last}) {
    parameters_.clear();
    for (const auto& [parameter, variable] : step.extents)
      parameters_[parameter] = variable == 0 ? "1" : length(variable);
    for (const Term* one : each)
      if (const auto text = text_of(one)) question_ += fmt::format("(assert {})\n", *text);
  }
}

// Nothing: it is of more than lengths.
std::optional<std::string> TileSolver::text_of(const Term* term) const {
  if (term->kind == Term::Kind::number) {
    if (term->number > kLargest || term->number < -kLargest) return std::nullopt;
    return term->number < 0 ? fmt::format("(- {})", to_string(-term->number)) : to_string(term->number);
  }
  if (term->kind == Term::Kind::variable) {
    const auto known = parameters_.find(term->number);
    return known == parameters_.end() ? std::nullopt : std::optional(known->second);
  }
  if (term->kind != Term::Kind::operation) return std::nullopt;
  const std::string what = term->what.substr(0, term->what.find(' '));
  static constexpr std::pair<const char*, const char*> kNames[] = {
      {"+", "+"},   {"-", "-"},  {"*", "*"},         {"<", "<"},   {"<=", "<="},   {">", ">"},
      {">=", ">="}, {"==", "="}, {"!=", "distinct"}, {"or", "or"}, {"and", "and"}, {"not", "not"}};
  for (const auto& [name, theirs] : kNames) {
    if (what != name) continue;
    std::string text = fmt::format("({}", theirs);
    for (const Term* operand : term->operands) {
      const auto part = text_of(operand);
      if (!part) return std::nullopt;
      text += " " + *part;
    }
    return text + ")";
  }
  return std::nullopt;
}

std::optional<std::string> TileSolver::ask(const std::string& commands) {
  session_.begin(commands, kTime);
  solve::Session* const one = &session_;
  solve::wait_for({&one, 1}, FairClock::now() + kTime);
  if (session_.busy()) session_.stop();
  return session_.reply();
}

std::optional<std::map<Number, Number>> TileSolver::next() {
  const auto said = ask(question_ + "(check-sat)\n");
  question_.clear();
  if (!said) return std::nullopt;
  const std::string answer = solve::read_answer(*said);
  answered_ |= answer == "sat" || answer == "unsat";
  if (answer != "sat") return std::nullopt;
  std::string names;
  for (const Number variable : variables_) names += " " + tile(variable);
  const auto values = ask(fmt::format("(get-value ({}))\n", names));
  if (!values) return std::nullopt;
  std::map<Number, Number> tiles;
  std::string other;
  for (const Number variable : variables_) {
    const std::string begin = fmt::format("({} ", tile(variable));
    const size_t at = values->find(begin);
    int64_t value = 0;
    const char* const end = values->data() + values->size();
    if (at == std::string::npos || std::from_chars(values->data() + at + begin.size(), end, value).ec != std::errc() ||
        value < 1)
      return std::nullopt;
    tiles[variable] = value;
    other += fmt::format(" (= {} {})", tile(variable), value);
  }
  question_ = fmt::format("(assert (not (and true{})))\n", other);
  return tiles;
}

}  // namespace portolan::mapping
