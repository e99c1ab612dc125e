#include "translate/spin_loops.h"

#include <algorithm>
#include <map>
#include <set>

#include "ir/cfg.h"

namespace portolan::translate {
namespace {

using ir::BlockId;
using ir::Instruction;
using ir::Op;
using ir::ValueId;

class Spins {
 public:
  explicit Spins(const ir::Function& f)
      : f_(f), dominators_(f), predecessors_(ir::predecessors(f)), live_(f.values.size()) {
    find_live();
  }

  bool any() {
    for (const BlockId head : ir::reverse_post_order(f_))
      for (const BlockId from : predecessors_[head]) {
        if (!dominators_.dominates(head, from)) continue;
        const std::set<BlockId> loop = loop_of(head, from);
        if (reads_only(loop) && !changes_registers(head, loop) && !changes_parameters(head, loop)) return true;
      }
    return false;
  }

 private:
  // The blocks between `head` and one way back to it: two loops may begin at one place.
  std::set<BlockId> loop_of(BlockId head, BlockId from) const {
    std::set<BlockId> loop = {head};
    std::vector<BlockId> work = {from};
    while (!work.empty()) {
      const BlockId block = work.back();
      work.pop_back();
      if (loop.insert(block).second)
        for (const BlockId from : predecessors_[block]) work.push_back(from);
    }
    return loop;
  }

  bool reads_only(const std::set<BlockId>& loop) const {
    bool reads = false;
    for (const BlockId block : loop)
      for (const ValueId v : f_.blocks[block].instructions) {
        const ir::Effects effects = info(f_[v].op).effects;
        if (effects == ir::Effects::Writes || f_[v].op == Op::call) return false;
        reads |= f_[v].op == Op::load;
      }
    return reads;
  }

  // Machine level: a register that a turn reads as the turn before left it.
  bool changes_registers(BlockId head, const std::set<BlockId>& loop) const {
    std::set<uint32_t> written;
    std::map<BlockId, std::set<uint32_t>> live;
    for (bool changed = true; changed;) {
      changed = false;
      for (const BlockId block : loop) {
        std::set<uint32_t> now;
        for (const ir::Edge& edge : f_.blocks[block].terminator.edges)
          if (loop.contains(edge.target)) now.insert(live[edge.target].begin(), live[edge.target].end());
        const auto& instructions = f_.blocks[block].instructions;
        for (auto at = instructions.rbegin(); at != instructions.rend(); ++at) {
          const Instruction& i = f_[*at];
          if (i.op == Op::set_slot) written.insert(i.index), now.erase(i.index);
          if (i.op == Op::get_slot && live_[*at]) now.insert(i.index);
        }
        changed |= now.size() != live[block].size();
        live[block] = std::move(now);
      }
    }
    return std::any_of(live[head].begin(), live[head].end(), [&](uint32_t slot) { return written.contains(slot); });
  }

  // Raised: a parameter of the loop's head that gets another value.
  bool changes_parameters(BlockId head, const std::set<BlockId>& loop) const {
    const std::vector<ValueId>& parameters = f_.blocks[head].parameters;
    for (const BlockId block : loop)
      for (const ir::Edge& edge : f_.blocks[block].terminator.edges)
        for (size_t n = 0; edge.target == head && n < parameters.size(); ++n)
          if (live_[parameters[n]] && edge.arguments[n] != parameters[n]) return true;
    return false;
  }

  // Values that something comes of. Flags that nobody reads would look like a change.
  void find_live() {
    std::vector<ValueId> work;
    auto use = [&](ValueId v) {
      if (live_[v]) return;
      live_[v] = true;
      work.push_back(v);
    };
    for (const ir::Block& block : f_.blocks) {
      for (const ValueId v : block.instructions) {
        const ir::Effects effects = info(f_[v].op).effects;
        if ((effects != ir::Effects::Pure && effects != ir::Effects::Undef && f_[v].op != Op::get_slot) ||
            f_[v].op == Op::load)
          use(v);
      }
      for (const ValueId v : block.terminator.operands) use(v);
    }
    std::map<ValueId, std::vector<ValueId>> given;  // to parameters of blocks
    for (const ir::Block& block : f_.blocks)
      for (const ir::Edge& edge : block.terminator.edges)
        for (size_t n = 0; n < edge.arguments.size(); ++n)
          given[f_.blocks[edge.target].parameters[n]].push_back(edge.arguments[n]);
    while (!work.empty()) {
      const ValueId v = work.back();
      work.pop_back();
      for (const ValueId operand : f_[v].operands) use(operand);
      if (const auto at = given.find(v); at != given.end())
        for (const ValueId argument : at->second) use(argument);
    }
  }

  const ir::Function& f_;
  ir::Dominators dominators_;
  std::vector<std::vector<BlockId>> predecessors_;
  std::vector<bool> live_;
};

}  // namespace

bool has_spin_loop(const ir::Function& function) {
  return !function.blocks.empty() && Spins(function).any();
}

}  // namespace portolan::translate
