#include "translate/enumerate/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_set>

#include "ir/concrete_domain.h"
#include "ir/op_semantics.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/Hashing.h"
#include "translate/enumerate/grammar.h"
#include "translate/rules/parse.h"

namespace portolan::enumerate {
namespace {

using Clock = std::chrono::steady_clock;
using rules::Above;
using rules::TemplateRegister;

constexpr size_t kSamples = 24;
// Of each length so many values are built upon, and from the second instruction on so many forms are tried: those that
// have most in common with the pattern. Shallow searches look wider.
constexpr std::array<size_t, 5> kKept = {0, 60, 40, 20, 0};
constexpr size_t kKeptShallow = 160, kForms = 300;

// xorshift: the same inputs in every run.
class Random {
 public:
  uint64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    return state_ ^= state_ << 17;
  }
  // Half of it values at which lanes wrap, saturate or change sign.
  uint64_t word() {
    static constexpr uint64_t kEdges[] = {0,
                                          ~uint64_t{0},
                                          0x8080808080808080,
                                          0x7f7f7f7f7f7f7f7f,
                                          0x8000800080008000,
                                          0x7fff7fff7fff7fff,
                                          0x8000000080000000,
                                          0x00ff00ff00ff00ff,
                                          1,
                                          31,
                                          64,
                                          0x0101010101010101};
    return next() % 3 == 0 ? kEdges[next() % std::size(kEdges)] : next();
  }
  APInt bits(unsigned width) {
    std::array<uint64_t, 4> words = {word(), word(), word(), word()};
    return APInt(256, llvm::ArrayRef<uint64_t>(words)).trunc(width);
  }

 private:
  uint64_t state_ = 0x9e3779b97f4a7c15;
};

struct Value {
  Bank bank = Bank::vector;
  std::vector<APInt> samples;  // of the whole register
  std::string name;            // operands of the rule
  const Form* form = nullptr;  // else
  std::vector<size_t> from;
  unsigned length = 0;
  double score = 0;
};

class Search {
 public:
  Search(const rules::Instance& rule, const rules::Template& target, const SearchOptions& options)
      : rule_(rule), t_(target), options_(options) {}
  SearchResult run();

 private:
  bool suits();
  void make_inputs();
  std::vector<int64_t> immediates() const;
  double relevance(const Form& form) const;
  // All applications of the form in which the longest chain of operands makes `length` instructions.
  bool apply(const Form& form, unsigned length);
  bool apply_to(const Form& form, const std::vector<size_t>& operands, unsigned length);
  bool is_goal(const APInt& value, size_t sample) const {
    return value.trunc(goal_[sample].getBitWidth()) == goal_[sample];
  }
  unsigned instructions(const std::vector<size_t>& operands) const;
  bool prove(const Form& form, const std::vector<size_t>& operands);
  std::optional<std::string> template_text(const Form& form, const std::vector<size_t>& operands) const;
  bool late() const { return Clock::now() > deadline_; }
  std::vector<size_t> usable(Bank bank) const;
  void keep_best(unsigned length);

  const rules::Instance& rule_;
  const rules::Template& t_;
  const SearchOptions& options_;
  SearchResult result_;
  Clock::time_point deadline_;
  std::vector<Form> forms_;
  std::vector<Value> values_;
  std::vector<bool> kept_;
  std::vector<APInt> goal_;
  std::set<std::pair<Bank, uint64_t>> known_;
  std::set<std::pair<ir::Op, unsigned>> pattern_ops_;
};

// One output, and inputs that each are one register.
bool Search::suits() {
  if (t_.outputs.size() != 1) return result_.reason = "several outputs", false;
  for (const rules::Operand& operand : rule_.operands)
    if (operand.immediate) return result_.reason = "immediates", false;
  for (const auto* list : {&t_.inputs, &t_.outputs})
    for (const TemplateRegister& r : *list)
      if (r.pieces() != 1) return result_.reason = "values of several registers", false;
  return true;
}

void Search::make_inputs() {
  Random random;
  const ir::Function& p = rule_.pattern;
  for (const TemplateRegister& r : t_.inputs) {
    Value value;
    value.bank = r.bank;
    value.name = r.name;
    values_.push_back(std::move(value));
  }
  for (size_t n = 0; n < kSamples; ++n) {
    std::vector<APInt> values(p.values.size());
    for (size_t o = 0; o < rule_.operands.size(); ++o) {
      const TemplateRegister& r = t_.inputs[o];
      const unsigned whole = r.bank == Bank::vector ? 128 : 64;
      const APInt bits = n % 8 == 7 && o > 0 && rule_.operands[o].width == rule_.operands[0].width
                             ? values[p.blocks[0].parameters[0]]
                             : random.bits(r.width);
      values[p.blocks[0].parameters[o]] = bits;
      APInt all = r.above == Above::zeros  ? bits.zext(whole)
                  : r.above == Above::sign ? bits.sext(whole)
                                           : random.bits(whole);
      all.insertBits(bits, 0);
      values_[o].samples.push_back(all);
    }
    ir::ConcreteDomain domain;
    for (ir::ValueId v : p.blocks[0].instructions) {
      llvm::SmallVector<APInt, 3> operands;
      for (ir::ValueId o : p[v].operands) operands.push_back(values[o]);
      values[v] = ir::evaluate(domain, p, p[v], std::span<const APInt>(operands.data(), operands.size()));
    }
    APInt goal = values[p.blocks[0].terminator.operands[0]];
    if (t_.outputs[0].above == Above::zeros) goal = goal.zext(64);
    if (t_.outputs[0].above == Above::sign) goal = goal.sext(64);
    goal_.push_back(std::move(goal));
  }
}

// What shifts, lane numbers and positions of this pattern can be: what its constants say, in bits and in bytes.
std::vector<int64_t> Search::immediates() const {
  std::set<int64_t> all = {0, 1};
  if (t_.isa == Isa::riscv64) all.insert(-1);  // how it says `not`
  const ir::Function& p = rule_.pattern;
  auto add = [&](uint64_t value) {
    if (value < 128) all.insert(static_cast<int64_t>(value));
    if (value % 8 == 0 && value / 8 < 128) all.insert(static_cast<int64_t>(value / 8));
  };
  for (ir::ValueId v : p.blocks[0].instructions) {
    if (const APInt* constant = p.constant(v)) {
      if (constant->getActiveBits() <= 32) add(constant->getZExtValue());
      for (unsigned lane : {8u, 16u, 32u, 64u})
        if (constant->getBitWidth() % lane == 0 && constant->isSplat(lane) && constant->trunc(lane).ult(128))
          add(constant->trunc(lane).getZExtValue());
    }
    if (p[v].op == ir::Op::extract) add(p[v].index);
    if (p[v].lanes > 1 && p[v].width / p[v].lanes > 1) add(p[v].width / p[v].lanes - 1);
  }
  return {all.begin(), all.end()};
}

// How much of what an instruction does the pattern does too; operations on other lanes count less.
double Search::relevance(const Form& form) const {
  double score = 0, count = 0;
  for (ir::BlockId block : form.blocks)
    for (ir::ValueId v : form.meaning.blocks[block].instructions) {
      const ir::Instruction& i = form.meaning[v];
      if (i.op == ir::Op::get_slot || i.op == ir::Op::set_slot || i.op == ir::Op::constant) continue;
      count += 1;
      if (pattern_ops_.contains({i.op, i.lanes}))
        score += 1;
      else if (std::any_of(pattern_ops_.begin(), pattern_ops_.end(), [&](auto& op) { return op.first == i.op; }))
        score += 0.5;
      else if (std::any_of(pattern_ops_.begin(), pattern_ops_.end(), [&](auto& op) { return op.second == i.lanes; }))
        score += 0.25;
    }
  return count == 0 ? 0.5 : score / count;
}

std::vector<size_t> Search::usable(Bank bank) const {
  std::vector<size_t> all;
  for (size_t v = 0; v < values_.size(); ++v)
    if (kept_[v] && values_[v].bank == bank) all.push_back(v);
  return all;
}

bool Search::apply(const Form& form, unsigned length) {
  std::vector<std::vector<size_t>> choices;
  for (Bank bank : form.operands) {
    choices.push_back(usable(bank));
    if (choices.back().empty()) return false;
  }
  std::vector<size_t> turn(choices.size()), operands(choices.size());
  const size_t disproved = result_.disproved;
  for (;;) {
    unsigned longest = 0;
    for (size_t n = 0; n < turn.size(); ++n) {
      operands[n] = choices[n][turn[n]];
      longest = std::max(longest, values_[operands[n]].length);
    }
    if (longest + 1 == length && apply_to(form, operands, length)) return true;
    if ((result_.tried % 256 == 0 || result_.disproved != disproved) && late()) return false;
    size_t n = 0;
    while (n < turn.size() && ++turn[n] == choices[n].size()) turn[n++] = 0;
    if (n == turn.size()) return false;
  }
}

bool Search::apply_to(const Form& form, const std::vector<size_t>& operands, unsigned length) {
  ++result_.tried;
  std::vector<APInt> samples;
  auto sample = [&](size_t n) {
    std::vector<const APInt*> given;
    for (size_t o : operands) given.push_back(&values_[o].samples[n]);
    return form.evaluate(given);
  };
  samples.push_back(sample(0));
  bool goal = form.result == t_.outputs[0].bank && is_goal(samples[0], 0);
  const bool last = length >= options_.longest;
  if (!goal && last) return false;
  for (size_t n = 1; n < kSamples && (goal || !last); ++n) {
    samples.push_back(sample(n));
    goal = goal && is_goal(samples[n], n);
  }
  // Proofs take time where the machine is busy, and many values agree with one that is not proved in it.
  if (goal && !late() && prove(form, operands)) return true;
  if (last) return false;
  llvm::hash_code hash(0);
  for (const APInt& value : samples) hash = llvm::hash_combine(hash, llvm::hash_value(value));
  if (!known_.emplace(form.result, static_cast<uint64_t>(static_cast<size_t>(hash))).second) return false;
  Value value;
  value.bank = form.result;
  value.samples = std::move(samples);
  value.form = &form;
  value.from = operands;
  value.length = length;
  value.score = relevance(form);
  for (size_t o : operands) value.score += values_[o].score;
  values_.push_back(std::move(value));
  kept_.push_back(false);  // not yet an operand: the next length builds on it
  return false;
}

void Search::keep_best(unsigned length) {
  std::vector<size_t> made;
  for (size_t v = 0; v < values_.size(); ++v)
    if (values_[v].length == length) made.push_back(v);
  std::stable_sort(made.begin(), made.end(), [&](size_t a, size_t b) { return values_[a].score > values_[b].score; });
  for (size_t n = 0; n < made.size() && n < (options_.longest <= 2 ? kKeptShallow : kKept[length]); ++n)
    kept_[made[n]] = true;
}

// The instructions in order, each value in a register of its own name: the last in the output, a value that a tied
// operand takes in that one's result.
std::optional<std::string> Search::template_text(const Form& form, const std::vector<size_t>& operands) const {
  std::vector<size_t> order;  // SIZE_MAX: the last
  std::set<size_t> done;
  auto visit = [&](auto&& self, size_t v) -> void {
    if (!values_[v].form || !done.insert(v).second) return;
    for (size_t o : values_[v].from) self(self, o);
    order.push_back(v);
  };
  for (size_t o : operands) visit(visit, o);
  if (order.size() + 1 > options_.longest) return std::nullopt;
  std::map<size_t, std::string> names;
  std::map<size_t, unsigned> uses;
  for (size_t v = 0; v < values_.size(); ++v)
    if (!values_[v].form) names[v] = values_[v].name;
  auto count = [&](const std::vector<size_t>& from) {
    for (size_t o : from) ++uses[o];
  };
  for (size_t v : order) count(values_[v].from);
  count(operands);
  std::string tied, lines;
  const std::string& output = t_.outputs[0].name;
  // From the end, so that who is tied knows the name.
  std::vector<std::pair<Bank, std::string>> temporaries;
  auto name_operands = [&](const Form& f, const std::vector<size_t>& from, const std::string& result) {
    if (!f.tied) return true;
    if (uses[from[0]] != 1) return false;
    if (!values_[from[0]].form) {
      if (result != output || !tied.empty()) return false;
      tied = values_[from[0]].name;
      return true;
    }
    return names.emplace(from[0], result).second;
  };
  if (!name_operands(form, operands, output)) return std::nullopt;
  for (size_t n = order.size(); n-- > 0;) {
    const Value& value = values_[order[n]];
    if (names.find(order[n]) == names.end()) {
      names[order[n]] = fmt::format("t{}", temporaries.size());
      temporaries.emplace_back(value.bank, names[order[n]]);
    }
    if (!name_operands(*value.form, value.from, names[order[n]])) return std::nullopt;
  }
  auto line = [&](const Form& f, const std::vector<size_t>& from, const std::string& result) {
    std::string text;
    for (size_t at = 0; at < f.text.size(); ++at) {
      if (f.text[at] != '%') {
        text += f.text[at];
        continue;
      }
      const size_t number = static_cast<size_t>(f.text[at + 1] - '0');
      const char letter = f.text[at + 3];
      at += 3;
      const std::string& name = number == 0 ? result : names.at(from[number - 1]);
      text += letter == 'v' || letter == 'x' ? fmt::format("{{{}}}", name) : fmt::format("{{{}:{}}}", name, letter);
    }
    return "  " + text + "\n";
  };
  for (size_t v : order) lines += line(*values_[v].form, values_[v].from, names[v]);
  lines += line(form, operands, output);
  std::string head = fmt::format("template {}\n", to_string(t_.isa));
  if (!t_.features.empty()) head += fmt::format("  features {}\n", fmt::join(t_.features, " "));
  for (const auto* list : {&t_.inputs, &t_.outputs})
    for (const TemplateRegister& r : *list)
      head += fmt::format("  register %{}: {}{}\n", r.name, r.bank == Bank::vector ? "vector" : "general",
                          r.above == Above::zeros  ? " zeros"
                          : r.above == Above::sign ? " sign"
                                                   : "");
  for (const auto& [bank, name] : temporaries)
    head += fmt::format("  temporary %{}: {}\n", name, bank == Bank::vector ? "vector" : "general");
  if (!tied.empty()) head += fmt::format("  tied %{} = %{}\n", output, tied);
  return head + "{\n" + lines + "}\n";
}

bool Search::prove(const Form& form, const std::vector<size_t>& operands) {
  const auto text = template_text(form, operands);
  if (!text) return false;
  // Everything of the rule but its templates.
  std::string rule = rule_.text.substr(0, rule_.text.find("\ntemplate") + 1);
  const size_t origin = rule.find("\norigin");
  rule.replace(origin + 1, rule.find('\n', origin + 1) - origin - 1, "origin enumerate");
  rule += *text;
  rules::ParsedRules parsed = rules::parse_rules(rule, "enumerate");
  if (parsed.instances.size() != 1) return false;
  rules::CheckOptions check;
  check.total = std::max(std::chrono::milliseconds(1000),
                         std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now()));
  if (rules::check(parsed.instances[0], parsed.instances[0].templates[0], check).verdict !=
      rules::CheckResult::Verdict::proved) {
    ++result_.disproved;
    return false;
  }
  result_.found = Found{std::move(rule), std::move(parsed.instances[0]), 0};
  result_.found->instructions = static_cast<unsigned>(result_.found->rule.templates[0].lines.size());
  return true;
}

SearchResult Search::run() {
  const auto begin = Clock::now();
  deadline_ = begin + options_.time;
  if (suits()) {
    make_inputs();
    kept_.assign(values_.size(), true);
    for (ir::ValueId v : rule_.pattern.blocks[0].instructions) {
      const ir::Instruction& i = rule_.pattern[v];
      if (i.op == ir::Op::constant) continue;
      pattern_ops_.emplace(i.op, i.lanes);
      // Targets add lanes up in steps, and take the high half of a product apart.
      if (i.op == ir::Op::reduce_add)
        for (unsigned lanes = i.lanes; lanes >= 1; lanes /= 2) pattern_ops_.emplace(ir::Op::add, lanes);
      if (i.op == ir::Op::umulh || i.op == ir::Op::smulh) pattern_ops_.emplace(ir::Op::mul, i.lanes / 2);
    }
    forms_ = make_grammar(t_.isa, immediates(), t_.features);
    std::vector<const Form*> order;
    for (const Form& form : forms_) order.push_back(&form);
    std::stable_sort(order.begin(), order.end(),
                     [&](const Form* a, const Form* b) { return relevance(*a) > relevance(*b); });
    result_.forms = order.size();
    bool found = false;
    for (unsigned length = 1; length <= options_.longest && !found && !late(); ++length) {
      const size_t wide = length == 1 || options_.longest <= 2 ? order.size() : std::min(order.size(), kForms);
      for (size_t n = 0; n < wide && !found && !late(); ++n) found = apply(*order[n], length);
      keep_best(length);
    }
    if (!found) result_.reason = late() ? "nothing within the time" : "nothing of this length";
  }
  result_.values = values_.size();
  result_.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  return std::move(result_);
}

}  // namespace

SearchResult search(const rules::Instance& rule, const rules::Template& target, const SearchOptions& options) {
  return Search(rule, target, options).run();
}

}  // namespace portolan::enumerate
