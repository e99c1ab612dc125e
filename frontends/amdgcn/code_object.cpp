#include "frontends/amdgcn/code_object.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "frontends/amdgcn/code_lifter.h"
#include "frontends/amdgcn/spaces.h"
#include "llvm/Object/ELFObjectFile.h"

namespace portolan::amdgcn {
namespace {

constexpr uint64_t kLargestImage = uint64_t{1} << 28;
constexpr size_t kDescriptorBytes = 64;

template <class T>
T field(std::span<const uint8_t> bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

using Elf = llvm::object::ELF64LEFile;

std::string text_of(llvm::Error error) {
  return llvm::toString(std::move(error));
}

std::optional<Processor> processor_of(uint32_t flags) {
  switch (flags & llvm::ELF::EF_AMDGPU_MACH) {
    case llvm::ELF::EF_AMDGPU_MACH_AMDGCN_GFX1100:
      return Processor::gfx1100;
    case llvm::ELF::EF_AMDGPU_MACH_AMDGCN_GFX942:
      return Processor::gfx942;
    case llvm::ELF::EF_AMDGPU_MACH_AMDGCN_GFX90A:
      return Processor::gfx90a;
    case llvm::ELF::EF_AMDGPU_MACH_AMDGCN_GFX1030:
      return Processor::gfx1030;
    default:
      return std::nullopt;
  }
}

std::optional<Diagnostic> load_image(const Elf& elf, std::span<const uint8_t> file, const SourceLocation& where,
                                     CodeObject& object) {
  std::vector<uint8_t>& image = object.image;
  auto headers = elf.program_headers();
  if (!headers) return error_at(where, text_of(headers.takeError()));
  for (const auto& h : *headers) {
    if (h.p_type != llvm::ELF::PT_LOAD) continue;
    const uint64_t end = h.p_vaddr + h.p_memsz;
    if (end < h.p_vaddr || end > kLargestImage) return error_at(where, "the image is too large");
    if (h.p_filesz > h.p_memsz || h.p_offset > file.size() || h.p_filesz > file.size() - h.p_offset)
      return error_at(where, "a segment is not in the file");
    if (image.size() < end) image.resize(end);
    // A file without segments may leave the image without storage.
    if (h.p_filesz != 0) std::memcpy(image.data() + h.p_vaddr, file.data() + h.p_offset, h.p_filesz);
    if ((h.p_flags & llvm::ELF::PF_W) && h.p_memsz != 0) object.writable.push_back({h.p_vaddr, h.p_memsz});
  }
  std::sort(object.writable.begin(), object.writable.end(),
            [](const Writable& a, const Writable& b) { return a.offset < b.offset; });
  if (image.empty()) return error_at(where, "there is nothing to load; objects have to be linked (ld.lld -shared)");
  return std::nullopt;
}

std::optional<Diagnostic> find_kernels(const Elf& elf, const SourceLocation& where, CodeObject& object) {
  auto sections = elf.sections();
  if (!sections) return error_at(where, text_of(sections.takeError()));
  for (const auto& section : *sections) {
    if (section.sh_type == llvm::ELF::SHT_RELA || section.sh_type == llvm::ELF::SHT_REL)
      if (section.sh_size != 0) return error_at(where, "relocations are not supported");
    if (section.sh_type != llvm::ELF::SHT_DYNSYM) continue;
    auto symbols = elf.symbols(&section);
    if (!symbols) return error_at(where, text_of(symbols.takeError()));
    auto strings = elf.getStringTableForSymtab(section);
    if (!strings) return error_at(where, text_of(strings.takeError()));
    for (const auto& symbol : *symbols) {
      auto name = symbol.getName(*strings);
      if (!name) return error_at(where, text_of(name.takeError()));
      const uint64_t at = symbol.st_value;
      if (symbol.getType() == llvm::ELF::STT_OBJECT && !name->ends_with(".kd") && at <= object.image.size() &&
          symbol.st_size <= object.image.size() - at)
        object.variables.push_back({name->str(), at, symbol.st_size});
      if (!name->ends_with(".kd")) continue;
      if (at > object.image.size() || object.image.size() - at < kDescriptorBytes)
        return error_at(where, fmt::format("descriptor '{}' is not in the image", name->str()));
      auto descriptor = read_descriptor(std::span(object.image).subspan(at, kDescriptorBytes), where);
      if (!descriptor) return descriptor.error();
      const uint64_t entry = at + static_cast<uint64_t>(descriptor->entry);
      object.kernels.push_back({name->drop_back(3).str(), *descriptor, entry, std::nullopt});
    }
  }
  return std::nullopt;
}

// Nothing depends on the metadata: a note that cannot be read is none.
void read_resources(const Elf& elf, CodeObject& object) {
  auto headers = elf.program_headers();
  if (!headers) return llvm::consumeError(headers.takeError());
  for (const auto& h : *headers) {
    if (h.p_type != llvm::ELF::PT_NOTE) continue;
    llvm::Error error = llvm::Error::success();
    for (const auto& note : elf.notes(h, error)) {
      if (note.getName() != "AMDGPU" || note.getType() != llvm::ELF::NT_AMDGPU_METADATA) continue;
      const llvm::ArrayRef<uint8_t> bytes = note.getDesc(std::max<size_t>(4, h.p_align));
      const auto all = read_metadata(std::span(bytes.data(), bytes.size()));
      for (Kernel& k : object.kernels)
        if (const auto found = all.find(k.name); found != all.end()) k.resources = found->second;
    }
    llvm::consumeError(std::move(error));
  }
}

// ---- What is in the registers at the start ----

constexpr uint32_t kPackedIdBits = 10;

// The order is the hardware's: first what `properties` asks for, then the block's indices.
std::optional<std::string> set_up(const KernelDescriptor& d, Processor processor, Insn& x) {
  enum Property : uint16_t {
    private_buffer = 1,
    dispatch_pointer = 2,
    queue_pointer = 4,
    argument_pointer = 8,
    dispatch_id = 16,
    flat_scratch = 32,
    private_size = 64,
    wave32 = 1 << 10,
    dynamic_stack = 1 << 11,
  };
  constexpr uint32_t kModeShift = 12, kModeMask = 0xff, kMode = 0xf0;
  if ((d.resources1 >> kModeShift & kModeMask) != kMode)
    return "its floating-point mode does not keep all subnormal numbers";
  if (is_rdna(processor) && !(d.properties & wave32)) return "waves of 64 lanes on RDNA";
  if (d.preload != 0) return "arguments that are loaded into registers in advance";
  Builder& b = x.b;
  uint32_t next = 0;
  auto give = [&](ValueId v) { b.set_slot(next++, v); };
  // Before gfx11 and gfx940 compilers ask for what leads to scratch memory, whether there is any or not.
  const auto give_nothing = [&](uint16_t property, unsigned registers) {
    if (d.properties & property)
      for (unsigned n = 0; n < registers; ++n) give(b.undef(32));
  };
  const bool has_scratch = d.private_bytes != 0;
  if (has_scratch && (d.properties & private_buffer)) {
    for (uint32_t word : kScratchDescriptor) give(b.constant(32, word));
    x.lifter().give_scratch_buffer();
  } else {
    give_nothing(private_buffer, 4);
  }
  for (uint16_t property : {dispatch_pointer, queue_pointer})
    if (d.properties & property) return "it asks for the queue's or the dispatch's packet";
  if (d.properties & argument_pointer) {
    give(b.constant(32, static_cast<uint32_t>(kArgumentWindow)));
    give(b.constant(32, static_cast<uint32_t>(kArgumentWindow >> 32)));
  }
  if (d.properties & dispatch_id) return "it asks for registers that are not set up here";
  // What code adds to src_private_base's window; every lane has its own, from 0.
  if (has_scratch && (d.properties & flat_scratch))
    for (int n = 0; n < 2; ++n) give(b.constant(32, 0));
  else
    give_nothing(flat_scratch, 2);
  if (d.properties & private_size) return "it asks for registers that are not set up here";
  // As many as the descriptor says come before the block's indices, used or not.
  const uint32_t user_registers = d.resources2 >> 1 & 31;
  if (next > user_registers) return "its descriptor has too few user registers";
  next = user_registers;
  for (const auto& [bit, index] :
       {std::pair{7, ir::Identity::block_x}, {8, ir::Identity::block_y}, {9, ir::Identity::block_z}})
    if (d.resources2 >> bit & 1) give(b.identity(index));
  constexpr uint32_t kPrivateSegment = 1, kGroupInformation = 1 << 10;
  if (d.resources2 & kGroupInformation) give(b.undef(32));
  // Where the wave's scratch memory begins.
  if ((d.resources2 & kPrivateSegment) && (d.properties & (private_buffer | flat_scratch))) give(b.constant(32, 0));
  if (processor == Processor::gfx1030) {
    // A register for each index that the descriptor asks for; later processors pack all three into one.
    const uint32_t indices = d.resources2 >> 11 & 3;
    b.set_slot(kVector, b.identity(ir::Identity::thread_x));
    if (indices > 0) b.set_slot(kVector + 1, b.identity(ir::Identity::thread_y));
    if (indices > 1) b.set_slot(kVector + 2, b.identity(ir::Identity::thread_z));
  } else {
    ValueId ids = b.identity(ir::Identity::thread_x);
    ids = b.bit_or(ids, b.shl_by(b.identity(ir::Identity::thread_y), kPackedIdBits));
    ids = b.bit_or(ids, b.shl_by(b.identity(ir::Identity::thread_z), 2 * kPackedIdBits));
    b.set_slot(kVector, ids);
  }
  // Lanes beyond the block's last thread are there (simt/launch.h: whole_warps) and not active.
  const ValueId exists = b.ult(b.identity(ir::Identity::thread_z), b.identity(ir::Identity::block_size_z));
  x.set_exec(x.ballot(exists));
  return std::nullopt;
}

}  // namespace

Expected<KernelDescriptor> read_descriptor(std::span<const uint8_t> bytes, const SourceLocation& location) {
  if (bytes.size() < kDescriptorBytes) return error_at(location, "a kernel descriptor has 64 bytes");
  KernelDescriptor d;
  d.group_bytes = field<uint32_t>(bytes, 0);
  d.private_bytes = field<uint32_t>(bytes, 4);
  d.argument_bytes = field<uint32_t>(bytes, 8);
  d.entry = field<int64_t>(bytes, 16);
  d.resources1 = field<uint32_t>(bytes, 48);
  d.resources2 = field<uint32_t>(bytes, 52);
  d.properties = field<uint16_t>(bytes, 56);
  d.preload = field<uint16_t>(bytes, 58);
  return d;
}

const Kernel* CodeObject::find(std::string_view name) const {
  for (const Kernel& k : kernels)
    if (k.name == name) return &k;
  return nullptr;
}

Expected<CodeObject> read_code_object(std::span<const uint8_t> file, const std::string& name) {
  const SourceLocation where = {name, 0, 0};
  auto elf = Elf::create(llvm::StringRef(reinterpret_cast<const char*>(file.data()), file.size()));
  if (!elf) return error_at(where, text_of(elf.takeError()));
  if (elf->getHeader().e_machine != llvm::ELF::EM_AMDGPU) return error_at(where, "this is no code object for AMDGPU");
  const std::optional<Processor> processor = processor_of(elf->getHeader().e_flags);
  if (!processor) return error_at(where, "known processors: " + processor_names(""));
  CodeObject object;
  object.processor = *processor;
  if (auto failure = load_image(*elf, file, where, object)) return *failure;
  if (auto failure = find_kernels(*elf, where, object)) return *failure;
  read_resources(*elf, object);
  return object;
}

Expected<LiftedCode> lift_kernel(Processor processor, std::span<const uint8_t> image, uint64_t address,
                                 const Kernel& kernel, const std::string& file) {
  CodeLifter lifter(processor, {image, kernel.entry, address}, kernel.name, file, false);
  const auto prologue = [&](Builder& b) {
    const Instruction none;
    Insn x(lifter, none, b);
    return set_up(kernel.descriptor, processor, x);
  };
  return lifter.run(prologue);
}

}  // namespace portolan::amdgcn
