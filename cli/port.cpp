// portolan port: a folder of tensor specifications onto a described chip. Each becomes a program that was run against
// its specification, or a refusal with its reason. Folders of kernels: port_kernels.cpp.
#include "cli/port.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/accelerator.h"
#include "cli/chip_report.h"
#include "cli/input.h"
#include "cli/lift_kernels.h"
#include "cli/model_options.h"
#include "cli/output.h"
#include "cli/port_hip.h"
#include "cli/port_kernels.h"
#include "cli/port_loops.h"
#include "cli/ported_header.h"
#include "cli/report.h"
#include "cli/specification.h"
#include "cli/translate_kernels.h"
#include "frontends/accelerator/assembler.h"
#include "translate/mapping/kernel.h"
#include "translate/mapping/tile_program.h"

namespace portolan::cli {
namespace {

using namespace accelerator;
using mapping::HostTensor;

struct Arguments {
  std::string folder, target, out, require = "tested", fallback;
  std::vector<std::string> parameters, sizes;
  uint64_t seed = 1;
  double within = 0.001;
  bool json = false, init = false, no_proof = false;
  bool ask_model = false;  // for specifications
  ModelOptions model;
  uint32_t tests = 20;
  std::string html, compiler;
  std::vector<std::string> flags, host;
  KernelJudgeOptions kernels;
};

Exit fail(const Diagnostic& error) {
  fmt::print(stderr, "{}", to_string(error));
  return Exit::usage;
}

nlohmann::json json_of(const Description& chip, const Description& specification, const mapping::Program& program) {
  nlohmann::json tensors = nlohmann::json::array();
  for (const HostTensor& t : program.tensors) {
    nlohmann::json dimensions = nlohmann::json::array();
    for (const HostTensor::Dimension& d : t.dimensions)
      dimensions.push_back({{"extent", static_cast<int64_t>(d.extent)},
                            {"tile", static_cast<int64_t>(d.tile)},
                            {"tile_stride", static_cast<int64_t>(d.tile_stride)},
                            {"stride", static_cast<int64_t>(d.stride)}});
    nlohmann::json view = nlohmann::json::array();  // of an arrangement: the tensor's index from the arrangement's
    for (const HostTensor::View& v : t.view) {
      view.push_back({{"constant", static_cast<int64_t>(v.constant)}, {"parts", nlohmann::json::array()}});
      for (const HostTensor::View::Part& p : v.parts)
        view.back()["parts"].push_back({{"dimension", p.dimension},
                                        {"divisor", static_cast<int64_t>(p.divisor)},
                                        {"modulus", static_cast<int64_t>(p.modulus)},
                                        {"factor", static_cast<int64_t>(p.factor)}});
    }
    const bool constants = t.state == kNone;
    tensors.push_back({{"name", tensor_label(specification, program, t)},
                       {"kind", constants      ? "constants"
                                : t.on_the_way ? "on the way"
                                : t.is_output  ? "output"
                                               : "input"},
                       {"bits", t.width},
                       {"base", t.base},
                       {"bytes", t.bytes},
                       {"row_major", t.row_major},
                       {"dimensions", dimensions}});
    if (!view.empty()) tensors.back()["view"] = view;
    if (!constants) tensors.back()["type"] = specification.states[t.state].type_name.name;
    if (constants && !t.blocks) tensors.back()["values"] = program.constants;
    if (constants && t.blocks) tensors.back()["values"] = t.rows;
    if (t.memory != kNone) tensors.back()["memory"] = chip.states[t.memory].name;
    for (size_t n = 0; n < t.streams.size(); ++n)
      tensors.back()["streams"].push_back({{"base", t.streams[n]}, {"bytes", t.stream_bytes[n]}});
  }
  return tensors;
}

constexpr const char* kEndings[] = {".s", ".bin", ".h", ".json", ".o"};

struct Ported {
  nlohmann::json entry;
  Exit status = Exit::ok;
};

std::optional<Diagnostic> write_files(const Arguments& a, const Description& chip, const Description& specification,
                                      const mapping::Program& program, const nlohmann::json& entry) {
  const std::string stem = (std::filesystem::path(a.out) / specification.name).string();
  std::string text, bytes;
  for (const Word& word : program.words) {
    text += disassemble(chip, word) + "\n";
    for (uint8_t byte : bytes_of(chip, word)) bytes += static_cast<char>(byte);
  }
  const std::string all[] = {text, bytes, ported_header(chip, specification, program), entry.dump(2) + "\n"};
  for (size_t n = 0; n < std::size(all); ++n)
    if (auto error = write_output(stem + kEndings[n], all[n])) return error;
  return std::nullopt;
}

// Sizes that the specification has; --set may be meant for others of the folder.
ParameterValues sizes_for(const std::string& text, const std::string& path, const ParameterValues& given) {
  ParameterValues wanted;
  const Loaded loaded = load_specification(text, path);
  if (!loaded.description) return given;
  for (const Parameter& p : loaded.description->parameters)
    if (const auto found = given.find(p.name); found != given.end()) wanted.insert(*found);
  return wanted;
}

// A program that was tested, proved for all inputs of its shapes if that can be.
void prove_program(const Arguments& a, const Description& chip, const Description& specification,
                   const mapping::Program& program, nlohmann::json& entry) {
  tiles::TileProof proof;
  if (a.no_proof) return;
  if (const auto told = mapping::tile_program(program))
    proof = tiles::prove(chip, specification, *told, a.seed);
  else
    proof.why = "results or inputs are in a format of the chip's own";
  if (proof.proved) entry["verdict"] = "proved";
  entry["proof"] = {{"proved", proof.proved}};
  if (!proof.proved) entry["proof"]["reason"] = proof.why;
  if (proof.proved)
    entry["proof"].update({{"elements", proof.elements},
                           {"same_term", proof.syntactic},
                           {"by_solver", proof.by_solver},
                           {"solvers", proof.solvers},
                           {"for", "all contents of the inputs, at these sizes"}});
}

// Where specifications go: a described chip or a processor, and the processor for what the chip can't do.
struct Target {
  const Description* chip = nullptr;
  std::optional<loops::Processor> processor;
};

// Onto the chip. `refused`: there is no program for it, and a processor may have it.
Exit port_to_chip(const Arguments& a, const Description& chip, const Description& specification, nlohmann::json& entry,
                  bool& refused) {
  const auto refuse = [&](const std::string& why, Exit status) {
    entry["reason"] = why;
    return status;
  };
  const auto kernel = mapping::map_kernel(chip, specification, a.seed);
  if (!kernel) {
    refused = true;
    return refuse(to_string(kernel.error()), Exit::fell_short);
  }
  const mapping::TestCounts& tests = (*kernel).tests;
  const mapping::Program& program = (*kernel).program;
  entry["tests"] = {{"passed", tests.passed},
                    {"failed", tests.failed},
                    {"specification_undefined", tests.undefined},
                    {"inputs", tests.kinds},
                    {"seed", a.seed}};
  if (tests.failed != 0) {
    entry["verdict"] = "refuted";
    return refuse(tests.first_failure, Exit::refuted);
  }
  if (tests.passed == 0)
    return refuse("the specification is undefined on all inputs that were tried", Exit::fell_short);
  entry["verdict"] = "tested";
  entry["words"] = program.words.size();
  entry["candidates"] = (*kernel).candidates;
  if ((*kernel).program.places_solved) entry["places"] = "by the solver";
  if ((*kernel).stages != 0) entry["tiles"] = (*kernel).solved == (*kernel).stages ? "by the solver" : "by enumeration";
  entry["operations"] = (*kernel).operations;
  entry["tensors"] = json_of(chip, specification, program);
  if (!program.assumptions.empty()) entry["assumptions"] = program.assumptions;
  if (program.all_costs)
    entry["cost"] = {{"cycles", static_cast<int64_t>(program.cycles)},
                     {"arithmetic", program.arithmetic},
                     {"memory", program.transfers},
                     {"control", program.other},
                     {"note", "by the description's costs; units that run side by side overlap"}};
  prove_program(a, chip, specification, program, entry);
  if (const auto error = write_files(a, chip, specification, program, entry))
    return refuse(to_string(*error), Exit::usage);
  return Exit::ok;
}

// `names`: of the kernels so far, each of which has files of its own.
Ported port_one(const Arguments& a, const Target& target, const std::filesystem::path& path,
                const ParameterValues& sizes, std::set<std::string>& names) {
  Ported ported;
  nlohmann::json& entry = ported.entry;
  entry = {{"file", path.filename().string()}, {"verdict", "refused"}};
  const auto refuse = [&](const std::string& why, Exit status) {
    entry["reason"] = why;
    ported.status = status;
    return ported;
  };
  const auto text = read_contents(path.string());
  if (!text) return refuse(to_string(text.error()), Exit::usage);
  const Loaded loaded = load_specification(*text, path.string(), sizes_for(*text, path.string(), sizes));
  if (!loaded.description) return refuse(to_string(loaded.errors.front()), Exit::usage);
  const Description& specification = *loaded.description;
  entry["name"] = specification.name;
  if (!names.insert(specification.name).second)
    return refuse(fmt::format("another file of this folder has a 'spec {}' too", specification.name), Exit::fell_short);
  const std::string stem = (std::filesystem::path(a.out) / specification.name).string();
  // What an earlier run left must not look like this one's.
  for (const char* ending : kEndings) {
    std::error_code ignored;
    std::filesystem::remove(stem + ending, ignored);
  }
  for (const Parameter& p : specification.parameters) entry["sizes"][p.name] = static_cast<int64_t>(p.value);
  bool to_processor = !target.chip;
  if (target.chip) {
    ported.status = port_to_chip(a, *target.chip, specification, entry, to_processor);
    to_processor = to_processor && target.processor;
    if (to_processor) {
      entry["fallback"] = {{"processor", target.processor->name}, {"because", entry["reason"]}};
      entry.erase("reason");
    }
  }
  if (to_processor) ported.status = port_to_processor({stem, a.seed}, specification, *target.processor, entry);
  if (ported.status == Exit::ok && !level_reaches(entry["verdict"], a.require)) ported.status = Exit::fell_short;
  return ported;
}

// A file of kernels has several of them, one of a specification has its name.
std::string label_of(const nlohmann::json& entry) {
  const std::string file = entry["file"];
  return file.ends_with(".spec") ? file : fmt::format("{}: {}", file, entry["name"].get<std::string>());
}

// Of a specification that was lifted, where the kernel computes its results.
std::string placed_in_source(std::string reason, const nlohmann::json& made_at) {
  if (!reason.ends_with('\n')) reason += '\n';
  for (const auto& [tensor, place] : made_at.items())
    reason += fmt::format("      | {} is computed at {}\n", tensor, place.get<std::string>());
  return reason;
}

void print_row(const nlohmann::json& entry) {
  const std::string verdict = entry["verdict"], label = label_of(entry);
  if (verdict != "tested" && verdict != "proved") {
    std::string reason = entry["reason"];
    while (reason.ends_with('\n')) reason.pop_back();
    return fmt::print("{:<24} {:<8} {}\n", label, verdict, reason);
  }
  fmt::print("{:<24} {}({})", label, verdict, entry["tests"]["passed"].get<size_t>());
  if (entry.contains("words"))
    fmt::print("  {} words", entry["words"].get<size_t>());
  else
    fmt::print("  {} bytes of {} code, {} vector instructions ({})", entry["code_bytes"].get<uint64_t>(),
               entry["processor"].get<std::string>(), entry["vector_instructions"].get<size_t>(),
               entry["arithmetic"].get<std::string>());
  if (entry.contains("cost"))
    fmt::print(", {} cycles (arithmetic {}, memory {}, control {})", entry["cost"]["cycles"].get<int64_t>(),
               entry["cost"]["arithmetic"].get<uint64_t>(), entry["cost"]["memory"].get<uint64_t>(),
               entry["cost"]["control"].get<uint64_t>());
  fmt::print("\n");
}

// Kernels go another way than specifications.
std::optional<Exit> run_kernels(const Arguments& a) {
  const bool to_hip = a.target == "hip";
  if (!a.init && !to_hip && !is_kernel_target(a.target)) return std::nullopt;
  KernelPort port{a.folder, a.target, a.out, a.require, a.html, a.compiler, a.flags, a.kernels, a.json, a.host};
  port.judging.tests = a.tests, port.judging.seed = a.seed, port.judging.run = a.require != "none";
  return a.init ? draft_manifest(port) : to_hip ? port_folder_to_hip(port) : port_kernel_folder(port);
}

Exit run(const Arguments& a) {
  if (!a.init && (a.target.empty() || a.out.empty()))
    return fail(error_at({}, "--to and --out are missing; without them --init drafts a launch manifest"));
  if (const auto done = run_kernels(a)) return *done;
  Target target;
  target.processor = loops::processor_named(a.fallback.empty() ? a.target : a.fallback);
  if (!a.fallback.empty() && !target.processor)
    return fail(error_at({}, fmt::format("--fallback takes {}, not '{}'", loops::kProcessorNames, a.fallback)));
  const bool needs_chip = !a.fallback.empty() || !target.processor;
  const auto chip = needs_chip ? load_accelerator(a.target, a.parameters) : decltype(load_accelerator(a.target, {})){};
  if (needs_chip && !chip) return Exit::usage;
  if (needs_chip) target.chip = &*chip;
  const auto sizes = parameter_values(a.sizes);
  if (!sizes) return fail(sizes.error());
  std::error_code error;
  std::vector<std::filesystem::path> files;
  if (!std::filesystem::is_directory(a.folder, error))
    return fail(error_at({a.folder, 0, 0}, "this is no folder; give one that holds .spec files, or kernels"));
  for (const auto& one : std::filesystem::directory_iterator(a.folder, error)) {
    if (one.path().extension() == ".spec") files.push_back(one.path());
  }
  std::filesystem::create_directories(a.out, error);
  if (error) return fail(error_at({a.out, 0, 0}, error.message()));
  lifting::Options options;
  options.seed = a.seed, options.within = a.within;
  KernelLift lift{a.folder, a.out, a.kernels.manifest, a.compiler, a.flags, options};
  std::unique_ptr<propose::Proposer> proposer;
  if (a.ask_model) {
    const auto configuration = configure(a.model);
    if (!configuration) return fail(configuration.error());
    proposer = propose::find("model")->make({*configuration, {}});
    lift.proposer = proposer.get(), lift.rounds = a.model.rounds;
  }
  const auto lifted = lift_kernels(lift);
  if (!lifted) return fail(lifted.error());
  if (files.empty() && lifted->empty())
    return fail(
        error_at({a.folder, 0, 0},
                 "no .spec, .cu or .ptx file is here; docs/tensor-specification.md says how to write the first"));
  std::ranges::sort(files);
  // A size that none of them has is a slip of the pen.
  std::vector<std::filesystem::path> all = files;
  for (const LiftedFile& one : *lifted)
    if (!one.path.empty()) all.push_back(one.path);
  for (const auto& [name, value] : *sizes)
    if (std::ranges::none_of(all, [&](const std::filesystem::path& file) {
          const auto text = read_contents(file.string());
          return !text || sizes_for(*text, file.string(), {{name, value}}).contains(name);
        }))
      return fail(error_at({a.folder, 0, 0}, fmt::format("no specification here has a size {}", name)));
  nlohmann::json report = {{"target", target.chip ? target.chip->name : target.processor->name},
                           {"kernels", nlohmann::json::array()}};
  Exit worst = Exit::ok;
  std::set<std::string> names;
  const auto add = [&](const Ported& ported) {
    if (!a.json) print_row(ported.entry);
    report["kernels"].push_back(ported.entry);
    // A refutation outweighs a refusal, and unreadable input both.
    const auto rank = [](Exit e) {
      return e == Exit::usage ? 3 : e == Exit::refuted ? 2 : e == Exit::fell_short ? 1 : 0;
    };
    if (rank(ported.status) > rank(worst)) worst = ported.status;
  };
  for (const std::filesystem::path& file : files) add(port_one(a, target, file, *sizes, names));
  for (const LiftedFile& one : *lifted) {
    if (one.path.empty()) {
      add({one.entry, Exit::fell_short});
      continue;
    }
    Ported ported = port_one(a, target, one.path, *sizes, names);
    ported.entry["file"] = one.entry["file"];
    ported.entry["specification"] = one.path.filename().string();
    ported.entry["lifted"] = one.entry["lifted"];
    if (ported.entry.contains("reason") && one.entry["lifted"].contains("made_at"))
      ported.entry["reason"] = placed_in_source(ported.entry["reason"], one.entry["lifted"]["made_at"]);
    if (one.entry.contains("proposed")) ported.entry["proposed"] = one.entry["proposed"];
    add(ported);
  }
  if (a.json) fmt::print("{}\n", report.dump(2));
  if (const auto failure = write_output((std::filesystem::path(a.out) / "report.json").string(), report.dump(2) + "\n"))
    return fail(*failure);
  if (!a.html.empty())
    if (const auto failure = write_output(a.html, chip_page(report))) return fail(*failure);
  return worst;
}

}  // namespace

void add_port(CLI::App& app, Command& chosen) {
  auto a = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "port", "a folder of kernels to another processor, or of tensor specifications onto a described accelerator");
  command->add_option("DIR", a->folder, "the folder: .ptx and .cu files, or .spec files")->required();
  command->add_option(
      "--to", a->target,
      "hip (source); amdgcn:gfx1100, amdgcn:gfx942, …; riscv64, riscv64:zve32x or riscv64:v (specifications); or an "
      "accelerator of corpus/accelerators, or the path of a .isa file");
  command->add_option("--fallback", a->fallback,
                      "riscv64, riscv64:zve32x or riscv64:v: for specifications that the accelerator can't carry out");
  command->add_option("--out", a->out, "the folder for results and report.json");
  command->add_flag("--init", a->init, "draft DIR/port.toml, which says how kernels are launched");
  command->add_option(
      "--host", a->host,
      "--init: a file or folder of host code that launches the kernels, if it isn't in DIR (may be given "
      "again)");
  command->add_option("--report", a->html, "a report as HTML");
  command->add_option("--tests", a->tests, "kernels: launches of each; default: 20");
  command
      ->add_option("--compiler", a->compiler,
                   "kernels: of .cu files, nvcc or clang; default: nvcc if it is there; clang needs no toolkit")
      ->check(CLI::IsMember({"nvcc", "clang"}));
  command->add_option("--flag", a->flags, "kernels: one more flag for the CUDA compiler (may be given again)");
  add_kernel_options(*command, a->kernels);
  command->add_option("--within", a->within, "kernels to accelerators: what the lifted specification allows")
      ->capture_default_str();
  command->add_flag("--propose-specifications", a->ask_model,
                    "kernels to accelerators: a language model is asked where no specification is found");
  add_model_options(*command, a->model);
  command->add_flag("--no-proof", a->no_proof, "specifications: programs are tested only");
  command->add_option("--set", a->sizes, "NAME=NUMBER: a size of the specifications");
  command->add_option("--chip-set", a->parameters, "NAME=NUMBER: a parameter of the chip");
  command->add_option("--seed", a->seed, "of the test inputs")->capture_default_str();
  command->add_option("--require", a->require, "proved, bounded, tested (default) or none")
      ->check(CLI::IsMember({"proved", "bounded", "tested", "none"}));
  command->add_flag("--json", a->json, "the report on standard output");
  command->callback([a, &chosen] { chosen = [a] { return run(*a); }; });
}

}  // namespace portolan::cli
