#include "frontends/asm/mc_target.h"

#include <cassert>
#include <mutex>

#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"

namespace portolan::assembly {
namespace {

struct Description {
  const char* triple;
  const char* features;
  void (*initialise)();
};

void initialise_x86_64() {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmParser();
  LLVMInitializeX86Disassembler();
}
void initialise_aarch64() {
  LLVMInitializeAArch64TargetInfo();
  LLVMInitializeAArch64TargetMC();
  LLVMInitializeAArch64AsmParser();
  LLVMInitializeAArch64Disassembler();
}
void initialise_riscv64() {
  LLVMInitializeRISCVTargetInfo();
  LLVMInitializeRISCVTargetMC();
  LLVMInitializeRISCVAsmParser();
  LLVMInitializeRISCVDisassembler();
}

// Everything the parsers and disassemblers know, so that what cannot be lifted is refused by its mnemonic and not as
// "instruction requires". RISC-V goes without C: the parser would compress silently.
const Description& description(Isa isa) {
  static constexpr Description kX86 = {"x86_64-linux-gnu", "", initialise_x86_64};
  static constexpr Description kAarch64 = {"aarch64-linux-gnu", "+all", initialise_aarch64};
  static constexpr Description kRiscv = {
      "riscv64-linux-gnu",
      "+m,+a,+f,+d,+v,+zba,+zbb,+zbc,+zbs,+zbkb,+zbkx,+zicsr,+zifencei,+zicond,+zfh,+zvfh,+zfa,+zicbom,+zicbop,+zicboz,"
      "+zihintpause,+zihintntl,+zawrs,+zimop",
      initialise_riscv64};
  switch (isa) {
    case Isa::x86_64:
      return kX86;
    case Isa::aarch64:
      return kAarch64;
    case Isa::riscv64:
      break;
  }
  return kRiscv;
}

}  // namespace

const McTarget& McTarget::get(Isa isa) {
  // A static each, so that a run initialises only the CPUs that it meets.
  switch (isa) {
    case Isa::x86_64: {
      static const McTarget target(Isa::x86_64);
      return target;
    }
    case Isa::aarch64: {
      static const McTarget target(Isa::aarch64);
      return target;
    }
    case Isa::riscv64:
      break;
  }
  static const McTarget target(Isa::riscv64);
  return target;
}

McTarget::McTarget(Isa isa) : isa_(isa), triple_(description(isa).triple), features_(description(isa).features) {
  static std::mutex registry;  // LLVM's list of targets is not guarded, and each ISA's table may be asked for first
  std::lock_guard lock(registry);
  description(isa).initialise();
  std::string error;
  target_ = llvm::TargetRegistry::lookupTarget(triple_, error);
  assert(target_ != nullptr && "the linked LLVM lacks a CPU");
  registers_.reset(target_->createMCRegInfo(triple_));
  asm_info_.reset(target_->createMCAsmInfo(*registers_, triple_, options_));
  instructions_.reset(target_->createMCInstrInfo());
  subtarget_.reset(target_->createMCSubtargetInfo(triple_, "", features_));
}

std::string_view McTarget::opcode_name(unsigned opcode) const {
  if (opcode >= instructions_->getNumOpcodes()) return "?";
  return {instructions_->getName(opcode).data(), instructions_->getName(opcode).size()};
}

std::string_view McTarget::register_name(unsigned reg) const {
  return reg < registers_->getNumRegs() ? registers_->getName(reg) : "?";
}

std::string McTarget::print(const llvm::MCInst& inst) const {
  if (inst.getOpcode() == 0) return "<unread>";
  std::unique_ptr<llvm::MCInstPrinter> printer(
      target_->createMCInstPrinter(llvm::Triple(triple_), 0, *asm_info_, *instructions_, *registers_));
  std::string text;
  llvm::raw_string_ostream out(text);
  printer->printInst(&inst, 0, "", *subtarget_, out);
  size_t start = text.find_first_not_of(" \t");
  return start == std::string::npos ? text : text.substr(start);
}

}  // namespace portolan::assembly
