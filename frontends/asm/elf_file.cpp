#include "frontends/asm/elf_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Object/ELF.h"
#include "llvm/Support/MathExtras.h"

namespace portolan::assembly {
namespace {

namespace elf = llvm::ELF;
using File = llvm::object::ELFFile<llvm::object::ELF64LE>;

class Parser {
 public:
  Parser(std::string_view contents, const std::string& name) : contents_(contents), name_(name) {}

  Expected<ElfFile> parse(std::optional<Isa> expected) {
    if (std::string reason = check_header(expected); !reason.empty()) return failure(reason);
    llvm::Expected<File> file = File::create(llvm::StringRef(contents_.data(), contents_.size()));
    if (!file) return damaged(file.takeError());
    auto sections = file->sections();
    if (!sections) return damaged(sections.takeError());
    for (const auto& header : *sections)
      if (std::string reason = add_section(*file, header); !reason.empty()) return failure(reason);
    for (const auto& header : *sections) {
      std::string reason;
      if (header.sh_type == elf::SHT_SYMTAB) reason = add_symbols(*file, header);
      if (header.sh_type == elf::SHT_REL && header.sh_size != 0) reason = "relocations without addends";
      if (!reason.empty()) return failure(reason);
    }
    for (const auto& header : *sections)
      if (header.sh_type == elf::SHT_RELA)
        if (std::string reason = add_relocations(*file, header); !reason.empty()) return failure(reason);
    return std::move(result_);
  }

 private:
  Diagnostic failure(const std::string& reason) const { return error_at({name_, 0, 0}, reason); }
  static std::string text(llvm::Error error) {
    return fmt::format("damaged object: {}", llvm::toString(std::move(error)));
  }
  Diagnostic damaged(llvm::Error error) const { return failure(text(std::move(error))); }

  std::string check_header(std::optional<Isa> expected) {
    if (contents_.size() < 64) return "damaged object: the file ends within its header";
    auto byte = [this](size_t at) { return static_cast<unsigned char>(contents_[at]); };
    if (byte(elf::EI_CLASS) != elf::ELFCLASS64) return "a 32-bit object: only 64-bit ones are read";
    if (byte(elf::EI_DATA) != elf::ELFDATA2LSB) return "a big-endian object: only little-endian ones are read";
    unsigned type = byte(16) | byte(17) << 8, machine = byte(18) | byte(19) << 8;
    switch (machine) {
      case elf::EM_X86_64:
        result_.isa = Isa::x86_64;
        break;
      case elf::EM_AARCH64:
        result_.isa = Isa::aarch64;
        break;
      case elf::EM_RISCV:
        result_.isa = Isa::riscv64;
        break;
      default:
        return fmt::format("an object for another CPU (ELF machine {})", machine);
    }
    if (expected && *expected != result_.isa)
      return fmt::format("this object is for {}, not for {}", to_string(result_.isa), to_string(*expected));
    if (type == elf::ET_EXEC || type == elf::ET_DYN)
      return "a linked program or library: give the objects (.o) it was made from";
    if (type != elf::ET_REL) return fmt::format("an ELF file of type {}, not a relocatable object", type);
    return {};
  }

  std::string add_section(const File& file, const File::Elf_Shdr& header) {
    ElfSection section;
    llvm::Expected<llvm::StringRef> name = file.getSectionName(header);
    if (!name) return text(name.takeError());
    section.name = name->str();
    section.type = header.sh_type;
    section.flags = header.sh_flags;
    section.size = header.sh_size;
    section.alignment = std::max<uint64_t>(header.sh_addralign, 1);
    section.entry_size = header.sh_entsize;
    if (!llvm::isPowerOf2_64(section.alignment))
      return fmt::format("damaged object: alignment of section {}", section.name);
    if (header.sh_type != elf::SHT_NOBITS && header.sh_type != elf::SHT_NULL) {
      auto bytes = file.getSectionContents(header);
      if (!bytes) return text(bytes.takeError());
      section.contents = {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
    }
    if (section.flags & elf::SHF_ALLOC && section.flags & elf::SHF_COMPRESSED)
      return "a compressed section of the program";
    result_.sections.push_back(std::move(section));
    return {};
  }

  std::string add_symbols(const File& file, const File::Elf_Shdr& header) {
    auto symbols = file.symbols(&header);
    if (!symbols) return text(symbols.takeError());
    llvm::Expected<llvm::StringRef> names = file.getStringTableForSymtab(header);
    if (!names) return text(names.takeError());
    for (const auto& symbol : *symbols) {
      llvm::Expected<llvm::StringRef> name = symbol.getName(*names);
      if (!name) return text(name.takeError());
      if (symbol.st_shndx == elf::SHN_XINDEX) return "more than 65,000 sections";
      result_.symbols.push_back({name->str(), symbol.st_value, symbol.st_size, symbol.getType(), symbol.getBinding(),
                                 symbol.getVisibility(), symbol.st_shndx});
    }
    return {};
  }

  std::string add_relocations(const File& file, const File::Elf_Shdr& header) {
    auto relocations = file.relas(header);
    if (!relocations) return text(relocations.takeError());
    if (header.sh_info >= result_.sections.size()) return "damaged object: relocations of no section";
    ElfSection& section = result_.sections[header.sh_info];
    for (const auto& relocation : *relocations) {
      uint32_t symbol = relocation.getSymbol(false);
      if (symbol != 0 && symbol >= result_.symbols.size()) return "damaged object: a relocation names no symbol";
      section.relocations.push_back({relocation.r_offset, relocation.getType(false), symbol, relocation.r_addend});
    }
    std::stable_sort(section.relocations.begin(), section.relocations.end(),
                     [](const ElfRelocation& a, const ElfRelocation& b) { return a.offset < b.offset; });
    return {};
  }

  std::string_view contents_;
  const std::string& name_;
  ElfFile result_;
};

}  // namespace

Expected<ElfFile> parse_elf(std::string_view contents, const std::string& name, std::optional<Isa> expected) {
  return Parser(contents, name).parse(expected);
}

}  // namespace portolan::assembly
