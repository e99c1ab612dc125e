#include "verify/prove/side.h"

#include <fmt/format.h>

#include <algorithm>

#include "frontends/lifters.h"
#include "ir/cfg.h"
#include "verify/prove/expand.h"

namespace portolan::prove {

using ir::Op;
using verify::Place;

const Place& place_of(const verify::BoundaryValue& value, Which which) {
  return which == Which::source ? value.source : value.target;
}

Slot slot_of(const assembly::Machine& machine, const Place& place) {
  auto at = [&](const std::vector<Slot>& slots) {
    return place.index < slots.size() ? slots[place.index] : assembly::kNoSlot;
  };
  switch (place.kind) {
    case Place::Kind::integer_argument:
      return at(machine.integer_arguments);
    case Place::Kind::float_argument:
      return at(machine.float_arguments);
    case Place::Kind::indirect_result:
      return machine.indirect_result;
    case Place::Kind::vector_count:
      return machine.vector_count;
    case Place::Kind::integer_result:
      return at(machine.integer_results);
    case Place::Kind::float_result:
      return at(machine.float_results);
    case Place::Kind::stack:
      break;
  }
  return assembly::kNoSlot;
}

namespace {

verify::Boundary any_register(const assembly::Machine& machine) {
  constexpr uint32_t kWhole = 4096;  // vector registers as wide as they are
  verify::Boundary any;
  auto add = [](std::vector<verify::BoundaryValue>& values, size_t count, Place::Kind kind, uint32_t bits) {
    for (uint32_t n = 0; n < count; ++n) {
      verify::BoundaryValue value;
      value.bits = bits;
      value.whole = false;
      value.source = value.target = {kind, n};
      values.push_back(value);
    }
  };
  add(any.parameters, machine.integer_arguments.size(), Place::Kind::integer_argument, 64);
  add(any.parameters, machine.float_arguments.size(), Place::Kind::float_argument, kWhole);
  add(any.parameters, machine.vector_count != assembly::kNoSlot ? 1 : 0, Place::Kind::vector_count, 8);
  add(any.parameters, machine.indirect_result != assembly::kNoSlot ? 1 : 0, Place::Kind::indirect_result, 64);
  add(any.results, machine.integer_results.size(), Place::Kind::integer_result, 64);
  add(any.results, machine.float_results.size(), Place::Kind::float_result, kWhole);
  return any;
}

// Integers, addresses and floating-point numbers in their order, as all three conventions pass them: the registers of
// one side are beside those of the other, and beside its stack where it has fewer.
verify::Boundary scalars(const assembly::Machine& source, const assembly::Machine& target) {
  using Kind = verify::BoundaryValue::Kind;
  verify::Boundary any;
  auto add = [](std::vector<verify::BoundaryValue>& values, Kind kind, Place from, Place to) {
    verify::BoundaryValue value;
    value.kind = kind;
    value.whole = false;
    value.source = from;
    value.target = to;
    values.push_back(value);
  };
  auto place = [](const assembly::Machine& machine, uint32_t n) {
    const auto registers = static_cast<uint32_t>(machine.integer_arguments.size());
    return n < registers ? Place{Place::Kind::integer_argument, n} : Place{Place::Kind::stack, n - registers};
  };
  for (uint32_t n = 0; n < source.integer_arguments.size() + kUnknownStackArguments; ++n)
    add(any.parameters, Kind::integer, place(source, n), place(target, n));
  for (uint32_t n = 0; n < std::min(source.float_arguments.size(), target.float_arguments.size()); ++n)
    add(any.parameters, Kind::floating, {Place::Kind::float_argument, n}, {Place::Kind::float_argument, n});
  for (uint32_t n = 0; n < 2; ++n) {
    add(any.results, Kind::integer, {Place::Kind::integer_result, n}, {Place::Kind::integer_result, n});
    add(any.results, Kind::floating, {Place::Kind::float_result, n}, {Place::Kind::float_result, n});
  }
  return any;
}

}  // namespace

UnknownCallee callee_of_unknown_signature(const assembly::Machine& source, const assembly::Machine& target) {
  if (source.isa == target.isa) return {any_register(source), true};
  // AMD64 passes variadic arguments as others, and al beside; AAPCS64 (Linux) as others; RISC-V passes all of them in
  // integer registers.
  const bool variadic = source.isa == Isa::x86_64;
  return {scalars(source, target), false, variadic, variadic && target.isa == Isa::aarch64};
}

Expected<Side> Side::make(Which which, const assembly::CodeIndex& index, const std::string& symbol,
                          const Boundaries& boundaries, const verify::Boundary& own, Clobbers* clobbers,
                          const UnknownCallee* unknown_callee, const verify::FormatBoundary* with_format,
                          bool cut_at_calls) {
  const assembly::Unit& unit = index.unit();
  const auto at = unit.symbol_by_name.find(symbol);
  if (at == unit.symbol_by_name.end()) return error_at({unit.file, 0, 0}, fmt::format("no function '{}'", symbol));
  assembly::LiftResult lifted = assembly::lift_function(index, frontends::lifter(unit.isa), at->second);
  if (!lifted.refusals.empty()) return lifted.refusals.front();
  Side side;
  side.which_ = which;
  side.machine_ = &assembly::Machine::get(unit.isa);
  side.index_ = &index;
  side.own_ = &own;
  side.clobbers_ = clobbers;
  side.unknown_ = unknown_callee;
  side.with_format_ = with_format;
  side.function_ = std::move(lifted.function);
  for (const auto& [name, boundary] : boundaries)
    side.callees_[which == Which::source || boundary.target_name.empty() ? name : boundary.target_name] = &boundary;
  const auto first_slot = static_cast<uint32_t>(side.machine_->slots.size());
  expand_repetitions(side.function_, first_slot, side.extra_widths_);
  if (cut_at_calls)
    for (const BlockId block : split_after_calls(side.function_, first_slot, side.extra_widths_))
      side.cuts_at_calls_.insert(block);
  side.find_cuts({});
  side.has_loops_ = !side.cuts_.empty();
  // Loops that a call cuts on every turn need no other cut: where they begin the two sides may disagree.
  if (cut_at_calls) side.find_cuts(side.cuts_at_calls_);
  side.cuts_.insert(side.cuts_at_calls_.begin(), side.cuts_at_calls_.end());
  if (unknown_callee != nullptr && !unknown_callee->any_register) side.find_unset();
  side.find_live();
  return side;
}

assembly::SlotInfo Side::slot(Slot slot) const {
  const size_t own = machine_->slots.size();
  return slot < own ? machine_->slots[slot]
                    : assembly::SlotInfo{fmt::format("repeat{}", slot - own), extra_widths_[slot - own]};
}

const verify::Boundary* Side::boundary_of(const ir::CallTarget& target) const {
  if (target.indirect) return unknown_callee();
  const auto at = callees_.find(target.symbol.name);
  if (at == callees_.end()) return shares_registers() || !defines(target.symbol.name) ? unknown_callee() : nullptr;
  if (at->second->untestable.empty()) return at->second;
  if (at->second->variadic && unknown_ != nullptr && unknown_->variadic) return unknown_callee();
  // It takes structures, say: no scalars only.
  return shares_registers() ? unknown_callee() : nullptr;
}

bool Side::is_variadic(const ir::CallTarget& target) const {
  const auto at = target.indirect ? callees_.end() : callees_.find(target.symbol.name);
  return at != callees_.end() && at->second->variadic;
}

const std::vector<verify::BoundaryValue>& Side::results_of(const ir::CallTarget& target,
                                                           const verify::Boundary& boundary) const {
  if (!is_unknown(&boundary) || shares_registers() || !is_variadic(target)) return boundary.results;
  const std::vector<verify::BoundaryValue>& stated = callees_.at(target.symbol.name)->results;
  return stated.empty() ? boundary.results : stated;
}

std::vector<Slot> Side::unnamed_arguments() const {
  if (!shares_registers() && unknown_ != nullptr) return {};
  return {machine_->slot(isa() == Isa::x86_64 ? "r10" : isa() == Isa::aarch64 ? "x18" : "x7")};
}

const verify::Boundary* Side::boundary_of(const verify::Boundary& variadic, const std::string& format) const {
  const verify::Boundary* found =
      with_format_ != nullptr && *with_format_ ? (*with_format_)(variadic.name, format) : nullptr;
  return found != nullptr && found->untestable.empty() ? found : nullptr;
}

std::vector<Slot> Side::reserved() const {
  if (isa() == Isa::riscv64) return {machine_->slot("x3"), machine_->slot("x4")};
  if (isa() == Isa::x86_64) return {machine_->slot("df")};
  return {};
}

Slot Side::result_address() const {
  const bool in_memory = std::any_of(own_->parameters.begin(), own_->parameters.end(), [](const auto& p) {
    return p.kind == verify::BoundaryValue::Kind::result_address;
  });
  return in_memory && isa() == Isa::x86_64 ? machine_->integer_results[0] : assembly::kNoSlot;
}

uint32_t Side::stack_arguments() const {
  uint32_t places = 0;
  for (const verify::BoundaryValue& p : own_->parameters)
    if (const verify::Place& place = place_of(p, which_); place.kind == verify::Place::Kind::stack)
      places = std::max(places, place.index + 1);
  return places;
}

bool Side::defines(const std::string& symbol) const {
  const auto at = index_->unit().symbol_by_name.find(symbol);
  return at != index_->unit().symbol_by_name.end() &&
         index_->unit().symbols[at->second].section != assembly::kUndefined;
}

bool Side::may_be_left_over(const verify::Boundary& callee, size_t result) const {
  if (leftovers_ == nullptr) return false;
  const auto at = leftovers_->find(callee.name);
  return at != leftovers_->end() && at->second.contains(result);
}

std::vector<Slot> Side::clobbered_by(const ir::CallTarget& target) const {
  std::vector<bool> kept(machine_->slots.size());
  for (const Slot s : machine_->callee_saved) kept[s] = true;
  kept[machine_->stack_pointer] = true;
  for (const Slot s : reserved()) kept[s] = true;
  if (clobbers_ != nullptr && !target.indirect)
    if (const auto& written = clobbers_->of(target.symbol.name))
      for (Slot s = 0; s < kept.size(); ++s)
        if (!(*written)[s]) kept[s] = true;
  std::vector<Slot> clobbered;
  for (Slot s = 0; s < kept.size(); ++s)
    if (!kept[s]) clobbered.push_back(s);
  return clobbered;
}

uint32_t Side::line_of(BlockId block) const {
  const ir::Block& b = function_.blocks[block];
  for (const ValueId v : b.instructions)
    if (function_[v].line != 0) return function_[v].line;
  return b.terminator.line;
}

std::string Side::describe(BlockId block) const {
  if (block == 0) return "entry";
  const uint32_t line = line_of(block);
  if (line == 0) return fmt::format("block {}", block);
  return index_->unit().from_object ? fmt::format("offset {:#x}", line) : fmt::format("line {}", line);
}

// Targets of edges that go back in a depth-first walk: every cycle passes one.
void Side::find_cuts(const std::set<BlockId>& known) {
  cuts_.clear();
  back_edges_.clear();
  enum class Colour : uint8_t { white, grey, black };
  std::vector<Colour> colour(function_.blocks.size());
  struct Step {
    BlockId block;
    size_t edge = 0;
  };
  std::vector<Step> stack;
  std::vector<BlockId> roots(known.begin(), known.end());
  roots.push_back(0);
  while (!stack.empty() || !roots.empty()) {
    if (stack.empty()) {
      if (colour[roots.back()] == Colour::white) {
        colour[roots.back()] = Colour::grey;
        stack.push_back({roots.back()});
      }
      roots.pop_back();
      continue;
    }
    Step& top = stack.back();
    const auto& edges = function_.blocks[top.block].terminator.edges;
    if (top.edge == edges.size()) {
      colour[top.block] = Colour::black;
      stack.pop_back();
      continue;
    }
    const BlockId next = edges[top.edge++].target;
    if (known.contains(next)) continue;
    if (colour[next] == Colour::grey) {
      cuts_.insert(next);
      back_edges_[next].insert(top.block);
    }
    if (colour[next] != Colour::white) continue;
    colour[next] = Colour::grey;
    stack.push_back({next});
  }
}

void Side::drop_cuts(const std::set<BlockId>& idle) {
  for (const BlockId block : idle)
    if (!cuts_at_calls_.contains(block)) cuts_.erase(block);
  has_loops_ = has_loops_ && !cuts_.empty();
}

std::set<BlockId> Side::passed_through() const {
  std::set<BlockId> found;
  for (const BlockId cut : cuts_) {
    if (cuts_at_calls_.contains(cut)) continue;
    const std::vector<ir::Edge>* edges = &function_.blocks[cut].terminator.edges;
    while (edges->size() == 1 && !is_cut(edges->front().target))
      edges = &function_.blocks[edges->front().target].terminator.edges;
    // Of two that lead to each other one stays.
    if (edges->size() == 1 && edges->front().target != cut && !found.contains(edges->front().target)) found.insert(cut);
  }
  return found;
}

std::set<BlockId> Side::joins() const {
  std::set<BlockId> once, joins;
  for (const BlockId block : ir::reverse_post_order(function_))
    for (const ir::Edge& edge : function_.blocks[block].terminator.edges)
      if (!once.insert(edge.target).second && !back_edges_.contains(edge.target) &&
          !cuts_at_calls_.contains(edge.target))
        joins.insert(edge.target);
  return joins;
}

Side Side::cut_at(const std::set<BlockId>& blocks) const {
  Side cut = *this;
  cut.cuts_.insert(blocks.begin(), blocks.end());
  return cut;
}

uint64_t Side::most_ways(const std::set<BlockId>& more) const {
  auto is_cut = [&](BlockId block) { return cuts_.contains(block) || more.contains(block); };
  constexpr uint64_t kEnough = 1u << 30;
  std::vector<uint64_t> ways(function_.blocks.size(), 1);  // from the block's beginning to the next cut point
  const std::vector<BlockId> order = ir::reverse_post_order(function_);
  uint64_t most = 1;
  for (auto at = order.rbegin(); at != order.rend(); ++at) {
    uint64_t sum = 0;
    for (const ir::Edge& edge : function_.blocks[*at].terminator.edges)
      sum = std::min(kEnough, sum + (is_cut(edge.target) ? 1 : ways[edge.target]));
    ways[*at] = std::max<uint64_t>(sum, 1);
    if (is_cut(*at) || *at == 0) most = std::max(most, ways[*at]);
  }
  return most;
}

// What a caller finds as it left it, whatever the convention lets change.
void Side::use_reserved(SlotSet& live) const {
  live[machine_->stack_pointer] = true;
  if (machine_->return_address != assembly::kNoSlot) live[machine_->return_address] = true;
  for (const Slot s : reserved()) live[s] = true;
}

void Side::use_call(uint32_t call, SlotSet& live) const {
  const ir::CallTarget& target = function_.calls[call];
  // The lower halves of some outlive the call.
  const std::vector<Slot>& halves = machine_->callee_saved_low_half;
  for (const Slot s : clobbered_by(target))
    if (std::find(halves.begin(), halves.end(), s) == halves.end()) live[s] = false;
  live[machine_->stack_pointer] = true;
  if (const verify::Boundary* boundary = boundary_of(target); boundary && !boundary->format) {
    for (const verify::BoundaryValue& p : boundary->parameters)
      if (const Slot s = slot_of(*machine_, place_of(p, which_)); s != assembly::kNoSlot)
        if (!is_unknown(boundary) || !is_unset(call, s)) live[s] = true;
    if (is_unknown(boundary))
      for (const Slot s : unnamed_arguments()) live[s] = true;
    if (is_unknown(boundary) && is_variadic(target) && machine_->vector_count != assembly::kNoSlot)
      live[machine_->vector_count] = true;
    return;
  }
  for (const std::vector<Slot>* slots : {&machine_->integer_arguments, &machine_->float_arguments})
    for (const Slot s : *slots) live[s] = true;
  if (machine_->vector_count != assembly::kNoSlot) live[machine_->vector_count] = true;
  for (const Slot s : unnamed_arguments()) live[s] = true;
}

bool Side::is_unset(uint32_t call, Slot slot) const {
  const auto at = unset_.find(call);
  return at != unset_.end() && at->second[slot];
}

bool Side::fills_argument_registers(uint32_t call) const {
  auto all = [&](const std::vector<Slot>& slots) {
    return std::none_of(slots.begin(), slots.end(), [&](Slot s) { return is_unset(call, s); });
  };
  return all(machine_->integer_arguments) || all(machine_->float_arguments);
}

// A callee leaves anything in the registers that are its own to change, but for those with its results.
void Side::unset_by_call(const ir::CallTarget& target, SlotSet& unset) const {
  for (const Slot s : clobbered_by(target)) unset[s] = true;
  const verify::Boundary* boundary = boundary_of(target);
  if (boundary == nullptr) return;
  for (const verify::BoundaryValue& r : boundary->results)
    if (const Slot s = slot_of(*machine_, place_of(r, which_)); s != assembly::kNoSlot) unset[s] = false;
}

// Forward, from all to fewer. Of a prototype that was inferred nobody knows whether it has all parameters.
void Side::find_unset() {
  SlotSet entry(slots());
  if (own_->origin != verify::Boundary::Origin::inferred)
    for (const std::vector<Slot>* arguments : {&machine_->integer_arguments, &machine_->float_arguments})
      for (const Slot s : *arguments) entry[s] = true;
  for (const verify::BoundaryValue& p : own_->parameters)
    if (const Slot s = slot_of(*machine_, place_of(p, which_)); s != assembly::kNoSlot) entry[s] = false;
  std::map<BlockId, SlotSet> before = {{0, entry}};
  auto note = [&](uint32_t call, const SlotSet& unset) {
    if (!is_unknown(boundary_of(function_.calls[call]))) return;
    const auto [at, fresh] = unset_.emplace(call, unset);
    for (size_t s = 0; !fresh && s < unset.size(); ++s) at->second[s] = at->second[s] && unset[s];
  };
  const std::vector<BlockId> order = ir::reverse_post_order(function_);
  for (bool changed = true; changed;) {
    changed = false;
    for (const BlockId block : order) {
      SlotSet unset = before.at(block);
      for (const ValueId v : function_.blocks[block].instructions) {
        const ir::Instruction& i = function_[v];
        if (i.op == Op::set_slot) unset[i.index] = false;
        if (i.op != Op::call) continue;
        note(i.index, unset);
        unset_by_call(function_.calls[i.index], unset);
      }
      const ir::Terminator& t = function_.blocks[block].terminator;
      if (t.op == Op::tail_call) note(t.index, unset);
      for (const ir::Edge& edge : t.edges) {
        const auto [at, fresh] = before.emplace(edge.target, unset);
        changed |= fresh;
        for (size_t s = 0; !fresh && s < unset.size(); ++s)
          if (at->second[s] && !unset[s]) {
            at->second[s] = false;
            changed = true;
          }
      }
    }
  }
}

// What is live before the block, given what is live behind it; `mark`: also which values that needs.
Side::SlotSet Side::live_through(BlockId block, SlotSet live, bool mark) {
  const ir::Block& b = function_.blocks[block];
  const ir::Terminator& t = b.terminator;
  std::vector<bool>& wanted = needed_;
  if (mark)
    for (const ValueId v : t.operands) wanted[v] = true;
  if (t.op == Op::ret) {
    for (const verify::BoundaryValue& r : own_->results)
      if (const Slot s = slot_of(*machine_, place_of(r, which_)); s != assembly::kNoSlot) live[s] = true;
    if (const Slot s = result_address(); s != assembly::kNoSlot) live[s] = true;
    for (const std::vector<Slot>* slots : {&machine_->callee_saved, &machine_->callee_saved_low_half})
      for (const Slot s : *slots) live[s] = true;
    use_reserved(live);
  }
  if (t.op == Op::tail_call) {
    use_call(t.index, live);
    use_reserved(live);
    for (const std::vector<Slot>* slots : {&machine_->callee_saved, &machine_->callee_saved_low_half})
      for (const Slot s : *slots) live[s] = true;
  }
  for (auto at = b.instructions.rbegin(); at != b.instructions.rend(); ++at) {
    const ir::Instruction& i = function_[*at];
    bool wants = false;
    if (i.op == Op::set_slot) {
      wants = live[i.index];
      live[i.index] = false;
    } else if (i.op == Op::get_slot) {
      if (needed_[*at] || !mark) live[i.index] = true;
    } else if (i.op == Op::call) {
      use_call(i.index, live);
      wants = true;
    } else {
      const ir::Effects effects = info(i.op).effects;
      wants = needed_[*at] || (effects != ir::Effects::Pure && effects != ir::Effects::Undef);
    }
    if (!mark || !wants) continue;
    needed_[*at] = true;
    for (const ValueId v : i.operands) needed_[v] = true;
  }
  return live;
}

// Slots by fixed point over the blocks, where a read counts only if its value is needed; what is needed in turn depends
// on what is live, so both grow together from nothing.
void Side::find_live() {
  const size_t slots = this->slots();
  live_in_.assign(function_.blocks.size(), SlotSet(slots));
  needed_.assign(function_.values.size(), false);
  std::vector<BlockId> order = ir::reverse_post_order(function_);
  for (bool changed = true; changed;) {
    changed = false;
    for (auto at = order.rbegin(); at != order.rend(); ++at) {
      SlotSet live(slots);
      for (const ir::Edge& edge : function_.blocks[*at].terminator.edges)
        for (size_t s = 0; s < slots; ++s)
          if (live_in_[edge.target][s]) live[s] = true;
      live = live_through(*at, std::move(live), true);
      if (live == live_in_[*at]) continue;
      live_in_[*at] = std::move(live);
      changed = true;
    }
  }
}

}  // namespace portolan::prove
