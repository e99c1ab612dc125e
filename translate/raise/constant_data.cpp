// Loads of the unit's own constants (floating-point numbers, masks, tables of indices) become the constants: folding
// and code generation see what they are, and the target keeps them in its own way.
#include "translate/raise/constant_data.h"

#include <algorithm>

#include "translate/raise/unit_raiser.h"

namespace portolan::raise {
namespace {

using ir::APInt;
using ir::Instruction;
using ir::Op;
using ir::ValueId;

// The bytes that symbol + addend names, lowest first, if they are the same in every run: in a section that nobody
// writes, of a symbol that no other file can define, and not the linker's to fill in.
std::optional<APInt> constant_bytes(const assembly::Unit& unit, const ir::SymbolRef& ref, uint32_t bits) {
  if (ref.part != ir::AddressPart::whole || ref.kind != ir::AddressKind::address) return std::nullopt;
  auto at = unit.symbol_by_name.find(ref.name);
  if (at == unit.symbol_by_name.end()) return std::nullopt;
  const assembly::Symbol& symbol = unit.symbols[at->second];
  if (symbol.binding != assembly::Binding::local || symbol.section >= unit.sections.size()) return std::nullopt;
  const assembly::Section& section = unit.sections[symbol.section];
  if (!section.allocated || section.writable || section.executable || section.thread_local_) return std::nullopt;
  uint64_t begin = symbol.offset + static_cast<uint64_t>(ref.addend), bytes = bits / 8;
  if (begin > section.contents.size() || bytes > section.contents.size() - begin) return std::nullopt;
  if (std::any_of(section.fixups.begin(), section.fixups.end(), [&](const assembly::Fixup& fixup) {
        return fixup.offset < begin + bytes && fixup.offset + fixup.size > begin;
      }))
    return std::nullopt;
  APInt value = APInt::getZero(bits);
  for (uint64_t n = 0; n < bytes; ++n) value.insertBits(section.contents[begin + n], static_cast<unsigned>(8 * n), 8);
  return value;
}

class ConstantLoads : public Rewriter {
 public:
  ConstantLoads(ir::Function& f, const assembly::Unit& unit) : Rewriter(f), unit_(unit) {}

 private:
  bool rewrite(ir::Builder& b, ValueId v) override {
    const Instruction& i = f_[v];
    if (i.op != Op::load || i.ordering != ir::Ordering::none) return false;
    const Instruction& address = f_[i.operands[0]];
    if (address.op != Op::symbol_address) return false;
    std::optional<APInt> value = constant_bytes(unit_, f_.symbols[address.index], i.width);
    if (!value) return false;
    replace(v, b.constant(*value));
    return true;
  }

  const assembly::Unit& unit_;
};

}  // namespace

void fold_constant_loads(ir::Function& function, const assembly::Unit& unit) {
  ConstantLoads(function, unit).run();
}

}  // namespace portolan::raise
