#include "translate/sketch/filling/surroundings.h"

#include <algorithm>
#include <deque>
#include <set>

namespace portolan::sketch::filling {
namespace {

constexpr size_t kMostNodes = 20000;
constexpr size_t kMostWays = 64;     // places where a line may go on
constexpr size_t kMostLooked = 512;  // variants of a line that are asked for them

struct Node {
  Effects effects;
  SlotSet results;  // of a return
  std::vector<uint32_t> next;
  const Site* site = nullptr;
  SlotSet live, read, strictly, set, unread;  // live, set, unread: before it; read: as live, by instructions only
  SlotSet beyond;                             // as live, by fixed lines alone
  SlotSet reaches;                            // the line that is looked at
  SlotSet surely;                             // a line with holes: all variants write these
  bool inside = false;                        // it belongs to a variant of a line
  std::optional<int64_t> depth;               // of the stack before it, from the entry
  std::optional<int64_t> due;                 // what that ought to be, from the returns
  int64_t lacks = 0;                          // see Surroundings::stack_lacks
};

// The functions as a graph of instructions, the lines with holes being nodes of their own.
class Graph {
 public:
  Graph(const Layout& layout, const emulate::Image& image)
      : layout_(layout), machine_(assembly::Machine::get(image.isa)), image_(image), code_(image) {
    for (const assembly::Slot slot : machine_.integer_arguments) arguments_.set(slot);
    for (const assembly::Slot slot : machine_.float_arguments) arguments_.set(slot);
    for (const auto* slots : {&machine_.callee_saved, &machine_.callee_saved_low_half})
      for (const assembly::Slot slot : *slots) kept_.set(slot);
    callers_ = kept_;
    for (const assembly::Slot slot : {machine_.stack_pointer, machine_.return_address})
      if (slot != assembly::kNoSlot) callers_.reset(slot);
    kept_.set(machine_.stack_pointer);
    for (assembly::Slot slot = 0; slot < machine_.slots.size(); ++slot)
      if (image.isa == Isa::x86_64 || machine_.slots[slot].width != 64) merged_.set(slot);
  }

  void add(const verify::Boundary& boundary);
  void solve();
  std::vector<Surroundings> surroundings();

 private:
  uint32_t node_at(uint64_t pc, bool begins, const SlotSet& results);
  std::vector<uint64_t> ways(const Site& site);
  SlotSet strictly_behind(const Node& node) const;
  void backward(Node& node);
  void look_for(const Site& site);
  std::optional<int64_t> added_by(const Node& node) const;
  void balance();

  const Layout& layout_;
  const assembly::Machine& machine_;
  const emulate::Image& image_;
  emulate::IrCode code_;
  SlotSet arguments_, kept_;
  SlotSet callers_;  // hold something of the caller's that is only kept
  SlotSet merged_;   // who writes a part of such a register has to read it, and may want nothing of the rest
  std::vector<Node> nodes_;
  struct Entry {
    uint32_t node = 0;
    SlotSet given, parameters;
  };
  std::vector<Entry> entries_;
  std::unordered_map<uint64_t, uint32_t> by_address_;
  std::deque<std::pair<uint64_t, SlotSet>> open_;
  bool changed_ = false;
};

// Of a sequence nothing is known; of other lines the likeliest variant stands for all, of branches one for each place
// where they may go.
std::vector<uint64_t> Graph::ways(const Site& site) {
  std::vector<uint64_t> found;
  std::set<std::vector<uint64_t>> known;
  const size_t step = std::max<size_t>(1, site.variants.size() / kMostLooked);
  for (size_t n = 0; n < site.variants.size() && found.size() < kMostWays; n += found.empty() ? 1 : step) {
    const uint64_t variant = site.variants[n];
    if (variant == 0) continue;
    if (site.branches) {
      const emulate::IrStep* const here = code_.at(variant);
      if (here == nullptr || here->size == 0) continue;
      std::vector<uint64_t> next = effects_of(*here, variant, machine_.stack_pointer).next;
      std::replace(next.begin(), next.end(), variant + here->size, uint64_t{0});  // goes on
      if (!known.insert(std::move(next)).second) continue;
    }
    found.push_back(variant);
    if (!site.branches) break;
  }
  return found;
}

// `begins`: a variant begins there, where the one before it ends.
uint32_t Graph::node_at(uint64_t pc, bool begins, const SlotSet& results) {
  if (!begins && layout_.slot_ends.contains(pc))
    for (const Site& site : layout_.sites)
      if (pc > site.variants_low && pc <= site.variants_high) pc = site.after;
  const auto [at, is_new] = by_address_.try_emplace(pc, static_cast<uint32_t>(nodes_.size()));
  if (is_new) nodes_.emplace_back(), open_.emplace_back(pc, results);
  return at->second;
}

void Graph::add(const verify::Boundary& boundary) {
  const std::string& name = boundary.target_name.empty() ? boundary.name : boundary.target_name;
  const uint64_t* const entry = image_.find_symbol(name);
  if (entry == nullptr) return;
  SlotSet results = kept_;
  for (const verify::BoundaryValue& result : boundary.results) {
    const bool integer = result.target.kind == verify::Place::Kind::integer_result;
    results.set((integer ? machine_.integer_results : machine_.float_results)[result.target.index]);
  }
  SlotSet parameters;
  for (const verify::BoundaryValue& p : boundary.parameters)
    if (p.target.kind == verify::Place::Kind::integer_argument)
      parameters.set(machine_.integer_arguments[p.target.index]);
  entries_.push_back({node_at(*entry, false, results), given_at_entry(machine_, boundary) & ~callers_, parameters});
  while (!open_.empty() && nodes_.size() < kMostNodes) {
    const auto [pc, of_return] = open_.front();
    open_.pop_front();
    const uint32_t n = by_address_.at(pc);
    nodes_[n].results = of_return;
    std::vector<uint64_t> next;
    bool begins = false;
    if (const auto site = layout_.site_at.find(pc); site != layout_.site_at.end()) {
      const Site& here = layout_.sites[site->second];
      nodes_[n].site = &here;
      for (const assembly::Slot slot : here.surely) nodes_[n].surely.set(slot);
      next = here.sequence ? std::vector<uint64_t>{here.after} : ways(here);
      begins = !here.sequence;
    } else if (const emulate::IrStep* step = code_.at(pc);
               step != nullptr && step->refusal.empty() && step->size != 0) {
      nodes_[n].effects = effects_of(*step, pc, machine_.stack_pointer);
      for (const Site& site : layout_.sites) nodes_[n].inside |= pc >= site.variants_low && pc < site.variants_high;
      next = nodes_[n].effects.next;
    }
    for (const uint64_t to : next) {
      const uint32_t target = node_at(to, begins, of_return);
      nodes_[n].next.push_back(target);
    }
  }
}

// Of a line with holes that may go on in several places it is not known where it will.
SlotSet Graph::strictly_behind(const Node& node) const {
  SlotSet strictly;
  for (const uint32_t next : node.next)
    if (node.site != nullptr && next != node.next.front())
      strictly &= nodes_[next].strictly;
    else
      strictly |= nodes_[next].strictly;
  return strictly;
}

void Graph::backward(Node& node) {
  SlotSet live, read, strictly = strictly_behind(node);
  for (const uint32_t next : node.next) live |= nodes_[next].live, read |= nodes_[next].read;
  const Effects& e = node.effects;
  const SlotSet results = node.results & ~callers_, reads = e.reads & ~(e.saves & callers_);
  if (e.returns) live |= node.results, read |= results, strictly |= results;
  if (e.call) {
    // What a function may change is not live before it.
    live = (live & kept_) | arguments_;
    read &= kept_, strictly &= kept_;
  }
  live = (live & ~e.writes) | e.reads;
  read = (read & ~e.writes) | reads;
  strictly = (strictly & ~e.writes) | (reads & ~(e.writes & merged_));
  SlotSet beyond;
  for (const uint32_t next : node.next) beyond |= nodes_[next].beyond;
  if (!node.inside) {
    if (e.returns) beyond |= node.results;
    if (e.call) beyond = (beyond & kept_) | arguments_;
    beyond = (beyond & ~e.writes) | e.reads;
  }
  beyond &= ~node.surely;
  changed_ |= live != node.live || read != node.read || strictly != node.strictly || beyond != node.beyond;
  node.live = live, node.read = read, node.strictly = strictly, node.beyond = beyond;
}

void Graph::look_for(const Site& site) {
  for (Node& node : nodes_) node.reaches.reset();
  do {
    changed_ = false;
    for (size_t n = nodes_.size(); n-- > 0;) {
      Node& node = nodes_[n];
      SlotSet reaches;
      for (const uint32_t next : node.next) reaches |= nodes_[next].reaches;
      if (!node.inside && node.effects.call) reaches &= kept_;
      if (!node.inside) reaches &= ~node.effects.writes;
      reaches &= ~node.surely;
      if (node.site == &site) reaches.set();
      changed_ |= reaches != node.reaches;
      node.reaches = reaches;
    }
  } while (changed_);
}

void Graph::solve() {
  do {
    changed_ = false;
    for (size_t n = nodes_.size(); n-- > 0;) backward(nodes_[n]);
  } while (changed_);
  for (const Entry& entry : entries_)
    nodes_[entry.node].set |= entry.given, nodes_[entry.node].unread |= entry.parameters;
  do {
    changed_ = false;
    for (const Node& node : nodes_) {
      SlotSet set = node.set | node.effects.writes, unread = (node.unread & ~node.effects.reads) | node.effects.writes;
      if (node.effects.call) {
        for (const auto* slots : {&machine_.integer_results, &machine_.float_results})
          for (const assembly::Slot slot : *slots) set.set(slot);
        unread &= kept_ & ~arguments_;
      }
      for (const uint32_t n : node.next) {
        Node& next = nodes_[n];
        changed_ |= (set & ~next.set).any() || (unread & ~next.unread).any();
        next.set |= set, next.unread |= unread;
      }
    }
  } while (changed_);
}

// What it adds to the stack pointer. Sequences are taken to leave it as it is, and so are other lines with holes that
// need not set it; of those that do nothing is known.
std::optional<int64_t> Graph::added_by(const Node& node) const {
  if (node.site != nullptr && node.surely[machine_.stack_pointer]) return std::nullopt;
  return node.effects.call ? 0 : node.effects.stack;
}

void Graph::balance() {
  std::deque<uint32_t> open;
  for (const Entry& entry : entries_) nodes_[entry.node].depth = 0, open.push_back(entry.node);
  for (; !open.empty(); open.pop_front()) {
    const Node& node = nodes_[open.front()];
    const std::optional<int64_t> added = added_by(node);
    for (const uint32_t next : node.next)
      if (added && !nodes_[next].depth) nodes_[next].depth = *node.depth + *added, open.push_back(next);
  }
  // What it ought to be, from the returns back.
  for (Node& node : nodes_)
    if (node.effects.returns) node.due = 0;
  do {
    changed_ = false;
    for (Node& node : nodes_)
      for (const uint32_t next : node.next)
        if (const auto added = added_by(node); !node.due && nodes_[next].due && added)
          node.due = *nodes_[next].due - *added, changed_ = true;
  } while (changed_);
  for (Node& node : nodes_)
    if (node.depth && node.due) node.lacks = *node.due - *node.depth;
}

std::vector<Surroundings> Graph::surroundings() {
  balance();
  std::vector<Surroundings> all(layout_.sites.size());
  for (const Node& node : nodes_) {
    if (node.site == nullptr) continue;
    Surroundings& here = all[static_cast<size_t>(node.site - layout_.sites.data())];
    here.known = true;
    here.set = node.set, here.unread = node.unread;
    here.stack_lacks = node.lacks;
    for (const uint32_t next : node.next)
      here.live |= nodes_[next].live, here.beyond |= nodes_[next].beyond, here.wanted |= nodes_[next].read;
    here.required |= strictly_behind(node);
    here.wanted &= ~node.set, here.required &= ~node.set;
  }
  for (const Site& site : layout_.sites) {
    look_for(site);
    for (const Node& node : nodes_) {
      if (node.site == nullptr) continue;
      SlotSet reaches;
      for (const uint32_t next : node.next) reaches |= nodes_[next].reaches;
      all[static_cast<size_t>(node.site - layout_.sites.data())].reaches.push_back(reaches);
    }
  }
  return all;
}

}  // namespace

// What is computed from a register and itself (xor %eax,%eax) needs nothing of it.
static SlotSet slots_read(const ir::Function& function, assembly::Slot stack_pointer, SlotSet& saves) {
  SlotSet reads, stored;
  std::vector<assembly::Slot> holds(function.values.size(), assembly::kNoSlot);  // the value is (a part of) this slot
  std::vector<bool> on_stack(function.values.size());                            // an address there
  for (ir::ValueId v = 0; v < function.values.size(); ++v) {
    const ir::Instruction& i = function[v];
    on_stack[v] = (i.op == ir::Op::get_slot && i.index == stack_pointer) ||
                  ((i.op == ir::Op::add || i.op == ir::Op::sub) &&
                   (on_stack[i.operands[0]] || (on_stack[i.operands[1]] && i.op == ir::Op::add)));
    if (i.op == ir::Op::get_slot) {
      holds[v] = i.index;
    } else if (i.op == ir::Op::store && on_stack[i.operands[0]] && holds[i.operands[1]] != assembly::kNoSlot) {
      reads.set(stack_pointer), stored.set(holds[i.operands[1]]);
    } else if (i.op == ir::Op::extract) {
      holds[v] = holds[i.operands[0]];
    } else {
      const bool nothing =
          (i.op == ir::Op::bit_xor || i.op == ir::Op::sub) && holds[i.operands[0]] == holds[i.operands[1]];
      for (const ir::ValueId operand : i.operands)
        if (!nothing && holds[operand] != assembly::kNoSlot) reads.set(holds[operand]);
    }
  }
  for (const ir::Block& block : function.blocks)
    for (const ir::ValueId operand : block.terminator.operands)
      if (holds[operand] != assembly::kNoSlot) reads.set(holds[operand]);
  saves = stored & ~reads;
  return reads | stored;
}

// What is added to the slot; nothing: it is set to something else.
static std::optional<int64_t> added_to(const ir::Function& function, assembly::Slot slot) {
  std::vector<std::optional<int64_t>> added(function.values.size());
  std::optional<int64_t> all = 0;
  for (ir::ValueId v = 0; v < function.values.size(); ++v) {
    const ir::Instruction& i = function[v];
    if (i.op == ir::Op::get_slot && i.index == slot) added[v] = all;
    if (i.op == ir::Op::set_slot && i.index == slot) all = added[i.operands[0]];
    if (i.op != ir::Op::add && i.op != ir::Op::sub) continue;
    const ir::APInt* const number = function.constant(i.operands[1]);
    if (number == nullptr || !added[i.operands[0]]) continue;
    added[v] = *added[i.operands[0]] + (i.op == ir::Op::add ? number->getSExtValue() : -number->getSExtValue());
  }
  return all;
}

Effects effects_of(const emulate::IrStep& step, uint64_t pc, assembly::Slot stack_pointer) {
  Effects effects;
  effects.stack = added_to(step.function, stack_pointer);
  effects.reads = slots_read(step.function, stack_pointer, effects.saves);
  for (const ir::Instruction& i : step.function.values) effects.call |= i.op == ir::Op::call;
  for (const assembly::Slot slot : step.written) effects.writes.set(slot);
  if (effects.call) effects.next.push_back(pc + step.size);
  for (const ir::Block& block : step.function.blocks) {
    const ir::Terminator& t = block.terminator;
    if (t.op == ir::Op::ret) effects.returns = true;
    if (t.op == ir::Op::tail_call && t.operands.empty())
      effects.next.push_back(emulate::address_of_name(step.function.calls[t.index].symbol.name));
  }
  return effects;
}

SlotSet given_at_entry(const assembly::Machine& machine, const verify::Boundary& boundary) {
  SlotSet given;
  auto give = [&](assembly::Slot slot) {
    if (slot != assembly::kNoSlot) given.set(slot);
  };
  for (const auto* slots : {&machine.callee_saved, &machine.callee_saved_low_half})
    for (const assembly::Slot slot : *slots) give(slot);
  for (const assembly::Slot slot : {machine.stack_pointer, machine.return_address, machine.frame_pointer}) give(slot);
  for (const verify::BoundaryValue& p : boundary.parameters) {
    if (p.target.kind == verify::Place::Kind::indirect_result) give(machine.indirect_result);
    if (p.target.kind == verify::Place::Kind::vector_count) give(machine.vector_count);
    if (p.target.kind == verify::Place::Kind::integer_argument) give(machine.integer_arguments[p.target.index]);
    if (p.target.kind == verify::Place::Kind::float_argument) give(machine.float_arguments[p.target.index]);
  }
  return given;
}

std::vector<Surroundings> survey(const Layout& layout, const emulate::Image& image,
                                 const std::vector<verify::Boundary>& boundaries) {
  Graph graph(layout, image);
  for (const verify::Boundary& boundary : boundaries) graph.add(boundary);
  graph.solve();
  return graph.surroundings();
}

}  // namespace portolan::sketch::filling
