#include "translate/sketch/filling/replay.h"

#include <algorithm>

#include "emulate/ir_code.h"
#include "emulate/slot_map.h"
#include "verify/terms/domain.h"

namespace portolan::sketch::filling {

using ir::Op;
using terms::Term;

std::optional<Term> pure_term(terms::Pool& pool, const ir::Function& function, const ir::Instruction& i,
                              std::span<const Term> operands, unsigned& unknown) {
  switch (i.op) {
    case Op::undef:
      return pool.variable("undefined" + std::to_string(++unknown), i.width);
    case Op::symbol_address: {
      const ir::SymbolRef& symbol = function.symbols[i.index];
      return pool.constant(llvm::APInt(64, emulate::address_of_name(symbol.name) + symbol.addend).zextOrTrunc(i.width));
    }
    default:
      break;
  }
  if (ir::info(i.op).effects != ir::Effects::Pure || i.op == Op::thread_pointer) return std::nullopt;
  return terms::evaluate_terms(pool, function, i, operands);
}

Replay::Replay(terms::Pool& pool, Term immediate, const emulate::Image& image, const Recording& recording,
               const std::map<const Site*, Follows>& follows)
    : pool_(pool),
      immediate_(immediate),
      image_(image),
      recording_(recording),
      follows_(follows),
      path_(pool.bit(true)) {
  std::vector<uint8_t> stack;
  const emulate::MachineState state = emulate::entry_state(image, recording.request, stack);
  for (const llvm::APInt& value : emulate::SlotMap(image.isa).slots(state)) slots_.push_back(pool_.constant(value));
  const uint64_t pointer = state.general[emulate::stack_pointer_index(image.isa)];
  for (size_t n = 0; n < stack.size(); ++n) stack_[pointer + n] = stack[n];
}

Term Replay::affine(const Affine& a) {
  const unsigned width = a.factor.getBitWidth();
  const Term v = width <= 64 ? pool_.extract(immediate_, 0, width) : pool_.sext(immediate_, width);
  return pool_.add(pool_.mul(v, pool_.constant(a.factor)), pool_.constant(a.offset));
}

void Replay::require(Term a, Term b) {
  path_ = pool_.bit_and(path_, pool_.eq(a, b));
}

// What memory held at the start, where nothing was written since.
Term Replay::read(const emulate::IrObserver::Access& access) {
  std::vector<Term> parts;
  for (uint64_t at = access.address; at < access.address + access.size; ++at) {
    if (const auto written = bytes_.find(at); written != bytes_.end()) {
      parts.push_back(written->second);
      continue;
    }
    uint8_t byte = recording_.request.fill;
    if (const auto known = stack_.find(at); known != stack_.end()) byte = known->second;
    for (const emulate::Region& region : recording_.request.regions)
      if (at >= region.address && at - region.address < region.bytes.size()) byte = region.bytes[at - region.address];
    for (const emulate::Segment& segment : image_.segments)
      if (at >= segment.address && at - segment.address < segment.memory_size)
        byte = at - segment.address < segment.bytes.size() ? segment.bytes[at - segment.address] : 0;
    parts.push_back(pool_.constant(8, byte));
  }
  return pool_.join(parts);
}

Term Replay::operand(const ir::Function& function, ir::ValueId v, const std::map<ir::ValueId, Affine>* constants) {
  const llvm::APInt* constant = function.constant(v);
  if (constant == nullptr) return values_[v];
  if (constants != nullptr)
    if (const auto follows = constants->find(v); follows != constants->end()) return affine(follows->second);
  return pool_.constant(*constant);
}

bool Replay::step(const TraceStep& step, uint64_t next, const std::map<ir::ValueId, Affine>* constants) {
  const ir::Function& f = *step.function;
  const std::vector<ir::BlockId> blocks = straight_line(f);
  if (blocks.empty()) return false;
  std::vector<ir::ValueId> instructions;
  for (const ir::BlockId b : blocks)
    instructions.insert(instructions.end(), f.blocks[b].instructions.begin(), f.blocks[b].instructions.end());
  values_.assign(f.values.size(), Term());
  size_t access = 0;
  for (const ir::ValueId v : instructions) {
    const ir::Instruction& i = f[v];
    std::vector<Term> operands;
    for (const ir::ValueId o : i.operands) operands.push_back(operand(f, o, constants));
    if (i.op == Op::constant || i.op == Op::trap_if) continue;
    if (i.op == Op::get_slot) {
      values_[v] = slots_[i.index];
    } else if (i.op == Op::set_slot) {
      slots_[i.index] = operands[0];
    } else if (i.op == Op::load || i.op == Op::store) {
      if (access == step.accesses.size()) return false;
      const emulate::IrObserver::Access& a = step.accesses[access++];
      require(operands[0], pool_.constant(64, a.address));
      if (i.op == Op::load)
        values_[v] = read(a);
      else
        for (uint32_t n = 0; n < a.size; ++n) bytes_[a.address + n] = pool_.extract(operands[1], 8 * n, 8);
    } else {
      const std::optional<Term> term = pure_term(pool_, f, i, operands, unknown_);
      if (!term) return false;
      values_[v] = *term;
    }
  }
  const ir::Terminator& t = f.blocks[blocks.back()].terminator;
  if (t.op == Op::branch) {
    const ir::Terminator& taken = f.blocks[t.edges[0].target].terminator;
    const bool first = taken.op == Op::tail_call && emulate::address_of_name(f.calls[taken.index].symbol.name) == next;
    require(operand(f, t.operands[0], constants), pool_.bit(first));
  } else if (t.op == Op::jump_indirect) {
    require(operand(f, t.operands[0], constants), pool_.constant(64, next));
  } else if (t.op != Op::tail_call && t.op != Op::ret) {
    return false;
  }
  // x86-64 keeps the return address on the stack.
  return access == step.accesses.size() || t.op == Op::ret;
}

bool Replay::run() {
  const Site* inside = nullptr;
  size_t number = 0;  // of the step in its variant
  const std::vector<TraceStep>& steps = recording_.steps;
  for (size_t n = 0; n < steps.size(); ++n) {
    const TraceStep& s = steps[n];
    const bool begins = s.site != nullptr && (inside != s.site || s.begins);
    number = begins ? 0 : number + 1;
    inside = s.site;
    const auto follows = s.site == nullptr ? follows_.end() : follows_.find(s.site);
    const std::map<ir::ValueId, Affine>* constants = nullptr;
    if (follows != follows_.end()) {
      for (const auto& [slot, value] : follows->second.loads) slots_[slot] = affine(value);
      if (!follows->second.loads.empty()) continue;
      if (number < follows->second.constants.size()) constants = &follows->second.constants[number];
    }
    const uint64_t next = n + 1 < steps.size() ? steps[n + 1].arrived : 0;
    if (!step(s, next, constants)) return false;
  }
  return true;
}

}  // namespace portolan::sketch::filling
