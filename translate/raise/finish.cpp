// The final form of a raised function: entry values become parameters, calls and returns carry what the signatures say,
// stack arguments stand in the function's own frame, and everything is only as wide as it must be.
#include <algorithm>

#include "ir/address_parts.h"
#include "ir/cfg.h"
#include "translate/raise/passing.h"
#include "translate/raise/unit_raiser.h"
#include "translate/raise/unknown_call.h"

namespace portolan::raise {

using ir::APInt;
using ir::Builder;
using ir::Instruction;
using ir::Op;
using ir::ValueId;

class Finisher : public Rewriter {
 public:
  Finisher(UnitRaiser& raiser, size_t n)
      : Rewriter(raiser.states_[n].f),
        raiser_(raiser),
        n_(n),
        state_(raiser.states_[n]),
        c_(raiser.convention()),
        unknown_calls_(raiser, n) {
    add_parameters();
  }

 private:
  bool rewrite(Builder& b, ValueId v) override;
  void rewrite_terminator(Builder& b, ir::Terminator& t) override;
  void add_parameters();
  void fill_stack_arguments(Builder& b);
  ValueId entry_value(Builder& b, uint32_t slot, uint32_t width);
  void call_known(Builder& b, ValueId v, size_t callee);
  void call_unknown(Builder& b, ValueId v);
  void finish_call(Builder& b, ValueId v, Instruction typed, Signature signature, const std::vector<unsigned>& results);
  ValueId extend(Builder& b, ValueId v, const Passed& p, uint32_t width) const {
    return extended(b, v, p, width, raiser_.unit().isa);
  }

  UnitRaiser& raiser_;
  size_t n_;
  FunctionState& state_;
  const Convention& c_;
  std::vector<ValueId> parameters_;
  UnknownCalls unknown_calls_;
  bool stack_filled_ = false;
};

void Finisher::add_parameters() {
  for (const Passed& p : state_.signature.parameters) parameters_.push_back(f_.add_parameter(0, p.bits));
}

ValueId Finisher::entry_value(Builder& b, uint32_t slot, uint32_t width) {
  const std::vector<uint32_t>& reads = c_.slots().call_reads;
  size_t position = std::find(reads.begin(), reads.end(), slot) - reads.begin();
  for (size_t p = 0; p < parameters_.size(); ++p)
    if (state_.parameter_positions[p] == position)
      return extend(b, parameters_[p], state_.signature.parameters[p], width);
  return b.undef(width);
}

void Finisher::fill_stack_arguments(Builder& b) {
  auto address = [&](int64_t offset) {
    Instruction i;
    i.op = Op::frame_address;
    i.width = 64;
    i.offset = offset;
    return b.emit(std::move(i));
  };
  for (size_t p = 0; p < parameters_.size(); ++p) {
    unsigned position = state_.parameter_positions[p];
    if (position == kStackAddress)
      for (uint32_t at = 0, size = 16; at < state_.copied_stack_bytes; at += size) {
        if (at + size > state_.copied_stack_bytes) size = 8;
        b.store(address(at), b.load(b.add(parameters_[p], b.constant(64, at)), size * 8));
      }
    else if (position >= kStackSlot)
      b.store(address((position - kStackSlot) * 8), extend(b, parameters_[p], state_.signature.parameters[p], 64));
  }
}

void Finisher::finish_call(Builder& b, ValueId v, Instruction typed, Signature signature,
                           const std::vector<unsigned>& results) {
  typed.width = 0;
  for (const Passed& p : signature.results) typed.width += p.bits;
  signature.fixed = static_cast<uint32_t>(signature.parameters.size());
  std::vector<Passed> passed = signature.results;
  ir::CallTarget target = f_.calls[f_[v].index];
  target.signature = raiser_.add_signature(std::move(signature));
  f_.calls.push_back(std::move(target));
  typed.index = static_cast<uint32_t>(f_.calls.size() - 1);
  ValueId made = b.emit(std::move(typed));
  ValueId all = ir::kNoValue;
  for (unsigned r = 0; r < c_.results(); ++r) {
    ValueId value = ir::kNoValue;
    uint32_t low = 0;
    for (size_t k = 0; k < results.size(); low += passed[k].bits, ++k)
      if (results[k] == r) value = extend(b, b.extract(made, low, passed[k].bits), passed[k], c_.result_width(r));
    if (value == ir::kNoValue) value = b.undef(c_.result_width(r));
    all = all == ir::kNoValue ? value : b.concat(value, all);
  }
  replace(v, all);
}

void Finisher::call_known(Builder& b, ValueId v, size_t callee) {
  const FunctionState& target = raiser_.states_[callee];
  Instruction call = f_[v];
  Instruction typed;
  typed.op = Op::call;
  ValueId sp = call.operands[c_.stack_pointer()];
  for (size_t p = 0; p < target.signature.parameters.size(); ++p) {
    unsigned position = target.parameter_positions[p];
    uint32_t bits = target.signature.parameters[p].bits;
    if (position == kStackAddress)
      typed.operands.push_back(sp);
    else if (position >= kStackSlot)
      typed.operands.push_back(b.truncate(b.load(b.add(sp, b.constant(64, (position - kStackSlot) * 8)), 64), bits));
    else {
      ValueId operand = call.operands[position];
      typed.operands.push_back(b.width(operand) >= bits ? b.truncate(operand, bits) : b.zext(operand, bits));
    }
  }
  finish_call(b, v, std::move(typed), target.signature, target.result_positions);
}

void Finisher::call_unknown(Builder& b, ValueId v) {
  UnknownCalls::Typed typed = unknown_calls_.typed(b, v);
  finish_call(b, v, std::move(typed.call), std::move(typed.signature), typed.results);
}

bool Finisher::rewrite(Builder& b, ValueId v) {
  if (b.block() == 0 && !stack_filled_) {
    stack_filled_ = true;
    fill_stack_arguments(b);
  }
  const Instruction& i = f_[v];
  if (i.op == Op::get_slot) {
    replace(v, entry_value(b, i.index, i.width));
    return true;
  }
  if (i.op != Op::call) return false;
  const ir::CallTarget& target = f_.calls[i.index];
  if (target.signature != UINT32_MAX) return false;
  std::optional<size_t> callee = target.indirect ? std::nullopt : raiser_.function_named(target.symbol.name);
  if (callee && raiser_.states_[*callee].lifted)
    call_known(b, v, *callee);
  else
    call_unknown(b, v);
  return true;
}

void Finisher::rewrite_terminator(Builder& b, ir::Terminator& t) {
  if (b.block() == 0 && !stack_filled_) {
    stack_filled_ = true;
    fill_stack_arguments(b);
  }
  if (t.op != Op::ret) return;
  llvm::SmallVector<ValueId, 2> results;
  for (size_t r = 0; r < state_.result_positions.size(); ++r)
    results.push_back(b.zext_or_truncate(t.operands[state_.result_positions[r]], state_.signature.results[r].bits));
  t.operands.assign(results.begin(), results.end());
}

namespace {

// Demand within a finished function: everything that calls and returns mention.
ir::Demand typed_demand(const ir::Function& f) {
  ir::Demand demand(f);
  demand.require_effects();
  for (ir::BlockId block : ir::reverse_post_order(f)) {
    for (ValueId v : f.blocks[block].instructions)
      if (f[v].op == Op::call)
        for (ValueId operand : f[v].operands) demand.require_all(operand);
    for (ValueId v : f.blocks[block].terminator.operands) demand.require_all(v);
  }
  demand.run([](ValueId) {});
  return demand;
}

}  // namespace

// Halves of an address that folding did not bring together (one went through memory, say) still only ever meet each
// other, so any split will do: all of the address in the high half, the addend in the low one.
// Addresses of labels inside functions become the numbers that raised code jumps by.
class SplitAddresses : public Rewriter {
 public:
  SplitAddresses(ir::Function& f, const assembly::CodeIndex& index) : Rewriter(f), index_(index) {
    for (const ir::Block& block : f.blocks)
      for (ValueId v : block.instructions)
        if (f[v].op == Op::symbol_address) parts_.push_back(f.symbols[f[v].index]);
  }
  bool any() const { return any_; }

 private:
  bool rewrite(Builder& b, ValueId v) override {
    if (f_[v].op != Op::symbol_address) return false;
    ir::SymbolRef ref = f_.symbols[f_[v].index];
    bool plain = ref.kind == ir::AddressKind::address || ref.kind == ir::AddressKind::tls_offset;
    if (plain)
      if (std::optional<uint64_t> number = code_number(ref)) {
        replace(v, b.constant(64, *number));
        return true;
      }
    if (ref.part == ir::AddressPart::whole || !plain || !fits_all(ref)) return false;
    any_ = true;
    if (ref.part == ir::AddressPart::low) {
      replace(v, b.signed_constant(64, ref.addend));
    } else {
      ref.part = ir::AddressPart::whole;
      ref.addend = 0;
      replace(v, b.symbol_address(ref));
    }
    return true;
  }
  // Whichever other half of the symbol it may meet, the low one's addend is the address's.
  bool fits_all(const ir::SymbolRef& ref) const {
    return std::all_of(parts_.begin(), parts_.end(), [&](const ir::SymbolRef& other) {
      if (other.name != ref.name || other.part == ref.part || other.part == ir::AddressPart::whole) return true;
      const ir::SymbolRef& low = ref.part == ir::AddressPart::low ? ref : other;
      std::optional<ir::SymbolRef> joined = ir::join_parts(&low == &ref ? other : ref, low);
      return joined && joined->addend == low.addend;
    });
  }
  std::optional<uint64_t> code_number(const ir::SymbolRef& ref) const {
    const assembly::Unit& unit = index_.unit();
    auto at = unit.symbol_by_name.find(ref.name);
    if (at == unit.symbol_by_name.end()) return std::nullopt;
    auto place = index_.place_of(at->second, ref.addend);
    if (!place || index_.function_entries().contains(*place)) return std::nullopt;
    return assembly::code_address(place->section, unit.sections[place->section].instructions[place->index].offset);
  }

  const assembly::CodeIndex& index_;
  std::vector<ir::SymbolRef> parts_;
  bool any_ = false;
};

void UnitRaiser::check_addresses(size_t n) {
  const ir::Function& f = states_[n].f;
  for (ir::BlockId block : ir::reverse_post_order(f))
    for (ValueId v : f.blocks[block].instructions) {
      if (f[v].op != Op::symbol_address) continue;
      const ir::SymbolRef& ref = f.symbols[f[v].index];
      if (ref.part != ir::AddressPart::whole)
        refuse(n, f[v].line, "half of the address of '" + ref.name + "' is used on its own");
      else if (ref.kind == ir::AddressKind::got || ref.kind == ir::AddressKind::tls_got ||
               ref.kind == ir::AddressKind::tls_index)
        refuse(n, f[v].line, "the address of the linker's slot for '" + ref.name + "' is used other than to load it");
    }
}

// Callers outside pass structures, and take them, where their own convention has them. What the code reads on the stack
// while registers are left, or as memory, may be one.
bool UnitRaiser::needs_prototype(const FunctionState& state) const {
  if (!state.exported || state.prototype || state.outside) return false;
  if (state.takes_stack_address || state.result_in_memory || state.own_results) return true;
  bool registers_left = false;
  for (unsigned a = 0; a < convention_.integer_arguments(); ++a)
    registers_left |= state.operand_demand[convention_.integer_argument(a)].isZero();
  return state.stack_bytes != 0 && registers_left;
}

// The entry block keeps its parameters: they are the function's.
void UnitRaiser::finish(size_t n) {
  FunctionState& state = states_[n];
  RaisedFunction& out = result_.functions[n];
  if (!state.lifted) return;
  out.inferred = !state.prototype && !state.outside;
  out.hands_on_va_list = state.hands_on_va_list;
  if (out.inferred)
    assume(n, state.exported ? "its signature is inferred: callers outside use at most one integer and one "
                               "floating-point result"
                             : "its signature is inferred");
  out.local_only = needs_prototype(state);
  if (out.local_only) assume(n, "it is called from within this file only: its symbol is not exported");
  if (state.takes_stack_address && state.address_taken && calls_by_pointer_ && !state.outside)
    refuse(n, line_of(n), "it walks through its stack arguments and may be called by pointer");
  if (state.exported && !state.prototype && unit().isa == Isa::riscv64 && !state.signature.parameters.empty())
    assume(n, "callers outside extend 32-bit integers to 64 bits as RISC-V's convention has it");
  out.signature = add_signature(state.signature);
  if (state.outside && state.outside->structures) {
    make_structure_entry(n);
  } else if (state.outside) {
    choose_variadic_kind(n);
    result_.runtime.insert(state.outside->va_list ? abi::RuntimeFunction::va_unpack : abi::RuntimeFunction::va_gather);
    out.outside = state.outside;
  }
  out.parameter_positions = state.parameter_positions;
  out.result_positions = state.result_positions;
  Finisher(*this, n).run();
  state.f = ir::simplify(std::move(state.f));
  SplitAddresses split(state.f, index_);
  split.run();
  if (split.any()) assume(n, "the halves of an address are only put together again");
  for (int round = 0; round < 2; ++round) {
    size_t values = state.f.values.size();
    state.f = ir::narrow(state.f, typed_demand(state.f));
    if (round != 0 && state.f.values.size() == values) break;  // whatever is narrowed leaves a new value
    state.f = ir::simplify(std::move(state.f));
  }
  check_addresses(n);
  out.frame_low = state.frame_low;
  out.frame_high = (state.stack_bytes + 7) / 8 * 8;
  if (state.takes_stack_address) out.frame_high = std::max<int64_t>(out.frame_high, state.copied_stack_bytes);
  for (const Instruction& i : state.f.values)
    if (i.op == Op::frame_address) out.frame_low = std::min(out.frame_low, i.offset);
  out.function = std::move(state.f);
  out.ok = out.refusals.empty();
}

}  // namespace portolan::raise
