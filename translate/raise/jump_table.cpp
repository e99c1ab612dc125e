#include "translate/raise/jump_table.h"

#include <algorithm>
#include <cstring>

#include "ir/cfg.h"
#include "ir/concrete_domain.h"
#include "translate/raise/spilled.h"

namespace portolan::raise {
namespace {

using assembly::CodeIndex;
using assembly::Fixup;
using assembly::Section;
using assembly::Symbol;
using assembly::Unit;
using ir::APInt;
using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::ValueId;

constexpr unsigned kMostEntries = 1 << 16;

// Numbers for addresses: sections one behind the other, so that 32-bit differences come out right.
class Layout {
 public:
  explicit Layout(const Unit& unit) : unit_(unit) {
    uint64_t next = 0x10000;
    for (const Section& section : unit.sections) {
      next = (next + 63) & ~uint64_t{63};
      base_.push_back(next);
      next += section.size + 64;
    }
  }
  uint64_t base(assembly::SectionId section) const { return base_[section]; }
  std::optional<uint64_t> address(assembly::SymbolId id) const {
    const Symbol& symbol = unit_.symbols[id];
    if (symbol.section >= base_.size()) return std::nullopt;
    return base_[symbol.section] + symbol.offset;
  }

 private:
  const Unit& unit_;
  std::vector<uint64_t> base_;
};

struct Table {
  const Section* section = nullptr;
  assembly::SectionId section_id = 0;
  uint64_t offset = 0;  // of entry 0
  unsigned entry_bytes = 0;
  uint64_t stride = 0;
  uint64_t case_step = 0;  // by how much `index` grows from one entry to the next
  ValueId load = ir::kNoValue;
  ValueId index = ir::kNoValue;
};

struct Found {
  Table table;
  std::vector<uint64_t> cases;    // values of the table's index
  std::vector<uint64_t> targets;  // and the code addresses they lead to
};

class Resolver {
 public:
  Resolver(Function& f, const CodeIndex& index) : f_(f), index_(index), unit_(index.unit()), layout_(index.unit()) {}
  void run(const std::set<uint64_t>& guessed);
  std::optional<Found> find(ir::BlockId block, const std::vector<uint64_t>& candidates);

 private:
  bool find_load(ValueId v, unsigned depth);
  std::optional<Table> find_table(ValueId load) const;
  std::optional<uint64_t> entry(const Table& table, uint64_t offset) const;
  uint64_t table_end(const Table& table) const;
  std::optional<uint64_t> evaluate(ValueId v, ValueId load, const APInt& loaded, unsigned depth) const;
  bool resolve(ir::BlockId block);
  std::optional<assembly::SymbolId> symbol(const std::string& name) const;
  // v, or the symbol's address that v is loaded back from the stack as: the only thing ever stored there.
  ValueId unspilled(ValueId v) const;

  Function& f_;
  const CodeIndex& index_;
  const Unit& unit_;
  Layout layout_;
  std::vector<ValueId> address_terms(ValueId load) const {
    std::vector<ValueId> terms{f_[load].operands[0]};
    for (size_t n = 0; n < terms.size(); ++n)
      if (f_[terms[n]].op == Op::add && f_[terms[n]].lanes == 1)
        terms.insert(terms.end(), f_[terms[n]].operands.begin(), f_[terms[n]].operands.end());
    return terms;
  }

  std::vector<ValueId> loads_;
  std::map<ValueId, ValueId> spilled_;  // loads from the stack that stand for symbols' addresses
  std::set<uint64_t> accounted_for_;    // targets that resolved tables name
};

std::optional<assembly::SymbolId> Resolver::symbol(const std::string& name) const {
  auto at = unit_.symbol_by_name.find(name);
  if (at == unit_.symbol_by_name.end()) return std::nullopt;
  return at->second;
}

ValueId Resolver::unspilled(ValueId v) const {
  std::vector<ValueId> values = stored_values(f_, v);
  auto is_first = [&](ValueId stored) {
    return f_[stored].op == Op::symbol_address && f_[values[0]].op == Op::symbol_address &&
           f_.symbols[f_[stored].index] == f_.symbols[f_[values[0]].index];
  };
  return !values.empty() && std::all_of(values.begin(), values.end(), is_first) ? values[0] : v;
}

// Collects the loads that v is computed from by plain arithmetic; false if anything else that varies is involved.
bool Resolver::find_load(ValueId v, unsigned depth) {
  if (ValueId symbol_value = unspilled(v); symbol_value != v) {
    spilled_[v] = symbol_value;
    return true;
  }
  const Instruction& i = f_[v];
  if (depth > 16) return false;
  if (i.op == Op::load) {
    if (std::find(loads_.begin(), loads_.end(), v) == loads_.end()) loads_.push_back(v);
    return true;
  }
  if (i.op == Op::constant || i.op == Op::symbol_address) return true;
  if (ir::info(i.op).effects != ir::Effects::Pure || i.operands.empty()) return false;
  return std::all_of(i.operands.begin(), i.operands.end(), [&](ValueId o) { return find_load(o, depth + 1); });
}

// The address as table + index * stride.
std::optional<Table> Resolver::find_table(ValueId load) const {
  Table table;
  table.load = load;
  table.entry_bytes = f_.width(load) / 8;
  std::vector<ValueId> terms{f_[load].operands[0]};
  const ir::SymbolRef* base = nullptr;
  ValueId variable = ir::kNoValue;
  int64_t constant = 0;
  while (!terms.empty()) {
    ValueId v = unspilled(terms.back());
    terms.pop_back();
    const Instruction& i = f_[v];
    if (i.op == Op::add && i.lanes == 1) {
      terms.insert(terms.end(), i.operands.begin(), i.operands.end());
    } else if (const APInt* c = f_.constant(v)) {
      constant += c->getSExtValue();
    } else if (i.op == Op::symbol_address && !base) {
      base = &f_.symbols[i.index];
    } else if (variable == ir::kNoValue) {
      variable = v;
    } else {
      return std::nullopt;
    }
  }
  if (!base || base->part != ir::AddressPart::whole || base->kind != ir::AddressKind::address) return std::nullopt;
  auto id = symbol(base->name);
  if (!id || unit_.symbols[*id].section >= unit_.sections.size()) return std::nullopt;
  table.section_id = unit_.symbols[*id].section;
  table.section = &unit_.sections[table.section_id];
  table.offset = unit_.symbols[*id].offset + base->addend + constant;
  // What the program may overwrite says nothing about where it jumps; read-only after relocation is good enough.
  if (table.section->writable && !table.section->name.starts_with(".data.rel.ro")) return std::nullopt;
  table.stride = table.entry_bytes;
  table.index = variable;
  if (variable == ir::kNoValue) return std::nullopt;
  const Instruction& scaled = f_[variable];
  const APInt* factor = scaled.operands.size() == 2 ? f_.constant(scaled.operands[1]) : nullptr;
  if (factor && factor->getActiveBits() < 32 && scaled.lanes == 1) {
    if (scaled.op == Op::shl && factor->ult(32))
      table.stride = uint64_t{1} << factor->getZExtValue();
    else if (scaled.op == Op::mul)
      table.stride = factor->getZExtValue();
    else
      factor = nullptr;
    if (factor) table.index = scaled.operands[0];
  }
  table.case_step = table.index == variable ? table.entry_bytes : 1;
  if (table.stride < table.entry_bytes) {  // the index is in bytes already
    table.index = variable;
    table.case_step = table.stride = table.entry_bytes;
  }
  return table;
}

// Tables end where the next label stands, or the next place that code names.
uint64_t Resolver::table_end(const Table& table) const {
  uint64_t end = index_.next_reference(table.section_id, table.offset);
  for (const Symbol& symbol : unit_.symbols)
    if (symbol.section == table.section_id && symbol.offset > table.offset) end = std::min(end, symbol.offset);
  return end;
}

// The number that entry at `offset` holds under the layout; nothing behind the table's end.
std::optional<uint64_t> Resolver::entry(const Table& table, uint64_t offset) const {
  const std::vector<Fixup>& fixups = table.section->fixups;
  auto at = std::lower_bound(fixups.begin(), fixups.end(), offset,
                             [](const Fixup& fixup, uint64_t o) { return fixup.offset < o; });
  if (at != fixups.end() && at->offset == offset && at->size == table.entry_bytes) {
    auto plus = layout_.address(at->value.symbol);
    if (!plus) return std::nullopt;
    uint64_t number = *plus + at->value.addend;
    if (at->value.minus != assembly::kNoSymbol) {
      auto minus = layout_.address(at->value.minus);
      if (!minus) return std::nullopt;
      number -= *minus;
    }
    return static_cast<uint64_t>(static_cast<int64_t>(number) >> at->value.right_shift);
  }
  if (offset + table.entry_bytes > table.section->contents.size()) return std::nullopt;
  uint64_t number = 0;
  std::memcpy(&number, table.section->contents.data() + offset, table.entry_bytes);
  // A difference of a label with itself needs no fix-up; any other number is not a label's (text input) or could be
  // anything (objects, where real offsets make the evaluation below decide).
  if (number != 0 && !unit_.from_object) return std::nullopt;
  return number;
}

std::optional<uint64_t> Resolver::evaluate(ValueId v, ValueId load, const APInt& loaded, unsigned depth) const {
  if (depth > 16) return std::nullopt;
  std::function<std::optional<APInt>(ValueId, unsigned)> value = [&](ValueId x, unsigned d) -> std::optional<APInt> {
    if (x == load) return loaded;
    x = unspilled(x);
    const Instruction& i = f_[x];
    if (const APInt* c = f_.constant(x)) return *c;
    if (i.op == Op::symbol_address) {
      const ir::SymbolRef& ref = f_.symbols[i.index];
      auto id = symbol(ref.name);
      if (!id || ref.part != ir::AddressPart::whole || ref.kind != ir::AddressKind::address) return std::nullopt;
      auto address = layout_.address(*id);
      if (!address) return std::nullopt;
      return APInt(64, *address + ref.addend);
    }
    if (d > 16) return std::nullopt;
    std::vector<APInt> operands;
    for (ValueId o : i.operands) {
      auto operand = value(o, d + 1);
      if (!operand) return std::nullopt;
      operands.push_back(*operand);
    }
    return ir::evaluate_concrete(f_, i, operands);
  };
  auto result = value(v, depth);
  if (!result || result->getBitWidth() != 64) return std::nullopt;
  return result->getZExtValue();
}

std::optional<Found> Resolver::find(ir::BlockId block, const std::vector<uint64_t>& candidates) {
  ValueId target = f_.blocks[block].terminator.operands[0];
  loads_.clear();
  spilled_.clear();
  if (!find_load(target, 0) || loads_.size() != 1) return std::nullopt;
  std::optional<Table> table = find_table(loads_[0]);
  if (!table) return std::nullopt;
  for (ValueId term : address_terms(table->load))
    if (ValueId symbol_value = unspilled(term); symbol_value != term) spilled_[term] = symbol_value;
  Found found{*table, {}, {}};
  uint64_t end = table_end(*table);
  for (unsigned n = 0; n < kMostEntries; ++n) {
    uint64_t offset = table->offset + n * table->stride;
    if (offset >= end) break;
    auto number = entry(*table, offset);
    if (!number) break;
    auto address = evaluate(target, table->load, APInt(table->entry_bytes * 8, *number), 0);
    if (!address) break;
    auto at = std::find_if(candidates.begin(), candidates.end(), [&](uint64_t code) {
      auto section = static_cast<assembly::SectionId>((code >> 40) - 1);
      return layout_.base(section) + (code & ((uint64_t{1} << 40) - 1)) == *address;
    });
    if (at == candidates.end()) break;
    found.cases.push_back(n * table->case_step);
    found.targets.push_back(*at);
  }
  if (found.cases.empty()) return std::nullopt;
  return found;
}

bool Resolver::resolve(ir::BlockId block) {
  std::optional<Found> found = find(block, f_.blocks[block].terminator.cases);
  if (!found) return false;
  // Addresses that came back from the stack must be the ones that went there.
  ir::Builder b(f_, block);
  for (const auto& [load, symbol_value] : spilled_)
    b.trap_if(b.ne(load, b.symbol_address(f_.symbols[f_[symbol_value].index])), ir::TrapKind::abort);
  // Past the table the source would jump to whatever the bytes behind it say: that is no behaviour to keep.
  ir::BlockId outside = f_.add_block();
  f_.blocks[outside].terminator.op = Op::trap;
  f_.blocks[outside].terminator.trap = ir::TrapKind::illegal;
  ir::Terminator& jump = f_.blocks[block].terminator;
  std::vector<ir::Edge> edges;
  for (uint64_t target : found->targets) {
    size_t e = std::find(jump.cases.begin(), jump.cases.end(), target) - jump.cases.begin();
    edges.push_back(jump.edges[e]);
    accounted_for_.insert(target);
  }
  edges.push_back({outside, {}});
  jump.op = Op::switch_;
  jump.operands = {found->table.index};
  jump.cases = std::move(found->cases);
  jump.edges = std::move(edges);
  return true;
}

void Resolver::run(const std::set<uint64_t>& guessed) {
  std::vector<ir::BlockId> open;
  for (ir::BlockId block : ir::reverse_post_order(f_))
    if (f_.blocks[block].terminator.op == Op::jump_indirect && !resolve(block)) open.push_back(block);
  for (ir::BlockId block : open) {
    ir::Terminator& t = f_.blocks[block].terminator;
    std::vector<ir::Edge> edges;
    std::vector<uint64_t> cases;
    for (size_t e = 0; e < t.cases.size(); ++e)
      if (!accounted_for_.contains(t.cases[e]) && !guessed.contains(t.cases[e])) {
        edges.push_back(t.edges[e]);
        cases.push_back(t.cases[e]);
      }
    t.edges = std::move(edges);
    t.cases = std::move(cases);
    if (!t.edges.empty()) {
      t.operands.resize(1);
      continue;
    }
    t.op = Op::tail_call;
    f_.calls.push_back({{}, true, UINT32_MAX});
    t.index = static_cast<uint32_t>(f_.calls.size() - 1);
  }
}

}  // namespace

std::vector<uint64_t> indirect_targets(const ir::Function& function, ir::BlockId block, const CodeIndex& index,
                                       const std::vector<uint64_t>& candidates) {
  auto found = Resolver(const_cast<ir::Function&>(function), index).find(block, candidates);
  return found ? found->targets : std::vector<uint64_t>();
}

void resolve_indirect_jumps(ir::Function& function, const CodeIndex& index, const std::set<uint64_t>& guessed) {
  Resolver(function, index).run(guessed);
}

}  // namespace portolan::raise
