#include "frontends/asm/text_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <memory>

#include "frontends/asm/inclusions.h"
#include "frontends/asm/mc_target.h"
#include "frontends/asm/prepass.h"
#include "frontends/asm/recorder.h"
#include "frontends/asm/source_lines.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCObjectFileInfo.h"
#include "llvm/MC/MCParser/MCAsmParser.h"
#include "llvm/MC/MCParser/MCTargetAsmParser.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

namespace portolan::assembly {
namespace {

constexpr size_t kMaxDiagnostics = 1000;

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    lines.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

// Takes the messages of the parser, which come between the statements they are about.
class Messages {
 public:
  Messages(Unit& unit, SourceLines& lines) : unit_(unit), lines_(lines) {}
  void attach(Recorder& recorder) { recorder_ = &recorder; }

  static void handle(const llvm::SMDiagnostic& message, void* self) { static_cast<Messages*>(self)->add(message); }

 private:
  void add(const llvm::SMDiagnostic& message) {
    // Notes repeat what the error said, but for macros: the expansion's own location is of no use to the user.
    if (message.getKind() == llvm::SourceMgr::DK_Note || message.getKind() == llvm::SourceMgr::DK_Remark) return;
    uint32_t line = lines_.line(message.getLoc());
    if (message.getKind() == llvm::SourceMgr::DK_Warning) {
      report(Severity::warning, line, message);
      return;
    }
    report(Severity::error, line, message);
    recorder_->unread(line, message.getMessage().str());
  }

  void report(Severity severity, uint32_t line, const llvm::SMDiagnostic& message) {
    if (unit_.diagnostics.size() >= kMaxDiagnostics) return;
    bool in_line = message.getColumnNo() >= 0 && line != 0 && line <= unit_.lines.size() &&
                   unit_.lines[line - 1] == message.getLineContents();
    uint32_t column = in_line ? static_cast<uint32_t>(message.getColumnNo()) + 1 : 0;
    Diagnostic made{severity, {unit_.file, line, column}, message.getMessage().str(), {}};
    if (line != 0 && line <= unit_.lines.size()) made.source_line = unit_.lines[line - 1];
    unit_.diagnostics.push_back(std::move(made));
  }

  Unit& unit_;
  SourceLines& lines_;
  Recorder* recorder_ = nullptr;
};

// Diagnostics for what the recorder itself refused; the parser's own errors are there already.
void report_unread(Unit& unit) {
  std::vector<Diagnostic> made;
  for (const UnreadLine& u : unit.unread) {
    if (unit.diagnostics.size() + made.size() >= kMaxDiagnostics) break;
    bool known = false;
    for (const Diagnostic& d : unit.diagnostics) known |= d.location.line == u.line && d.message == u.reason;
    if (!known) made.push_back({Severity::error, {unit.file, u.line, 0}, u.reason, u.text});
  }
  for (Diagnostic& d : made) unit.diagnostics.push_back(std::move(d));
  if (unit.unread.size() > kMaxDiagnostics)
    unit.diagnostics.push_back(error_at(
        {unit.file, 0, 0}, fmt::format("{} lines could not be read; only the first are listed", unit.unread.size())));
}

// Whether there is a word z0…, p0… or za…, AArch64's scalable registers.
bool names_scalable_register(std::string_view text) {
  auto in_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '$';
  };
  for (size_t at = 0; at + 1 < text.size(); ++at) {
    const char first = static_cast<char>(text[at] | 0x20), second = static_cast<char>(text[at + 1] | 0x20);
    if (first != 'z' && first != 'p') continue;
    if (at != 0 && in_word(text[at - 1])) continue;
    if (std::isdigit(static_cast<unsigned char>(second)) != 0 || (first == 'z' && second == 'a')) return true;
  }
  return false;
}

// Beyond what the target's description says. LLVM's AArch64 parser tries every operand as a scalable register first, a
// tenth of a translation, so it learns of them only where some are; a lone `rdvl` is then refused for wanting sve.
std::string more_features(std::string_view text, Isa isa, bool compressed) {
  if (isa == Isa::aarch64) return names_scalable_register(text) ? "" : ",-sve,-sme";
  return compressed ? ",+c" : "";
}

void sort_fixups(Unit& unit) {
  for (Section& section : unit.sections)
    std::stable_sort(section.fixups.begin(), section.fixups.end(),
                     [](const Fixup& a, const Fixup& b) { return a.offset < b.offset; });
}

}  // namespace

Unit read_text(std::string_view text, const std::string& name, Isa isa) {
  Unit unit;
  unit.isa = isa;
  unit.file = name;
  unit.lines = split_lines(text);
  const McTarget& target = McTarget::get(isa);
  Prepared prepared = prepare(text, isa);

  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(llvm::MemoryBuffer::getMemBuffer(prepared.text, name, /*RequiresNullTerminator=*/true),
                             llvm::SMLoc());
  SourceLines lines(sources, prepared.text, std::move(prepared.expansions));
  Messages messages(unit, lines);
  sources.setDiagHandler(Messages::handle, &messages);

  std::string features = target.features() + more_features(prepared.text, isa, prepared.compressed);
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget(
      target.target().createMCSubtargetInfo(target.triple(), "", features));
  llvm::MCContext context(llvm::Triple(target.triple()), &target.asm_info(), &target.registers(), subtarget.get(),
                          &sources, &target.options());
  context.setDiagnosticHandler(
      [&messages](const llvm::SMDiagnostic& message, bool, const llvm::SourceMgr&, std::vector<const llvm::MDNode*>&) {
        Messages::handle(message, &messages);
      });
  std::unique_ptr<llvm::MCObjectFileInfo> object_info(target.target().createMCObjectFileInfo(context, /*PIC=*/false));
  context.setObjectFileInfo(object_info.get());

  Recorder recorder(context, target, unit, lines);
  messages.attach(recorder);
  target.target().createNullTargetStreamer(recorder);  // the parsers of AArch64 and RISC-V use it unasked
  std::unique_ptr<llvm::MCAsmParser> parser(llvm::createMCAsmParser(sources, context, recorder, target.asm_info()));
  std::unique_ptr<llvm::MCTargetAsmParser> target_parser(
      target.target().createMCAsmParser(*subtarget, *parser, target.instructions(), target.options()));
  parser->setTargetParser(*target_parser);
  Inclusions inclusions;
  inclusions.Initialize(*parser);
  // What streamers report (a label defined twice) does not pass through the source manager.
  context.setDiagnosticHandler([&](const llvm::SMDiagnostic& message, bool, const llvm::SourceMgr&,
                                   std::vector<const llvm::MDNode*>&) { Messages::handle(message, &messages); });
  parser->Run(/*NoInitialTextSection=*/false, /*NoFinalize=*/true);
  if (recorder.getTargetStreamer() != nullptr) recorder.getTargetStreamer()->emitConstantPools();
  recorder.finish();
  sort_fixups(unit);
  report_unread(unit);
  return unit;
}

}  // namespace portolan::assembly
