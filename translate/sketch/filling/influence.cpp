#include "translate/sketch/filling/influence.h"

#include <algorithm>
#include <bit>

namespace portolan::sketch::filling {

using ir::Op;

std::vector<ir::BlockId> straight_line(const ir::Function& function) {
  std::vector<ir::BlockId> blocks = {0};
  while (function.blocks[blocks.back()].terminator.op == Op::jump && blocks.size() < function.blocks.size())
    blocks.push_back(function.blocks[blocks.back()].terminator.edges.front().target);
  size_t instructions = 0;
  for (const ir::BlockId b : blocks) instructions += function.blocks[b].instructions.size();
  for (const ir::Block& block : function.blocks) instructions -= block.instructions.size();
  if (instructions != 0) blocks.clear();
  return blocks;
}

void Influence::reset() {
  std::fill(slots_.begin(), slots_.end(), 0);
  bytes_.clear();
  everywhere_ = control_ = touched_ = fault_ = 0;
}

void Influence::enter(const Site& site) {
  touched_ |= site.mask;
  for (const assembly::Slot slot : site.written) slots_[slot] |= site.mask;
  if (site.stores) everywhere_ |= site.mask;
  if (site.branches) control_ |= site.mask;
}

Mask Influence::memory(uint64_t address, uint64_t size) const {
  Mask mask = everywhere_ | later();
  if (bytes_.empty()) return mask;
  for (uint64_t n = 0; n < size; ++n)
    if (const auto at = bytes_.find(address + n); at != bytes_.end()) mask |= at->second;
  return mask;
}

// Optimistic: what it does depends on its arguments in registers, and it gives results there.
void Influence::called_outside() {
  if (!optimistic_) {
    control_ |= touched_;
    return;
  }
  fault_ = control_;
  for (const assembly::Slot slot : machine_->integer_arguments) fault_ |= slots_[slot];
  for (const assembly::Slot slot : machine_->integer_results) slots_[slot] = fault_;
}

Mask Influence::way_back() const {
  const bool linked = machine_->return_address != assembly::kNoSlot;
  return slots_[linked ? machine_->return_address : machine_->stack_pointer];
}

// Bytes that depend on nothing need no place.
void Influence::put(uint64_t address, uint64_t size, Mask mask) {
  if (mask == 0 && bytes_.empty()) return;
  for (uint64_t n = 0; n < size; ++n) {
    if (mask != 0)
      bytes_[address + n] = mask;
    else
      bytes_.erase(address + n);
  }
}

namespace {

bool is_product(Op op) {
  return op == Op::bit_and || op == Op::mul || op == Op::umulh || op == Op::smulh;
}

}  // namespace

Influence::Plan Influence::plan_of(const ir::Function& function) {
  Plan plan;
  const bool simple = std::all_of(function.values.begin(), function.values.end(), [](const ir::Instruction& i) {
    const ir::Effects effects = ir::info(i.op).effects;
    return i.op == Op::load || i.op == Op::store || i.op == Op::call || i.op == Op::get_slot || i.op == Op::set_slot ||
           (effects != ir::Effects::Reads && effects != ir::Effects::Writes && effects != ir::Effects::State);
  });
  const std::vector<ir::BlockId> blocks = straight_line(function);
  if (!simple || blocks.empty()) return plan;
  plan.straight = true;
  plan.values = function.values.size();
  const ir::Terminator& last = function.blocks[blocks.back()].terminator;
  plan.leads.assign(last.operands.begin(), last.operands.end());
  plan.returns = last.op == Op::ret;
  for (const ir::BlockId b : blocks)
    for (const ir::ValueId v : function.blocks[b].instructions) {
      const ir::Instruction& i = function[v];
      Action action;
      action.kind = i.op == Op::load       ? Action::Kind::load
                    : i.op == Op::store    ? Action::Kind::store
                    : i.op == Op::trap_if  ? Action::Kind::trap
                    : i.op == Op::get_slot ? Action::Kind::get
                    : i.op == Op::set_slot ? Action::Kind::set
                    : i.op == Op::call     ? Action::Kind::call
                    : i.op == Op::select   ? Action::Kind::choice
                    : is_product(i.op)     ? Action::Kind::product
                                           : Action::Kind::pure;
      action.value = v;
      action.slot = i.index;
      for (const ir::ValueId operand : i.operands)
        if (action.kind == Action::Kind::load || action.kind == Action::Kind::store ||
            action.kind == Action::Kind::choice || function[operand].op != Op::constant)
          action.operands.push_back(operand);
      if (action.kind != Action::Kind::pure || !action.operands.empty()) plan.actions.push_back(std::move(action));
    }
  return plan;
}

// Of a choice what it did not take plays no part.
Mask Influence::of_choice(const Action& action, const ir::Interpreter& ran) const {
  const ir::APInt& condition = ran.value(action.operands[0]);
  Mask mask = values_[action.operands[0]];
  if (!condition.isZero()) mask |= values_[action.operands[1]];
  if (!condition.isAllOnes()) mask |= values_[action.operands[2]];
  return mask;
}

// Whatever else stands there, what is zero makes it zero.
Mask Influence::of_product(const Action& action, const ir::Interpreter& ran) const {
  Mask mask = 0;
  std::optional<Mask> zero;
  for (const ir::ValueId operand : action.operands) {
    mask |= values_[operand];
    if (ran.value(operand).isZero() && (!zero || std::popcount(values_[operand]) < std::popcount(*zero)))
      zero = values_[operand];
  }
  return zero.value_or(mask);
}

void Influence::step(const emulate::IrStep& ran, Accesses accesses, bool completed, const Site* site) {
  if (touched_ == 0) return;
  const Mask own = site != nullptr ? site->mask : 0;
  fault_ = own;
  const ir::Function& function = ran.function;
  auto plan = plans_->find(&function);
  if (plan == plans_->end()) plan = plans_->emplace(&function, plan_of(function)).first;
  if (plan->second.straight)
    straight(plan->second, *ran.interpreter, accesses, completed, own);
  else
    coarse(function, accesses, own);
}

void Influence::straight(const Plan& plan, const ir::Interpreter& ran, Accesses accesses, bool completed, Mask own) {
  values_.assign(plan.values, 0);
  size_t next = 0;
  Mask called = 0;
  for (const Action& action : plan.actions) {
    Mask mask = 0;
    for (const ir::ValueId operand : action.operands) mask |= values_[operand];
    switch (action.kind) {
      case Action::Kind::load:
      case Action::Kind::store: {
        fault_ = values_[action.operands[0]] | own;
        // The instruction ended here.
        if (next == accesses.size() || (!completed && next + 1 == accesses.size())) return;
        const emulate::IrObserver::Access& access = accesses[next++];
        if (action.kind == Action::Kind::load)
          mask |= memory(access.address, access.size);
        else
          put(access.address, access.size, mask | own | control_), everywhere_ |= values_[action.operands[0]];
        break;
      }
      case Action::Kind::trap:
        fault_ = mask | own;
        break;
      case Action::Kind::get:
        mask = slots_[action.slot];
        break;
      case Action::Kind::set:
        slots_[action.slot] = mask | own | control_;
        break;
      case Action::Kind::call:
        called |= mask;
        break;
      case Action::Kind::choice:
        mask = of_choice(action, ran);
        break;
      case Action::Kind::product:
        mask = of_product(action, ran);
        break;
      case Action::Kind::pure:
        break;
    }
    values_[action.value] = mask;
  }
  for (const ir::ValueId v : plan.leads) control_ |= values_[v];
  control_ |= called;
  if (plan.returns) control_ |= way_back();
  // Calls and returns keep the return address on the stack.
  if (next < accesses.size()) fault_ |= slots_[machine_->stack_pointer];
  for (; next < accesses.size(); ++next)
    if (accesses[next].write)
      put(accesses[next].address, accesses[next].size, own);
    else
      control_ |= memory(accesses[next].address, accesses[next].size);
}

void Influence::coarse(const ir::Function& function, Accesses accesses, Mask own) {
  Mask mask = own | control_ | way_back();
  for (const ir::Instruction& i : function.values)
    if (i.op == Op::get_slot) mask |= slots_[i.index];
  for (const emulate::IrObserver::Access& access : accesses)
    if (!access.write) mask |= memory(access.address, access.size);
  for (const emulate::IrObserver::Access& access : accesses)
    if (access.write) put(access.address, access.size, mask), everywhere_ |= mask;
  for (const ir::Instruction& i : function.values)
    if (i.op == Op::set_slot) slots_[i.index] |= mask;
  control_ |= mask;
  fault_ |= mask;
}

}  // namespace portolan::sketch::filling
