#include "translate/abi/dwarf_sections.h"

#include <vector>

#include "llvm/ADT/StringExtras.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Object/Decompressor.h"
#include "llvm/Object/ELF.h"

namespace portolan::abi {
namespace {

namespace elf = llvm::ELF;
using File = llvm::object::ELFFile<llvm::object::ELF64LE>;
using Section = File::Elf_Shdr;
using Bytes = llvm::SmallVector<uint8_t, 0>;

constexpr uint64_t kMaxDecompressed = uint64_t{1} << 30;

// What a relocation does with symbol + addend: stores it, or adds it to or subtracts it from what is there.
enum class Effect : uint8_t { none, store, add, subtract };
struct Relocation {
  uint16_t machine;
  uint32_t type;
  uint8_t size;
  Effect effect;
};
constexpr Relocation kRelocations[] = {
    {elf::EM_X86_64, elf::R_X86_64_64, 8, Effect::store},
    {elf::EM_X86_64, elf::R_X86_64_32, 4, Effect::store},
    {elf::EM_X86_64, elf::R_X86_64_32S, 4, Effect::store},
    {elf::EM_AARCH64, elf::R_AARCH64_ABS64, 8, Effect::store},
    {elf::EM_AARCH64, elf::R_AARCH64_ABS32, 4, Effect::store},
    {elf::EM_RISCV, elf::R_RISCV_32, 4, Effect::store},
    {elf::EM_RISCV, elf::R_RISCV_64, 8, Effect::store},
    {elf::EM_RISCV, elf::R_RISCV_ADD8, 1, Effect::add},
    {elf::EM_RISCV, elf::R_RISCV_ADD16, 2, Effect::add},
    {elf::EM_RISCV, elf::R_RISCV_ADD32, 4, Effect::add},
    {elf::EM_RISCV, elf::R_RISCV_ADD64, 8, Effect::add},
    {elf::EM_RISCV, elf::R_RISCV_SUB8, 1, Effect::subtract},
    {elf::EM_RISCV, elf::R_RISCV_SUB16, 2, Effect::subtract},
    {elf::EM_RISCV, elf::R_RISCV_SUB32, 4, Effect::subtract},
    {elf::EM_RISCV, elf::R_RISCV_SUB64, 8, Effect::subtract},
    {elf::EM_RISCV, elf::R_RISCV_SET8, 1, Effect::store},
    {elf::EM_RISCV, elf::R_RISCV_SET16, 2, Effect::store},
    {elf::EM_RISCV, elf::R_RISCV_SET32, 4, Effect::store},
};

// Prototypes need addresses of nothing, so relocations of other kinds (line tables, ranges) are left alone.
const Relocation* find_relocation(uint16_t machine, uint32_t type) {
  for (const Relocation& relocation : kRelocations)
    if (relocation.machine == machine && relocation.type == type) return &relocation;
  return nullptr;
}

void apply(const Relocation& relocation, uint64_t offset, uint64_t value, Bytes& bytes) {
  if (offset > bytes.size() || bytes.size() - offset < relocation.size) return;
  uint64_t old = 0;
  for (unsigned i = 0; i < relocation.size; ++i) old |= static_cast<uint64_t>(bytes[offset + i]) << (8 * i);
  if (relocation.effect == Effect::add) value = old + value;
  if (relocation.effect == Effect::subtract) value = old - value;
  for (unsigned i = 0; i < relocation.size; ++i) bytes[offset + i] = static_cast<uint8_t>(value >> (8 * i));
}

class Reader {
 public:
  Reader(const File& file, DebugSections& result) : file_(file), result_(result) {}

  llvm::Error run() {
    llvm::Expected<File::Elf_Shdr_Range> sections = file_.sections();
    if (!sections) return sections.takeError();
    std::vector<Bytes> contents(sections->size());
    std::vector<std::string> names(sections->size());
    for (size_t i = 0; i < sections->size(); ++i)
      if (llvm::Error error = read((*sections)[i], names[i], contents[i])) return error;
    for (const Section& section : *sections)
      if (section.sh_type == elf::SHT_RELA && section.sh_info < names.size() && !names[section.sh_info].empty())
        if (llvm::Error error = relocate(section, contents[section.sh_info])) return error;
    for (size_t i = 0; i < names.size(); ++i)
      if (!names[i].empty())
        result_.try_emplace(names[i], llvm::MemoryBuffer::getMemBufferCopy(llvm::toStringRef(contents[i]), names[i]));
    return llvm::Error::success();
  }

 private:
  // Leaves `name` empty for sections that hold no debug information.
  llvm::Error read(const Section& section, std::string& name, Bytes& bytes) {
    llvm::Expected<llvm::StringRef> section_name = file_.getSectionName(section);
    if (!section_name) return section_name.takeError();
    // Type units of DWARF 4 are not read; dwarf_check.h knows .debug_info only.
    if (!section_name->starts_with(".debug_") || *section_name == ".debug_types" || section.sh_type == elf::SHT_NOBITS)
      return llvm::Error::success();
    llvm::Expected<llvm::ArrayRef<uint8_t>> contents = file_.getSectionContents(section);
    if (!contents) return contents.takeError();
    name = section_name->drop_front().str();
    bytes.assign(contents->begin(), contents->end());
    if (!(section.sh_flags & elf::SHF_COMPRESSED)) return llvm::Error::success();
    llvm::Expected<llvm::object::Decompressor> decompressor =
        llvm::object::Decompressor::create(name, llvm::toStringRef(*contents), /*IsLE=*/true, /*Is64Bit=*/true);
    if (!decompressor) return decompressor.takeError();
    if (decompressor->getDecompressedSize() > kMaxDecompressed)
      return llvm::createStringError("a compressed section is too large");
    return decompressor->resizeAndDecompress(bytes);
  }

  llvm::Error relocate(const Section& section, Bytes& bytes) {
    llvm::Expected<File::Elf_Rela_Range> relocations = file_.relas(section);
    if (!relocations) return relocations.takeError();
    llvm::Expected<const Section*> table = file_.getSection(section.sh_link);
    if (!table) return table.takeError();
    llvm::Expected<File::Elf_Sym_Range> symbols = file_.symbols(*table);
    if (!symbols) return symbols.takeError();
    for (const File::Elf_Rela& entry : *relocations) {
      uint32_t symbol = entry.getSymbol(/*isMips64EL=*/false);
      if (symbol >= symbols->size()) return llvm::createStringError("a relocation names no symbol");
      const Relocation* relocation = find_relocation(file_.getHeader().e_machine, entry.getType(false));
      uint64_t value = (*symbols)[symbol].st_value + static_cast<uint64_t>(entry.r_addend);
      if (relocation) apply(*relocation, entry.r_offset, value, bytes);
    }
    return llvm::Error::success();
  }

  const File& file_;
  DebugSections& result_;
};

}  // namespace

Expected<DebugSections> debug_sections_of_object(std::string_view object, const std::string& name) {
  auto bad = [&](llvm::Error error) {
    return error_at({name, 0, 0}, "is not a readable object file: " + llvm::toString(std::move(error)));
  };
  llvm::StringRef bytes(object.data(), object.size());
  if (!bytes.starts_with(llvm::StringRef("\x7f"
                                         "ELF\x02\x01",
                                         6)))
    return error_at({name, 0, 0}, "is not a 64-bit little-endian ELF file");
  // ELFFile reads its headers in place and wants them aligned.
  std::unique_ptr<llvm::MemoryBuffer> aligned;
  if (reinterpret_cast<uintptr_t>(object.data()) % 8 != 0) {
    aligned = llvm::MemoryBuffer::getMemBufferCopy(bytes);
    bytes = aligned->getBuffer();
  }
  llvm::Expected<File> file = File::create(bytes);
  if (!file) return bad(file.takeError());
  DebugSections sections;
  if (llvm::Error error = Reader(*file, sections).run()) return bad(std::move(error));
  return sections;
}

}  // namespace portolan::abi
