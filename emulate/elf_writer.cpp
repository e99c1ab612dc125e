#include "emulate/elf_writer.h"

#include <cstring>

#include "llvm/BinaryFormat/ELF.h"

namespace portolan::emulate {

namespace elf = llvm::ELF;

Executable write_executable(Isa isa, std::span<const Segment* const> segments, uint64_t entry) {
  static constexpr uint16_t kMachines[] = {elf::EM_X86_64, elf::EM_AARCH64, elf::EM_RISCV};
  static constexpr uint32_t kFlags[] = {0, 0, elf::EF_RISCV_RVC | elf::EF_RISCV_FLOAT_ABI_DOUBLE};
  Executable result;
  elf::Elf64_Ehdr header{};
  std::memcpy(header.e_ident, elf::ElfMagic, 4);
  header.e_ident[elf::EI_CLASS] = elf::ELFCLASS64;
  header.e_ident[elf::EI_DATA] = elf::ELFDATA2LSB;
  header.e_ident[elf::EI_VERSION] = elf::EV_CURRENT;
  header.e_type = elf::ET_EXEC;
  header.e_machine = kMachines[static_cast<size_t>(isa)];
  header.e_version = elf::EV_CURRENT;
  header.e_entry = entry;
  header.e_phoff = sizeof header;
  header.e_flags = kFlags[static_cast<size_t>(isa)];
  header.e_ehsize = sizeof header;
  header.e_phentsize = sizeof(elf::Elf64_Phdr);
  header.e_phnum = static_cast<uint16_t>(segments.size());

  uint64_t offset = page_ceil(sizeof header + segments.size() * sizeof(elf::Elf64_Phdr));
  std::vector<elf::Elf64_Phdr> programs;
  for (const Segment* segment : segments) {
    elf::Elf64_Phdr program{};
    program.p_type = elf::PT_LOAD;
    program.p_flags = elf::PF_R | (segment->writable ? elf::PF_W : 0u) | (segment->executable ? elf::PF_X : 0u);
    program.p_offset = offset;
    program.p_vaddr = program.p_paddr = segment->address;
    program.p_filesz = program.p_memsz = page_ceil(segment->memory_size);
    program.p_align = kPageSize;
    programs.push_back(program);
    result.offsets.push_back(offset);
    offset += program.p_filesz;
  }
  result.bytes.resize(offset);
  std::memcpy(result.bytes.data(), &header, sizeof header);
  std::memcpy(result.bytes.data() + sizeof header, programs.data(), programs.size() * sizeof programs[0]);
  for (size_t i = 0; i < segments.size(); ++i)
    std::copy(segments[i]->bytes.begin(), segments[i]->bytes.end(),
              result.bytes.begin() + static_cast<ptrdiff_t>(result.offsets[i]));
  return result;
}

}  // namespace portolan::emulate
