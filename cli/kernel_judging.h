// Pairs of kernels judged, as `translate`, `port` and `verify` ask for it.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "cli/commands.h"
#include "gpu/differential/test.h"
#include "gpu/proof/prove.h"

namespace portolan::cli {

struct KernelJudgeOptions {
  std::string manifest;  // path; empty: port.toml beside the source, if there is one
  uint32_t tests = 20;
  uint64_t seed = 1;
  uint64_t milliseconds = 10'000;       // for each kernel
  uint64_t proof_milliseconds = 5'000;  // likewise; 0: no proof is tried
  bool other_library = false;           // the target calls another library of mathematics: library_tolerance
  simt::Mode mode = simt::Mode::compiled;
  bool run = true;  // false: nobody asked for a judgement
  differential::Options options() const { return {tests, seed, std::chrono::milliseconds(milliseconds), mode}; }
};
// --engine: how our own engine of kernels and chips runs, where a command has no other.
CLI::Option* add_engine_option(CLI::App& command, simt::Mode& mode);
std::string engine_text(const simt::Module& module, simt::Mode mode);  // for evidence
void add_kernel_options(CLI::App& command, KernelJudgeOptions& options);

// The manifest that belongs to a source; none: there is no file of that name, and none was asked for.
Expected<std::optional<manifest::Manifest>> manifest_for(const std::string& source, const std::string& asked);

struct KernelVerdict {
  std::string name;
  uint32_t line = 0;
  std::vector<Diagnostic> refusals;  // then there is no target
  differential::Result result;
  std::optional<proof::Proof> proof;           // if one was tried
  std::optional<amdgcn::Processor> processor;  // of a target that is a code object
  std::optional<amdgcn::Resources> resources;  // as it states them
};

// Of every kernel that the source has and `wanted` names (empty: all). `target`: null when nothing was written.
Expected<std::vector<KernelVerdict>> judge_kernels(const simt::Module& source, const std::string& source_path,
                                                   const simt::Module* target, const std::vector<std::string>& wanted,
                                                   const std::optional<manifest::Manifest>& launches,
                                                   const KernelJudgeOptions& options);

// Of kernels that are refused: what their diagnostics say.
void set_refused(KernelVerdict& kernel);

nlohmann::json functions_json(const std::vector<KernelVerdict>& kernels);
// What the target takes of the processor and what limits it, for people; `function`: an entry of functions_json.
std::string resources_text(const nlohmann::json& function);
// "proved for 2 launches, tested(20)": of an entry of functions_json, with the reason where it fell short.
std::string kernel_word(const nlohmann::json& function);
// "name: tested: agreed on …", with the notes, and a tally.
std::string kernel_text(const std::vector<KernelVerdict>& kernels);
// Errors and notes like a compiler's, on standard error.
void complain_about(const std::string& path, const std::vector<KernelVerdict>& kernels);

}  // namespace portolan::cli
