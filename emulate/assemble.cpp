#include "emulate/assemble.h"

#include <fmt/format.h>

#include <memory>

#include "frontends/asm/mc_target.h"
#include "llvm/MC/MCAsmBackend.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCObjectFileInfo.h"
#include "llvm/MC/MCObjectWriter.h"
#include "llvm/MC/MCParser/MCAsmParser.h"
#include "llvm/MC/MCParser/MCTargetAsmParser.h"
#include "llvm/MC/MCStreamer.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

namespace portolan::emulate {
namespace {

struct Dialect {
  const char* features;
  const char* abi;  // goes into the header's flags, which the linker compares
};

// What compilers assume unless told otherwise: with more, RISC-V pseudo-instructions would expand to extensions.
const Dialect& dialect_of(Isa isa) {
  static constexpr Dialect kDialects[] = {{"", ""}, {"+all", ""}, {"+m,+a,+f,+d,+c,+zicsr,+zifencei", "lp64d"}};
  return kDialects[static_cast<size_t>(isa)];
}

struct Errors {
  Diagnostic first;
  std::vector<uint32_t>* lines = nullptr;
};

// Keeps the first error; MC goes on parsing, and what follows is often a consequence.
void keep_first(const llvm::SMDiagnostic& message, Errors& errors) {
  if (message.getKind() != llvm::SourceMgr::DK_Error) return;
  if (errors.lines != nullptr) errors.lines->push_back(static_cast<uint32_t>(std::max(0, message.getLineNo())));
  Diagnostic& first = errors.first;
  if (!first.message.empty()) return;
  first = error_at({message.getFilename().str(), static_cast<uint32_t>(std::max(0, message.getLineNo())),
                    static_cast<uint32_t>(message.getColumnNo() + 1)},
                   message.getMessage().str());
  first.source_line = message.getLineContents().str();
}

}  // namespace

Expected<Object> assemble(const AssemblerTables& t, std::string_view text, const std::string& name,
                          std::vector<uint32_t>* bad_lines) {
  const llvm::Triple triple(t.triple);
  llvm::MCTargetOptions target_options;
  target_options.ABIName = t.abi;
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget(t.target.createMCSubtargetInfo(t.triple, t.processor, t.features));

  Errors errors{{}, bad_lines};
  Diagnostic& first = errors.first;
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(llvm::MemoryBuffer::getMemBufferCopy({text.data(), text.size()}, name), {});
  sources.setDiagHandler(
      [](const llvm::SMDiagnostic& message, void* out) { keep_first(message, *static_cast<Errors*>(out)); }, &errors);
  llvm::MCContext context(triple, &t.asm_info, &t.registers, subtarget.get(), &sources, &target_options);
  context.setDiagnosticHandler([&errors](const llvm::SMDiagnostic& message, bool, const llvm::SourceMgr&,
                                         std::vector<const llvm::MDNode*>&) { keep_first(message, errors); });
  std::unique_ptr<llvm::MCObjectFileInfo> file_info(t.target.createMCObjectFileInfo(context, /*PIC=*/false));
  context.setObjectFileInfo(file_info.get());

  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream out(bytes);
  std::unique_ptr<llvm::MCAsmBackend> backend(t.target.createMCAsmBackend(*subtarget, t.registers, target_options));
  std::unique_ptr<llvm::MCObjectWriter> writer = backend->createObjectWriter(out);
  std::unique_ptr<llvm::MCCodeEmitter> emitter(t.target.createMCCodeEmitter(t.instructions, context));
  std::unique_ptr<llvm::MCStreamer> streamer(t.target.createMCObjectStreamer(
      triple, context, std::move(backend), std::move(writer), std::move(emitter), *subtarget));
  std::unique_ptr<llvm::MCAsmParser> parser(llvm::createMCAsmParser(sources, context, *streamer, t.asm_info));
  std::unique_ptr<llvm::MCTargetAsmParser> target_parser(
      t.target.createMCAsmParser(*subtarget, *parser, t.instructions, target_options));
  parser->setTargetParser(*target_parser);
  const bool bad = parser->Run(/*NoInitialTextSection=*/false);
  if (bad || !first.message.empty() || context.hadError()) {
    if (first.message.empty()) first = error_at({name, 0, 0}, "cannot be assembled");
    return first;
  }
  return Object(bytes.begin(), bytes.end());
}

Expected<Object> assemble(Isa isa, std::string_view text, const AssembleOptions& options) {
  const assembly::McTarget& mc = assembly::McTarget::get(isa);
  std::string features = dialect_of(isa).features;
  if (!options.features.empty()) features += (features.empty() ? "" : ",") + options.features;
  return assemble(
      {mc.target(), mc.triple(), "", features, dialect_of(isa).abi, mc.asm_info(), mc.registers(), mc.instructions()},
      text, options.name, options.bad_lines);
}

}  // namespace portolan::emulate
