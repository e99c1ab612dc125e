#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "ir/cfg.h"
#include "verify/leak/engine.h"
#include "verify/leak/transfer.h"

namespace portolan::leak {
namespace {

using ir::Effects;
using ir::Instruction;
using ir::Op;
using ir::ValueId;

// A loop's counter is followed value by value for so many turns, then its range is given up.
constexpr uint32_t kTurns = 150;

}  // namespace

Activation::Activation(Engine& engine, const Code& code)
    : engine_(engine),
      code_(code),
      f_(code.function),
      values_(f_.values.size()),
      canonical_(f_.values.size()),
      blocks_(f_.blocks.size()) {}

std::optional<State> Activation::run(const State& entry) {
  blocks_[0].state = entry;
  // Inner loops settle before what comes after them.
  const std::vector<ir::BlockId> order = ir::reverse_post_order(f_);
  blocks_[0].waiting = true;
  for (bool any = true; any && !engine_.failed();) {
    any = false;
    for (const ir::BlockId block : order) {
      if (!blocks_[block].waiting) continue;
      blocks_[block].waiting = false;
      any = true;
      run_block(block, *blocks_[block].state);
      if (engine_.failed()) break;
    }
  }
  return std::move(result_);
}

void Activation::flow(ir::BlockId to, State state) {
  Incoming& in = blocks_[to];
  if (!in.state) {
    in.state = std::move(state);
    in.waiting = true;
    return;
  }
  const bool widen = ++in.joins > kTurns;
  bool changed = false;
  for (size_t s = 0; s < state.slots.size(); ++s) {
    const Value joined = join(in.state->slots[s], state.slots[s], widen);
    changed |= !(joined == in.state->slots[s]);
    in.state->slots[s] = joined;
  }
  changed |= in.state->memory.join(state.memory, widen);
  in.waiting |= changed;
}

void Activation::leave(State state) {
  if (!result_) {
    result_ = std::move(state);
    return;
  }
  for (size_t s = 0; s < state.slots.size(); ++s) result_->slots[s] = join(result_->slots[s], state.slots[s]);
  result_->memory.join(state.memory, false);
}

// An instruction reads what its line reads: the registers it names, and what it loads.
void Activation::begin_line(const State& state, ir::BlockId block, size_t at, uint32_t line) {
  end_line();
  line_ = line;
  const std::vector<ValueId>& all = f_.blocks[block].instructions;
  for (; at < all.size() && f_[all[at]].line == line; ++at)
    if (const Instruction& i = f_[all[at]]; i.op == Op::get_slot) note_read(state.slots[i.index]);
}

void Activation::end_line() {
  const bool secret = line_secret_;
  line_secret_ = false;
  if (!secret || line_ == kNoLine) return;
  const auto latency = engine_.latencies().find(line_);
  if (latency == engine_.latencies().end() || latency->second.latency == Latency::constant) return;
  engine_.find(latency->second.latency == Latency::variable ? Finding::Kind::operand : Finding::Kind::unlisted, code_,
               line_, latency->second.mnemonic);
}

void Activation::touch(const Instruction& i, const Value& address) {
  if (address.secret != 0) engine_.find(Finding::Kind::address, code_, i.line, std::string(ir::info(i.op).name));
}

Value Activation::leaf(State& state, const Instruction& i) {
  switch (i.op) {
    case Op::get_slot:
      return state.slots[i.index];
    case Op::undef:
      // What a processor leaves there it may take from the operands.
      return {line_secret_ ? all_bytes(i.width) : 0, 0, {}};
    case Op::symbol_address: {
      const ir::SymbolRef& symbol = f_.symbols[i.index];
      const bool constant = symbol.kind == ir::AddressKind::got || engine_.is_constant_data(symbol.name);
      return {0, base_bit(constant ? kConstants : kGlobals), {}};
    }
    default:
      return {0, base_bit(kForeign), {}};
  }
}

// Reads of the same thing within a block are one value: `xor eax, eax` depends on nothing.
void Activation::remember(ValueId v) {
  const Instruction& i = f_[v];
  canonical_[v] = v;
  if (i.op == Op::get_slot) {
    if (in_slot_[i.index] == ir::kNoValue) in_slot_[i.index] = v;
    canonical_[v] = in_slot_[i.index];
  } else if ((i.op == Op::extract || i.op == Op::zext || i.op == Op::sext) && i.lanes == 1) {
    // The low part of what was extended is what it was before.
    const Instruction& from = f_[same_as(i.operands[0])];
    if (i.op == Op::extract && i.index == 0 && (from.op == Op::zext || from.op == Op::sext) && from.lanes == 1 &&
        f_.width(from.operands[0]) == i.width) {
      canonical_[v] = same_as(from.operands[0]);
      return;
    }
    canonical_[v] = parts_.emplace(std::tuple(i.op, i.index, i.width, same_as(i.operands[0])), v).first->second;
  }
}

bool Activation::instruction(State& state, ValueId v) {
  const Instruction& i = f_[v];
  auto operand = [&](unsigned n) -> const Value& { return values_[i.operands[n]]; };
  auto access = [&](ValueId address) {
    const Value& a = values_[address];
    return a.bases == base_bit(kFrame) && a.range && a.range->is_single() ? std::optional(a.range->low) : std::nullopt;
  };
  auto load = [&](uint32_t width) {
    touch(i, operand(0));
    const Value value = state.memory.load(engine_.rules(), operand(0), width);
    note_read(value);
    values_[v] = value;
  };
  auto store = [&](const Value& value, uint32_t width, ValueId from) {
    touch(i, operand(0));
    state.memory.store(operand(0), value, width);
    in_frame_.clear();
    if (const auto at = access(i.operands[0]); at && from != ir::kNoValue) in_frame_[{*at, width}] = from;
  };
  remember(v);
  switch (i.op) {
    case Op::set_slot:
      state.slots[i.index] = operand(0);
      in_slot_[i.index] = same_as(i.operands[0]);
      return true;
    case Op::load: {
      load(i.width);
      if (const auto at = access(i.operands[0])) {
        const auto known = in_frame_.emplace(std::pair(*at, i.width), v).first;
        canonical_[v] = known->second;
      }
      return true;
    }
    case Op::store:
      store(operand(1), f_.width(i.operands[1]), same_as(i.operands[1]));
      return true;
    case Op::atomic_rmw:
      load(i.width);
      store(smashed(join(values_[v], operand(1)), i.width), i.width, ir::kNoValue);
      return true;
    case Op::atomic_cas: {
      load(i.width);
      Value stored = smashed(join(values_[v], operand(2)), i.width);
      if (operand(1).secret != 0) stored.secret = all_bytes(i.width);
      store(stored, i.width, ir::kNoValue);
      return true;
    }
    case Op::memory_copy:
    case Op::memory_set: {
      touch(i, operand(0));
      touch(i, operand(2));
      Value stored = operand(1);
      if (i.op == Op::memory_copy) {
        touch(i, operand(1));
        stored = state.memory.load_anywhere(engine_.rules(), objects_of(operand(1)));
        note_read(stored);
      }
      state.memory.store_anywhere(objects_of(operand(0)), stored);
      in_frame_.clear();
      return true;
    }
    case Op::fence:
      return true;
    case Op::trap_if:
      if (operand(0).secret != 0) engine_.find(Finding::Kind::branch, code_, i.line, "trap");
      refine(state, i.operands[0], false);
      return true;
    case Op::call: {
      std::optional<State> after = engine_.call(code_, f_.calls[i.index], i.line, std::move(state), false);
      if (!after) return false;
      state = std::move(*after);
      std::fill(in_slot_.begin(), in_slot_.end(), ir::kNoValue);
      in_frame_.clear();
      return true;
    }
    default:
      break;
  }
  if (i.op == Op::get_slot || i.op == Op::undef || (i.operands.empty() && i.op != Op::constant)) {
    values_[v] = leaf(state, i);
    return true;
  }
  const Effects effects = ir::info(i.op).effects;
  if (effects != Effects::Pure) {
    engine_.fail("unsupported", fmt::format("'{}' in line {} has no rule here", ir::info(i.op).name, i.line));
    return false;
  }
  if ((i.op == Op::bit_xor || i.op == Op::sub) && same_as(i.operands[0]) == same_as(i.operands[1])) {
    values_[v] = i.width <= 64 ? number(0) : Value{};
    return true;
  }
  std::vector<Value> operands;
  for (const ValueId o : i.operands) operands.push_back(values_[o]);
  values_[v] = transfer(f_, i, operands);
  return true;
}

void Activation::run_block(ir::BlockId block, State state) {
  in_slot_.assign(engine_.machine().slots.size(), ir::kNoValue);
  in_frame_.clear();
  parts_.clear();
  line_ = kNoLine;
  line_secret_ = false;
  // A constant may stand in any block before: its value is the same everywhere.
  const std::vector<ValueId>& all = f_.blocks[block].instructions;
  for (size_t n = 0; n < all.size(); ++n) {
    const Instruction& i = f_[all[n]];
    if (!engine_.step()) return;
    if (i.line != line_) begin_line(state, block, n, i.line);
    if (!instruction(state, all[n])) return end_line();
  }
  end_line();
  terminator(block, std::move(state));
}

void Activation::terminator(ir::BlockId block, State state) {
  const ir::Terminator& t = f_.blocks[block].terminator;
  const uint32_t line = t.line != 0 ? t.line : line_;
  const bool secret = !t.operands.empty() && values_[t.operands[0]].secret != 0;
  switch (t.op) {
    case Op::jump:
      return flow(t.edges[0].target, std::move(state));
    case Op::branch: {
      if (secret) engine_.find(Finding::Kind::branch, code_, line, "branch");
      State other = state;
      refine(other, t.operands[0], false);
      flow(t.edges[1].target, std::move(other));
      refine(state, t.operands[0], true);
      return flow(t.edges[0].target, std::move(state));
    }
    case Op::jump_indirect: {
      if (secret) engine_.find(Finding::Kind::branch, code_, line, "jump through a table");
      // The frontend offers every label that stands in data; a function's address there could be meant as well.
      const Bases from = values_[t.operands[0]].bases;
      const bool table =
          (from & base_bit(kConstants)) != 0 && (from & ~(base_bit(kConstants) | base_bit(kForeign))) == 0;
      if (t.edges.empty() || !table || engine_.functions_in_data())
        return engine_.fail("indirect-control", fmt::format("where the jump in line {} goes is not known", line));
      for (const ir::Edge& edge : t.edges) flow(edge.target, state);
      return;
    }
    case Op::tail_call: {
      std::optional<State> after = engine_.call(code_, f_.calls[t.index], line, std::move(state), true);
      if (after) leave(std::move(*after));
      return;
    }
    case Op::ret:
      return leave(std::move(state));
    case Op::trap:
      return;
    default:
      engine_.fail("unsupported", fmt::format("'{}' ends a block", ir::info(t.op).name));
  }
}

}  // namespace portolan::leak
