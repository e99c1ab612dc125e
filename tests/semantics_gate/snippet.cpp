#include "tests/semantics_gate/snippet.h"

#include <set>
#include <sstream>

namespace portolan::gate {
namespace {

assembly::Unit unit_of(const Generator& generator, Isa isa, const Instance& instance) {
  using namespace assembly;
  Unit unit;
  unit.isa = isa;
  unit.file = "snippet";
  Section text;
  text.name = ".text";
  text.flags = "ax";
  text.type = "progbits";
  text.executable = true;
  const llvm::MCInst breakpoint = *generator.decode(generator.breakpoint());
  for (uint32_t line : {kInstructionLine, kNextLine, kTakenLine}) {
    assembly::Instruction instruction;
    instruction.inst = line == kInstructionLine ? instance.inst : breakpoint;
    instruction.offset = (line - 1) * 16;
    instruction.size = 16;
    instruction.line = line;
    if (line == kInstructionLine && instance.target_operand) {
      instruction.inst.getOperand(*instance.target_operand) = llvm::MCOperand::createImm(0);
      instruction.symbolic.push_back(
          {static_cast<uint8_t>(*instance.target_operand), {1, kNoSymbol, 0, Reference::address, 0}});
    }
    text.instructions.push_back(std::move(instruction));
  }
  text.size = 48;
  unit.sections.push_back(std::move(text));
  Symbol entry;
  entry.name = "snippet";
  entry.binding = Binding::global;
  entry.kind = SymbolKind::function;
  entry.section = 0;
  Symbol taken = entry;
  taken.name = ".Ltaken";
  taken.binding = Binding::local;
  taken.kind = SymbolKind::none;
  taken.temporary = true;
  taken.offset = 32;
  unit.symbols = {entry, taken};
  unit.symbol_by_name = {{"snippet", 0}, {".Ltaken", 1}};
  return unit;
}

// Flags named in the row with any of w, u, m.
std::set<std::string> declared_flags(std::string_view flags) {
  std::set<std::string> names;
  std::istringstream words{std::string(flags)};
  for (std::string word; words >> word;)
    if (const size_t colon = word.find(':'); colon != std::string::npos && word[colon + 1] != 'r')
      names.insert(word.substr(0, colon));
  return names;
}

std::string undeclared_flags(const ir::Function& function, const assembly::Machine& machine, std::string_view flags) {
  const std::set<std::string> declared = declared_flags(flags);
  std::set<std::string> missing;
  for (const ir::Block& block : function.blocks)
    for (ir::ValueId id : block.instructions)
      if (function[id].op == ir::Op::set_slot && machine.slots[function[id].index].width == 1 &&
          !declared.contains(machine.slots[function[id].index].name))
        missing.insert(machine.slots[function[id].index].name);
  std::string text;
  for (const std::string& name : missing) text += (text.empty() ? "" : " ") + name;
  return text;
}

}  // namespace

Snippet make_snippet(const Generator& generator, const assembly::Lifter& lifter, Isa isa, unsigned opcode,
                     Instance instance) {
  Snippet snippet;
  snippet.isa = isa;
  snippet.opcode = opcode;
  snippet.instance = std::move(instance);
  snippet.text = assembly::McTarget::get(isa).print(snippet.instance.inst);
  const assembly::Unit unit = unit_of(generator, isa, snippet.instance);
  assembly::LiftResult lifted = assembly::lift_function(assembly::CodeIndex(unit), lifter, 0);
  if (!lifted.refusals.empty()) snippet.refusal = lifted.refusals[0].message;
  snippet.function = std::move(lifted.function);
  if (const assembly::Row* row = lifter.rows().find(opcode))
    snippet.undeclared = undeclared_flags(snippet.function, assembly::Machine::get(isa), row->flags);
  for (const ir::Instruction& inst : snippet.function.values) {
    const ir::Effects effects = ir::info(inst.op).effects;
    snippet.touches_memory |= effects == ir::Effects::Reads || effects == ir::Effects::Writes;
  }
  const std::vector<uint8_t> breakpoint = generator.breakpoint();
  snippet.code = snippet.instance.bytes;
  while (snippet.code.size() < kSnippetBytes)
    snippet.code.insert(snippet.code.end(), breakpoint.begin(), breakpoint.end());
  return snippet;
}

}  // namespace portolan::gate
