#include "verify/prove/leftovers.h"

#include "ir/cfg.h"

namespace portolan::prove {
namespace {

using ir::Op;
using SlotSet = std::vector<bool>;

class Finder {
 public:
  Finder(const Side& side, const Leftovers& known) : side_(side), known_(known) {}

  // Which results may be left over, given what is known of callees.
  std::set<size_t> find(const verify::Boundary& own);

 private:
  void pass_call(uint32_t call, SlotSet& left) const;
  SlotSet pass_block(BlockId block, SlotSet left) const;

  const Side& side_;
  const Leftovers& known_;
};

void Finder::pass_call(uint32_t call, SlotSet& left) const {
  const ir::CallTarget& target = side_.function().calls[call];
  for (const Slot s : side_.clobbered_by(target)) left[s] = true;
  const verify::Boundary* callee = side_.boundary_of(target);
  if (callee == nullptr) return;
  const auto known = known_.find(callee->name);
  for (size_t r = 0; r < callee->results.size(); ++r) {
    const Slot s = slot_of(side_.machine(), place_of(callee->results[r], Which::source));
    if (s == assembly::kNoSlot) continue;
    // Above what the callee gave is what it left there.
    const bool partly = callee->results[r].bits < side_.slot(s).width;
    left[s] = partly || (known != known_.end() && known->second.contains(r));
  }
}

SlotSet Finder::pass_block(BlockId block, SlotSet left) const {
  const ir::Function& f = side_.function();
  for (const ValueId v : f.blocks[block].instructions) {
    if (f[v].op == Op::set_slot) left[f[v].index] = false;
    if (f[v].op == Op::call) pass_call(f[v].index, left);
  }
  if (f.blocks[block].terminator.op == Op::tail_call) pass_call(f.blocks[block].terminator.index, left);
  return left;
}

std::set<size_t> Finder::find(const verify::Boundary& own) {
  const ir::Function& f = side_.function();
  std::map<BlockId, SlotSet> before = {{0, SlotSet(side_.slots())}};
  std::set<size_t> results;
  const std::vector<BlockId> order = ir::reverse_post_order(f);
  for (bool changed = true; changed;) {
    changed = false;
    for (const BlockId block : order) {
      const SlotSet left = pass_block(block, before.at(block));
      const ir::Terminator& t = f.blocks[block].terminator;
      for (const ir::Edge& edge : t.edges) {
        const auto [at, fresh] = before.emplace(edge.target, left);
        changed |= fresh;
        for (size_t s = 0; !fresh && s < left.size(); ++s)
          if (left[s] && !at->second[s]) at->second[s] = changed = true;
      }
      if (t.op != Op::ret && t.op != Op::tail_call) continue;
      for (size_t r = 0; r < own.results.size(); ++r) {
        const Slot s = slot_of(side_.machine(), place_of(own.results[r], Which::source));
        if (s != assembly::kNoSlot && left[s]) results.insert(r);
      }
    }
  }
  return results;
}

}  // namespace

Leftovers find_leftovers(const assembly::CodeIndex& source, const Boundaries& boundaries, Clobbers* clobbers,
                         const UnknownCallee& unknown_callee) {
  std::vector<std::pair<const verify::Boundary*, Side>> sides;
  for (const auto& [name, boundary] : boundaries) {
    if (boundary.origin != verify::Boundary::Origin::inferred || boundary.results.empty()) continue;
    auto side = Side::make(Which::source, source, name, boundaries, boundary, clobbers, &unknown_callee);
    if (side) sides.emplace_back(&boundary, std::move(*side));
  }
  Leftovers found;
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& [boundary, side] : sides) {
      std::set<size_t> results = Finder(side, found).find(*boundary);
      std::set<size_t>& before = found[boundary->name];
      changed |= results.size() != before.size();
      before = std::move(results);
    }
  }
  return found;
}

}  // namespace portolan::prove
