#include "translate/memory_order.h"

#include <fmt/format.h>

#include <algorithm>

#include "translate/spin_loops.h"

namespace portolan::translate {
namespace {

using ir::Instruction;
using ir::Op;
using ir::Ordering;
using ir::ValueId;

// What stands before and after an access so that its order is that of TSO. LLVM makes of these fences
//
//                 AArch64      RISC-V
//   acquire       dmb ishld    fence r,rw
//   release       dmb ish      fence rw,w
//   sequential    dmb ish      fence rw,rw
//
// which is the RISC-V unprivileged spec's table "Mappings from TSO operations to RISC-V operations" (appendix A), and
// on AArch64 no weaker than the mappings by fences that Lasagne (PLDI 2022) and Risotto (ASPLOS 2023) prove. A locked
// instruction is a full fence (SDM vol. 3, 9.2.3.9); an acquire-release read-modify-write of AArch64 is none: what
// comes after it may pass its store. So it gets fences around it.
struct Mapping {
  Op op;
  Ordering before, after;  // none: nothing
};
constexpr Mapping kTso[] = {
    {Op::load, Ordering::none, Ordering::acquire},
    {Op::store, Ordering::release, Ordering::none},
    {Op::memory_copy, Ordering::release, Ordering::acquire},
    {Op::memory_set, Ordering::release, Ordering::none},
    {Op::atomic_rmw, Ordering::sequential, Ordering::sequential},
    {Op::atomic_cas, Ordering::sequential, Ordering::sequential},
};

bool is_plain(const Instruction& i) {
  return (i.op == Op::load || i.op == Op::store) && i.ordering == Ordering::none;
}

// Accesses of the own frame at known places, if no address in it goes anywhere else: nobody watches these.
std::vector<bool> private_addresses(const ir::Function& f) {
  std::vector<bool> frame(f.values.size());
  for (bool changed = true; changed;) {
    changed = false;
    for (ValueId v = 0; v < f.values.size(); ++v) {
      const Instruction& i = f[v];
      const bool derived = i.op == Op::frame_address ||
                           ((i.op == Op::add || i.op == Op::sub) &&
                            std::any_of(i.operands.begin(), i.operands.end(), [&](ValueId o) { return frame[o]; }));
      if (derived && !frame[v]) frame[v] = changed = true;
    }
  }
  bool escapes = false;
  auto note = [&](const auto& operands, size_t first) {
    for (size_t n = first; n < operands.size(); ++n) escapes |= frame[operands[n]];
  };
  for (const ir::Block& block : f.blocks) {
    for (const ValueId v : block.instructions) {
      const Instruction& i = f[v];
      if (i.op != Op::add && i.op != Op::sub) note(i.operands, i.op == Op::load || i.op == Op::store ? 1 : 0);
    }
    note(block.terminator.operands, 0);
    for (const ir::Edge& edge : block.terminator.edges) note(edge.arguments, 0);
  }
  if (escapes) frame.assign(f.values.size(), false);
  return frame;
}

class Application {
 public:
  Application(ir::Function& f, Isa target, MemoryOrder order)
      : f_(f), order_(order), private_(private_addresses(f)), target_(target) {}

  void run() {
    if (target_ == Isa::x86_64 && order_ == MemoryOrder::tso) order_ = MemoryOrder::relaxed;  // has it by itself
    for (ir::Block& block : f_.blocks) {
      std::vector<ValueId> all = std::move(block.instructions);
      block.instructions.clear();
      for (const ValueId v : all) {
        const Mapping mapping = mapping_of(f_[v]);
        fence(block, mapping.before, f_[v].line);
        visible(f_[v]);
        block.instructions.push_back(v);
        fence(block, mapping.after, f_[v].line);
      }
    }
  }

 private:
  Mapping mapping_of(const Instruction& i) const {
    const bool exchange = i.op == Op::atomic_rmw || i.op == Op::atomic_cas;
    // Of a source that is weaker than TSO the order of an access says all; a full one is full on the target too.
    const bool wanted = exchange ? i.ordering == Ordering::sequential && target_ != Isa::x86_64
                                 : order_ == MemoryOrder::tso && !is_private(i);
    if (wanted)
      for (const Mapping& m : kTso)
        if (m.op == i.op) return m;
    return {i.op, Ordering::none, Ordering::none};
  }
  bool is_private(const Instruction& i) const { return !i.operands.empty() && private_[i.operands[0]]; }

  // One access stays one: LLVM splits, joins and repeats only what nobody can watch.
  void visible(Instruction& i) const {
    if (!is_plain(i) || is_private(i)) return;
    const uint32_t width = i.op == Op::load ? i.width : f_.width(i.operands[1]);
    if (width == 8 || width == 16 || width == 32 || width == 64) i.ordering = Ordering::relaxed;
  }

  void fence(ir::Block& block, Ordering ordering, uint32_t line) {
    if (ordering == Ordering::none) return;
    Instruction i;
    i.op = Op::fence;
    i.ordering = ordering;
    i.line = line;
    i.block = static_cast<ir::BlockId>(&block - f_.blocks.data());
    f_.values.push_back(std::move(i));
    block.instructions.push_back(static_cast<ValueId>(f_.values.size() - 1));
  }

  ir::Function& f_;
  MemoryOrder order_;
  std::vector<bool> private_;
  Isa target_;
};

}  // namespace

std::optional<MemoryOrder> memory_order_from_string(std::string_view name) {
  if (name == "relaxed") return MemoryOrder::relaxed;
  if (name == "tso") return MemoryOrder::tso;
  return std::nullopt;
}

bool is_concurrent(const ir::Function& f) {
  for (const ir::Block& block : f.blocks)
    for (const ValueId v : block.instructions) {
      const Instruction& i = f[v];
      if (i.op == Op::atomic_rmw || i.op == Op::atomic_cas || i.op == Op::fence || i.ordering != Ordering::none)
        return true;
    }
  return has_spin_loop(f);
}

std::vector<std::string> apply_memory_order(raise::RaisedUnit& unit, Isa target, MemoryOrder order) {
  if (order == MemoryOrder::sequential_only) return {};
  for (raise::RaisedFunction& f : unit.functions) {
    if (f.ok) Application(f.function, target, order).run();
    for (raise::RaisedFunction& entry : f.entry)
      if (entry.ok) Application(entry.function, target, order).run();
  }
  std::vector<std::string> assumptions = {"accesses of up to 8 bytes that other threads see are aligned to their size",
                                          "wider accesses need not happen at once",
                                          "functions outside the unit keep the order of their own accesses"};
  if (order == MemoryOrder::relaxed)
    assumptions.emplace_back("no order between plain accesses is relied on, neither by dependencies nor by control");
  return assumptions;
}

std::string memory_order_label(bool concurrent, Isa source, Isa target, MemoryOrder order) {
  if (order == MemoryOrder::sequential_only) return concurrent ? "sequential-only" : "";
  return fmt::format("{}: {} to {}", order == MemoryOrder::tso ? "tso" : "relaxed", to_string(source),
                     to_string(target));
}

}  // namespace portolan::translate
