#include "verify/prove/symbols.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <tuple>

#include "frontends/asm/lift.h"
#include "verify/terms/rewrite.h"

namespace portolan::prove {
namespace {

using assembly::Section;
using assembly::Symbol;
using assembly::SymbolId;
using assembly::Unit;

terms::APInt signed64(int64_t value) {
  return {64, static_cast<uint64_t>(value), true};
}

const Symbol* find(const Unit& unit, const std::string& name, SymbolId* id = nullptr) {
  const auto at = unit.symbol_by_name.find(name);
  if (at == unit.symbol_by_name.end()) return nullptr;
  if (id) *id = at->second;
  return &unit.symbols[at->second];
}

const Section* section_of(const Unit& unit, const Symbol& symbol) {
  return symbol.section < unit.sections.size() ? &unit.sections[symbol.section] : nullptr;
}

// How far the symbol's object reaches: its stated size, else to the next symbol that is no mere label, else the
// section's end.
uint64_t extent(const Unit& unit, const Symbol& symbol) {
  if (symbol.size != 0) return symbol.size;
  const Section* section = section_of(unit, symbol);
  if (!section) return 0;
  uint64_t end = section->size;
  for (const Symbol& other : unit.symbols)
    if (other.section == symbol.section && other.offset > symbol.offset) end = std::min(end, other.offset);
  return end - symbol.offset;
}

// Whether the bytes of an object are the same in both units, and the addresses in it those of the same things.
bool same_contents(const Unit& a, const Symbol& in_a, const Unit& b, const Symbol& in_b,
                   const std::function<bool(const Symbol&, const Symbol&)>& same) {
  const Section *sa = section_of(a, in_a), *sb = section_of(b, in_b);
  if (!sa || !sb || sa->writable != sb->writable || sa->executable != sb->executable) return false;
  if (sa->executable) return true;
  const uint64_t size = extent(a, in_a);
  if (size > extent(b, in_b)) return false;
  auto byte = [](const Section& s, uint64_t at) { return at < s.contents.size() ? s.contents[at] : uint8_t{0}; };
  for (uint64_t n = 0; n < size; ++n)
    if (byte(*sa, in_a.offset + n) != byte(*sb, in_b.offset + n)) return false;
  auto inside = [size](const Section& s, const Symbol& symbol) {
    std::vector<const assembly::Fixup*> fixups;
    for (const assembly::Fixup& f : s.fixups)
      if (f.offset >= symbol.offset && f.offset - symbol.offset < size) fixups.push_back(&f);
    return fixups;
  };
  const auto fa = inside(*sa, in_a), fb = inside(*sb, in_b);
  if (fa.size() != fb.size()) return false;
  for (size_t n = 0; n < fa.size(); ++n) {
    const assembly::SymbolicValue &va = fa[n]->value, &vb = fb[n]->value;
    if (fa[n]->offset - in_a.offset != fb[n]->offset - in_b.offset || fa[n]->size != fb[n]->size) return false;
    if (va.symbol == assembly::kNoSymbol || vb.symbol == assembly::kNoSymbol) return false;
    if (va.minus != assembly::kNoSymbol || vb.minus != assembly::kNoSymbol) return false;
    if (va.addend != vb.addend || !same(a.symbols[va.symbol], b.symbols[vb.symbol])) return false;
  }
  return true;
}

}  // namespace

Symbols::Symbols(terms::Pool& pool, const Unit& source, const Unit& target)
    : pool_(pool), source_(source), target_(target) {}

// A linker joins global names. Local ones are one thing when both units define them with the same contents.
bool Symbols::same_thing(const std::string& name) {
  const Symbol *a = find(source_, name), *b = find(target_, name);
  if (!a || !b) return true;  // also a local constant of the target under its source's name
  const bool defined_a = a->section != assembly::kUndefined, defined_b = b->section != assembly::kUndefined;
  if (!defined_a || !defined_b) return defined_a == defined_b || a->binding != assembly::Binding::local;
  if (a->section == assembly::kCommon || b->section == assembly::kCommon) return a->section == b->section;
  return same_contents(source_, *a, target_, *b,
                       [this](const Symbol& x, const Symbol& y) { return same_symbol(source_, x, y); });
}

// `in_a` is one of `a`, `in_b` one of the other unit.
bool Symbols::same_symbol(const Unit& a, const Symbol& in_a, const Symbol& in_b) {
  if (in_a.name == in_b.name) return true;
  return &a == &source_ ? common_name(Which::target, in_b.name) == in_a.name
                        : common_name(Which::target, in_a.name) == in_b.name;
}

namespace {

bool is_local_constant(const Unit& unit, const Symbol& symbol) {
  const Section* section = section_of(unit, symbol);
  return section && !section->writable && !section->executable && symbol.binding == assembly::Binding::local &&
         !symbol.name.empty();
}

}  // namespace

// The only local constant of the unit that has the size and the contents of `like`, which is one of `other`; nullptr:
// there is none, or there are several. Different objects have different addresses whatever they hold, so several can't
// be told apart. Labels at one place are one object.
const Symbol* Symbols::only_constant_like(const Unit& unit, const Unit& other, const Symbol& like) {
  const Symbol* found = nullptr;
  const uint64_t size = extent(other, like);
  for (const Symbol& symbol : unit.symbols) {
    if (!is_local_constant(unit, symbol) || extent(unit, symbol) != size) continue;
    if (!same_contents(unit, symbol, other, like,
                       [&](const Symbol& x, const Symbol& y) { return same_symbol(unit, x, y); }))
      continue;
    if (found && (found->section != symbol.section || found->offset != symbol.offset)) return nullptr;
    if (!found) found = &symbol;
  }
  return found;
}

// A translator may give local constants other names.
std::string Symbols::common_name(Which which, const std::string& name) {
  if (which == Which::source) return name;
  auto [at, fresh] = constants_.emplace(name, name);
  if (!fresh) return at->second;
  const Symbol* symbol = find(target_, name);
  if (!symbol || !is_local_constant(target_, *symbol) || find(source_, name)) return name;
  const Symbol* twin = only_constant_like(source_, target_, *symbol);
  if (twin && only_constant_like(target_, source_, *twin) && !find(target_, twin->name)) at->second = twin->name;
  return at->second;
}

// Among the symbols of data whose bytes are also this one's, the first, if it has all that any of them has.
const Symbols::Shared& Symbols::shared(Which which, const std::string& name) {
  const auto [at, fresh] = shared_.emplace(std::pair{which, name}, Shared{name});
  if (!fresh) return at->second;
  const Unit& owner = unit(which);
  const Symbol* symbol = find(owner, name);
  const Section* section = symbol ? section_of(owner, *symbol) : nullptr;
  if (!section || section->executable) return at->second;
  uint64_t low = symbol->offset, high = low + extent(owner, *symbol);
  const Symbol* root = symbol;
  bool grown = true;
  auto is_before = [](const Symbol& a, const Symbol& b) {
    // Of several at one place the one that other units know, then the larger.
    const auto rank = [](const Symbol& s) {
      return std::tuple(s.offset, s.binding == assembly::Binding::local, UINT64_MAX - s.size, s.name);
    };
    return rank(a) < rank(b);
  };
  std::set<const Symbol*> seen = {symbol};
  while (grown) {
    grown = false;
    for (const Symbol& other : owner.symbols) {
      if (other.section != symbol->section || other.name.empty() || seen.contains(&other)) continue;
      const uint64_t end = other.offset + extent(owner, other);
      if (other.offset >= high || end <= low) {
        if (other.offset != symbol->offset) continue;
      }
      seen.insert(&other);
      low = std::min(low, other.offset);
      high = std::max(high, end);
      if (is_before(other, *root)) root = &other;
      grown = true;
    }
  }
  if (seen.size() == 1) return at->second;
  at->second.root = root->name;
  at->second.offset = static_cast<int64_t>(symbol->offset - root->offset);
  at->second.apart = root->offset == low && root->offset + extent(owner, *root) >= high;
  if (!at->second.apart) at->second.root = name, at->second.offset = 0;
  return at->second;
}

Term Symbols::base(Which which, const std::string& name) {
  const Shared place = shared(which, name);
  return pool_.add(variable_of(which, place.root), pool_.constant(signed64(place.offset)));
}

Term Symbols::variable_of(Which which, const std::string& symbol_name) {
  const std::string name = common_name(which, symbol_name);
  auto [at, fresh] = same_.emplace(name, false);
  if (fresh) at->second = same_thing(name);
  const Term variable = pool_.variable(
      at->second ? fmt::format("&{}", name) : fmt::format("&{}.{}", which == Which::source ? "s" : "t", name), 64);
  SymbolId id = assembly::kNoSymbol;
  const Symbol* symbol = find(unit(which), symbol_name, &id);
  const auto known = variables_.find(variable.id);
  if (symbol && (known == variables_.end() || symbol->section != assembly::kUndefined)) {
    if (known == variables_.end() && symbol->section < unit(which).sections.size() && shared(which, symbol_name).apart)
      pool_.declare_object(variable, {0, static_cast<int64_t>(extent(unit(which), *symbol)), false, symbol->size != 0});
    variables_.insert_or_assign(variable.id, std::pair{which, id});
  }
  return variable;
}

Term Symbols::address(Which which, const ir::SymbolRef& symbol) {
  Term whole;
  switch (symbol.kind) {
    case ir::AddressKind::address:
      whole = base(which, symbol.name);
      break;
    case ir::AddressKind::got: {
      whole = pool_.variable(fmt::format("got:{}", symbol.name), 64);
      slots_[whole.id] = symbol.name;
      break;
    }
    default:
      whole = pool_.variable(fmt::format("{}:{}", to_string(symbol.kind), symbol.name), 64);
      if (symbol.kind == ir::AddressKind::tls_got) slots_[whole.id] = {};
      break;
  }
  whole = pool_.add(whole, pool_.constant(signed64(symbol.addend)));
  if (symbol.part == ir::AddressPart::whole) return whole;
  // The high part is what the low part leaves of the whole.
  const Term low = pool_.variable(fmt::format("low:{}:{}{:+}.{}", to_string(symbol.kind), symbol.name, symbol.addend,
                                              which == Which::source ? "s" : "t"),
                                  64);
  return symbol.part == ir::AddressPart::low ? low : pool_.sub(whole, low);
}

std::optional<Term> Symbols::constant_data(Which which, const terms::Linear& address, unsigned bytes) {
  if (address.parts.size() != 1 || !address.parts[0].coefficient.isOne()) return std::nullopt;
  const Term variable = address.parts[0].term;
  const int64_t offset = address.constant.getSExtValue();
  if (const auto slot = slots_.find(variable.id); slot != slots_.end() && offset == 0 && bytes == 8) {
    if (!slot->second.empty()) return base(which, slot->second);
    return pool_.variable(fmt::format("tls_offset:{}", pool_.name(variable).substr(8)), 64);
  }
  const auto known = variables_.find(variable.id);
  if (known == variables_.end()) return std::nullopt;
  const Unit& owner = unit(known->second.first);
  const Symbol& symbol = owner.symbols[known->second.second];
  const Section* section = section_of(owner, symbol);
  if (!section || section->writable || section->executable) return std::nullopt;
  const uint64_t at = symbol.offset + static_cast<uint64_t>(offset);
  if (at + bytes > section->size || at + bytes < at) return std::nullopt;
  for (const assembly::Fixup& f : section->fixups) {
    if (f.offset + f.size <= at || f.offset >= at + bytes) continue;
    const bool whole = f.offset == at && f.size == bytes && bytes == 8 && f.value.symbol != assembly::kNoSymbol &&
                       f.value.minus == assembly::kNoSymbol && f.value.right_shift == 0;
    if (!whole) return std::nullopt;
    return pool_.add(base(known->second.first, owner.symbols[f.value.symbol].name),
                     pool_.constant(signed64(f.value.addend)));
  }
  std::vector<Term> parts;
  for (unsigned n = 0; n < bytes; ++n)
    parts.push_back(pool_.constant(8, at + n < section->contents.size() ? section->contents[at + n] : 0));
  return pool_.join(parts);
}

std::optional<std::string> Symbols::constant_string(Which which, const terms::Linear& address) {
  std::string text;
  for (terms::Linear at = address;; at.constant += 1) {
    const auto byte = constant_data(which, at, 1);
    const terms::APInt* value = byte ? pool_.constant_value(*byte) : nullptr;
    if (!value) return std::nullopt;
    if (value->isZero()) return text;
    text += static_cast<char>(value->getZExtValue());
  }
}

std::optional<Symbols::Place> Symbols::place_in_object(const terms::Linear& address) const {
  terms::Linear rest = address;
  std::optional<Place> found;
  for (size_t n = 0; n < address.parts.size(); ++n) {
    const auto known = variables_.find(address.parts[n].term.id);
    if (known == variables_.end()) continue;
    const Unit& owner = unit(known->second.first);
    const Symbol& symbol = owner.symbols[known->second.second];
    if (found || !address.parts[n].coefficient.isOne() || !section_of(owner, symbol)) return std::nullopt;
    rest.parts.erase(rest.parts.begin() + static_cast<ptrdiff_t>(n));
    found = Place{{}, extent(owner, symbol)};
  }
  if (found) found->within = pool_.from_linear(rest);
  return found;
}

bool Symbols::within_object(Term variable, int64_t offset, unsigned bytes) const {
  const auto known = variables_.find(variable.id);
  if (known == variables_.end()) return false;
  const Unit& owner = unit(known->second.first);
  const Symbol& symbol = owner.symbols[known->second.second];
  return offset >= 0 && static_cast<uint64_t>(offset) + bytes <= extent(owner, symbol);
}

const Section* Symbols::constant_section(Term variable) const {
  const auto known = variables_.find(variable.id);
  if (known == variables_.end()) return nullptr;
  const Unit& owner = unit(known->second.first);
  const Section* section = section_of(owner, owner.symbols[known->second.second]);
  return section && !section->writable && !section->executable ? section : nullptr;
}

bool Symbols::is_code(const terms::Linear& address) const {
  return std::any_of(address.parts.begin(), address.parts.end(), [&](const terms::Linear::Part& part) {
    const auto known = variables_.find(part.term.id);
    if (known == variables_.end() || !part.coefficient.isOne()) return false;
    const Unit& owner = unit(known->second.first);
    const Section* section = section_of(owner, owner.symbols[known->second.second]);
    return section && section->executable;
  });
}

uint64_t Symbols::alignment(const terms::Linear& address) const {
  if (address.parts.size() != 1 || !address.parts[0].coefficient.isOne()) return 1;
  const auto known = variables_.find(address.parts[0].term.id);
  if (known == variables_.end()) return 1;
  const Unit& owner = unit(known->second.first);
  const Symbol& symbol = owner.symbols[known->second.second];
  const Section* section = section_of(owner, symbol);
  if (!section) return 1;
  const uint64_t offset = symbol.offset + address.constant.getZExtValue();
  uint64_t alignment = std::max<uint64_t>(section->alignment, 1);
  while (offset % alignment != 0) alignment /= 2;
  return alignment;
}

bool Symbols::constant_table(const terms::Linear& address) const {
  for (const terms::Linear::Part& part : address.parts)
    if (part.coefficient.isOne() && constant_section(part.term)) return true;
  return false;
}

Term Symbols::constants(const terms::Linear& address) {
  constexpr uint64_t kLargestTable = 2048;
  Term memory = pool_.memory(kConstants);
  for (const terms::Linear::Part& part : address.parts) {
    const Section* section = part.coefficient.isOne() ? constant_section(part.term) : nullptr;
    if (!section) continue;
    const auto [at, fresh] = tables_.emplace(part.term.id, memory);
    if (!fresh) return at->second;
    const auto& [which, id] = variables_.at(part.term.id);
    const Symbol& symbol = unit(which).symbols[id];
    const uint64_t size =
        std::min(extent(unit(which), symbol),
                 section->contents.size() - std::min<uint64_t>(symbol.offset, section->contents.size()));
    const bool plain = std::none_of(section->fixups.begin(), section->fixups.end(), [&](const assembly::Fixup& f) {
      return f.offset + f.size > symbol.offset && f.offset < symbol.offset + size;
    });
    if (size <= kLargestTable && plain)
      for (uint64_t n = 0; n < size; ++n)
        memory = pool_.store(memory, pool_.add(part.term, pool_.constant(64, n)),
                             pool_.constant(8, section->contents[symbol.offset + n]));
    return at->second = memory;
  }
  return memory;
}

std::optional<Table> Symbols::find_table(Term target) {
  std::optional<Table> table;
  std::vector<Term> work = {target};
  std::set<Term> seen;
  while (!work.empty()) {
    const Term t = work.back();
    work.pop_back();
    if (!seen.insert(t).second) continue;
    // What the index is made of does not matter.
    if (pool_.kind(t) != terms::Kind::read) {
      for (const Term o : pool_.operands(t)) work.push_back(o);
      continue;
    }
    terms::Linear form = pool_.linear(pool_.operands(t)[1]);
    const auto symbol = std::find_if(form.parts.begin(), form.parts.end(), [&](const terms::Linear::Part& part) {
      return part.coefficient.isOne() && constant_section(part.term);
    });
    if (symbol == form.parts.end() || (table && table->read != t)) return std::nullopt;
    table = Table{t, symbol->term, {}, 1, form.constant.getSExtValue()};
    form.parts.erase(symbol);
    form.constant.clearAllBits();
    unsigned zeros = 6;  // of all coefficients
    for (const terms::Linear::Part& part : form.parts) zeros = std::min(zeros, part.coefficient.countr_zero());
    for (terms::Linear::Part& part : form.parts) part.coefficient.ashrInPlace(zeros);
    table->coefficient = uint64_t{1} << zeros;
    // The first entry lies at the symbol, whatever number it is for.
    const auto size = static_cast<int64_t>(table->coefficient);
    form.constant = terms::APInt(form.constant.getBitWidth(), static_cast<uint64_t>(table->offset / size), true);
    table->offset %= size;
    table->index = pool_.from_linear(form);
  }
  return table;
}

namespace {

// A layout of a unit's sections one behind the other, so that differences of labels fit in tables as they do once
// linked.
class Layout {
 public:
  explicit Layout(const Unit& unit) : unit_(unit) {
    uint64_t next = 0x10000;
    for (const Section& section : unit.sections) {
      starts_.push_back(next);
      next += (section.size + 0x1fff) & ~uint64_t{0xfff};
    }
  }
  std::optional<uint64_t> address(SymbolId id) const {
    const Symbol& symbol = unit_.symbols[id];
    if (symbol.section >= starts_.size()) return std::nullopt;
    return starts_[symbol.section] + symbol.offset;
  }
  std::optional<uint64_t> code_address(uint64_t address) const {
    for (assembly::SectionId n = 0; n < starts_.size(); ++n)
      if (address >= starts_[n] && address < starts_[n] + unit_.sections[n].size)
        return assembly::code_address(n, address - starts_[n]);
    return std::nullopt;
  }

 private:
  const Unit& unit_;
  std::vector<uint64_t> starts_;
};

}  // namespace

std::optional<uint64_t> Symbols::table_target(Term target, const Table& table, uint64_t index) const {
  const auto [which, id] = variables_.at(table.symbol.id);
  const Unit& owner = unit(which);
  const Symbol& symbol = owner.symbols[id];
  const Section& section = *section_of(owner, symbol);
  const uint64_t at = symbol.offset + static_cast<uint64_t>(table.offset) + table.coefficient * index;
  const unsigned width = pool_.width(table.read), bytes = width / 8;
  if (at + bytes > section.size) return std::nullopt;
  const Layout layout(owner);
  auto number = [&](SymbolId s) { return static_cast<int64_t>(layout.address(s).value_or(0)); };
  uint64_t entry = 0;
  bool found = false;
  for (const assembly::Fixup& f : section.fixups) {
    if (f.offset != at || f.size != bytes || f.value.symbol == assembly::kNoSymbol) continue;
    int64_t value = number(f.value.symbol) + f.value.addend;
    if (f.value.minus != assembly::kNoSymbol) value -= number(f.value.minus);
    entry = static_cast<uint64_t>(value >> f.value.right_shift);
    found = true;
  }
  if (!found) {
    for (unsigned n = 0; n < bytes; ++n)
      entry |= uint64_t{at + n < section.contents.size() ? section.contents[at + n] : uint8_t{0}} << (8 * n);
  }
  terms::Substitution numbers(pool_);
  numbers.replace(table.read, pool_.constant(terms::APInt(width, entry)));
  for (const auto& [variable, where] : variables_)
    if (const auto at_link = layout.address(where.second); where.first == which && at_link)
      numbers.replace(Term{variable}, pool_.constant(64, *at_link));
  const terms::APInt* value = pool_.constant_value(numbers(target));
  return value ? layout.code_address(value->getZExtValue()) : std::nullopt;
}

}  // namespace portolan::prove
