#include "tests/unit/asm/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "frontends/aarch64/opcodes.h"
#include "frontends/asm/mc_target.h"
#include "frontends/riscv64/opcodes.h"

namespace portolan::assembly::testing {
namespace {

// The assembler pads with nops where text has an alignment.
bool is_nop(const McTarget& target, const llvm::MCInst& inst) {
  switch (target.isa()) {
    case Isa::x86_64: {
      std::string_view name = target.opcode_name(inst.getOpcode());
      return name.starts_with("NOOP") || target.print(inst).starts_with("xchgw\t%ax, %ax");
    }
    case Isa::aarch64:
      return inst.getOpcode() == aarch64::HINT && inst.getOperand(0).getImm() == 0;
    case Isa::riscv64:
      break;
  }
  return inst.getOpcode() == riscv64::ADDI && inst.getOperand(0).getReg() == riscv64::X0;
}

// What one assembler may write in two ways: the operands of sums (the compressed forms add to their destination), and
// the sign of 32-bit constants.
llvm::MCInst canonical(Isa isa, llvm::MCInst inst) {
  using namespace riscv64;
  static constexpr unsigned kCommutative[] = {ADD, ADDW, AND, OR, XOR};
  if (isa == Isa::riscv64 && std::count(std::begin(kCommutative), std::end(kCommutative), inst.getOpcode()) != 0) {
    unsigned a = inst.getOperand(1).getReg(), b = inst.getOperand(2).getReg();
    inst.getOperand(1).setReg(std::min(a, b));
    inst.getOperand(2).setReg(std::max(a, b));
  }
  if (isa == Isa::x86_64)
    for (llvm::MCOperand& operand : inst)
      if (operand.isImm() && operand.getImm() > INT32_MAX && operand.getImm() <= UINT32_MAX &&
          McTarget::get(isa).opcode_name(inst.getOpcode()).find("32") != std::string_view::npos)
        operand.setImm(static_cast<int32_t>(operand.getImm()));
  return inst;
}

// The code of a unit by section name, without nops.
struct Code {
  const Unit& unit;
  std::map<std::string, std::vector<const Instruction*>> sections;

  explicit Code(const Unit& u) : unit(u) {
    const McTarget& target = McTarget::get(u.isa);
    for (const Section& s : u.sections)
      for (const Instruction& i : s.instructions)
        if (!is_nop(target, i.inst)) sections[s.name].push_back(&i);
  }

  // How many instructions stand before an offset: the same number on both sides.
  size_t index(const Section& s, uint64_t offset) const {
    auto found = sections.find(s.name);
    if (found == sections.end()) return 0;
    auto at = std::lower_bound(found->second.begin(), found->second.end(), offset,
                               [](const Instruction* i, uint64_t o) { return i->offset < o; });
    return static_cast<size_t>(at - found->second.begin());
  }

  // Assemblers put local common symbols at different ends of .bss: a place there is a variable and a distance.
  std::string variable(SectionId section, uint64_t offset) const {
    const Symbol* best = nullptr;
    for (const Symbol& s : unit.symbols)
      if (s.section == section && s.kind != SymbolKind::section && !s.temporary && s.offset <= offset &&
          (best == nullptr || s.offset > best->offset))
        best = &s;
    return best == nullptr ? fmt::format("{}", offset) : fmt::format("{}+{}", best->name, offset - best->offset);
  }

  std::string place(SymbolId id, int64_t addend) const {
    if (id == kNoSymbol) return "-";
    const Symbol& symbol = unit.symbols[id];
    if (symbol.section >= unit.sections.size()) return fmt::format("{}{:+}", symbol.name, addend);
    const Section& s = unit.sections[symbol.section];
    uint64_t offset = symbol.offset + static_cast<uint64_t>(addend);
    if (s.type == "nobits") return fmt::format("{}:{}", s.name, variable(symbol.section, offset));
    if (s.executable && s.instruction_at(offset)) return fmt::format("{}#{}", s.name, index(s, offset));
    if (s.executable && offset >= s.size) return fmt::format("{}#end", s.name);
    if (s.executable) return fmt::format("{}#data{}", s.name, index(s, offset));
    return fmt::format("{}+{:#x}", s.name, offset);
  }
};

class Comparison {
 public:
  Comparison(const Unit& text, const Unit& object) : text_(text), object_(object) {}

  std::vector<std::string> run() {
    functions();
    symbols();
    code();
    for (const Section& s : text_.unit.sections)
      if (s.allocated && !s.executable && s.size != 0) data(s);
    return std::move(found_);
  }

 private:
  void differ(std::string what) {
    if (found_.size() < 20) found_.push_back(std::move(what));
  }

  void functions() {
    auto names = [](const Unit& u) {
      std::vector<std::string> result;
      for (SymbolId id : u.functions()) result.push_back(u.symbols[id].name);
      std::sort(result.begin(), result.end());
      return result;
    };
    if (names(text_.unit) != names(object_.unit)) differ("functions");
  }

  void symbols() {
    for (const Symbol& a : text_.unit.symbols) {
      if (a.temporary || a.kind == SymbolKind::section || a.section == kAbsolute) continue;
      auto id = object_.unit.symbol_by_name.find(a.name);
      // An object lists an undefined symbol only if something uses it.
      if (id == object_.unit.symbol_by_name.end()) {
        if (a.section != kUndefined) differ(fmt::format("symbol {} is not in the object", a.name));
        continue;
      }
      const Symbol& b = object_.unit.symbols[id->second];
      bool in_code = a.section < text_.unit.sections.size() && text_.unit.sections[a.section].executable;
      bool same = a.binding == b.binding && a.visibility == b.visibility &&
                  (a.section == kUndefined || a.kind == b.kind) &&
                  (in_code || (a.size == b.size && a.alignment == b.alignment));
      if (!same) differ(fmt::format("symbol {} has other attributes", a.name));
      SymbolId mine = text_.unit.symbol_by_name.at(a.name);
      if (text_.place(mine, 0) != object_.place(id->second, 0))
        differ(fmt::format("symbol {} at {} and {}", a.name, text_.place(mine, 0), object_.place(id->second, 0)));
    }
  }

  std::string describe(const Code& side, const Instruction& i) const {
    std::string line = McTarget::get(side.unit.isa).print(canonical(side.unit.isa, i.inst));
    // uxtw is mov of the lower half to GNU as and ubfx to LLVM.
    unsigned to = 0, from = 0;
    if (std::sscanf(line.c_str(), "ubfx\tx%u, x%u, #0, #32", &to, &from) == 2 && line.ends_with(", #32"))
      line = fmt::format("mov\tw{}, w{}", to, from);
    if (line.starts_with("notrack")) line = line.substr(line.find_first_not_of(" \t", 7));  // not shown by LLVM
    std::vector<std::string> operands;
    for (const Instruction::SymbolicOperand& s : i.symbolic)
      operands.push_back(fmt::format(" {}={}:{}", s.operand, static_cast<int>(s.value.reference),
                                     side.place(s.value.symbol, s.value.addend)));
    std::sort(operands.begin(), operands.end());
    for (const std::string& o : operands) line += o;
    return line;
  }

  void code() {
    for (const auto& [name, instructions] : text_.sections) {
      const std::vector<const Instruction*>& other = object_.sections[name];
      if (instructions.size() != other.size())
        differ(fmt::format("{} has {} and {} instructions", name, instructions.size(), other.size()));
      for (size_t i = 0; i < std::min(instructions.size(), other.size()); ++i) {
        std::string a = describe(text_, *instructions[i]), b = describe(object_, *other[i]);
        if (a != b) differ(fmt::format("{} line {}: {} | {}", name, instructions[i]->line, a, b));
      }
    }
  }

  const Section* object_section(const std::string& name) const {
    for (const Section& s : object_.unit.sections)
      if (s.name == name) return &s;
    return nullptr;
  }

  uint64_t value_at(const Section& s, uint64_t offset, unsigned size) const {
    uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) value |= uint64_t{s.contents[offset + i]} << (8 * i);
    return value;
  }

  // A distance within code that the assembler knew: the object's own instructions must lie that far apart.
  bool is_known_distance(const Fixup& fixup, const Section& other) const {
    const Symbol &plus = text_.unit.symbols[fixup.value.symbol], &minus = text_.unit.symbols[fixup.value.minus];
    if (plus.section != minus.section || plus.section >= text_.unit.sections.size()) return false;
    const Section& s = text_.unit.sections[plus.section];
    const std::vector<const Instruction*>& code = object_.sections.at(s.name);
    size_t a = text_.index(s, plus.offset), b = text_.index(s, minus.offset);
    if (a >= code.size() || b >= code.size()) return false;
    uint64_t distance =
        static_cast<uint64_t>(static_cast<int64_t>(code[a]->offset - code[b]->offset) >> fixup.value.right_shift);
    uint64_t mask = fixup.size == 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * fixup.size)) - 1;
    return (distance & mask) == value_at(other, fixup.offset, fixup.size);
  }

  void data(const Section& s) {
    const Section* other = object_section(s.name);
    if (other == nullptr) return differ(fmt::format("section {} is not in the object", s.name));
    bool same = (s.size == other->size || s.type == "nobits") && s.flags == other->flags && s.type == other->type &&
                s.entry_size == other->entry_size && s.alignment == other->alignment;
    if (!same)
      differ(fmt::format("section {}: other size or attributes: {} {} {}, {} {} {}", s.name, s.size, s.flags,
                         s.alignment, other->size, other->flags, other->alignment));
    std::map<uint64_t, const Fixup*> theirs;
    for (const Fixup& f : other->fixups) theirs[f.offset] = &f;
    std::vector<uint8_t> bytes = s.contents;
    for (const Fixup& f : s.fixups) {
      auto match = theirs.find(f.offset);
      if (match == theirs.end()) {
        if (f.value.minus == kNoSymbol || !is_known_distance(f, *other))
          differ(fmt::format("fixup {}+{:#x}", s.name, f.offset));
        for (unsigned i = 0; i < f.size; ++i) bytes[f.offset + i] = other->contents[f.offset + i];
        continue;
      }
      compare_fixup(s, f, *match->second);
      theirs.erase(match);
    }
    if (!theirs.empty()) differ(fmt::format("section {}: the object has more fixups", s.name));
    if (bytes != other->contents && s.type != "nobits") differ(fmt::format("section {}: other bytes", s.name));
  }

  // value + minus is the same place on both sides, however the assembler wrote it.
  void compare_fixup(const Section& s, const Fixup& a, const Fixup& b) {
    int64_t shift = 0;
    if (a.value.minus != kNoSymbol && b.value.minus != kNoSymbol)
      shift =
          static_cast<int64_t>(text_.unit.symbols[a.value.minus].offset - object_.unit.symbols[b.value.minus].offset);
    bool minus_in_code =
        a.value.minus != kNoSymbol && text_.unit.sections[text_.unit.symbols[a.value.minus].section].executable;
    if (minus_in_code) shift = 0;
    std::string x = text_.place(a.value.symbol, a.value.addend),
                y = object_.place(b.value.symbol, b.value.addend + shift);
    if (x != y || a.size != b.size || a.value.reference != b.value.reference ||
        a.value.right_shift != b.value.right_shift || (a.value.minus == kNoSymbol) != (b.value.minus == kNoSymbol))
      differ(fmt::format("fixup {}+{:#x}: {} | {}", s.name, a.offset, x, y));
  }

  Code text_;
  Code object_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> differences(const Unit& text, const Unit& object) {
  return Comparison(text, object).run();
}

}  // namespace portolan::assembly::testing
