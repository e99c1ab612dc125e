#include "ir/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "ir/cfg.h"

namespace portolan::ir {
namespace {

class Checker {
 public:
  explicit Checker(const Function& function) : f_(function), position_(function.values.size()) {}

  std::optional<Defect> run() {
    bool sound = fail_if(f_.blocks.empty(), "no blocks");
    for (block_ = 0; sound && block_ < f_.blocks.size(); ++block_) sound = place() && edges_lead_somewhere();
    if (!sound) return defect_;
    Dominators dominators(f_);
    dominators_ = &dominators;
    for (block_ = 0; sound && block_ < f_.blocks.size(); ++block_) sound = instructions() && terminator();
    return defect_;
  }

 private:
  // False, with the defect noted, if the condition holds.
  bool fail_if(bool condition, std::string_view message) {
    if (!condition) return true;
    Defect d{f_.blocks.empty() ? kNoBlock : block_, value_, 0, fmt::format("function '{}'", f_.name)};
    if (d.block != kNoBlock) d.message += fmt::format(", block b{}", block_);
    if (value_ == kNoValue) {
      if (d.block != kNoBlock) d.line = f_.blocks[block_].terminator.line;
    } else if (value_ < f_.values.size()) {
      d.line = f_[value_].line;
      d.message += fmt::format(", instruction {} ({})", at_, info(f_[value_].op).name);
    }
    d.message += fmt::format(": {}", message);
    defect_ = std::move(d);
    return false;
  }

  // Where each value of the block is defined: once, and as what the block's lists say it is.
  bool place() {
    const Block& b = f_.blocks[block_];
    at_ = 0;
    auto define = [&](ValueId v, bool parameter) {
      ++at_;
      value_ = v;
      if (!fail_if(v >= f_.values.size(), "no such value")) return false;
      bool again = position_[v] != 0;
      position_[v] = at_;
      return fail_if(again, "defined twice") && fail_if(f_[v].block != block_, "it names another block as its own") &&
             fail_if((f_[v].op == Op::parameter) != parameter, "a parameter among the instructions, or the reverse");
    };
    for (ValueId v : b.parameters)
      if (!define(v, true)) return false;
    for (ValueId v : b.instructions)
      if (!define(v, false)) return false;
    value_ = kNoValue;
    return true;
  }

  bool edges_lead_somewhere() {
    for (const Edge& edge : f_.blocks[block_].terminator.edges)
      if (!fail_if(edge.target >= f_.blocks.size(), "an edge to no block")) return false;
    return true;
  }

  // Defined before the present instruction on every way here. Nothing is asked of code that is never reached.
  bool defined(ValueId v) {
    if (!fail_if(v >= f_.values.size() || position_[v] == 0, "an operand that no block defines")) return false;
    if (!fail_if(f_.width(v) == 0, "an operand without a value") || !dominators_->reachable(block_)) return true;
    BlockId from = f_[v].block;
    return fail_if(from == block_ ? position_[v] >= at_ : !dominators_->dominates(from, block_),
                   "an operand is not defined on every way here");
  }

  bool instructions() {
    at_ = 0;
    for (const std::vector<ValueId>* list : {&f_.blocks[block_].parameters, &f_.blocks[block_].instructions})
      for (ValueId v : *list) {
        ++at_;
        value_ = v;
        for (ValueId operand : f_[v].operands)
          if (!defined(operand)) return false;
        if (std::string error = type_error(f_, f_[v]); !error.empty()) return fail_if(true, error);
      }
    value_ = kNoValue;
    ++at_;
    return true;
  }

  bool terminator() {
    const Terminator& t = f_.blocks[block_].terminator;
    for (ValueId v : t.operands)
      if (!defined(v)) return false;
    size_t edges = t.edges.size(), operands = t.operands.size();
    auto shape = [&](bool fits) { return fits || fail_if(true, fmt::format("an ill-formed {}", info(t.op).name)); };
    if (!shape((t.op == Op::trap) == (t.trap != TrapKind::none))) return false;
    if (t.op != Op::switch_ && t.op != Op::jump_indirect && !shape(t.cases.empty())) return false;
    switch (t.op) {
      case Op::jump:
        return shape(operands == 0 && edges == 1) && edge_arguments();
      case Op::branch:
        return shape(operands == 1 && f_.width(t.operands[0]) == 1 && edges == 2) && edge_arguments();
      case Op::switch_:
        return shape(operands == 1 && edges == t.cases.size() + 1) && cases(t) && edge_arguments();
      case Op::jump_indirect:
        return shape(operands >= 1 && f_.width(t.operands[0]) == 64 && edges == t.cases.size()) && cases(t) &&
               edge_arguments();
      case Op::ret:
        return shape(edges == 0);
      case Op::tail_call:
        return shape(edges == 0 && t.index < f_.calls.size()) &&
               shape(!f_.calls[t.index].indirect || (operands >= 1 && f_.width(t.operands[0]) == 64));
      case Op::trap:
      case Op::unreachable:
        return shape(operands == 0 && edges == 0);
      default:
        return fail_if(true, fmt::format("{} does not end a block", info(t.op).name));
    }
  }

  bool cases(const Terminator& t) {
    uint32_t width = f_.width(t.operands[0]);
    for (uint64_t c : t.cases)
      if (!fail_if(width < 64 && c >> width != 0, "a case that its operand cannot be")) return false;
    std::vector<uint64_t> sorted = t.cases;
    std::sort(sorted.begin(), sorted.end());
    return fail_if(std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end(), "two cases are one");
  }

  bool edge_arguments() {
    for (const Edge& edge : f_.blocks[block_].terminator.edges) {
      const std::vector<ValueId>& parameters = f_.blocks[edge.target].parameters;
      if (!fail_if(edge.arguments.size() != parameters.size(), "an edge with too many or too few arguments"))
        return false;
      for (size_t n = 0; n < parameters.size(); ++n)
        if (!defined(edge.arguments[n]) ||
            !fail_if(f_.width(edge.arguments[n]) != f_.width(parameters[n]), "an argument of another width"))
          return false;
      // The entry's parameters are the caller's to give.
      if (!fail_if(edge.target == 0 && !parameters.empty(), "an edge back to the entry")) return false;
    }
    return true;
  }

  const Function& f_;
  std::vector<uint32_t> position_;  // in its block, from 1: parameters, then instructions
  const Dominators* dominators_ = nullptr;
  BlockId block_ = 0;
  ValueId value_ = kNoValue;
  uint32_t at_ = 0;
  std::optional<Defect> defect_;
};

}  // namespace

std::optional<Defect> check(const Function& function) {
  return Checker(function).run();
}

void require_well_formed(const Function& function, const char* pass) {
  std::optional<Defect> defect = check(function);
  if (!defect) return;
  fmt::print(stderr, "portolan: internal error: {} made ill-formed IR: {}\n{}", pass, defect->message, print(function));
  std::abort();
}

}  // namespace portolan::ir
