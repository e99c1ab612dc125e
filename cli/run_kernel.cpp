#include "cli/run_kernel.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/input.h"
#include "cli/kernel_arguments.h"
#include "emulate/simt/code_object_maker.h"
#include "emulate/simt/module.h"

namespace portolan::cli {
namespace {

Expected<simt::Module> read(const std::string& path) {
  const Expected<std::string> contents = read_contents(path);
  if (!contents) return contents.error();
  return simt::load_module(path, *contents);
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

// What does not fit the kernel's signature.
std::optional<Diagnostic> misfit(const simt::Module& m, const KernelRun& a, const std::vector<KernelArgument>& given) {
  if (m.object) {
    const uint64_t wanted = m.object->find(a.function)->descriptor.argument_bytes;
    if (const size_t size = lay_out(given).size(); size > wanted)
      return error_at({a.input, 0, 0},
                      fmt::format("'{}' takes {} bytes of arguments, these are {}", a.function, wanted, size));
    return std::nullopt;
  }
  const ptx::LiftedFunction& f = *m.ptx->find(a.function);
  if (f.parameters.size() != given.size())
    return error_at({a.input, 0, 0},
                    fmt::format("'{}' takes {} arguments, not {}", a.function, f.parameters.size(), given.size()));
  for (size_t n = 0; n < given.size(); ++n)
    if (f.parameters[n].size != given[n].size)
      return error_at({a.input, 0, 0}, fmt::format("argument {} of '{}' has {} bytes, '{}' {}", n + 1, a.function,
                                                   f.parameters[n].size, a.values[n], given[n].size));
  return std::nullopt;
}

// Contents of the module's variables, as the host would set them before the launch.
std::optional<Diagnostic> set_variables(simt::Module& m, const KernelRun& a) {
  for (const std::string& text : a.variables) {
    const size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const auto variable = m.variables.find(name);
    if (equals == std::string::npos || variable == m.variables.end())
      return error_at({a.input, 0, 0}, fmt::format("--variable {}: there is no variable '{}'", text, name));
    simt::Memory scratch;
    const auto given = parse_kernel_arguments({text.substr(equals + 1)}, scratch);
    if (!given) return given.error();
    const std::vector<uint8_t>& bytes = (*given)[0].before;
    if (!(*given)[0].is_pointer || bytes.size() > variable->second.size)
      return error_at({a.input, 0, 0},
                      fmt::format("--variable {}: '{}' has {} bytes", text, name, variable->second.size));
    const auto found = m.memory.find(variable->second.address, bytes.size());
    std::copy(bytes.begin(), bytes.end(), found.allocation->bytes.begin() + static_cast<ptrdiff_t>(found.offset));
  }
  return std::nullopt;
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
                simt::Memory& memory, double seconds) {
  nlohmann::json j = {{"file", a.input},
                      {"kernel", a.function},
                      {"completed", outcome.completed},
                      {"instructions", outcome.instructions},
                      {"lane_instructions", outcome.source_instructions},
                      {"processor_seconds", seconds},
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
  constexpr size_t kHeader = 64, kFirstLines = 4096;
  std::string start(kFirstLines, 0);
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<size_t>(file.gcount()));
  return simt::is_code_object(std::string_view(start).substr(0, kHeader)) ||
         simt::processor_of_assembly(start).has_value();
}

Exit run_kernel(const KernelRun& a) {
  Expected<simt::Module> m = read(a.input);
  if (!m) return complain(m.error());
  const std::vector<std::string> names = m->kernels();
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
  if (const auto problem = misfit(*m, a, *given)) return complain(*problem);
  if (const auto problem = set_variables(*m, a)) return complain(*problem);
  simt::Launch launch = simt::make_launch(*m, a.function, *grid, *block, a.shared_bytes, lay_out(*given));
  launch.steps = UINT64_MAX;
  launch.milliseconds = a.milliseconds;
  launch.mode = a.mode;
  timespec before{}, after{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
  const simt::Outcome outcome = simt::run(m->program, m->memory, launch);
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
  if (a.json)
    print_json(
        a, outcome, *given, m->memory,
        static_cast<double>(after.tv_sec - before.tv_sec) + static_cast<double>(after.tv_nsec - before.tv_nsec) * 1e-9);
  else
    print_text(a, outcome, *given, m->memory);
  return !outcome.findings.empty() ? Exit::fell_short : Exit::ok;
}

Exit lift_kernels(const std::string& path, const std::vector<std::string>& functions) {
  const Expected<simt::Module> m = read(path);
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
