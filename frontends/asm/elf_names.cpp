#include "frontends/asm/elf_names.h"

#include <fmt/format.h>

#include "llvm/BinaryFormat/ELF.h"

namespace portolan::assembly {
namespace {

namespace elf = llvm::ELF;

struct Flag {
  uint64_t bit;
  char letter;
};
constexpr Flag kFlags[] = {{elf::SHF_ALLOC, 'a'},      {elf::SHF_EXCLUDE, 'e'},     {elf::SHF_WRITE, 'w'},
                           {elf::SHF_EXECINSTR, 'x'},  {elf::SHF_MERGE, 'M'},       {elf::SHF_STRINGS, 'S'},
                           {elf::SHF_GROUP, 'G'},      {elf::SHF_TLS, 'T'},         {elf::SHF_LINK_ORDER, 'o'},
                           {elf::SHF_GNU_RETAIN, 'R'}, {elf::SHF_X86_64_LARGE, 'l'}};

std::string type_name(uint32_t type) {
  switch (type) {
    case elf::SHT_PROGBITS:
      return "progbits";
    case elf::SHT_NOBITS:
      return "nobits";
    case elf::SHT_NOTE:
      return "note";
    case elf::SHT_INIT_ARRAY:
      return "init_array";
    case elf::SHT_FINI_ARRAY:
      return "fini_array";
    case elf::SHT_PREINIT_ARRAY:
      return "preinit_array";
    case elf::SHT_X86_64_UNWIND:
      return "unwind";
    default:
      return fmt::format("{:#x}", type);
  }
}

}  // namespace

void set_kind(Section& section, uint32_t elf_type, uint64_t elf_flags) {
  section.type = type_name(elf_type);
  for (const Flag& flag : kFlags)
    if (elf_flags & flag.bit) section.flags += flag.letter;
  section.executable = elf_flags & elf::SHF_EXECINSTR;
  section.writable = elf_flags & elf::SHF_WRITE;
  section.thread_local_ = elf_flags & elf::SHF_TLS;
  section.allocated = elf_flags & elf::SHF_ALLOC;
}

}  // namespace portolan::assembly
