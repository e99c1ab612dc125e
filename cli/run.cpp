// portolan run: one function on one input.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstring>
#include <memory>

#include "cli/commands.h"
#include "cli/evidence.h"
#include "cli/function_names.h"
#include "cli/input.h"
#include "cli/kernel_arguments.h"
#include "cli/run_arguments.h"
#include "cli/run_kernel.h"
#include "cli/specification.h"
#include "verify/side.h"

namespace portolan::cli {
namespace {

using emulate::Ending;
using emulate::Outcome;

struct Arguments {
  std::string input, function, engine, isa;
  std::vector<std::string> values;
  uint64_t milliseconds = 10'000;
  bool json = false;
  SpecificationRun specification;
  KernelRun kernel;
};

Exit fail(const Diagnostic& d) {
  fmt::print(stderr, "{}", to_string(d));
  return Exit::usage;
}

std::string_view name_of(emulate::TrapKind kind) {
  static constexpr std::string_view kNames[] = {"division error",      "floating-point exception",
                                                "illegal instruction", "invalid memory access",
                                                "misaligned access",   "breakpoint",
                                                "system call",         "trap"};
  return kNames[static_cast<size_t>(kind)];
}

// One sentence on how the run ended.
std::string ending(const Outcome& outcome) {
  switch (outcome.ending) {
    case Ending::returned:
      return "returned";
    case Ending::trapped:
      if (outcome.trap.kind == emulate::TrapKind::segmentation)
        return fmt::format("{} of {:#x} at {:#x}", name_of(outcome.trap.kind), outcome.trap.address, outcome.state.pc);
      return fmt::format("{} at {:#x}", name_of(outcome.trap.kind), outcome.state.pc);
    case Ending::limit:
      return "stopped: it ran too long (see --time)";
    case Ending::external_unhandled:
      return fmt::format("stopped: it called '{}', which is not in the file and not known here",
                         outcome.calls.empty() ? "" : outcome.calls.back().name);
    case Ending::stopped:
      return "ended the program (exit, abort)";
    case Ending::unsupported:
      return "cannot be run by this engine: " + outcome.detail;
  }
  return {};
}

struct Results {
  uint64_t integers[2];
  uint64_t floating;
  bool has_floating;  // something was put into the register
};

Results results_of(const verify::Side& side, const emulate::Request& request, const Outcome& outcome) {
  Results r{};
  for (uint32_t n = 0; n < 2; ++n)
    r.integers[n] = outcome.state.general[verify::integer_result_register(side.isa(), n)];
  const unsigned place = verify::float_result_register(side.isa(), 0);
  std::memcpy(&r.floating, outcome.state.vector[place].data(), 8);
  r.has_floating = std::memcmp(outcome.state.vector[place].data(), request.state.vector[place].data(), 8) != 0;
  return r;
}

void print_bytes(const std::vector<uint8_t>& bytes) {
  constexpr size_t kLine = 16;
  for (size_t at = 0; at < bytes.size(); at += kLine) {
    std::string digits, text;
    for (size_t n = at; n < std::min(at + kLine, bytes.size()); ++n) {
      digits += fmt::format(" {:02x}", bytes[n]);
      text += bytes[n] >= 0x20 && bytes[n] < 0x7f ? static_cast<char>(bytes[n]) : '.';
    }
    fmt::print("  {:06x} {:<48}  {}\n", at, digits, text);
  }
}

void print_text(const Arguments& a, const verify::Side& side, const RunArguments& given,
                const emulate::Request& request, const Outcome& outcome) {
  fmt::print("{} ({}, {}): {}\n", a.function, to_string(side.isa()), side.engine().name(), ending(outcome));
  if (outcome.ending == Ending::returned) {
    const Results r = results_of(side, request, outcome);
    fmt::print("integer result: {:#x}, {}", r.integers[0], static_cast<int64_t>(r.integers[0]));
    const int32_t low = static_cast<int32_t>(r.integers[0]);
    if (low != static_cast<int64_t>(r.integers[0])) fmt::print(", {} in 32 bits", low);
    fmt::print("\n");
    if (given.floating || r.has_floating)
      fmt::print("floating-point result: {} as double, {} as float\n", std::bit_cast<double>(r.floating),
                 std::bit_cast<float>(static_cast<uint32_t>(r.floating)));
  }
  for (size_t n = 0; n < given.buffer_of.size(); ++n) {
    const bool same = outcome.regions[n] == given.input.regions[n].bytes;
    fmt::print("argument {}: {} bytes{}\n", given.buffer_of[n] + 1, outcome.regions[n].size(),
               same ? ", unchanged" : "");
    if (!same) print_bytes(outcome.regions[n]);
  }
  for (uint64_t address : outcome.stray_writes) fmt::print("wrote outside of its buffers: {:#x}\n", address);
  if (!side.output().empty()) fmt::print("output:\n{}{}", side.output(), side.output().ends_with('\n') ? "" : "\n");
}

std::string digits_of(const std::vector<uint8_t>& bytes) {
  std::string digits;
  for (uint8_t byte : bytes) digits += fmt::format("{:02x}", byte);
  return digits;
}

void print_json(const Arguments& a, const verify::Side& side, const RunArguments& given,
                const emulate::Request& request, const Outcome& outcome) {
  static constexpr const char* kEndings[] = {"returned",           "trapped", "limit",
                                             "external_unhandled", "stopped", "unsupported"};
  nlohmann::json j = {{"file", a.input},
                      {"function", a.function},
                      {"isa", to_string(side.isa())},
                      {"engine", side.engine().name()},
                      {"ending", kEndings[static_cast<size_t>(outcome.ending)]},
                      {"message", ending(outcome)},
                      {"output", side.output()}};
  if (outcome.ending == Ending::returned) {
    const Results r = results_of(side, request, outcome);
    j["integer_results"] = {hex(r.integers[0]), hex(r.integers[1])};
    j["floating_result"] = hex(r.floating);
  }
  j["buffers"] = j["calls"] = j["stray_writes"] = nlohmann::json::array();
  for (size_t n = 0; n < given.buffer_of.size(); ++n)
    j["buffers"].push_back({{"argument", given.buffer_of[n] + 1}, {"bytes", digits_of(outcome.regions[n])}});
  for (const emulate::ExternalCall& call : outcome.calls) j["calls"].push_back(call.name);
  for (uint64_t address : outcome.stray_writes) j["stray_writes"].push_back(hex(address));
  // Output of the program need not be UTF-8.
  fmt::print("{}\n", j.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

Exit run(const Arguments& a) {
  if (a.input.ends_with(".spec")) {
    SpecificationRun specification = a.specification;
    specification.file = a.input;
    specification.json = a.json;
    return run_specification(specification);
  }
  if (a.function.empty()) return fail(error_at({a.input, 0, 0}, "say which function runs: --function NAME"));
  if (is_kernel_file(a.input, a.isa)) {
    KernelRun kernel = a.kernel;
    kernel.input = a.input, kernel.function = a.function, kernel.values = a.values;
    kernel.milliseconds = a.milliseconds, kernel.json = a.json;
    const std::optional<simt::Mode> mode = simt::mode_from_name(a.engine.empty() ? "compiled" : a.engine);
    if (!mode) return fail(error_at({a.input, 0, 0}, "kernels run on --engine compiled or interpreted"));
    kernel.mode = *mode;
    return run_kernel(kernel);
  }
  if (simt::mode_from_name(a.engine))
    return fail(error_at({a.input, 0, 0}, "--engine " + a.engine + " is for kernels"));
  auto file = read_input(a.input, a.isa, "--from");
  if (!file) return fail(file.error());
  const assembly::Unit* unit = file->unit.get();
  auto given = parse_run_arguments(unit->isa, a.function, a.values);
  if (!given) return fail(given.error());
  auto object = file->object();
  if (!object) return fail(object.error());
  auto side = verify::Side::make(verify::Which::source, unit->isa, *object, {}, a.engine);
  if (!side) return fail(side.error());
  if ((*side)->image().find_symbol(a.function) == nullptr)
    return fail(error_at({a.input, 0, 0},
                         fmt::format("there is no function '{}'; there are: {}", a.function, function_names(*unit))));
  emulate::Request request = (*side)->request(given->boundary, given->input, {});
  request.limits.time = std::chrono::milliseconds(a.milliseconds);
  auto outcomes = (*side)->run({&request, 1});
  if (!outcomes) return fail(outcomes.error());
  const Outcome& outcome = outcomes->front();
  (a.json ? print_json : print_text)(a, **side, *given, request, outcome);
  return outcome.ending == Ending::returned || outcome.ending == Ending::stopped ? Exit::ok : Exit::fell_short;
}

}  // namespace

void add_run(CLI::App& app, Command& chosen) {
  auto a = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "run", "run one function or kernel (PTX, AMD code object) of a file, or a tensor specification");
  command->add_option("FILE", a->input, "the file; - is standard input")->required();
  command->add_option("ARGS", a->values, std::string(kArgumentSyntax) + ". Kernels: " + kKernelArgumentSyntax);
  command->add_option("--function", a->function, "which one");
  command->add_option("--set", a->specification.sizes, "of a .spec: NAME=NUMBER, a size");
  command->add_option("--input", a->specification.inputs,
                      "of a .spec: TENSOR=1,2,... or TENSOR=@FILE, row by row; random where it isn't given");
  command->add_option("--seed", a->specification.seed, "of a .spec's random inputs")->capture_default_str();
  command
      ->add_option(
          "--engine", a->engine,
          "ir, native, unicorn or qemu; default: native, else unicorn. Kernels: compiled (default) or interpreted")
      ->check(CLI::IsMember({"ir", "native", "unicorn", "qemu", "compiled", "interpreted"}));
  command->add_option("--from", a->isa, "the file's instruction set, when the file does not tell");
  command->add_option("--time", a->milliseconds, "limit in milliseconds")->capture_default_str();
  command->add_option("--grid", a->kernel.grid, "kernels: blocks, X or X,Y or X,Y,Z")->capture_default_str();
  command->add_option("--block", a->kernel.block, "kernels: threads of a block, likewise")->capture_default_str();
  command->add_option(
      "--variable", a->kernel.variables,
      "kernels: NAME=hex:00ff or NAME=f*:1,2: what a variable of the module holds (may be given again)");
  command->add_option("--shared", a->kernel.shared_bytes, "kernels: bytes of dynamic shared memory");
  command->add_flag("--json", a->json, "for programs");
  command->callback([a, &chosen] { chosen = [a] { return run(*a); }; });
}

}  // namespace portolan::cli
