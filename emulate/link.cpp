#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "emulate/assemble.h"
#include "emulate/image.h"
#include "emulate/library_handler.h"
#include "emulate/pieces.h"
#include "emulate/subprocess.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Object/ELFObjectFile.h"

namespace portolan::emulate {
namespace {

namespace elf = llvm::ELF;
using ElfFile = llvm::object::ELF64LEObjectFile;
using llvm::object::ELF64LEFile;

enum class Use : uint8_t { data, function, thread_local_ };

// What the objects want from elsewhere, and what they define.
struct Wanted {
  std::map<std::string, Use> undefined;
  std::set<std::string> defined;
};

std::string text_of(llvm::Error error) {
  return llvm::toString(std::move(error));
}

// An undefined symbol has no type; the relocations tell what it is used as.
Use use_of(Isa isa, uint32_t type, const std::string& relocation_name) {
  if (relocation_name.find("TLS") != std::string::npos || relocation_name.find("TPOFF") != std::string::npos ||
      relocation_name.find("TPREL") != std::string::npos)
    return Use::thread_local_;
  switch (isa) {
    case Isa::x86_64:
      return type == elf::R_X86_64_PLT32 ? Use::function : Use::data;
    case Isa::aarch64:
      return type == elf::R_AARCH64_CALL26 || type == elf::R_AARCH64_JUMP26 ? Use::function : Use::data;
    case Isa::riscv64:
      return type == elf::R_RISCV_CALL || type == elf::R_RISCV_CALL_PLT || type == elf::R_RISCV_JAL ? Use::function
                                                                                                    : Use::data;
  }
  return Use::data;
}

// The linker makes these when they are asked for.
bool made_by_linker(const std::string& name) {
  static const std::set<std::string> kNames = {"_GLOBAL_OFFSET_TABLE_",
                                               "__global_pointer$",
                                               "_TLS_MODULE_BASE_",
                                               "_DYNAMIC",
                                               "__ehdr_start",
                                               "__executable_start",
                                               "_end",
                                               "end",
                                               "_etext",
                                               "etext",
                                               "_edata",
                                               "edata",
                                               "__bss_start",
                                               "__dso_handle"};
  return kNames.count(name) != 0 || name.starts_with("__start_") || name.starts_with("__stop_") ||
         name.ends_with("_array_start") || name.ends_with("_array_end");
}

uint16_t machine_of(Isa isa) {
  static constexpr uint16_t kMachines[] = {elf::EM_X86_64, elf::EM_AARCH64, elf::EM_RISCV};
  return kMachines[static_cast<size_t>(isa)];
}

Expected<std::unique_ptr<ElfFile>> open_elf(Isa isa, std::span<const uint8_t> bytes, const char* what) {
  const llvm::MemoryBufferRef buffer({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, what);
  llvm::Expected<ElfFile> file = ElfFile::create(buffer);
  if (!file) return error_at({what, 0, 0}, text_of(file.takeError()));
  if (file->getELFFile().getHeader().e_machine != machine_of(isa))
    return error_at({what, 0, 0}, fmt::format("not an ELF file for {}", to_string(isa)));
  return std::make_unique<ElfFile>(std::move(*file));
}

// The object may be damaged: only the parts of LLVM Object that return errors are used (its iterators end the process).
std::string collect_symbols(Isa isa, const ELF64LEFile& file, Wanted& wanted) {
  auto sections = file.sections();
  if (!sections) return text_of(sections.takeError());
  const ELF64LEFile::Elf_Shdr* table = nullptr;
  for (const auto& section : *sections)
    if (section.sh_type == elf::SHT_SYMTAB) table = &section;
  if (table == nullptr) return {};
  auto symbols = file.symbols(table);
  if (!symbols) return text_of(symbols.takeError());
  auto strings = file.getStringTableForSymtab(*table);
  if (!strings) return text_of(strings.takeError());

  std::vector<std::string> undefined(symbols->size());  // names by index
  for (size_t i = 0; i < symbols->size(); ++i) {
    const auto& symbol = (*symbols)[i];
    auto name = symbol.getName(*strings);
    if (!name) return text_of(name.takeError());
    if (name->empty() || symbol.getBinding() == elf::STB_LOCAL) continue;
    if (symbol.st_shndx != elf::SHN_UNDEF)
      wanted.defined.insert(name->str());
    else if (symbol.getBinding() != elf::STB_WEAK) {
      undefined[i] = name->str();
      wanted.undefined.try_emplace(undefined[i], Use::data);
    }
  }
  for (const auto& section : *sections) {
    if (section.sh_type != elf::SHT_RELA) continue;
    auto relocations = file.relas(section);
    if (!relocations) return text_of(relocations.takeError());
    for (const auto& relocation : *relocations) {
      const uint32_t index = relocation.getSymbol(false), type = relocation.getType(false);
      if (index >= undefined.size() || undefined[index].empty()) continue;
      Use& use = wanted.undefined[undefined[index]];
      const llvm::StringRef type_name = llvm::object::getELFRelocationTypeName(machine_of(isa), type);
      if (use == Use::data) use = use_of(isa, type, type_name.str());
    }
  }
  return {};
}

// Arguments that give every undefined function and object an address; thread-local ones get a definition in `assembly`.
std::vector<std::string> place_undefined(const Wanted& wanted, const LinkOptions& options, Image& image,
                                         std::string& assembly) {
  std::vector<std::string> arguments;
  uint64_t stub = kStubBase + kStubSlot, slot = kExternalDataBase;
  for (const auto& [name, guess] : wanted.undefined) {
    if (wanted.defined.count(name) != 0 || made_by_linker(name)) continue;
    const bool is_function = options.functions.count(name) != 0 || find_library_function(name) != nullptr;
    const Use use = guess == Use::data && is_function ? Use::function : guess;
    if (use == Use::thread_local_) {
      assembly += fmt::format(".globl \"{0}\"\n.type \"{0}\",%object\n.balign 16\n\"{0}\":\n.zero 64\n", name);
      continue;
    }
    uint64_t& next = use == Use::function ? stub : slot;
    if (use == Use::function) image.externals[next] = name;
    image.symbols[name] = next;
    arguments.push_back(fmt::format("\"--defsym={}={}\"", name, next));
    next += use == Use::function ? kStubSlot : kExternalDataSlot;
  }
  if (slot != kExternalDataBase)
    image.segments.push_back({kExternalDataBase, {}, page_ceil(slot) - kExternalDataBase, true, false});
  return arguments;
}

// The thread's block, where the three ABIs put it around the thread pointer (as the linker computed its offsets: see
// "ELF Handling For Thread-Local Storage", variants I and II, and the RISC-V psABI).
void place_thread(const ElfFile& file, const std::vector<uint8_t>& bytes, Image& image) {
  uint64_t address = 0, file_size = 0, size = 0, alignment = 1, offset = 0;
  for (const auto& header : llvm::cantFail(file.getELFFile().program_headers())) {
    if (header.p_type != elf::PT_TLS) continue;
    address = header.p_vaddr, file_size = header.p_filesz, size = header.p_memsz, offset = header.p_offset;
    alignment = std::max<uint64_t>(1, header.p_align);
  }
  if (size == 0 && image.isa != Isa::x86_64) return;
  const uint64_t mask = std::max<uint64_t>(alignment, 16) - 1;
  auto align_up = [mask](uint64_t value) { return (value + mask) & ~mask; };
  Segment segment{kThreadBase, {}, 0, true, false};
  switch (image.isa) {
    case Isa::x86_64:
      image.thread_pointer = align_up(kThreadBase + size + alignment);
      image.thread_storage = image.thread_pointer - size - ((0 - address - size) & (alignment - 1));
      break;
    case Isa::aarch64:
      image.thread_pointer = align_up(kThreadBase);
      image.thread_storage = image.thread_pointer + 16 + ((address - 16) & (alignment - 1));
      break;
    case Isa::riscv64:
      image.thread_pointer = align_up(kThreadBase + 64);  // the thread's own data stands below tp
      image.thread_storage = image.thread_pointer + (address & (alignment - 1));
      break;
  }
  const uint64_t thread_head = image.thread_pointer + 256;  // x86-64: the self pointer, the stack protector's canary
  segment.memory_size = page_ceil(std::max(thread_head, image.thread_storage + size)) - kThreadBase;
  segment.bytes.resize(segment.memory_size);
  std::copy_n(bytes.begin() + static_cast<ptrdiff_t>(offset), file_size,
              segment.bytes.begin() + static_cast<ptrdiff_t>(image.thread_storage - kThreadBase));
  if (image.isa == Isa::x86_64)
    for (int i = 0; i < 8; ++i)
      segment.bytes[image.thread_pointer - kThreadBase + i] = static_cast<uint8_t>(image.thread_pointer >> (8 * i));
  image.segments.push_back(std::move(segment));
}

void read_segments(const ElfFile& file, const std::vector<uint8_t>& bytes, Image& image) {
  for (const auto& header : llvm::cantFail(file.getELFFile().program_headers())) {
    if (header.p_type != elf::PT_LOAD || header.p_memsz == 0) continue;
    Segment segment{
        page_floor(header.p_vaddr), {}, 0, (header.p_flags & elf::PF_W) != 0, (header.p_flags & elf::PF_X) != 0};
    const uint64_t lead = header.p_vaddr - segment.address;
    segment.bytes.resize(lead + header.p_filesz);
    std::copy_n(bytes.begin() + static_cast<ptrdiff_t>(header.p_offset), header.p_filesz,
                segment.bytes.begin() + static_cast<ptrdiff_t>(lead));
    segment.memory_size = page_ceil(lead + header.p_memsz);
    image.segments.push_back(std::move(segment));
  }
}

// Whether the program itself may write what stands in the section.
bool holds_variables(const ElfFile& file, const llvm::object::ELFSymbolRef& symbol) {
  static constexpr const char* kLinkers[] = {".data.rel.ro", ".got",   ".init_array", ".fini_array",
                                             ".ctors",       ".dtors", ".dynamic"};
  const auto section = llvm::cantFail(symbol.getSection());
  if (section == file.section_end()) return false;
  const llvm::object::ELFSectionRef found(*section);
  const std::string name = llvm::cantFail(found.getName()).str();
  return (found.getFlags() & (elf::SHF_WRITE | elf::SHF_ALLOC)) == (elf::SHF_WRITE | elf::SHF_ALLOC) &&
         std::none_of(std::begin(kLinkers), std::end(kLinkers), [&](const char* l) { return name.starts_with(l); });
}

std::string read_symbols(const ElfFile& file, Image& image) {
  for (const bool global : {true, false}) {  // where a name is both, the global one wins
    for (const llvm::object::ELFSymbolRef symbol : file.symbols()) {
      llvm::Expected<llvm::StringRef> name = symbol.getName();
      llvm::Expected<uint64_t> value = symbol.getValue();
      llvm::Expected<uint32_t> flags = symbol.getFlags();
      if (!name) return text_of(name.takeError());
      if (!value) return text_of(value.takeError());
      if (!flags) return text_of(flags.takeError());
      const uint8_t type = symbol.getELFType();
      if (name->empty() || (*flags & llvm::object::SymbolRef::SF_Undefined) || type == elf::STT_FILE ||
          type == elf::STT_SECTION || global == (symbol.getBinding() == elf::STB_LOCAL))
        continue;
      const uint64_t address = *value + (type == elf::STT_TLS ? image.thread_storage : 0);
      const bool first = image.symbols.try_emplace(name->str(), address).second;
      if (first && symbol.getSize() != 0 && type != elf::STT_FUNC && holds_variables(file, symbol))
        image.objects.push_back({name->str(), address, symbol.getSize(), !global});
    }
  }
  std::sort(image.objects.begin(), image.objects.end(),
            [](const DataObject& a, const DataObject& b) { return a.address < b.address; });
  if (const uint64_t* pointer = image.find_symbol("__global_pointer$")) image.global_pointer = *pointer;
  return {};
}

Expected<std::vector<uint8_t>> run_linker(std::span<const Object> objects, const Object& thread_locals,
                                          const LinkOptions& options, const std::vector<std::string>& placed) {
  Expected<TemporaryDirectory> directory = TemporaryDirectory::make();
  if (!directory) return directory.error();
  // Arguments go through a file: there may be thousands of undefined symbols.
  std::string arguments = fmt::format(
      "-static --no-pie -nostdlib -e 0 -z norelro -z max-page-size=4096 -z noexecstack --build-id=none --strip-debug "
      "--no-dynamic-linker --emit-relocs --image-base={} -o {}\n",
      options.base, directory->file("image"));
  for (const std::string& argument : placed) arguments += argument + "\n";
  auto add = [&](const Object& object, const std::string& name) {
    arguments += directory->file(name) + "\n";
    return write_file(directory->file(name), object);
  };
  std::string failure;
  for (size_t i = 0; i < objects.size() && failure.empty(); ++i) failure = add(objects[i], fmt::format("{}.o", i));
  if (failure.empty() && !thread_locals.empty()) failure = add(thread_locals, "thread_locals.o");
  if (failure.empty())
    failure = write_file(directory->file("arguments"),
                         {reinterpret_cast<const uint8_t*>(arguments.data()), arguments.size()});
  if (!failure.empty()) return error_at({}, failure);
  Expected<ProcessResult> linked = run_process({"ld.lld-19", "@" + directory->file("arguments")});
  if (!linked) return linked.error();
  if (linked->status != 0) return error_at({}, fmt::format("linking for execution failed: {}", linked->messages));
  return read_file(directory->file("image"));
}

uint64_t hash_bytes(uint64_t hash, std::span<const uint8_t> bytes) {
  for (const uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001b3;  // FNV-1a
  return hash;
}

}  // namespace

void seal(Image& image) {
  std::sort(image.segments.begin(), image.segments.end(),
            [](const Segment& a, const Segment& b) { return a.address < b.address; });
  uint64_t hash = 0xcbf29ce484222325 + static_cast<uint64_t>(image.isa);
  auto add = [&hash](uint64_t value) { hash = (hash ^ value) * 0x9e3779b97f4a7c15, hash ^= hash >> 29; };
  for (const Segment& segment : image.segments) {
    add(segment.address), add(segment.memory_size), add(segment.writable * 2 + segment.executable);
    hash = hash_bytes(hash, segment.bytes);
  }
  for (const auto& [address, name] : image.externals) {
    add(address);
    hash = hash_bytes(hash, {reinterpret_cast<const uint8_t*>(name.data()), name.size()});
  }
  add(image.thread_pointer), add(image.global_pointer);
  image.identity = hash == 0 ? 1 : hash;
}

Expected<Image> link_image(Isa isa, std::span<const Object> objects, const LinkOptions& options) {
  Wanted wanted;
  for (const Object& object : objects) {
    Expected<std::unique_ptr<ElfFile>> file = open_elf(isa, object, "object");
    if (!file) return file.error();
    const std::string failure = collect_symbols(isa, (*file)->getELFFile(), wanted);
    if (!failure.empty()) return error_at({}, failure);
  }
  Image image;
  image.isa = isa;
  std::string assembly;
  const std::vector<std::string> placed = place_undefined(wanted, options, image, assembly);
  Object thread_locals;
  if (!assembly.empty()) {
    Expected<Object> made = assemble(isa, ".section .tbss,\"awT\",%nobits\n" + assembly);
    if (!made) return made.error();
    thread_locals = std::move(*made);
  }
  Expected<std::vector<uint8_t>> linked = run_linker(objects, thread_locals, options, placed);
  if (!linked) return linked.error();
  Expected<std::unique_ptr<ElfFile>> file = open_elf(isa, *linked, "linked image");
  if (!file) return file.error();
  place_thread(**file, *linked, image);
  read_segments(**file, *linked, image);
  const std::string failure = read_symbols(**file, image);
  if (!failure.empty()) return error_at({}, failure);
  read_pieces(**file, image);
  seal(image);
  return image;
}

}  // namespace portolan::emulate
