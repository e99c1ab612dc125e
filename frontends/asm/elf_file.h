// The parts of an ELF object that concern us, checked and in plain structs; LLVM's Object library does the parsing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/diagnostic.h"
#include "ir/isa.h"

namespace portolan::assembly {

struct ElfRelocation {
  uint64_t offset;
  uint32_t type;
  uint32_t symbol;
  int64_t addend;
};

// Addends are any 64 bits; what is added to them wraps, as addresses do.
inline int64_t moved(int64_t addend, int64_t by) {
  return static_cast<int64_t>(static_cast<uint64_t>(addend) + static_cast<uint64_t>(by));
}

struct ElfSection {
  std::string name;
  uint32_t type = 0;
  uint64_t flags = 0;
  uint64_t size = 0;
  uint64_t alignment = 1;
  uint64_t entry_size = 0;
  std::string_view contents;               // within the file; empty for nobits
  std::vector<ElfRelocation> relocations;  // sorted by offset
};

struct ElfSymbol {
  std::string name;
  uint64_t value;
  uint64_t size;
  uint8_t type;
  uint8_t binding;
  uint8_t visibility;
  uint16_t section;  // an index or SHN_*
};

struct ElfFile {
  Isa isa = Isa::x86_64;
  std::vector<ElfSection> sections;  // by ELF index
  std::vector<ElfSymbol> symbols;    // by ELF index
};

// Fails with a message that says what the file is instead, or where it is damaged.
Expected<ElfFile> parse_elf(std::string_view contents, const std::string& name, std::optional<Isa> expected);

}  // namespace portolan::assembly
