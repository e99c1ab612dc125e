#include "emulate/assemble.h"

#include <fmt/format.h>

#include <memory>
#include <mutex>

#include "llvm/MC/MCAsmBackend.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCObjectFileInfo.h"
#include "llvm/MC/MCObjectWriter.h"
#include "llvm/MC/MCParser/MCAsmParser.h"
#include "llvm/MC/MCParser/MCTargetAsmParser.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCStreamer.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"

namespace portolan::emulate {
namespace {

struct Target {
  const char* triple;
  const char* features;
  const char* abi;  // goes into the header's flags, which the linker compares
  void (*initialize)();
};

const Target& target_of(Isa isa) {
  static constexpr Target kTargets[] = {
      {"x86_64-linux-gnu", "", "",
       [] { LLVMInitializeX86TargetInfo(), LLVMInitializeX86TargetMC(), LLVMInitializeX86AsmParser(); }},
      {"aarch64-linux-gnu", "+all", "",
       [] { LLVMInitializeAArch64TargetInfo(), LLVMInitializeAArch64TargetMC(), LLVMInitializeAArch64AsmParser(); }},
      {"riscv64-linux-gnu", "+m,+a,+f,+d,+c,+zicsr,+zifencei", "lp64d",
       [] { LLVMInitializeRISCVTargetInfo(), LLVMInitializeRISCVTargetMC(), LLVMInitializeRISCVAsmParser(); }},
  };
  static std::once_flag once;
  std::call_once(once, [] {
    for (const Target& target : kTargets) target.initialize();
  });
  return kTargets[static_cast<size_t>(isa)];
}

// Keeps the first error; MC goes on parsing, and what follows is often a consequence.
void keep_first(const llvm::SMDiagnostic& message, Diagnostic& first) {
  if (message.getKind() != llvm::SourceMgr::DK_Error || !first.message.empty()) return;
  first = error_at({message.getFilename().str(), static_cast<uint32_t>(std::max(0, message.getLineNo())),
                    static_cast<uint32_t>(message.getColumnNo() + 1)},
                   message.getMessage().str());
  first.source_line = message.getLineContents().str();
}

}  // namespace

Expected<Object> assemble(Isa isa, std::string_view text, const AssembleOptions& options) {
  const Target& ours = target_of(isa);
  const llvm::Triple triple(ours.triple);
  std::string error;
  const llvm::Target* target = llvm::TargetRegistry::lookupTarget(ours.triple, error);
  if (target == nullptr) return error_at({}, error);

  llvm::MCTargetOptions target_options;
  target_options.ABIName = ours.abi;
  std::string features = ours.features;
  if (!options.features.empty()) features += (features.empty() ? "" : ",") + options.features;
  std::unique_ptr<llvm::MCRegisterInfo> registers(target->createMCRegInfo(ours.triple));
  std::unique_ptr<llvm::MCAsmInfo> info(target->createMCAsmInfo(*registers, ours.triple, target_options));
  std::unique_ptr<llvm::MCInstrInfo> instructions(target->createMCInstrInfo());
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget(target->createMCSubtargetInfo(ours.triple, "", features));

  Diagnostic first;
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(llvm::MemoryBuffer::getMemBufferCopy({text.data(), text.size()}, options.name), {});
  sources.setDiagHandler(
      [](const llvm::SMDiagnostic& message, void* out) { keep_first(message, *static_cast<Diagnostic*>(out)); },
      &first);
  llvm::MCContext context(triple, info.get(), registers.get(), subtarget.get(), &sources, &target_options);
  context.setDiagnosticHandler([&first](const llvm::SMDiagnostic& message, bool, const llvm::SourceMgr&,
                                        std::vector<const llvm::MDNode*>&) { keep_first(message, first); });
  std::unique_ptr<llvm::MCObjectFileInfo> file_info(target->createMCObjectFileInfo(context, /*PIC=*/false));
  context.setObjectFileInfo(file_info.get());

  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream out(bytes);
  std::unique_ptr<llvm::MCAsmBackend> backend(target->createMCAsmBackend(*subtarget, *registers, target_options));
  std::unique_ptr<llvm::MCObjectWriter> writer = backend->createObjectWriter(out);
  std::unique_ptr<llvm::MCCodeEmitter> emitter(target->createMCCodeEmitter(*instructions, context));
  std::unique_ptr<llvm::MCStreamer> streamer(target->createMCObjectStreamer(
      triple, context, std::move(backend), std::move(writer), std::move(emitter), *subtarget));
  std::unique_ptr<llvm::MCAsmParser> parser(llvm::createMCAsmParser(sources, context, *streamer, *info));
  std::unique_ptr<llvm::MCTargetAsmParser> target_parser(
      target->createMCAsmParser(*subtarget, *parser, *instructions, target_options));
  parser->setTargetParser(*target_parser);
  const bool bad = parser->Run(/*NoInitialTextSection=*/false);
  if (bad || !first.message.empty() || context.hadError()) {
    if (first.message.empty()) first = error_at({options.name, 0, 0}, "cannot be assembled");
    return first;
  }
  return Object(bytes.begin(), bytes.end());
}

}  // namespace portolan::emulate
