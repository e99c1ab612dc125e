// The streamer that LLVM's assembler parser feeds: it writes sections, symbols and instructions straight into a Unit.
// Values that need all labels stay expressions until finish().
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "frontends/asm/expressions.h"
#include "frontends/asm/mc_target.h"
#include "frontends/asm/source_lines.h"
#include "frontends/asm/unit.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/MC/MCStreamer.h"

namespace llvm {
class MCSectionELF;
}

namespace portolan::assembly {

class Recorder : public llvm::MCStreamer {
 public:
  Recorder(llvm::MCContext& context, const McTarget& target, Unit& unit, SourceLines& lines);

  // Values, aliases and operands, once everything is parsed.
  void finish();
  // Records that the statement at `line` could not be read; code gets a placeholder.
  void unread(uint32_t line, std::string reason);

  bool hasRawTextSupport() const override { return false; }
  void initSections(bool no_exec_stack, const llvm::MCSubtargetInfo& subtarget) override;
  void changeSection(llvm::MCSection* section, uint32_t subsection) override;
  void emitLabel(llvm::MCSymbol* symbol, llvm::SMLoc location) override;
  void emitAssignment(llvm::MCSymbol* symbol, const llvm::MCExpr* value) override;
  void emitWeakReference(llvm::MCSymbol* alias, const llvm::MCSymbol* symbol) override;
  bool emitSymbolAttribute(llvm::MCSymbol* symbol, llvm::MCSymbolAttr attribute) override;
  void emitELFSize(llvm::MCSymbol* symbol, const llvm::MCExpr* value) override;
  void emitELFSymverDirective(const llvm::MCSymbol* symbol, llvm::StringRef name, bool keep) override;
  void emitCommonSymbol(llvm::MCSymbol* symbol, uint64_t size, llvm::Align alignment) override;
  void emitLocalCommonSymbol(llvm::MCSymbol* symbol, uint64_t size, llvm::Align alignment) override;
  void emitZerofill(llvm::MCSection* section, llvm::MCSymbol* symbol, uint64_t size, llvm::Align alignment,
                    llvm::SMLoc location) override;
  void emitBytes(llvm::StringRef data) override;
  void emitValueImpl(const llvm::MCExpr* value, unsigned size, llvm::SMLoc location) override;
  void emitULEB128Value(const llvm::MCExpr* value) override;
  void emitSLEB128Value(const llvm::MCExpr* value) override;
  void emitDTPRel64Value(const llvm::MCExpr* value) override;
  void emitDTPRel32Value(const llvm::MCExpr* value) override;
  void emitTPRel64Value(const llvm::MCExpr* value) override;
  void emitTPRel32Value(const llvm::MCExpr* value) override;
  void emitFill(const llvm::MCExpr& bytes, uint64_t value, llvm::SMLoc location) override;
  void emitFill(const llvm::MCExpr& count, int64_t size, int64_t value, llvm::SMLoc location) override;
  void emitNops(int64_t, int64_t, llvm::SMLoc, const llvm::MCSubtargetInfo&) override {}
  void emitValueToAlignment(llvm::Align alignment, int64_t value, unsigned value_size, unsigned max_bytes) override;
  void emitCodeAlignment(llvm::Align alignment, const llvm::MCSubtargetInfo*, unsigned max_bytes) override;
  void emitValueToOffset(const llvm::MCExpr* offset, unsigned char value, llvm::SMLoc location) override;
  void emitAssemblerFlag(llvm::MCAssemblerFlag flag) override;
  std::optional<std::pair<bool, std::string>> emitRelocDirective(const llvm::MCExpr& offset, llvm::StringRef name,
                                                                 const llvm::MCExpr* value, llvm::SMLoc location,
                                                                 const llvm::MCSubtargetInfo& subtarget) override;
  void emitInstruction(const llvm::MCInst& inst, const llvm::MCSubtargetInfo& subtarget) override;
  // Unwind tables and line tables are made anew for the translation.
  void emitDwarfLocDirective(unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, llvm::StringRef) override {}
  void emitFileDirective(llvm::StringRef) override {}

 private:
  struct PendingValue {
    uint64_t offset;
    uint8_t size;
    uint32_t line;
    const llvm::MCExpr* value;
  };
  // What a section needs while it grows. In code an alignment waits until it is known whether data follows: between
  // instructions it would only tear holes; labels written after it wait with it.
  struct Growing {
    std::vector<PendingValue> values;
    uint64_t waiting_alignment = 1;
    std::vector<SymbolId> waiting_labels;
    unsigned waiting_flags = 0;                               // x86-64: prefixes written as statements
    const llvm::MCExpr* waiting_tls_call = nullptr;           // AArch64: .tlsdesccall
    std::vector<std::pair<uint64_t, uint64_t>> data_in_code;  // offset and size of runs of data in code
  };

  SymbolId symbol(const llvm::MCSymbol& symbol);
  void begin_section(SymbolId id, SectionId section);
  Section& section() { return unit_.sections[current_]; }
  Growing& growing() { return growing_[current_]; }
  SectionId section_named(const char* name, const char* flags, const char* type);
  void define(SymbolId id, uint32_t line);
  void settle(SectionId id, bool data_follows);
  bool grow(uint64_t bytes);
  void append(const void* data, size_t size);
  void append_zeros(uint64_t count);
  void align_data(uint64_t alignment, int64_t value, unsigned value_size);
  void reserve_local(SymbolId id, uint64_t size, uint64_t alignment);
  void append_instruction(llvm::MCInst inst, uint32_t line);
  bool fold_prefix(llvm::MCInst& inst);
  void unread_at(SectionId section, uint64_t offset, uint32_t line, std::string reason);
  uint32_t line();

  void finish_symbols();
  void finish_values(SectionId id);
  void finish_operands(SectionId id);
  bool finish_operand(Instruction& instruction, unsigned index, std::string& reason);
  bool settle_target(SymbolicValue& value, const Instruction* user, bool is_branch, std::string& reason);
  std::optional<uint64_t> walk(SectionId section, uint64_t offset, int64_t bytes, const Instruction* user);
  SymbolId invent(SectionId section, uint64_t offset);
  void finish_data_in_code(SectionId id);
  void make_unread(SectionId section, Instruction& instruction, std::string reason);
  void resolve_low_parts(SectionId id);

  const McTarget& target_;
  Unit& unit_;
  SourceLines& source_;
  Expressions expressions_;
  llvm::DenseMap<const llvm::MCSymbol*, SymbolId> symbol_ids_;
  llvm::DenseMap<const llvm::MCSection*, SectionId> section_ids_;
  llvm::DenseMap<const llvm::MCSymbol*, SectionId> section_begins_;
  std::vector<Growing> growing_;
  std::vector<std::pair<SymbolId, const llvm::MCExpr*>> sizes_;
  std::vector<std::pair<const llvm::MCSymbol*, uint32_t>> assignments_;
  std::map<std::pair<SectionId, uint64_t>, SymbolId> invented_;
  std::vector<bool> explicitly_local_;
  struct TlsCall {
    SectionId section;
    size_t instruction;
    const llvm::MCExpr* symbol;
  };
  std::vector<TlsCall> tls_calls_;
  SectionId current_ = 0;
  bool other_mode_ = false;  // .code32, .code16
};

}  // namespace portolan::assembly
