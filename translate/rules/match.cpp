#include "translate/rules/match.h"

#include <algorithm>
#include <set>

#include "ir/cfg.h"

namespace portolan::rules {
namespace {

using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::ValueId;

// Values that something needs, and how many live uses each has.
struct Uses {
  std::vector<bool> live;
  std::vector<unsigned> count;
  std::vector<std::vector<ValueId>> users;  // live instructions; terminators are not in it
};

Uses find_uses(const Function& f, const std::vector<ir::BlockId>& order) {
  Uses uses{std::vector<bool>(f.values.size()), std::vector<unsigned>(f.values.size()), {}};
  uses.users.resize(f.values.size());
  std::vector<ValueId> todo;
  auto use = [&](ValueId v) {
    ++uses.count[v];
    if (uses.live[v]) return;
    uses.live[v] = true;
    todo.push_back(v);
  };
  for (ir::BlockId block : order) {
    for (ValueId v : f.blocks[block].instructions)
      if (info(f[v].op).effects != ir::Effects::Pure && info(f[v].op).effects != ir::Effects::Undef && !uses.live[v]) {
        uses.live[v] = true;
        todo.push_back(v);
      }
    for (ValueId v : f.blocks[block].terminator.operands) use(v);
    for (const ir::Edge& edge : f.blocks[block].terminator.edges)
      for (ValueId v : edge.arguments) use(v);
  }
  while (!todo.empty()) {
    const ValueId v = todo.back();
    todo.pop_back();
    for (ValueId o : f[v].operands) {
      use(o);
      uses.users[o].push_back(v);
    }
  }
  return uses;
}

// One pattern laid over a function. Commutative operations are tried both ways, and what was bound is taken back where
// a way fails.
class Overlay {
 public:
  Overlay(const Instance& rule, const Function& f)
      : rule_(rule), p_(rule.pattern), f_(f), bound_(p_.values.size(), ir::kNoValue) {
    for (size_t n = 0; n < rule.operands.size(); ++n)
      immediate_.resize(std::max<size_t>(immediate_.size(), p_.blocks[0].parameters[n] + 1)),
          immediate_[p_.blocks[0].parameters[n]] = rule.operands[n].immediate;
  }

  bool match(ValueId pattern, ValueId v);
  ValueId bound(ValueId pattern) const { return bound_[pattern]; }

 private:
  bool same_attributes(const Instruction& p, const Instruction& i) const;
  bool bind(ValueId pattern, ValueId v) {
    bound_[pattern] = v;
    trail_.push_back(pattern);
    return true;
  }
  void take_back(size_t length) {
    for (; trail_.size() > length; trail_.pop_back()) bound_[trail_.back()] = ir::kNoValue;
  }

  const Instance& rule_;
  const Function& p_;
  const Function& f_;
  std::vector<ValueId> bound_, trail_;
  std::vector<bool> immediate_;
};

bool Overlay::same_attributes(const Instruction& p, const Instruction& i) const {
  if (p.op != i.op || p.lanes != i.lanes || p.width != i.width || p.format != i.format || p.to_format != i.to_format ||
      p.rounding != i.rounding || (p.nan != i.nan && i.nan != ir::NanRule::any) ||
      p.operands.size() != i.operands.size())
    return false;
  if (p.op == Op::extract) return p.index == i.index;
  if (p.op == Op::shuffle) return p_.masks[p.index] == f_.masks[i.index];
  return true;
}

bool Overlay::match(ValueId pattern, ValueId v) {
  if (bound_[pattern] != ir::kNoValue) {
    const ir::APInt *a = f_.constant(bound_[pattern]), *b = f_.constant(v);
    return bound_[pattern] == v || (a && b && *a == *b);
  }
  const Instruction& p = p_[pattern];
  if (p.width != f_.width(v)) return false;
  if (p.op == Op::parameter) {
    const bool is_constant = f_.constant(v) != nullptr;
    return (!immediate_[pattern] || is_constant) && bind(pattern, v);
  }
  if (const ir::APInt* wanted = p_.constant(pattern)) {
    const ir::APInt* found = f_.constant(v);
    return found && *found == *wanted && bind(pattern, v);
  }
  const Instruction& i = f_[v];
  if (!same_attributes(p, i)) return false;
  const size_t before = trail_.size();
  auto in_order = [&](bool crossed) {
    for (size_t n = 0; n < p.operands.size(); ++n)
      if (!match(p.operands[n], i.operands[crossed ? p.operands.size() - 1 - n : n])) {
        take_back(before);
        return false;
      }
    return true;
  };
  return (in_order(false) || (info(p.op).commutative && in_order(true))) && bind(pattern, v);
}

class Planner {
 public:
  Planner(const Function& f) : f_(f), order_(ir::reverse_post_order(f)), uses_(find_uses(f, order_)) {
    plan_.skipped.assign(f.values.size(), false);
    taken_.assign(f.values.size(), false);
    place_.assign(f.values.size(), 0);
    for (ir::BlockId block : order_)
      for (ValueId v : f.blocks[block].instructions) place_[v] = ++places_;
  }
  const std::vector<ir::BlockId>& order() const { return order_; }
  bool live(ValueId v) const { return uses_.live[v]; }
  bool taken(ValueId v) const { return taken_[v]; }
  // The match of the rule that ends in v, if it may be made.
  std::optional<Match> find(const Instance& rule, ValueId root) const;
  void take(Match match);
  Plan finish();

 private:
  bool fits(const Match& match) const;

  const Function& f_;
  std::vector<ir::BlockId> order_;
  Uses uses_;
  Plan plan_;
  std::vector<bool> taken_;
  std::vector<size_t> place_;
  size_t places_ = 0;
};

std::optional<Match> Planner::find(const Instance& rule, ValueId root) const {
  const Function& p = rule.pattern;
  const auto& outputs = p.blocks[0].terminator.operands;
  Overlay overlay(rule, f_);
  if (!overlay.match(outputs[0], root)) return std::nullopt;
  for (size_t n = 1; n < outputs.size(); ++n) {
    if (overlay.bound(outputs[n]) != ir::kNoValue) continue;
    // The others are of the same block.
    bool found = false;
    for (ValueId v : f_.blocks[f_[root].block].instructions)
      if (live(v) && !taken_[v] && overlay.match(outputs[n], v)) {
        found = true;
        break;
      }
    if (!found) return std::nullopt;
  }
  Match match;
  for (size_t n = 0; n < rule.operands.size(); ++n) {
    const ValueId v = overlay.bound(p.blocks[0].parameters[n]);
    match.operands.push_back(v);
    if (rule.operands[n].immediate) match.immediates.push_back(*f_.constant(v));
  }
  for (ValueId v : outputs) match.outputs.push_back(overlay.bound(v));
  for (ValueId v : p.blocks[0].instructions) {
    const ValueId b = overlay.bound(v);
    if (p[v].op == Op::constant || std::find(match.outputs.begin(), match.outputs.end(), b) != match.outputs.end())
      continue;
    if (std::find(match.inside.begin(), match.inside.end(), b) == match.inside.end()) match.inside.push_back(b);
  }
  return allowed(rule, match.immediates) && fits(match) ? std::optional(match) : std::nullopt;
}

// Nobody else uses what is inside; and where the last output stands all operands are there, and no output is used yet.
bool Planner::fits(const Match& match) const {
  std::set<ValueId> members(match.inside.begin(), match.inside.end());
  members.insert(match.outputs.begin(), match.outputs.end());
  if (members.size() != match.inside.size() + match.outputs.size()) return false;
  for (ValueId v : members)
    if (taken_[v]) return false;
  for (ValueId v : match.operands)
    if (members.contains(v)) return false;
  for (ValueId v : match.inside) {
    unsigned within = 0;
    for (ValueId user : uses_.users[v]) within += members.contains(user);
    if (within != uses_.count[v]) return false;
  }
  size_t last = 0;
  for (ValueId v : match.outputs) {
    if (f_[v].block != f_[match.outputs[0]].block) return false;
    last = std::max(last, place_[v]);
  }
  for (ValueId v : match.outputs)
    for (ValueId user : uses_.users[v])
      if (!members.contains(user) && f_[user].block == f_[v].block && place_[user] < last) return false;
  return true;
}

void Planner::take(Match match) {
  ValueId place = match.outputs[0];
  for (ValueId v : match.outputs) {
    taken_[v] = plan_.skipped[v] = true;
    if (place_[v] > place_[place]) place = v;
  }
  for (ValueId v : match.inside) taken_[v] = plan_.skipped[v] = true;
  plan_.at[place] = plan_.matches.size();
  plan_.matches.push_back(std::move(match));
}

Plan Planner::finish() {
  // What nobody uses may have operands that are no longer made.
  if (!plan_.matches.empty())
    for (ValueId v = 0; v < f_.values.size(); ++v)
      if (!uses_.live[v] && f_[v].op != Op::constant) plan_.skipped[v] = true;
  return std::move(plan_);
}

}  // namespace

bool covers(const Instance& rule, const Function& f) {
  const auto& wanted = f.blocks[0].terminator.operands;
  if (wanted.size() != 1 || rule.pattern.blocks[0].terminator.operands.size() != 1) return false;
  const auto match = Planner(f).find(rule, wanted[0]);
  if (!match) return false;
  const size_t operations = std::count_if(f.blocks[0].instructions.begin(), f.blocks[0].instructions.end(),
                                          [&](ValueId v) { return f[v].op != Op::constant; });
  return match->inside.size() + 1 == operations;
}

Matcher::Matcher(Library& library, Isa target) : library_(library) {
  for (size_t n = 0; n < library.instances().size(); ++n) {
    const Instance& rule = library.instances()[n];
    for (size_t t = 0; t < rule.templates.size(); ++t) {
      const Template& found = rule.templates[t];
      if (found.isa != target || found.unused || !found.features.empty()) continue;
      const ir::Op root = rule.pattern[rule.pattern.blocks[0].terminator.operands[0]].op;
      by_root_[root].push_back({n, t, rule.size()});
    }
  }
  for (auto& [op, list] : by_root_)
    std::stable_sort(list.begin(), list.end(), [](const Candidate& a, const Candidate& b) { return a.size > b.size; });
}

Plan Matcher::plan(const ir::Function& f) const {
  Planner planner(f);
  struct Found {
    Candidate candidate;
    ValueId root;
  };
  std::vector<Found> found;
  for (ir::BlockId block : planner.order())
    for (ValueId v : f.blocks[block].instructions) {
      if (!planner.live(v)) continue;
      const auto rules = by_root_.find(f[v].op);
      if (rules == by_root_.end()) continue;
      for (const Candidate& candidate : rules->second)
        if (planner.find(library_.instances()[candidate.instance], v)) found.push_back({candidate, v});
    }
  std::stable_sort(found.begin(), found.end(),
                   [](const Found& a, const Found& b) { return a.candidate.size > b.candidate.size; });
  for (const Found& one : found) {
    auto match = planner.find(library_.instances()[one.candidate.instance], one.root);
    if (!match || !library_.usable(one.candidate.instance, one.candidate.target)) continue;
    match->instance = one.candidate.instance;
    match->target = one.candidate.target;
    planner.take(std::move(*match));
  }
  return planner.finish();
}

}  // namespace portolan::rules
