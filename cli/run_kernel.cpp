#include "cli/run_kernel.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/input.h"
#include "cli/kernel_arguments.h"
#include "emulate/simt/amdgcn_program.h"
#include "emulate/simt/ptx_program.h"
#include "frontends/ptx/parser.h"
#include "ir/check.h"

namespace portolan::cli {
namespace {

constexpr std::string_view kElf =
    "\x7f"
    "ELF";
constexpr size_t kMachineOffset = 18;
constexpr uint8_t kAmdGpu = 224;  // EM_AMDGPU

bool is_amd_object(std::string_view bytes) {
  return bytes.size() > kMachineOffset && bytes.starts_with(kElf) &&
         static_cast<uint8_t>(bytes[kMachineOffset]) == kAmdGpu;
}

// What a file holds, with what the program refers to.
struct Module {
  std::unique_ptr<ptx::Program> ptx;
  std::unique_ptr<amdgcn::CodeObject> object;
  std::vector<std::unique_ptr<amdgcn::LiftedCode>> code;
  std::vector<Diagnostic> refusals;
  simt::Memory memory;
  simt::Program program;
};

Expected<Module> read_ptx(const std::string& path, const std::string& text) {
  Expected<ptx::Module> parsed = ptx::parse_module(text, path);
  if (!parsed) return parsed.error();
  Module m;
  m.ptx = std::make_unique<ptx::Program>(ptx::lift(*parsed));
  m.refusals = m.ptx->refusals;
  Expected<simt::Program> program = simt::load(*m.ptx, m.memory);
  if (!program) return program.error();
  m.program = *std::move(program);
  return m;
}

Expected<Module> read_object(const std::string& path, const std::string& bytes) {
  auto object = amdgcn::read_code_object(std::span(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()), path);
  if (!object) return object.error();
  Module m;
  m.object = std::make_unique<amdgcn::CodeObject>(*std::move(object));
  m.program = simt::empty_amdgcn_program();
  const uint64_t base = m.memory.allocate("code object", m.object->image.size(), m.object->image, false);
  for (const amdgcn::Kernel& kernel : m.object->kernels) {
    auto code = amdgcn::lift_kernel(m.object->processor, m.object->image, base, kernel, path);
    if (!code) {
      m.refusals.push_back(code.error());
      continue;
    }
    m.code.push_back(std::make_unique<amdgcn::LiftedCode>(*std::move(code)));
    simt::add_code(m.program, kernel.name, *m.code.back());
  }
  return m;
}

Expected<Module> read(const std::string& path) {
  const Expected<std::string> contents = read_contents(path);
  if (!contents) return contents.error();
  return is_amd_object(*contents) ? read_object(path, *contents) : read_ptx(path, *contents);
}

std::vector<std::string> kernel_names(const Module& m) {
  std::vector<std::string> names;
  if (m.object)
    for (const amdgcn::Kernel& k : m.object->kernels) names.push_back(k.name);
  if (m.ptx)
    for (const ptx::LiftedFunction& f : m.ptx->functions)
      if (f.is_kernel) names.push_back(f.name);
  return names;
}

std::optional<simt::Dimensions> dimensions(std::string_view text) {
  uint32_t sizes[3] = {1, 1, 1};
  for (uint32_t& size : sizes) {
    const size_t comma = text.find(',');
    const std::string_view one = text.substr(0, comma);
    const auto [end, error] = std::from_chars(one.data(), one.data() + one.size(), size);
    if (error != std::errc() || end != one.data() + one.size() || size == 0 || size > UINT16_MAX) return std::nullopt;
    if (comma == std::string_view::npos) return simt::Dimensions{sizes[0], sizes[1], sizes[2]};
    text = text.substr(comma + 1);
  }
  return std::nullopt;
}

// The arguments as the kernel finds them, or what does not fit.
Expected<std::vector<uint8_t>> parameters_of(const Module& m, const KernelRun& a,
                                             const std::vector<KernelArgument>& given, const simt::Launch& launch) {
  std::vector<uint8_t> bytes = lay_out(given);
  if (m.object) {
    const uint64_t wanted = m.object->find(a.function)->descriptor.argument_bytes;
    if (bytes.size() > wanted)
      return error_at({a.input, 0, 0},
                      fmt::format("'{}' takes {} bytes of arguments, these are {}", a.function, wanted, bytes.size()));
    simt::append_hidden_arguments(bytes, launch, wanted);
    simt::pad_arguments(bytes);
    return bytes;
  }
  const ptx::LiftedFunction& f = *m.ptx->find(a.function);
  if (f.parameters.size() != given.size())
    return error_at({a.input, 0, 0},
                    fmt::format("'{}' takes {} arguments, not {}", a.function, f.parameters.size(), given.size()));
  for (size_t n = 0; n < given.size(); ++n)
    if (f.parameters[n].size != given[n].size)
      return error_at({a.input, 0, 0}, fmt::format("argument {} of '{}' has {} bytes, '{}' {}", n + 1, a.function,
                                                   f.parameters[n].size, a.values[n], given[n].size));
  return bytes;
}

void print_text(const KernelRun& a, const simt::Outcome& outcome, const std::vector<KernelArgument>& given,
                simt::Memory& memory) {
  for (const simt::Finding& f : outcome.findings) fmt::print("{}\n", simt::to_string(f));
  fmt::print("{}: {} after {} instructions of all threads\n", a.function,
             outcome.completed ? "completed" : "did not complete", outcome.instructions);
  if (!outcome.completed) return;
  for (size_t n = 0; n < given.size(); ++n) {
    if (!given[n].is_pointer) continue;
    const std::vector<uint8_t>& after = memory.at(given[n].value)->bytes;
    if (after == given[n].before) {
      fmt::print("argument {}: {} bytes, unchanged\n", n + 1, after.size());
      continue;
    }
    std::string text = numbers_text(after, given[n].type);
    if (given[n].type.empty())
      for (uint8_t byte : after) text += fmt::format("{:02x}", byte);
    fmt::print("argument {}: {}\n", n + 1, text);
  }
}

void print_json(const KernelRun& a, const simt::Outcome& outcome, const std::vector<KernelArgument>& given,
                simt::Memory& memory) {
  nlohmann::json j = {{"file", a.input},
                      {"kernel", a.function},
                      {"completed", outcome.completed},
                      {"instructions", outcome.instructions},
                      {"findings", nlohmann::json::array()},
                      {"buffers", nlohmann::json::array()}};
  for (const simt::Finding& f : outcome.findings)
    j["findings"].push_back({{"kind", simt::to_string(f.kind)}, {"line", f.line}, {"message", simt::to_string(f)}});
  for (size_t n = 0; n < given.size() && outcome.completed; ++n) {
    if (!given[n].is_pointer) continue;
    std::string digits;
    for (uint8_t byte : memory.at(given[n].value)->bytes) digits += fmt::format("{:02x}", byte);
    j["buffers"].push_back({{"argument", n + 1}, {"bytes", digits}});
  }
  fmt::print("{}\n", j.dump(2));
}

Exit complain(const Diagnostic& d) {
  fmt::print(stderr, "{}", to_string(d));
  return Exit::usage;
}

}  // namespace

bool is_kernel_file(const std::string& path, const std::string& isa) {
  if (isa == "ptx" || isa == "amdgcn") return true;
  if (!isa.empty() || path == "-") return false;
  if (path.ends_with(".ptx")) return true;
  std::ifstream file(path, std::ios::binary);
  std::string start(kMachineOffset + 2, 0);
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  return file && is_amd_object(start);
}

Exit run_kernel(const KernelRun& a) {
  Expected<Module> m = read(a.input);
  if (!m) return complain(m.error());
  const std::vector<std::string> names = kernel_names(*m);
  if (!m->program.functions.contains(a.function)) {
    // Either it was refused, or there is none of that name.
    bool refused = false;
    for (const Diagnostic& d : m->refusals) {
      const bool about = m->ptx || d.message.starts_with(a.function + ",");
      if (about) fmt::print(stderr, "{}", to_string(d));
      refused |= about;
    }
    if (refused) return Exit::fell_short;
  }
  if (std::find(names.begin(), names.end(), a.function) == names.end())
    return complain(error_at(
        {a.input, 0, 0}, fmt::format("there is no kernel '{}'; there are: {}", a.function, fmt::join(names, ", "))));
  const auto grid = dimensions(a.grid), block = dimensions(a.block);
  if (!grid || !block) return complain(error_at({}, "--grid and --block take X, X,Y or X,Y,Z, each from 1 to 65535"));
  auto given = parse_kernel_arguments(a.values, m->memory);
  if (!given) return complain(given.error());
  simt::Launch launch;
  launch.kernel = a.function;
  launch.grid = *grid, launch.block = *block;
  if (m->object) simt::set_wave(launch, m->object->processor);
  launch.shared_bytes =
      a.shared_bytes + (m->object ? m->object->find(a.function)->descriptor.group_bytes : m->ptx->static_shared_bytes);
  launch.steps = UINT64_MAX;
  launch.milliseconds = a.milliseconds;
  const auto parameters = parameters_of(*m, a, *given, launch);
  if (!parameters) return complain(parameters.error());
  launch.parameters = *parameters;
  const simt::Outcome outcome = simt::run(m->program, m->memory, launch);
  (a.json ? print_json : print_text)(a, outcome, *given, m->memory);
  return !outcome.findings.empty() ? Exit::fell_short : Exit::ok;
}

Exit lift_kernels(const std::string& path, const std::vector<std::string>& functions) {
  const Expected<Module> m = read(path);
  if (!m) return complain(m.error());
  for (const Diagnostic& d : m->refusals) fmt::print(stderr, "{}", to_string(d));
  auto wanted = [&](const std::string& name) {
    return functions.empty() || std::find(functions.begin(), functions.end(), name) != functions.end();
  };
  auto print = [&](const ir::Function& f) {
    if (wanted(f.name)) fmt::print("{}", ir::print(f));
  };
  if (m->ptx)
    for (const ptx::LiftedFunction& f : m->ptx->functions) print(f.code);
  for (const auto& code : m->code) print(code->code);
  return m->refusals.empty() ? Exit::ok : Exit::fell_short;
}

}  // namespace portolan::cli
