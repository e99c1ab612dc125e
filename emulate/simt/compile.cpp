// From a function's IR to micro-operations: values get places, registers are read and written where they are.
#include "emulate/simt/compile.h"

#include <algorithm>

#include "emulate/simt/steps.h"

namespace portolan::simt {

using ir::BlockId;
using ir::Instruction;
using ir::Op;
using ir::ValueId;

Lowering::Lowering(const Program& program, const Code& code, bool keep_slots, uint8_t register_byte)
    : program_(program),
      f_(*code.function),
      needs_(f_, code.slot_widths.size(), keep_slots),
      result_(std::make_unique<Compiled>()),
      place_(f_.values.size(), kNoPlace) {
  result_->code = &code;
  std::vector<bool> used(code.slot_widths.size(), keep_slots);
  for (const Instruction& inst : f_.values)
    if (inst.op == Op::get_slot || inst.op == Op::set_slot) used[inst.index] = true;
  for (size_t s = 0; s < used.size(); ++s) {
    const uint32_t width = code.slot_widths[s];
    result_->slots.push_back(used[s] ? fresh(width) : kNoPlace);
    if (!used[s]) continue;
    const ir::APInt byte = width < 8 ? ir::APInt(width, 0) : ir::APInt::getSplat(width, ir::APInt(8, register_byte));
    put_value(&result_->initial[result_->slots[s]], byte);
  }
}

uint32_t Lowering::fresh(uint32_t width) {
  const uint32_t at = static_cast<uint32_t>(result_->initial.size());
  result_->initial.resize(at + std::max(1u, words_of(width)));
  return at;
}

uint32_t Lowering::place_of_constant(const ir::APInt& value) {
  std::vector<uint64_t> key(value.getRawData(), value.getRawData() + value.getNumWords());
  const auto [found, is_new] = constants_.try_emplace(std::move(key), 0);
  if (is_new) {
    found->second = fresh(value.getBitWidth());
    put_value(&result_->initial[found->second], value);
  }
  return found->second;
}

// Where an operand stands. What other blocks use has one place for good, which the first to ask makes.
uint32_t Lowering::place_of(ValueId v) {
  v = needs_.same(v);
  if (place_[v] == kNoPlace)
    place_[v] = f_[v].op == Op::constant ? place_of_constant(f_.constants[f_[v].index]) : fresh(f_.width(v));
  return place_[v];
}

void Lowering::move(uint32_t to, uint32_t from, uint32_t width) {
  for (uint32_t n = 0; n < words_of(width) && to != from; ++n) {
    Micro m;
    m.run = Steps::move_word;
    m.to = to + n, m.a = from + n;
    emit(m);
  }
}

// The block's values in order of their last use, and which registers may be written as soon as their last value is
// known.
void Lowering::plan(BlockId id) {
  const ir::Block& block = f_.blocks[id];
  const uint32_t end = static_cast<uint32_t>(block.instructions.size());
  last_use_.clear(), defined_.clear(), owner_.clear();
  uses_.clear(), guarded_uses_.clear(), temporary_.clear();
  auto use = [&](ValueId v, uint32_t at) {
    uint32_t& last = last_use_[needs_.same(v)];
    ++uses_[needs_.same(v)];
    last = std::max(last, at);
  };
  for (uint32_t at = 0; at < end; ++at) {
    const Instruction& inst = f_[block.instructions[at]];
    defined_[block.instructions[at]] = at;
    if (inst.op == Op::set_slot || inst.op == Op::get_slot || !needs_.needed(block.instructions[at])) continue;
    for (ValueId operand : inst.operands) use(operand, at);
  }
  needs_.for_each_written(id, [&](uint32_t s) { use(needs_.last(id, s), end); });
  for (ValueId v : block.terminator.operands) use(v, end + 1);
  for (const ir::Edge& edge : block.terminator.edges)
    for (ValueId v : edge.arguments) use(v, end + 1);
  // Until when the value that a register held at the block's start is read.
  std::vector<uint32_t> read_until(result_->slots.size(), 0);
  std::vector<bool> reads(result_->slots.size());
  for (ValueId v : block.instructions) {
    if (f_[v].op != Op::get_slot || needs_.same(v) != v || !needs_.needed(v)) continue;
    const auto last = last_use_.find(v);
    read_until[f_[v].index] = std::max(defined_[v], last == last_use_.end() ? 0 : last->second);
    reads[f_[v].index] = true;
  }
  needs_.for_each_written(id, [&](uint32_t s) {
    const ValueId v = needs_.last(id, s);
    const Op op = f_[v].op;
    const auto at = defined_.find(v);
    if (at == defined_.end() || op == Op::constant || op == Op::get_slot || needs_.across(v) || owner_.contains(v))
      return;
    const bool one_word = f_.width(v) <= 64;
    auto may_own = [&](uint32_t position) {
      return !reads[s] || read_until[s] < position || (one_word && read_until[s] == position);
    };
    if (!may_own(at->second)) return;
    owner_[v] = s;
    // What a guarded value replaces lies there too, if nobody else wants it.
    for (ValueId next = v; f_[next].op == Op::select && one_word;) {
      const ValueId old = needs_.same(f_[next].operands[2]);
      const auto before = defined_.find(old);
      if (before == defined_.end() || f_[old].op == Op::constant || f_[old].op == Op::get_slot || needs_.across(old) ||
          owner_.contains(old) || last_use_[old] != defined_[next] || uses_[old] != 1 || !may_own(before->second))
        break;
      owner_[next = old] = s;
    }
  });
}

// A place for what is defined here.
uint32_t Lowering::define(ValueId v) {
  if (const auto owner = owner_.find(v); owner != owner_.end()) return place_[v] = result_->slots[owner->second];
  if (needs_.across(v)) return place_of(v);
  const uint32_t words = std::max(1u, words_of(f_.width(v)));
  std::vector<uint32_t>& free = free_[words];
  temporary_.insert(v);
  if (free.empty()) return place_[v] = fresh(64 * words);
  place_[v] = free.back();
  free.pop_back();
  return place_[v];
}

void Lowering::release(uint32_t at) {
  const auto dying = dying_.find(at);
  if (dying == dying_.end()) return;
  for (ValueId v : dying->second) free_[std::max(1u, words_of(f_.width(v)))].push_back(place_[v]);
}

void Lowering::read_slot(BlockId id, ValueId v) {
  const uint32_t s = f_[v].index, end = static_cast<uint32_t>(f_.blocks[id].instructions.size());
  const bool overwritten = needs_.written(id, s) && needs_.last(id, s) != v;
  if (!needs_.across(v) && (!overwritten || last_use_[v] < end)) {
    place_[v] = result_->slots[s];
    return;
  }
  move(define(v), result_->slots[s], f_.width(v));
  die_later(v);
}

// Its place is free again after its last use, if that place is nobody else's.
void Lowering::die_later(ValueId v) {
  if (needs_.across(v) || owner_.contains(v)) return;
  const auto last = last_use_.find(v);
  dying_[last == last_use_.end() ? defined_[v] : std::max(last->second, defined_[v])].push_back(v);
}

void Lowering::instruction(BlockId id, ValueId v) {
  const Instruction& inst = f_[v];
  if (inst.op == Op::constant || inst.op == Op::set_slot || !needs_.needed(v)) return;
  if (inst.op == Op::get_slot) {
    if (needs_.same(v) == v) read_slot(id, v);
    return;
  }
  if (inst.op == Op::symbol_address)
    if (const auto known = program_.symbols.find(f_.symbols[inst.index].name); known != program_.symbols.end()) {
      place_[v] =
          place_of_constant(ir::APInt(64, known->second + static_cast<uint64_t>(f_.symbols[inst.index].addend)));
      return;
    }
  if (guard(v)) return;
  Micro m = describe(f_, inst);
  const bool many = inst.op == Op::call;
  uint32_t* places[] = {&m.a, &m.b, &m.c};
  if (many) {
    m.a = static_cast<uint32_t>(result_->lists.size()), m.low = static_cast<uint32_t>(inst.operands.size());
    for (ValueId operand : inst.operands) result_->lists.push_back(place_of(operand));
  } else {
    for (size_t n = 0; n < inst.operands.size() && n < 3; ++n) *places[n] = place_of(inst.operands[n]);
  }
  if (inst.width != 0) m.to = define(v), die_later(v);
  m.run = Steps::of(inst.op);
  if (!m.run && ir::info(inst.op).effects == ir::Effects::Pure) {
    const Handlers pure = inst.operands.empty() ? Handlers{Steps::leaf, nullptr} : pure_handler(f_, inst);
    m.run = pure.one, m.wave = pure.wave;
  }
  if (!m.run) m.run = Steps::refuse;
  const bool pure = ir::info(inst.op).effects == ir::Effects::Pure && !inst.operands.empty();
  emit(m, pure && !needs_.across(v) && !owner_.contains(v) ? v : ir::kNoValue);
}

void Lowering::emit(const Micro& m, ValueId pure) {
  result_->micros.push_back(m);
  pure_.push_back(pure);
}

void Lowering::use_guarded(ValueId v) {
  for (ValueId operand : f_[v].operands) ++guarded_uses_[needs_.same(operand)];
}

// All that use it are done only where the bit is 1.
bool Lowering::is_guarded(size_t at) const {
  if (pure_[at] == ir::kNoValue) return false;
  const auto guarded = guarded_uses_.find(pure_[at]);
  return guarded != guarded_uses_.end() && guarded->second == uses_.at(pure_[at]);
}

// A register that gets a new value if a bit is 1 and else keeps its own, as in every vector instruction of AMD's: what
// leads to the new value is skipped where the bit is 0, of many instructions at once.
bool Lowering::guard(ValueId v) {
  const Instruction& inst = f_[v];
  std::vector<Micro>& micros = result_->micros;
  const auto owner = owner_.find(v);
  if (inst.op != Op::select || inst.lanes != 1 || inst.width > 64) return false;
  const ValueId made = needs_.same(inst.operands[1]), old = needs_.same(inst.operands[2]);
  if (pure_.back() != made || uses_.at(made) != 1) return false;
  const uint32_t to = place_of(old), bit = place_of(inst.operands[0]);
  if (bit == to) return false;
  if (owner != owner_.end()) {
    if (to != result_->slots[owner->second]) return false;
  } else {
    // The new value takes the place of the old one if that is of no use any more.
    if (needs_.across(v) || !temporary_.contains(old) || uses_.at(old) != 1) return false;
    std::erase(dying_[defined_[v]], old);
    temporary_.insert(v);
    place_[v] = to;
    die_later(v);
  }
  micros.back().to = place_[v] = to;
  pure_.back() = ir::kNoValue;
  use_guarded(made);
  size_t first = micros.size() - 1;
  bool joined = false;
  for (;;) {
    if (first == guarded_end_ && micros[skip_].a == bit && !joined) {
      joined = true;
      first = skip_;
    }
    if (!is_guarded(first - 1)) break;
    --first;
    use_guarded(pure_[first]);
    if (!joined) continue;
    std::swap(micros[first], micros[first + 1]);
    std::swap(pure_[first], pure_[first + 1]);
  }
  if (!joined) {
    Micro skip;
    skip.run = Steps::skip;
    skip.a = bit;
    micros.insert(micros.begin() + static_cast<ptrdiff_t>(first), skip);
    pure_.insert(pure_.begin() + static_cast<ptrdiff_t>(first), ir::kNoValue);
  }
  skip_ = first, guarded_end_ = micros.size();
  micros[skip_].low = static_cast<uint32_t>(guarded_end_ - skip_);
  return true;
}

// Arguments to parameters. Where one that is written is read later, all are read first.
void Lowering::edge(const ir::Edge& edge) {
  const std::vector<ValueId>& parameters = f_.blocks[edge.target].parameters;
  std::vector<std::pair<ValueId, uint32_t>> moves;  // parameter, from
  for (size_t n = 0; n < parameters.size(); ++n)
    if (needs_.needed(parameters[n])) moves.emplace_back(parameters[n], place_of(edge.arguments[n]));
  bool clash = false;
  for (size_t n = 0; n < moves.size(); ++n)
    for (size_t later = n + 1; later < moves.size(); ++later) clash |= place_of(moves[n].first) == moves[later].second;
  for (auto& [parameter, from] : moves) {
    if (!clash) break;
    const uint32_t aside = fresh(f_.width(parameter));
    move(aside, from, f_.width(parameter));
    from = aside;
  }
  for (const auto& [parameter, from] : moves) move(place_of(parameter), from, f_.width(parameter));
  jumps_.emplace_back(result_->micros.size(), edge.target);
  Micro jump;
  jump.run = Steps::jump;
  emit(jump);
}

// The list: the cases' values, in two words each, then the distances, the last for all other values.
void Lowering::branch_on_cases(const ir::Terminator& t) {
  Micro m;
  m.run = Steps::choose;
  m.a = place_of(t.operands[0]);
  m.from = static_cast<uint16_t>(f_.width(t.operands[0]));
  m.b = static_cast<uint32_t>(result_->lists.size()), m.low = static_cast<uint32_t>(t.cases.size());
  const size_t at = result_->micros.size(), list = m.b;
  emit(m);
  for (uint64_t value : t.cases) {
    result_->lists.push_back(static_cast<uint32_t>(value));
    result_->lists.push_back(static_cast<uint32_t>(value >> 32));
  }
  result_->lists.resize(list + 2 * t.cases.size() + t.edges.size());
  for (size_t n = 0; n < t.edges.size(); ++n) {
    result_->lists[list + 2 * t.cases.size() + n] = static_cast<uint32_t>(result_->micros.size() - at);
    edge(t.edges[n]);
  }
}

void Lowering::terminator(BlockId id) {
  const ir::Terminator& t = f_.blocks[id].terminator;
  Micro m;
  switch (t.op) {
    case Op::jump:
      return edge(t.edges[0]);
    case Op::branch: {
      m.run = Steps::branch;
      m.a = place_of(t.operands[0]);
      const size_t at = result_->micros.size();
      emit(m);
      edge(t.edges[0]);
      result_->micros[at].low = static_cast<uint32_t>(result_->micros.size() - at);
      return edge(t.edges[1]);
    }
    case Op::switch_:
      return branch_on_cases(t);
    case Op::ret:
      m.run = Steps::give_back;
      m.a = static_cast<uint32_t>(result_->lists.size()), m.low = static_cast<uint32_t>(t.operands.size());
      for (ValueId v : t.operands) result_->lists.push_back(place_of(v));
      break;
    default:
      m.run = Steps::stop;
      break;
  }
  m.to = id;  // whose terminator it is
  emit(m);
}

void Lowering::block(BlockId id) {
  const ir::Block& block = f_.blocks[id];
  plan(id);
  dying_.clear();
  Micro begin;
  begin.run = Steps::begin;
  begin.to = id;
  emit(begin);
  for (uint32_t at = 0; at < block.instructions.size(); ++at) {
    instruction(id, block.instructions[at]);
    release(at);
  }
  needs_.for_each_written(id, [&](uint32_t s) {
    const ValueId v = needs_.last(id, s);
    move(result_->slots[s], place_of(v), f_.width(v));
  });
  terminator(id);
  for (uint32_t at : {0u, 1u}) release(static_cast<uint32_t>(block.instructions.size()) + at);
}

std::unique_ptr<Compiled> Lowering::run() {
  std::vector<size_t> starts;
  for (BlockId b = 0; b < f_.blocks.size(); ++b) {
    starts.push_back(result_->micros.size());
    block(b);
  }
  for (const auto& [at, target] : jumps_)
    result_->micros[at].low = static_cast<uint32_t>(static_cast<int32_t>(starts[target]) - static_cast<int32_t>(at));
  for (ValueId v : f_.blocks[0].parameters) result_->parameters.push_back(place_of(v));
  return std::move(result_);
}

std::unique_ptr<Compiled> compile(const Program& program, const Code& code, bool keep_slots, uint8_t register_byte) {
  return Lowering(program, code, keep_slots, register_byte).run();
}

}  // namespace portolan::simt
