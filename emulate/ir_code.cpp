#include "emulate/ir_code.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "frontends/asm/pc_relative.h"
#include "frontends/lifters.h"

namespace portolan::emulate {

using assembly::Flow;
using assembly::Instruction;
using assembly::SymbolId;
using assembly::Unit;

namespace {

constexpr size_t kLongestRun = 32;  // instructions

bool is_system_call(std::string_view opcode) {
  return opcode == "SYSCALL" || opcode == "SYSENTER" || opcode == "SVC" || opcode == "ECALL";
}

SymbolId add_symbol(Unit& unit, uint64_t address, assembly::SectionId section) {
  assembly::Symbol symbol;
  symbol.name = name_of_address(address);
  symbol.binding = assembly::Binding::global;
  symbol.kind = assembly::SymbolKind::function;
  symbol.section = section;
  symbol.offset = section == assembly::kUndefined ? 0 : address;
  unit.symbols.push_back(std::move(symbol));
  return static_cast<SymbolId>(unit.symbols.size() - 1);
}

// A unit for one run of code, whose offsets are addresses.
Unit empty_unit(Isa isa) {
  Unit unit;
  unit.isa = isa;
  unit.file = "image";
  unit.from_object = true;
  assembly::Section section;
  section.name = ".text";
  section.flags = "ax";
  section.type = "progbits";
  section.executable = true;
  unit.sections.push_back(std::move(section));
  return unit;
}

std::vector<assembly::Slot> slots_written(const ir::Function& function) {
  std::vector<assembly::Slot> slots;
  for (const ir::Instruction& i : function.values)
    if (i.op == ir::Op::set_slot && std::find(slots.begin(), slots.end(), i.index) == slots.end())
      slots.push_back(i.index);
  return slots;
}

}  // namespace

std::string name_of_address(uint64_t address) {
  return fmt::format("@{:x}", address);
}

uint64_t address_of_name(std::string_view name) {
  uint64_t address = 0;
  std::from_chars(name.data() + 1, name.data() + name.size(), address, 16);
  return address;
}

IrCode::IrCode(const Image& image)
    : image_(image),
      target_(assembly::McTarget::get(image.isa)),
      lifter_(frontends::lifter(image.isa)),
      decoder_(target_) {}

IrStep* IrCode::at(uint64_t pc) {
  auto known = steps_.find(pc);
  if (known != steps_.end()) return &known->second;
  for (const Segment& segment : image_.segments) {
    if (!segment.executable || pc < segment.address || pc - segment.address >= segment.bytes.size()) continue;
    lift_run(pc, std::span(segment.bytes).subspan(pc - segment.address));
    return &steps_.at(pc);
  }
  return nullptr;
}

// x86-64: the displacement of a memory operand in the thread's storage. Without a name for it a lifter would take it
// for an access to the thread control block; %fs:0 is the thread pointer itself.
static bool is_thread_offset(const assembly::McTarget& target, const llvm::MCInst& inst, unsigned operand) {
  if (target.isa() != Isa::x86_64 || operand < 3 || operand + 1 >= inst.getNumOperands()) return false;
  const llvm::MCInstrDesc& description = target.instructions().get(inst.getOpcode());
  if (operand + 1 >= description.getNumOperands() ||
      description.operands()[operand].OperandType != llvm::MCOI::OPERAND_MEMORY)
    return false;
  const llvm::MCOperand &displacement = inst.getOperand(operand), &segment = inst.getOperand(operand + 1);
  return displacement.isImm() && displacement.getImm() != 0 && segment.isReg() &&
         target.register_name(segment.getReg()) == "FS";
}

void IrCode::name_places(Unit& unit, Instruction& instruction) {
  llvm::MCInst& inst = instruction.inst;
  for (unsigned i = 0; i < inst.getNumOperands(); ++i) {
    assembly::Reference reference = assembly::Reference::address;
    uint64_t place = 0;
    if (assembly::is_pc_relative(target_, inst, i)) {
      place = assembly::named_place(target_, inst, i, instruction.offset, instruction.size);
    } else if (is_thread_offset(target_, inst, i)) {
      place = static_cast<uint64_t>(inst.getOperand(i).getImm());
      reference = assembly::Reference::tls_offset;
    } else {
      continue;
    }
    inst.getOperand(i).setImm(0);
    const SymbolId symbol = add_symbol(unit, place, assembly::kUndefined);
    instruction.symbolic.push_back({static_cast<uint8_t>(i), {symbol, assembly::kNoSymbol, 0, reference, 0}});
  }
}

void IrCode::lift_run(uint64_t pc, std::span<const uint8_t> bytes) {
  Unit unit = empty_unit(image_.isa);
  std::vector<Instruction> run;
  std::vector<SymbolId> entries;
  for (bool straight = true; straight && run.size() < kLongestRun && !bytes.empty();) {
    Instruction instruction;
    instruction.offset = pc;
    instruction.size = static_cast<uint8_t>(decoder_.decode({bytes.data(), bytes.size()}, instruction.inst));
    if (instruction.size == 0) break;
    straight = lifter_.flow(instruction.inst).kind == Flow::Kind::next;
    name_places(unit, instruction);
    entries.push_back(add_symbol(unit, pc, 0));
    bytes = bytes.subspan(instruction.size);
    pc += instruction.size;
    run.push_back(std::move(instruction));
  }
  if (run.empty()) {
    steps_[pc].refusal = fmt::format("the bytes at {:#x} are no instruction", pc);
    return;
  }
  // Each instruction, and whatever comes behind the last, is a function of its own, so that lifting one ends there.
  Instruction behind;
  behind.offset = pc;
  behind.size = 1;
  add_symbol(unit, pc, 0);
  unit.sections[0].instructions = run;
  unit.sections[0].instructions.push_back(behind);
  unit.sections[0].size = pc + 1;
  const assembly::CodeIndex index(unit);
  for (size_t n = 0; n < run.size(); ++n) {
    auto [at, inserted] = steps_.try_emplace(run[n].offset);
    if (!inserted) continue;
    IrStep& step = at->second;
    step.size = run[n].size;
    step.opcode = run[n].inst.getOpcode();
    step.system_call = is_system_call(target_.opcode_name(run[n].inst.getOpcode()));
    assembly::LiftResult lifted = assembly::lift_function(index, lifter_, entries[n]);
    if (!lifted.refusals.empty()) {
      step.refusal = lifted.refusals[0].message;
      continue;
    }
    step.function = std::move(lifted.function);
    step.written = slots_written(step.function);
    for (const ir::CallTarget& call : step.function.calls)
      step.called.push_back(call.indirect ? 0 : address_of_name(call.symbol.name) + call.symbol.addend);
    step.interpreter = std::make_unique<ir::Interpreter>(step.function);
  }
}

}  // namespace portolan::emulate
