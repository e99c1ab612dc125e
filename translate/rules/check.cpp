#include "translate/rules/check.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "frontends/asm/machine.h"
#include "frontends/asm/reader.h"
#include "frontends/lifters.h"
#include "llvm/ADT/SmallString.h"
#include "translate/rules/terms.h"
#include "verify/solve/solve.h"
#include "verify/terms/rewrite.h"

namespace portolan::rules {
namespace {

using assembly::Slot;
using Verdict = CheckResult::Verdict;
using solve::Answer;

// A physical register of either bank, by number.
struct Physical {
  Bank bank = Bank::general;
  unsigned number = 0;
};

std::string register_name(Isa isa, Physical r, char modifier) {
  if (isa == Isa::riscv64) return fmt::format("x{}", r.number);
  if (modifier == 0) modifier = r.bank == Bank::vector ? 'v' : 'x';
  return fmt::format("{}{}", modifier, r.number);
}

// Registers for templates: none that has a role of its own.
std::vector<unsigned> general_registers(Isa isa) {
  if (isa == Isa::riscv64) return {10, 11, 12, 13, 14, 15, 16, 17, 5, 6, 7, 28, 29, 30, 31, 9, 18, 19, 20, 21, 22, 23};
  return {0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15};
}

// Where each register of the template is, by its name; several for wide ones.
using Allocation = std::map<std::string, std::vector<Physical>>;

// Everything in a register of its own, but outputs in the register of the input that `together` names.
std::optional<Allocation> allocate(const Template& t, const std::map<std::string, std::string>& together) {
  Allocation made;
  const std::vector<unsigned> general = general_registers(t.isa);
  size_t next_general = 0;
  unsigned next_vector = 0;
  auto take = [&](const TemplateRegister& r) {
    for (uint32_t n = 0; n < r.pieces(); ++n) {
      Physical p{r.bank, 0};
      if (r.bank == Bank::vector) {
        p.number = next_vector++;
        if (p.number > 31) return false;
      } else {
        if (next_general >= general.size()) return false;
        p.number = general[next_general++];
      }
      made[r.name].push_back(p);
    }
    return true;
  };
  for (const auto* list : {&t.inputs, &t.constants, &t.temporaries})
    for (const TemplateRegister& r : *list)
      if (!take(r)) return std::nullopt;
  for (const TemplateRegister& r : t.outputs) {
    auto shared = together.find(r.name);
    if (shared != together.end())
      made[r.name] = made[shared->second];
    else if (!take(r))
      return std::nullopt;
  }
  return made;
}

class Check {
 public:
  Check(const Instance& rule, const Template& target, const CheckOptions& options)
      : rule_(rule),
        t_(target),
        options_(options),
        machine_(assembly::Machine::get(target.isa)),
        prover_(pool_, {options.time, 2ull << 30}) {}

  CheckResult run();

 private:
  bool fail(Verdict verdict, std::string detail) {
    result_.verdict = verdict;
    result_.detail = std::move(detail);
    return false;
  }
  bool with_immediates(const std::vector<ir::APInt>& immediates);
  unsigned narrowest_lane() const;
  Term variable(const Operand& operand, unsigned lane);
  Term anonymous(Term goal);
  std::vector<std::map<std::string, std::string>> sharings() const;
  bool read_back(const Allocation& where, const std::vector<ir::APInt>& immediates, ir::Function& f);
  bool run_once(const ir::Function& f, const Allocation& where, const std::map<std::string, Term>& inputs,
                std::map<std::string, Term>& outputs);
  bool set(std::vector<Term>& slots, const TemplateRegister& r, const std::vector<Physical>& at, Term value);
  bool unchanged(const std::vector<Term>& before, const std::vector<Term>& after, const Allocation& where);
  bool equal(const std::string& what, Term expected, Term got, unsigned lane);
  bool holds(const std::string& what, Term goal);
  Slot slot(Physical r) const {
    return machine_.slot(fmt::format("{}{}", r.bank == Bank::vector ? 'v' : 'x', r.number));
  }
  std::string counterexample(const Answer& answer);

  const Instance& rule_;
  const Template& t_;
  const CheckOptions& options_;
  const assembly::Machine& machine_;
  terms::Pool pool_;
  solve::Prover prover_;
  CheckResult result_;
  std::map<std::string, std::string> named_;  // variables of the last question
  std::string setting_;                       // allocation and immediates, for messages
};

// Which outputs may lie in which input's register: every one that is not written early, in each input alone, and all of
// them at once.
std::vector<std::map<std::string, std::string>> Check::sharings() const {
  std::map<std::string, std::string> tied;
  for (const TemplateRegister& r : t_.outputs)
    if (!r.tied_to.empty()) tied.emplace(r.name, r.tied_to);
  std::vector<std::map<std::string, std::string>> all{tied};
  std::map<std::string, std::string> every = tied;
  std::vector<const TemplateRegister*> given;
  for (const auto* list : {&t_.inputs, &t_.constants})
    for (const TemplateRegister& r : *list) given.push_back(&r);
  size_t n = 0;
  for (const TemplateRegister& r : t_.outputs) {
    if (r.early || !r.tied_to.empty()) continue;
    for (const TemplateRegister* input : given) {
      if (input->bank != r.bank || input->pieces() != r.pieces()) continue;
      all.push_back(tied);
      all.back()[r.name] = input->name;
    }
    for (; n < given.size(); ++n)
      if (given[n]->bank == r.bank && given[n]->pieces() == r.pieces()) {
        every[r.name] = given[n++]->name;
        break;
      }
  }
  if (every.size() > tied.size() + 1) all.push_back(every);
  return all;
}

bool Check::read_back(const Allocation& where, const std::vector<ir::APInt>& immediates, ir::Function& f) {
  auto name = [&](const TemplatePiece& piece) {
    size_t n = 0;
    for (const Operand& operand : rule_.operands) {
      if (!operand.immediate) continue;
      if (operand.name == piece.text) {
        const auto value = static_cast<int64_t>(immediates[n].getZExtValue());
        return std::to_string(piece.subtract ? piece.minuend - value : value);
      }
      ++n;
    }
    const std::vector<Physical>& at = where.at(piece.text);
    return register_name(t_.isa, at[piece.piece < 0 ? 0 : static_cast<size_t>(piece.piece)], piece.modifier);
  };
  std::string text = ".text\n.globl rule\n.type rule,%function\nrule:\n";
  const uint32_t first_line = 5;
  text += instantiate(t_, name) + "ret\n.size rule, .-rule\n";
  assembly::ReadOptions options;
  options.isa = t_.isa;
  auto unit = assembly::read_unit(text, "the template", options);
  if (!unit) return fail(Verdict::malformed, unit.error().message);
  auto complain = [&](const Diagnostic& d) {
    const uint32_t n = d.location.line - first_line;
    const uint32_t line = n < t_.lines.size() ? t_.lines[n].line : t_.location.line;
    return fail(Verdict::malformed, to_string(error_at({t_.location.file, line, 0}, d.message)));
  };
  for (const Diagnostic& d : unit->diagnostics)
    if (d.severity == Severity::error) return complain(d);
  const assembly::CodeIndex index(*unit);
  if (unit->functions().size() != 1) return fail(Verdict::malformed, "the template is more than instructions");
  assembly::LiftResult lifted = assembly::lift_function(index, frontends::lifter(t_.isa), unit->functions()[0]);
  if (!lifted.refusals.empty()) return complain(lifted.refusals[0]);
  f = std::move(lifted.function);
  return true;
}

bool Check::set(std::vector<Term>& slots, const TemplateRegister& r, const std::vector<Physical>& at, Term value) {
  for (size_t n = 0; n < at.size(); ++n) {
    const Slot s = slot(at[n]);
    const unsigned width = machine_.slots[s].width;
    Term part = at.size() == 1 ? value : pool_.extract(value, static_cast<unsigned>(n) * 64, 64);
    const unsigned bits = pool_.width(part);
    if (bits < width) {
      if (r.above == Above::zeros)
        part = pool_.zext(part, width);
      else if (r.above == Above::sign)
        part = pool_.sext(part, width);
      else
        part = pool_.concat(pool_.extract(slots[s], bits, width - bits), part);
    }
    slots[s] = part;
  }
  return true;
}

// What is no output, temporary or declared flag still holds what it held; inputs too.
bool Check::unchanged(const std::vector<Term>& before, const std::vector<Term>& after, const Allocation& where) {
  std::vector<bool> free(before.size());
  for (const auto* list : {&t_.outputs, &t_.temporaries})
    for (const TemplateRegister& r : *list)
      for (Physical p : where.at(r.name)) free[slot(p)] = true;
  if (t_.flags)
    for (std::string_view flag : {"n", "z", "c", "v"})
      if (const Slot s = machine_.slot(flag); s != assembly::kNoSlot) free[s] = true;
  for (size_t s = 0; s < before.size(); ++s)
    if (!free[s] && before[s] != after[s] &&
        !holds(fmt::format("{} is unchanged", machine_.slots[s].name), pool_.eq(before[s], after[s]))) {
      result_.detail = fmt::format("{} changes, and is not declared: {}", machine_.slots[s].name, result_.detail);
      return false;
    }
  return true;
}

bool Check::run_once(const ir::Function& f, const Allocation& where, const std::map<std::string, Term>& inputs,
                     std::map<std::string, Term>& outputs) {
  std::vector<Term> slots;
  for (const assembly::SlotInfo& s : machine_.slots) slots.push_back(pool_.variable("before:" + s.name, s.width));
  for (const TemplateRegister& r : t_.inputs) set(slots, r, where.at(r.name), inputs.at(r.name));
  for (const TemplateRegister& r : t_.constants) set(slots, r, where.at(r.name), pool_.constant(*r.constant));
  const std::vector<Term> before = slots;
  if (auto why = run_machine(pool_, f, slots)) return fail(Verdict::malformed, "the template is no data flow: " + *why);
  if (!unchanged(before, slots, where)) return false;
  for (const TemplateRegister& r : t_.outputs) {
    std::vector<Term> parts;
    for (Physical p : where.at(r.name)) parts.push_back(slots[slot(p)]);
    Term value = pool_.join(parts);
    const unsigned width = t_.chunk != 0 ? t_.chunk : r.width;
    if (pool_.width(value) > width) {
      const Term low = pool_.extract(value, 0, width);
      const unsigned whole = pool_.width(value);
      if (r.above != Above::anything &&
          !holds(fmt::format("what is above '{}'", r.name),
                 pool_.eq(value, r.above == Above::zeros ? pool_.zext(low, whole) : pool_.sext(low, whole))))
        return false;
      value = low;
    }
    outputs[r.name] = value;
  }
  return true;
}

std::string Check::counterexample(const Answer& answer) {
  std::string text;
  for (const auto& [name, value] : answer.model) {
    llvm::SmallString<40> digits;
    value.toString(digits, 16, false, true);
    const auto known = named_.find(name);
    if (known != named_.end() && !known->second.starts_with("before:"))
      text += fmt::format(" {}={}", known->second, std::string_view(digits.data(), digits.size()));
  }
  return text.empty() ? "" : ", for" + text;
}

bool Check::holds(const std::string& what, Term goal) {
  ++result_.obligations;
  const Answer answer = prover_.holds({}, anonymous(goal));
  if (answer.method != solve::Method::syntactic) ++result_.by_solver;
  if (answer.verdict == Answer::Verdict::holds && answer.cross_checked) return true;
  if (answer.verdict == Answer::Verdict::fails)
    return fail(Verdict::wrong, fmt::format("{} ({}){}", what, setting_, counterexample(answer)));
  const std::string reason = answer.verdict == Answer::Verdict::holds ? "only one solver agrees" : answer.reason;
  return fail(Verdict::unknown, fmt::format("{} ({}): {}", what, setting_, reason));
}

// Lane by lane: sixteen small questions are answered sooner than one large one.
bool Check::equal(const std::string& what, Term expected, Term got, unsigned lane) {
  const unsigned width = pool_.width(expected);
  for (unsigned low = 0; low < width; low += lane)
    if (!holds(width == lane ? what : fmt::format("{}, bits {} to {}", what, low, low + lane - 1),
               pool_.eq(pool_.extract(expected, low, lane), pool_.extract(got, low, lane))))
      return false;
  return true;
}

// Of all lanes that the pattern works with, at least 8 bits.
unsigned Check::narrowest_lane() const {
  unsigned narrowest = 64;
  for (ir::ValueId v : rule_.pattern.blocks[0].instructions) {
    const ir::Instruction& i = rule_.pattern[v];
    if (i.lanes > 1 && i.width % i.lanes == 0 && i.width / i.lanes >= 8)
      narrowest = std::min(narrowest, i.width / i.lanes);
    for (ir::ValueId o : i.operands)
      if (i.lanes > 1 && rule_.pattern.width(o) % i.lanes == 0 && rule_.pattern.width(o) / i.lanes >= 8)
        narrowest = std::min(narrowest, rule_.pattern.width(o) / i.lanes);
  }
  return narrowest;
}

// Vectors are made of a variable a lane: what is true of one lane is then true of the next by its very form.
Term Check::variable(const Operand& operand, unsigned lane) {
  if (operand.width <= 64 || operand.width % lane != 0) return pool_.variable(operand.name, operand.width);
  std::vector<Term> lanes;
  for (unsigned n = 0; n < operand.width / lane; ++n)
    lanes.push_back(pool_.variable(fmt::format("{}[{}]", operand.name, n), lane));
  return pool_.join(lanes);
}

// The condition with its variables named by their order of appearance, so that equal questions are asked once.
Term Check::anonymous(Term goal) {
  terms::Substitution rename(pool_);
  std::vector<Term> todo{goal};
  std::set<Term> seen;
  unsigned next = 0;
  while (!todo.empty()) {
    const Term t = todo.back();
    todo.pop_back();
    if (!seen.insert(t).second) continue;
    if (pool_.kind(t) == terms::Kind::variable) {
      rename.replace(t, pool_.variable(fmt::format("any{}:{}", next, pool_.width(t)), pool_.width(t)));
      named_[fmt::format("any{}:{}", next, pool_.width(t))] = std::string(pool_.name(t));
      ++next;
    }
    for (const terms::Linear::Part& part : pool_.linear(t).parts)
      if (part.term != t) todo.push_back(part.term);
    for (const Term operand : pool_.operands(t)) todo.push_back(operand);
  }
  return rename(goal);
}

bool Check::with_immediates(const std::vector<ir::APInt>& immediates) {
  std::vector<Term> arguments;
  std::map<std::string, Term> inputs;
  size_t next = 0;
  const unsigned lane = narrowest_lane();
  for (const Operand& operand : rule_.operands) {
    const Term value = operand.immediate ? pool_.constant(immediates[next++]) : variable(operand, lane);
    arguments.push_back(value);
    if (!operand.immediate) inputs.emplace(operand.name, value);
  }
  const std::vector<Term> expected = run_pattern(pool_, rule_.pattern, arguments);
  for (const auto& together : sharings()) {
    setting_ = together.empty() ? "registers apart" : "";
    for (const auto& [output, input] : together)
      setting_ += fmt::format("{}{} in the register of {}", setting_.empty() ? "" : ", ", output, input);
    for (const ir::APInt& value : immediates) setting_ += fmt::format(", immediate {}", value.getZExtValue());
    Template narrow = t_;
    if (t_.chunk != 0)
      for (auto* list : {&narrow.inputs, &narrow.outputs})
        for (TemplateRegister& r : *list) r.width = t_.chunk;
    const auto where = allocate(narrow, together);
    if (!where) return fail(Verdict::malformed, "the template takes more registers than there are");
    ir::Function f;
    if (!read_back(*where, immediates, f)) return false;
    std::map<std::string, std::vector<Term>> parts;
    const unsigned chunks = t_.chunk == 0 ? 1 : t_.outputs[0].width / t_.chunk;
    for (unsigned c = 0; c < chunks; ++c) {
      std::map<std::string, Term> given = inputs, got;
      if (t_.chunk != 0)
        for (auto& [name, value] : given) value = pool_.extract(value, c * t_.chunk, t_.chunk);
      if (!run_once(f, *where, given, got)) return false;
      for (const auto& [name, value] : got) parts[name].push_back(value);
    }
    for (size_t n = 0; n < expected.size(); ++n) {
      const unsigned width = pool_.width(expected[n]);
      if (!equal(fmt::format("output '{}'", rule_.outputs[n]), expected[n], pool_.join(parts[rule_.outputs[n]]),
                 width % lane == 0 && width > 64 ? lane : width))
        return false;
    }
  }
  return true;
}

CheckResult Check::run() {
  const auto begin = std::chrono::steady_clock::now();
  prover_.set_deadline(FairClock::now() + options_.total);
  bool good = true;
  for (const auto& immediates : immediate_values(rule_)) good = good && with_immediates(immediates);
  if (good) result_.verdict = Verdict::proved;
  result_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return std::move(result_);
}

}  // namespace

std::string instantiate(const Template& target, const NameOf& name) {
  std::string text;
  for (const TemplateLine& line : target.lines) {
    for (const TemplatePiece& piece : line.pieces) text += piece.operand ? name(piece) : piece.text;
    text += '\n';
  }
  return text;
}

CheckResult check(const Instance& rule, const Template& target, const CheckOptions& options) {
  return Check(rule, target, options).run();
}

}  // namespace portolan::rules
