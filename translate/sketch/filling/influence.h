// Which holes a value of a run depends on. If a run went wrong in a place, every filling that agrees on the holes which
// that place depends on goes wrong in the same way; so one run rules out many fillings.
#pragma once

#include <memory>
#include <span>
#include <unordered_map>

#include "emulate/ir_code.h"
#include "emulate/ir_engine.h"
#include "frontends/asm/machine.h"
#include "ir/function.h"
#include "translate/sketch/filling/layout.h"

namespace portolan::sketch::filling {

// A lifted instruction as one run of values: the blocks from the entry on that follow each other whatever happens, the
// last of which ends it. Empty: there are values in other blocks too.
std::vector<ir::BlockId> straight_line(const ir::Function& function);

class Influence {
 public:
  explicit Influence(const assembly::Machine& machine)
      : machine_(&machine), slots_(machine.slots.size()), plans_(std::make_shared<Plans>()) {}
  // Optimistic: a place depends on the holes that led to where it was written last, and not on those that decided later
  // where execution went, although another way might have written it. Conflicts are then smaller and may be wrong: who
  // finds nothing so has to look again.
  void set_optimistic(bool optimistic) { optimistic_ = optimistic; }
  void reset();

  // A line with holes is about to run in one of its variants: what another variant might have changed depends on it.
  void enter(const Site& site);
  // An instruction has run, as its interpreter still knows; `site`: it belongs to a variant of that line. It must stay
  // where it is.
  void step(const emulate::IrStep& step, std::span<const emulate::IrObserver::Access> accesses, bool completed,
            const Site* site);
  void called_outside();

  Mask slot(assembly::Slot slot) const { return slots_[slot] | later(); }
  Mask memory(uint64_t address, uint64_t size) const;
  Mask control() const { return control_; }  // where execution went
  Mask touched() const { return touched_; }
  Mask fault() const { return fault_ | control_; }  // what made the last instruction trap

 private:
  using Accesses = std::span<const emulate::IrObserver::Access>;
  // What of a lifted instruction matters here, in order: found out once.
  struct Action {
    enum class Kind : uint8_t { pure, choice, product, load, store, trap, get, set, call };
    Kind kind = Kind::pure;
    ir::ValueId value = 0;
    uint32_t slot = 0;
    std::vector<ir::ValueId> operands;
  };
  struct Plan {
    bool straight = false;
    size_t values = 0;
    std::vector<Action> actions;
    std::vector<ir::ValueId> leads;  // where a branch, an indirect jump or call goes
    bool returns = false;
  };
  using Plans = std::unordered_map<const ir::Function*, Plan>;
  static Plan plan_of(const ir::Function& function);
  void straight(const Plan& plan, const ir::Interpreter& ran, Accesses accesses, bool completed, Mask own);
  Mask of_choice(const Action& action, const ir::Interpreter& ran) const;
  Mask of_product(const Action& action, const ir::Interpreter& ran) const;
  void coarse(const ir::Function& function, Accesses accesses, Mask own);
  // Where a return goes: what the link register holds, or what the stack pointer points to.
  Mask way_back() const;
  Mask later() const { return optimistic_ ? 0 : control_; }
  void put(uint64_t address, uint64_t size, Mask mask);

  const assembly::Machine* machine_;
  std::vector<Mask> slots_, values_;
  std::shared_ptr<Plans> plans_;
  std::unordered_map<uint64_t, Mask> bytes_;
  Mask everywhere_ = 0;  // stores whose address depends on these may have gone anywhere
  bool optimistic_ = false;
  Mask control_ = 0, touched_ = 0, fault_ = 0;
};

}  // namespace portolan::sketch::filling
