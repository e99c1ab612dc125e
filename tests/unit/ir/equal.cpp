#include "tests/unit/ir/equal.h"

#include <fmt/format.h>

#include <tuple>

namespace portolan::ir {
namespace {

class Comparison {
 public:
  Comparison(const Function& a, const Function& b) : a_(a), b_(b), match_(a.values.size(), kNoValue) {}

  std::string run() {
    if (a_.name != b_.name) return "names";
    if (a_.blocks.size() != b_.blocks.size()) return "number of blocks";
    for (BlockId block = 0; block < a_.blocks.size(); ++block)
      if (!pair_up(a_.blocks[block].parameters, b_.blocks[block].parameters) ||
          !pair_up(without_constants(a_, block), without_constants(b_, block)))
        return fmt::format("number of values in b{}", block);
    for (BlockId block = 0; block < a_.blocks.size(); ++block) {
      if (a_.blocks[block].name != b_.blocks[block].name) return fmt::format("name of b{}", block);
      for (ValueId v : a_.blocks[block].parameters)
        if (a_.width(v) != b_.width(match_[v])) return fmt::format("parameters of b{}", block);
      for (ValueId v : without_constants(a_, block))
        if (!same(a_[v], b_[match_[v]])) return fmt::format("{} in b{}", info(a_[v].op).name, block);
      if (!same(a_.blocks[block].terminator, b_.blocks[block].terminator)) return fmt::format("end of b{}", block);
    }
    return {};
  }

 private:
  static std::vector<ValueId> without_constants(const Function& f, BlockId block) {
    std::vector<ValueId> rest;
    for (ValueId v : f.blocks[block].instructions)
      if (f[v].op != Op::constant) rest.push_back(v);
    return rest;
  }
  bool pair_up(const std::vector<ValueId>& a, const std::vector<ValueId>& b) {
    for (size_t n = 0; n < a.size() && n < b.size(); ++n) match_[a[n]] = b[n];
    return a.size() == b.size();
  }
  bool same(ValueId a, ValueId b) const {
    const APInt *x = a_.constant(a), *y = b_.constant(b);
    if (x || y) return x && y && x->getBitWidth() == y->getBitWidth() && *x == *y;
    return match_[a] == b;
  }
  template <class List>
  bool same_values(const List& a, const List& b) const {
    bool all = a.size() == b.size();
    for (size_t n = 0; all && n < a.size(); ++n) all = same(a[n], b[n]);
    return all;
  }
  bool same_call(uint32_t a, uint32_t b) const {
    const CallTarget &x = a_.calls[a], &y = b_.calls[b];
    return x.symbol == y.symbol && x.indirect == y.indirect && x.signature == y.signature;
  }
  bool same(const Instruction& a, const Instruction& b) const {
    auto fields = [](const Instruction& i) {
      return std::tuple(i.op, i.format, i.to_format, i.rounding, i.nan, i.ordering, i.rmw, i.trap, i.alignment, i.lanes,
                        i.width, i.offset, i.line, i.block);
    };
    if (fields(a) != fields(b) || !same_values(a.operands, b.operands)) return false;
    switch (a.op) {
      case Op::shuffle:
        return a_.masks[a.index] == b_.masks[b.index];
      case Op::symbol_address:
        return a_.symbols[a.index] == b_.symbols[b.index];
      case Op::call:
        return same_call(a.index, b.index);
      default:
        return a.index == b.index;
    }
  }
  bool same(const Terminator& a, const Terminator& b) const {
    if (a.op != b.op || a.trap != b.trap || a.line != b.line || a.cases != b.cases ||
        a.edges.size() != b.edges.size() || !same_values(a.operands, b.operands))
      return false;
    for (size_t e = 0; e < a.edges.size(); ++e)
      if (a.edges[e].target != b.edges[e].target || !same_values(a.edges[e].arguments, b.edges[e].arguments))
        return false;
    return a.op != Op::tail_call || same_call(a.index, b.index);
  }

  const Function &a_, &b_;
  std::vector<ValueId> match_;  // of each value of a, the one of b
};

}  // namespace

std::string difference(const Function& a, const Function& b) {
  return Comparison(a, b).run();
}

}  // namespace portolan::ir
