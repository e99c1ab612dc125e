#include "emulate/simt/module.h"

#include <fmt/format.h>

#include "emulate/simt/amdgcn_program.h"
#include "emulate/simt/code_object_maker.h"
#include "emulate/simt/ptx_program.h"
#include "frontends/ptx/parser.h"
#include "frontends/ptx/spaces.h"

namespace portolan::simt {
namespace {

Expected<Module> load_ptx(const std::string& path, const std::string& text) {
  const Expected<ptx::Module> parsed = ptx::parse_module(text, path);
  if (!parsed) return parsed.error();
  Module m;
  m.ptx = std::make_unique<ptx::Program>(ptx::lift(*parsed));
  m.refusals = m.ptx->refusals;
  Expected<Program> program = load(*m.ptx, m.memory);
  if (!program) return program.error();
  m.program = *std::move(program);
  for (const ptx::Variable& v : m.ptx->variables) m.variables[v.name] = {m.program.symbols.at(v.name), v.size};
  return m;
}

// In pieces, by what may be written.
uint64_t place_image(const amdgcn::CodeObject& object, Memory& memory) {
  const std::vector<uint8_t>& image = object.image;
  const uint64_t base = memory.allocate("code object", image.size(), image, false);
  uint64_t from = 0;
  auto piece = [&](uint64_t end, bool writable) {
    if (end <= from) return;
    const std::vector<uint8_t> bytes(image.begin() + static_cast<ptrdiff_t>(from),
                                     image.begin() + static_cast<ptrdiff_t>(end));
    memory.place(base + from, {"code object", bytes, std::vector<uint8_t>(bytes.size(), 1), writable});
    from = end;
  };
  for (const amdgcn::Writable& w : object.writable) {
    piece(w.offset, false);
    piece(w.offset + w.size, true);
  }
  piece(image.size(), false);
  return base;
}

Expected<Module> load_object(const std::string& path, std::span<const uint8_t> bytes) {
  auto object = amdgcn::read_code_object(bytes, path);
  if (!object) return object.error();
  Module m;
  m.object = std::make_unique<amdgcn::CodeObject>(*std::move(object));
  m.program = empty_amdgcn_program();
  const uint64_t base = place_image(*m.object, m.memory);
  for (const amdgcn::Variable& v : m.object->variables) m.variables[v.name] = {base + v.offset, v.size};
  for (const amdgcn::Kernel& kernel : m.object->kernels) {
    auto code = amdgcn::lift_kernel(m.object->processor, m.object->image, base, kernel, path);
    if (!code) {
      m.refusals.push_back(code.error());
      continue;
    }
    m.code.push_back(std::make_unique<amdgcn::LiftedCode>(*std::move(code)));
    add_code(m.program, kernel.name, *m.code.back());
  }
  return m;
}

}  // namespace

std::vector<std::string> Module::kernels() const {
  std::vector<std::string> names;
  if (object)
    for (const amdgcn::Kernel& k : object->kernels) names.push_back(k.name);
  if (ptx) {
    for (const ptx::LiftedFunction& f : ptx->functions)
      if (f.is_kernel) names.push_back(f.name);
    names.insert(names.end(), ptx->refused_kernels.begin(), ptx->refused_kernels.end());
  }
  return names;
}

uint64_t Module::static_shared_bytes(const std::string& kernel) const {
  if (ptx) return ptx->static_shared_bytes;
  const amdgcn::Kernel* found = object->find(kernel);
  return found ? found->descriptor.group_bytes : 0;
}

std::string Module::target() const {
  return ptx ? "ptx" : fmt::format("amdgcn:{}", to_string(object->processor));
}

uint32_t Module::lane_width() const {
  return ptx ? ptx::kLaneWidth : amdgcn::lane_width(object->processor);
}

bool is_code_object(std::string_view bytes) {
  constexpr std::string_view kElf =
      "\x7f"
      "ELF";
  constexpr size_t kMachineOffset = 18;
  constexpr uint8_t kAmdGpu = 224;  // EM_AMDGPU
  return bytes.size() > kMachineOffset && bytes.starts_with(kElf) &&
         static_cast<uint8_t>(bytes[kMachineOffset]) == kAmdGpu;
}

Expected<Module> load_module(const std::string& path, const std::string& contents) {
  if (is_code_object(contents))
    return load_object(path, std::span(reinterpret_cast<const uint8_t*>(contents.data()), contents.size()));
  if (const auto processor = processor_of_assembly(contents)) {
    auto object = make_code_object(*processor, contents, path);
    if (!object) return object.error();
    return load_object(path, *object);
  }
  return load_ptx(path, contents);
}

Launch make_launch(const Module& m, const std::string& kernel, Dimensions grid, Dimensions block,
                   uint64_t dynamic_bytes, std::vector<uint8_t> arguments) {
  Launch launch;
  launch.kernel = kernel;
  launch.grid = grid, launch.block = block;
  launch.shared_bytes = dynamic_bytes + m.static_shared_bytes(kernel);
  if (m.object) {
    set_wave(launch, m.object->processor);
    if (const amdgcn::Kernel* found = m.object->find(kernel))
      append_hidden_arguments(arguments, launch, found->descriptor.argument_bytes);
    pad_arguments(arguments);
  }
  launch.parameters = std::move(arguments);
  return launch;
}

}  // namespace portolan::simt
