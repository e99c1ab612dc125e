// The code of an object file: decoding guided by symbols, relocations to symbolic operands, labels for targets that the
// assembler resolved itself.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "frontends/asm/decoder.h"
#include "frontends/asm/elf_file.h"
#include "frontends/asm/relocations.h"
#include "frontends/asm/unit.h"

namespace portolan::assembly {

class ObjectCode {
 public:
  // `symbol_of` maps ELF symbol indices; kNoSymbol for those that have no counterpart.
  ObjectCode(const McTarget& target, Unit& unit, const ElfFile& file, const std::vector<SymbolId>& symbol_of)
      : target_(target), unit_(unit), file_(file), symbol_of_(symbol_of), decoder_(target) {}

  // The places of the symbols; to be called when all are known.
  void index_symbols();
  // A mapping symbol ($x, $d) or, on x86-64, an object within code.
  void mark(SectionId section, uint64_t offset, bool is_data) { marks_[section][offset] = is_data; }
  // Decodes one executable section. Relocations of data within it are left to `data`.
  void read(SectionId id, const ElfSection& from, const std::function<void(const ElfRelocation&)>& data);
  // RISC-V low parts, when all sections are read.
  void finish();
  // Makes the instruction at a place, if there is one, such that its function is refused.
  void refuse(SectionId id, uint64_t offset, const std::string& reason);

 private:
  struct LowPart {
    SectionId section;
    uint64_t offset;
    uint8_t operand;
    SymbolId label;
  };
  using Relocations = llvm::ArrayRef<ElfRelocation>;

  void read_code(SectionId id, const ElfSection& from, uint64_t begin, uint64_t end, Relocations relocations);
  uint64_t next_entry(SectionId id, uint64_t offset, uint64_t end) const;
  void make_unread(SectionId id, Instruction& instruction, const std::string& reason);
  bool apply(SectionId id, Instruction& instruction, const ElfRelocation& relocation, std::string& reason);
  bool apply_x86(Instruction& instruction, const ElfRelocation& relocation, RelocationKind kind, std::string& reason);
  bool apply_mark(Instruction& instruction, const ElfRelocation& relocation, RelocationKind kind, std::string& reason);
  bool fuse_call(SectionId id, llvm::ArrayRef<uint8_t> bytes, Instruction& instruction, const ElfRelocation& relocation,
                 std::string& reason);
  bool settle_places(SectionId id, Instruction& instruction, std::string& reason);
  SymbolId label(SectionId id, uint64_t offset, uint64_t from, bool is_call);

  const McTarget& target_;
  Unit& unit_;
  const ElfFile& file_;
  const std::vector<SymbolId>& symbol_of_;
  Decoder decoder_;
  std::map<SectionId, std::map<uint64_t, bool>> marks_;
  std::map<std::pair<SectionId, uint64_t>, SymbolId> named_;   // the symbol to prefer at a place
  std::map<std::pair<SectionId, uint64_t>, SymbolId> labels_;  // temporary ones
  std::map<SectionId, std::vector<uint64_t>> entries_;         // starts of functions, ascending
  std::vector<LowPart> low_parts_;
};

}  // namespace portolan::assembly
