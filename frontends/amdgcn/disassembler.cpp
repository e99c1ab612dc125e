#include "frontends/amdgcn/disassembler.h"

#include <cassert>
#include <mutex>

#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDisassembler/MCDisassembler.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstPrinter.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"

namespace portolan::amdgcn {

struct Disassembler::Tables {
  llvm::MCTargetOptions options;
  std::unique_ptr<llvm::MCRegisterInfo> registers;
  std::unique_ptr<llvm::MCAsmInfo> asm_info;
  std::unique_ptr<llvm::MCInstrInfo> instructions;
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget;
  std::unique_ptr<llvm::MCContext> context;
  std::unique_ptr<llvm::MCDisassembler> disassembler;
  std::unique_ptr<llvm::MCInstPrinter> printer;
};

Disassembler::Disassembler(Processor processor) : tables_(std::make_unique<Tables>()) {
  static std::mutex registry;  // LLVM's list of targets is not guarded
  std::lock_guard lock(registry);
  LLVMInitializeAMDGPUTargetInfo();
  LLVMInitializeAMDGPUTargetMC();
  LLVMInitializeAMDGPUDisassembler();
  Tables& t = *tables_;
  const llvm::Triple triple("amdgcn-amd-amdhsa");
  std::string error;
  const llvm::Target* target = llvm::TargetRegistry::lookupTarget(triple.str(), error);
  assert(target != nullptr && "the linked LLVM lacks AMDGPU");
  t.registers.reset(target->createMCRegInfo(triple.str()));
  t.asm_info.reset(target->createMCAsmInfo(*t.registers, triple.str(), t.options));
  t.instructions.reset(target->createMCInstrInfo());
  t.subtarget.reset(target->createMCSubtargetInfo(triple.str(), to_string(processor), ""));
  t.context = std::make_unique<llvm::MCContext>(triple, t.asm_info.get(), t.registers.get(), t.subtarget.get());
  t.disassembler.reset(target->createMCDisassembler(*t.subtarget, *t.context));
  t.printer.reset(target->createMCInstPrinter(triple, 0, *t.asm_info, *t.instructions, *t.registers));
}

Disassembler::~Disassembler() = default;

Disassembler::Line Disassembler::read(std::span<const uint8_t> bytes) {
  Tables& t = *tables_;
  llvm::MCInst inst;
  uint64_t size = 0;
  const auto status =
      t.disassembler->getInstruction(inst, size, llvm::ArrayRef(bytes.data(), bytes.size()), 0, llvm::nulls());
  if (status != llvm::MCDisassembler::Success || size == 0 || size > bytes.size()) return {};
  Line line;
  line.size = static_cast<unsigned>(size);
  llvm::raw_string_ostream out(line.text);
  t.printer->printInst(&inst, 0, "", *t.subtarget, out);
  line.text.erase(0, line.text.find_first_not_of(" \t"));
  return line;
}

}  // namespace portolan::amdgcn
