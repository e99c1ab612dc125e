#include "frontends/asm/lift.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <set>

namespace portolan::assembly {

using ir::AddressKind;
using ir::AddressPart;
using ir::BlockId;
using ir::Op;

Lifted Lifter::lift(LiftContext& context) const {
  const Row* row = rows().find(context.inst().getOpcode());
  if (!row) return Lifted::refused("");
  if (!row->lift) return Lifted::refused(std::string(row->note));
  return row->lift(context);
}

std::optional<ir::SymbolRef> LiftContext::symbol(unsigned operand) const {
  const SymbolicValue* value = instruction_->symbolic_operand(operand);
  if (!value || value->symbol == kNoSymbol) return std::nullopt;
  ir::SymbolRef ref{unit_.symbols[value->symbol].name, value->addend};
  switch (value->reference) {
    case Reference::none:
    case Reference::address:
      break;
    case Reference::address_high:
      ref.part = AddressPart::high;
      break;
    case Reference::address_low:
      ref.part = AddressPart::low;
      break;
    case Reference::got:
      ref.kind = AddressKind::got;
      break;
    case Reference::got_high:
      ref.kind = AddressKind::got, ref.part = AddressPart::high;
      break;
    case Reference::got_low:
      ref.kind = AddressKind::got, ref.part = AddressPart::low;
      break;
    case Reference::tls_offset:
      ref.kind = AddressKind::tls_offset;
      break;
    case Reference::tls_offset_high:
      ref.kind = AddressKind::tls_offset, ref.part = AddressPart::high;
      break;
    case Reference::tls_offset_low:
      ref.kind = AddressKind::tls_offset, ref.part = AddressPart::low;
      break;
    case Reference::tls_offset_add:
      return std::nullopt;
    case Reference::tls_got:
      ref.kind = AddressKind::tls_got;
      break;
    case Reference::tls_got_high:
      ref.kind = AddressKind::tls_got, ref.part = AddressPart::high;
      break;
    case Reference::tls_got_low:
      ref.kind = AddressKind::tls_got, ref.part = AddressPart::low;
      break;
    case Reference::tls_index:
      ref.kind = AddressKind::tls_index;
      break;
    case Reference::tls_index_low:
      ref.kind = AddressKind::tls_index, ref.part = AddressPart::low;
      break;
    case Reference::tls_descriptor:
      ref.kind = AddressKind::tls_index;
      break;
  }
  return ref;
}

void LiftContext::jump(unsigned target_operand) {
  ending_ = {Op::jump, ir::kNoValue, *instruction_->symbolic_operand(target_operand), {}};
}

void LiftContext::branch_if(ir::ValueId bit, unsigned target_operand) {
  ending_ = {Op::branch, bit, *instruction_->symbolic_operand(target_operand), {}};
}

void LiftContext::jump_indirect(ir::ValueId address) {
  ending_ = {Op::jump_indirect, address, {}, {}};
}
void LiftContext::ret() {
  ending_ = {Op::ret, ir::kNoValue, {}, {}};
}
void LiftContext::trap(ir::TrapKind kind) {
  ending_ = {Op::trap, ir::kNoValue, {}, kind};
}

void LiftContext::call(unsigned target_operand) {
  if (std::optional<ir::SymbolRef> target = symbol(target_operand)) b.call(*target);
}

CodeIndex::CodeIndex(const Unit& unit) : unit_(unit) {
  for (SymbolId id : unit.functions())
    if (auto place = place_of(id, 0)) function_entries_.emplace(*place, id);
  for (SymbolId id = 0; id < unit.symbols.size(); ++id)
    if (unit.symbols[id].kind != SymbolKind::section)
      if (auto place = place_of(id, 0)) labels_.emplace(*place, id);
  for (const Section& section : unit.sections)
    for (const Instruction& instruction : section.instructions)
      for (const Instruction::SymbolicOperand& s : instruction.symbolic) note_reference(s.value);
  for (SectionId id = 0; id < unit.sections.size(); ++id) {
    if (!unit.sections[id].allocated) continue;
    for (const Fixup& fixup : unit.sections[id].fixups)
      if (auto place = place_of(fixup.value.symbol, fixup.value.addend + table_of(id, fixup))) in_data_.insert(*place);
  }
}

void CodeIndex::note_reference(const SymbolicValue& value) {
  if (value.symbol == kNoSymbol || value.minus != kNoSymbol) return;
  const Symbol& symbol = unit_.symbols[value.symbol];
  if (symbol.section < unit_.sections.size() && !unit_.sections[symbol.section].executable)
    referenced_[symbol.section].insert(symbol.offset + value.addend);
}

// An object's entry that is relative to its own place, with the start of its section as `minus`, is meant relative to
// the start of its table: the last place before it that an instruction names.
int64_t CodeIndex::table_of(SectionId section, const Fixup& fixup) const {
  if (!unit_.from_object || fixup.value.minus == kNoSymbol) return 0;
  const Symbol& minus = unit_.symbols[fixup.value.minus];
  auto offsets = referenced_.find(section);
  if (minus.section != section || minus.kind != SymbolKind::section || offsets == referenced_.end()) return 0;
  auto after = offsets->second.upper_bound(fixup.offset);
  return after == offsets->second.begin() ? 0 : static_cast<int64_t>(*std::prev(after));
}

uint64_t CodeIndex::next_reference(SectionId section, uint64_t offset) const {
  uint64_t end = unit_.sections[section].size;
  auto offsets = referenced_.find(section);
  if (offsets == referenced_.end()) return end;
  auto after = offsets->second.upper_bound(offset);
  return after == offsets->second.end() ? end : std::min(end, *after);
}

std::optional<Place> CodeIndex::place_of(SymbolId id, int64_t addend) const {
  if (id == kNoSymbol) return std::nullopt;
  const Symbol& symbol = unit_.symbols[id];
  if (symbol.section >= unit_.sections.size() || !unit_.sections[symbol.section].executable) return std::nullopt;
  auto index = unit_.sections[symbol.section].instruction_at(symbol.offset + addend);
  if (!index) return std::nullopt;
  return Place{symbol.section, *index};
}

std::string_view CodeIndex::label(Place place) const {
  auto at = labels_.find(place);
  return at == labels_.end() ? std::string_view() : std::string_view(unit_.symbols[at->second].name);
}

// Lifts one function. Places in the code are (section, instruction index); every place that control can reach other
// than by falling through starts a block.
class FunctionLifting {
 public:
  FunctionLifting(const CodeIndex& index, const Lifter& lifter, SymbolId entry)
      : index_(index), unit_(index.unit()), entry_(entry), lifter_(lifter), target_(McTarget::get(unit_.isa)) {}

  LiftResult run();

 private:
  struct Destination {
    enum { block, function, nowhere } kind = nowhere;
    Place place{};
    ir::SymbolRef symbol;
  };

  void discover();
  void discover_from(Place place);
  std::optional<Place> place_of(const SymbolicValue& value) const;
  Destination destination(const SymbolicValue& target) const;
  // Blocks that data tables or address-taking instructions of this function may jump to.
  void discover_indirect_targets();
  void guess_indirect_targets(const std::function<bool(Place)>& within);
  void lift_block(Place start, BlockId block);
  void end_block(LiftContext& context, Place place);
  ir::Edge edge_to(Place place) { return {block_at(place), {}}; }
  ir::Edge edge_to_tail_call(const ir::SymbolRef& symbol);
  ir::Edge edge(const SymbolicValue& target);
  BlockId block_at(Place place);
  bool entry_of_other_function(Place place) const;
  void fall_through(LiftContext& context, Place next);
  bool is_padding(const Instruction& instruction) const;
  void refuse(const Instruction& instruction, const std::string& reason);
  const Instruction& at(Place p) const { return unit_.sections[p.section].instructions[p.index]; }
  bool exists(Place p) const { return p.index < unit_.sections[p.section].instructions.size(); }

  const CodeIndex& index_;
  const Unit& unit_;
  SymbolId entry_;
  const Lifter& lifter_;
  const McTarget& target_;
  LiftResult result_;
  Place start_{};
  bool has_indirect_jump_ = false;
  std::set<Place> leaders_;
  std::set<Place> reached_;
  std::set<Place> indirect_targets_;
  std::map<Place, BlockId> block_of_;
  std::deque<Place> to_lift_;
};

std::optional<Place> FunctionLifting::place_of(const SymbolicValue& value) const {
  if (value.symbol == kNoSymbol || value.minus != kNoSymbol) return std::nullopt;
  return index_.place_of(value.symbol, value.addend);
}

bool FunctionLifting::entry_of_other_function(Place place) const {
  auto at = index_.function_entries().find(place);
  return at != index_.function_entries().end() && place != start_;
}

FunctionLifting::Destination FunctionLifting::destination(const SymbolicValue& target) const {
  Destination d;
  if (target.symbol == kNoSymbol) return d;
  const Symbol& symbol = unit_.symbols[target.symbol];
  if (std::optional<Place> place = place_of(target)) {
    if (!entry_of_other_function(*place)) {
      d.kind = Destination::block;
      d.place = *place;
      return d;
    }
    // Through the entry's own symbol, so that "label + 0" and aliases name the function.
    const Symbol& entry = unit_.symbols[index_.function_entries().at(*place)];
    d.symbol = {symbol.temporary || symbol.kind == SymbolKind::section ? entry.name : symbol.name, 0};
    d.kind = Destination::function;
    return d;
  }
  if (symbol.section < unit_.sections.size()) return d;  // inside data or between instructions
  d.kind = Destination::function;
  d.symbol = {symbol.name, target.addend};
  return d;
}

void FunctionLifting::discover_from(Place place) {
  leaders_.insert(place);
  while (exists(place) && reached_.insert(place).second) {
    const Instruction& instruction = at(place);
    Flow flow = lifter_.flow(instruction.inst);
    Place next{place.section, place.index + 1};
    auto follow_target = [&] {
      const SymbolicValue* target = instruction.symbolic_operand(flow.target_operand);
      if (!target) return;
      if (Destination d = destination(*target); d.kind == Destination::block) {
        leaders_.insert(d.place);
        to_lift_.push_back(d.place);
      }
    };
    switch (flow.kind) {
      case Flow::Kind::next:
      case Flow::Kind::call:
      case Flow::Kind::call_indirect:
        break;
      case Flow::Kind::branch:
        follow_target();
        if (exists(next)) leaders_.insert(next);
        break;
      case Flow::Kind::jump:
        follow_target();
        return;
      case Flow::Kind::jump_indirect:
        has_indirect_jump_ = true;
        return;
      case Flow::Kind::ret:
      case Flow::Kind::stop:
        return;
    }
    place = next;
    if (exists(place) && entry_of_other_function(place)) return;
  }
}

void FunctionLifting::discover_indirect_targets() {
  // A label belongs to this function if it lies behind the entry and before the next function's entry (or in a cold
  // part that this function reached).
  auto next_entry = index_.function_entries().upper_bound(start_);
  auto within = [&](Place p) {
    if (p.section == start_.section && p >= start_ &&
        (next_entry == index_.function_entries().end() || p < next_entry->first))
      return true;
    return reached_.contains(p);
  };
  bool takes_own_address = false;
  auto consider = [&](const SymbolicValue& value) {
    SymbolicValue plain = value;
    plain.minus = kNoSymbol;
    auto place = place_of(plain);
    if (!place || !within(*place) || *place == start_) return;
    takes_own_address = true;
    indirect_targets_.insert(*place);
    result_.guessed_targets.erase(code_address(place->section, at(*place).offset));
  };
  for (Place p : index_.in_data())
    if (within(p) && p != start_) indirect_targets_.insert(p);
  for (Place p : std::vector<Place>(reached_.begin(), reached_.end())) {
    const Instruction& instruction = at(p);
    Flow flow = lifter_.flow(instruction.inst);
    for (const Instruction::SymbolicOperand& s : instruction.symbolic) {
      bool is_target = flow.kind != Flow::Kind::next && s.operand == flow.target_operand;
      if (!is_target) consider(s.value);
    }
  }
  if (unit_.from_object && takes_own_address) guess_indirect_targets(within);
  for (Place p : indirect_targets_) leaders_.insert(p);
}

// Tables of distances between labels of one section are plain numbers in objects (AArch64), so that nothing in the
// object names the labels: any instruction could be one. Which are is seen when the table is read.
void FunctionLifting::guess_indirect_targets(const std::function<bool(Place)>& within) {
  const std::vector<Instruction>& all = unit_.sections[start_.section].instructions;
  for (Place p{start_.section, start_.index + 1}; p.index < all.size() && within(p); ++p.index)
    if (indirect_targets_.insert(p).second)
      result_.guessed_targets.insert(code_address(p.section, all[p.index].offset));
}

void FunctionLifting::discover() {
  to_lift_.push_back(start_);
  size_t indirect_seen = SIZE_MAX;
  while (true) {
    while (!to_lift_.empty()) {
      Place place = to_lift_.front();
      to_lift_.pop_front();
      if (!reached_.contains(place)) discover_from(place);
    }
    if (!has_indirect_jump_ || indirect_targets_.size() == indirect_seen) return;
    indirect_seen = indirect_targets_.size();
    discover_indirect_targets();
    if (indirect_seen == SIZE_MAX) indirect_seen = 0;
    for (Place p : indirect_targets_)
      if (!reached_.contains(p)) to_lift_.push_back(p);
    if (to_lift_.empty()) return;
  }
}

BlockId FunctionLifting::block_at(Place place) {
  auto [at, inserted] = block_of_.emplace(place, ir::kNoBlock);
  if (inserted) {
    at->second = result_.function.add_block(std::string(index_.label(place)));
    to_lift_.push_back(place);
  }
  return at->second;
}

ir::Edge FunctionLifting::edge_to_tail_call(const ir::SymbolRef& symbol) {
  BlockId block = result_.function.add_block();
  ir::Terminator& t = result_.function.blocks[block].terminator;
  t.op = Op::tail_call;
  result_.function.calls.push_back({symbol, false, UINT32_MAX});
  t.index = static_cast<uint32_t>(result_.function.calls.size() - 1);
  return {block, {}};
}

ir::Edge FunctionLifting::edge(const SymbolicValue& target) {
  Destination d = destination(target);
  switch (d.kind) {
    case Destination::block:
      return edge_to(d.place);
    case Destination::function:
      return edge_to_tail_call(d.symbol);
    default:
      return {ir::kNoBlock, {}};
  }
}

void FunctionLifting::refuse(const Instruction& instruction, const std::string& reason) {
  std::string text = target_.print(instruction.inst);
  std::string why = reason.empty() ? "this instruction is not lifted yet" : reason;
  std::string message = fmt::format("cannot translate '{}' in function '{}': {} ({})", text, result_.function.name, why,
                                    target_.opcode_name(instruction.inst.getOpcode()));
  if (instruction.inst.getOpcode() == kUnreadOpcode)  // the reader has said why
    message = fmt::format("cannot translate function '{}': {} is not understood", result_.function.name,
                          unit_.from_object ? "what is at this place" : "this line");
  Diagnostic d = error_at(unit_.location(instruction), std::move(message));
  if (instruction.line > 0 && instruction.line <= unit_.lines.size()) d.source_line = unit_.lines[instruction.line - 1];
  result_.refusals.push_back(std::move(d));
}

// What assemblers fill gaps between functions with (in objects).
bool FunctionLifting::is_padding(const Instruction& instruction) const {
  const llvm::MCInst& inst = instruction.inst;
  std::string_view name = target_.opcode_name(inst.getOpcode());
  if (name == "HINT") return inst.getOperand(0).isImm() && inst.getOperand(0).getImm() == 0;
  if (name == "ADDI")  // RISC-V: a register moved to itself
    return inst.getOperand(0).getReg() == inst.getOperand(1).getReg() && inst.getOperand(2).isImm() &&
           inst.getOperand(2).getImm() == 0;
  return name.starts_with("NOOP") || name == "XCHG16ar";
}

// Control reaches the end of a block's instructions.
void FunctionLifting::fall_through(LiftContext& context, Place next) {
  ir::Terminator t;
  if (!exists(next)) {
    // Only after a call that does not return, or the source runs off its section.
    t.op = Op::trap;
    t.trap = ir::TrapKind::abort;
  } else if (entry_of_other_function(next)) {
    size_t before = next.index - 1;
    while (before > start_.index && is_padding(at({next.section, before}))) --before;
    Flow::Kind kind = lifter_.flow(at({next.section, before}).inst).kind;
    if (kind == Flow::Kind::call || kind == Flow::Kind::call_indirect) {
      t.op = Op::trap;
      t.trap = ir::TrapKind::abort;
    } else {
      t.op = Op::jump;
      t.edges = {edge_to_tail_call({unit_.symbols[index_.function_entries().at(next)].name, 0})};
    }
  } else {
    t.op = Op::jump;
    t.edges = {edge_to(next)};
  }
  context.b.function().blocks[context.b.block()].terminator = std::move(t);
}

void FunctionLifting::end_block(LiftContext& context, Place place) {
  const LiftContext::Ending& ending = context.ending_;
  ir::Terminator t;
  t.op = ending.op;
  t.trap = ending.trap;
  t.line = at(place).line;
  if (ending.value != ir::kNoValue) t.operands = {ending.value};
  Place next{place.section, place.index + 1};
  switch (ending.op) {
    case Op::jump:
    case Op::branch: {
      ir::Edge taken = edge(ending.target);
      if (taken.target == ir::kNoBlock) {
        refuse(at(place), "the jump's target is not an instruction");
        t.op = Op::unreachable;
        break;
      }
      t.edges = {taken};
      if (ending.op == Op::branch) {
        LiftContext rest(unit_, target_, result_.function, result_.function.add_block());
        fall_through(rest, next);
        t.edges.push_back({rest.b.block(), {}});
      }
      break;
    }
    case Op::jump_indirect:
      for (Place p : indirect_targets_) {
        t.edges.push_back(edge_to(p));
        t.cases.push_back(code_address(p.section, at(p).offset));
      }
      break;
    default:
      break;
  }
  result_.function.blocks[context.b.block()].terminator = std::move(t);
}

void FunctionLifting::lift_block(Place place, BlockId block) {
  LiftContext context(unit_, target_, result_.function, block);
  while (true) {
    const Instruction& instruction = at(place);
    context.instruction_ = &instruction;
    context.b.set_line(unit_.from_object ? static_cast<uint32_t>(instruction.offset) : instruction.line);
    ++result_.instructions;
    Lifted lifted = lifter_.lift(context);
    if (!lifted.ok) refuse(instruction, lifted.reason);
    if (context.ending_.op != Op::unreachable) return end_block(context, place);
    if (Flow::Kind kind = lifter_.flow(instruction.inst).kind;
        !lifted.ok && kind != Flow::Kind::next && kind != Flow::Kind::call && kind != Flow::Kind::call_indirect)
      return;
    ++place.index;
    if (!exists(place) || leaders_.contains(place) || entry_of_other_function(place))
      return fall_through(context, place);
  }
}

LiftResult FunctionLifting::run() {
  result_.function.name = unit_.symbols[entry_].name;
  std::optional<Place> start = place_of({entry_, kNoSymbol, 0, Reference::address, 0});
  if (!start) {
    result_.refusals.push_back(error_at({unit_.file, unit_.symbols[entry_].line, 0},
                                        fmt::format("function '{}' has no instructions", result_.function.name)));
    return std::move(result_);
  }
  start_ = *start;
  discover();
  // The entry is a block of its own, so that a loop may jump back to the first instruction.
  BlockId entry = result_.function.add_block("entry");
  ir::Terminator t;
  t.op = Op::jump;
  t.edges = {edge_to(start_)};
  result_.function.blocks[entry].terminator = std::move(t);
  while (!to_lift_.empty()) {
    Place place = to_lift_.front();
    to_lift_.pop_front();
    lift_block(place, block_of_.at(place));
  }
  return std::move(result_);
}

LiftResult lift_function(const CodeIndex& index, const Lifter& lifter, SymbolId entry) {
  return FunctionLifting(index, lifter, entry).run();
}

}  // namespace portolan::assembly
