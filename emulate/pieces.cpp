// Assemblers drop the labels of strings and compilers' tables; what refers to them keeps their addresses, and so shows
// where each begins.
#include "emulate/pieces.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "llvm/BinaryFormat/ELF.h"

namespace portolan::emulate {
namespace {

namespace elf = llvm::ELF;
using ElfFile = llvm::object::ELF64LEObjectFile;

// x86-64 counts from the end of the instruction, mostly 4 bytes behind the place ("System V ABI, AMD64", 4.4).
int64_t bias(Isa isa, uint64_t type) {
  if (isa != Isa::x86_64) return 0;
  switch (type) {
    case elf::R_X86_64_PC32:
    case elf::R_X86_64_GOTPCREL:
    case elf::R_X86_64_GOTPCRELX:
    case elf::R_X86_64_REX_GOTPCRELX:
      return 4;
    default:
      return 0;
  }
}

std::set<uint64_t> addresses_referred_to(const ElfFile& file, Isa isa) {
  std::set<uint64_t> addresses;
  for (const llvm::object::SectionRef& section : file.sections())
    for (const llvm::object::RelocationRef& relocation : section.relocations()) {
      const auto symbol = relocation.getSymbol();
      if (symbol == file.symbol_end()) continue;
      auto value = symbol->getValue();
      auto addend = llvm::object::ELFRelocationRef(relocation).getAddend();
      if (value && addend) addresses.insert(*value + static_cast<uint64_t>(*addend + bias(isa, relocation.getType())));
      if (!value) llvm::consumeError(value.takeError());
      if (!addend) llvm::consumeError(addend.takeError());
    }
  return addresses;
}

// Zeros behind the end of a string may be padding, and are not the same in another file.
uint64_t without_padding(const Image& image, uint64_t first, uint64_t end) {
  for (const Segment& segment : image.segments) {
    if (first < segment.address || end > segment.address + segment.bytes.size()) continue;
    auto byte = [&](uint64_t address) { return segment.bytes[address - segment.address]; };
    while (end - first >= 2 && byte(end - 1) == 0 && byte(end - 2) == 0) --end;
  }
  return end;
}

std::vector<DataObject> named_objects(const ElfFile& file) {
  std::vector<DataObject> objects;
  for (const llvm::object::ELFSymbolRef symbol : file.symbols()) {
    llvm::Expected<llvm::StringRef> name = symbol.getName();
    llvm::Expected<uint64_t> address = symbol.getValue();
    const uint8_t type = symbol.getELFType();
    if (name && address && symbol.getSize() != 0 && (type == elf::STT_OBJECT || type == elf::STT_NOTYPE))
      objects.push_back({name->str(), *address, symbol.getSize(), symbol.getBinding() == elf::STB_LOCAL});
    if (!name) llvm::consumeError(name.takeError());
    if (!address) llvm::consumeError(address.takeError());
  }
  std::sort(objects.begin(), objects.end(),
            [](const DataObject& a, const DataObject& b) { return a.address < b.address; });
  return objects;
}

}  // namespace

void read_pieces(const ElfFile& file, Image& image) {
  const std::set<uint64_t> starts = addresses_referred_to(file, image.isa);
  const std::vector<DataObject> named = named_objects(file);
  const std::vector<DataObject>& variables = image.objects;
  auto is_variable = [&](const DataObject& object) {
    return std::any_of(variables.begin(), variables.end(),
                       [&](const DataObject& v) { return v.address == object.address && v.name == object.name; });
  };
  auto cut = [&](uint64_t first, uint64_t end) {  // what nothing names
    while (first < end) {
      const auto next = starts.upper_bound(first);
      const uint64_t until = next == starts.end() ? end : std::min(*next, end);
      const uint64_t size = without_padding(image, first, until) - first;
      image.pieces.push_back({fmt::format("the constant at {:#x}", first), first, size, true});
      first = until;
    }
  };
  for (const llvm::object::ELFSectionRef section : file.sections()) {
    const uint64_t flags = section.getFlags();
    if ((flags & elf::SHF_ALLOC) == 0 || (flags & (elf::SHF_EXECINSTR | elf::SHF_TLS)) != 0) continue;
    uint64_t at = section.getAddress();
    const uint64_t end = at + section.getSize();
    for (const DataObject& object : named) {
      if (object.address < section.getAddress() || object.address >= end) continue;
      cut(at, object.address);
      if (!is_variable(object)) image.pieces.push_back(object);
      at = std::max(at, object.address + object.size);
    }
    cut(at, end);
  }
}

}  // namespace portolan::emulate
