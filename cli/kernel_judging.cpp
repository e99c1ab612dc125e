#include "cli/kernel_judging.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "cli/input.h"
#include "cli/kernel_evidence.h"

namespace portolan::cli {
namespace {

using judge::Level;

uint32_t line_of(const simt::Module& source, const std::string& kernel) {
  const ptx::LiftedFunction* f = source.ptx ? source.ptx->find(kernel) : nullptr;
  return f ? f->location.line : 0;
}

void set_unknown(KernelVerdict& k, const char* reason, std::string detail) {
  judge::Verdict& v = k.result.verdict;
  v.level = Level::unknown;
  v.reason = reason;
  v.detail = std::move(detail);
  k.result.sentence = "nothing is claimed: " + v.detail;
}

std::optional<std::string> refusal_of(const simt::Module& m, const std::string& kernel) {
  if (m.program.functions.contains(kernel)) return std::nullopt;
  for (const Diagnostic& d : m.refusals)
    if (d.message.starts_with(kernel + ",")) return d.message;
  if (m.ptx)
    for (size_t n = 0; n < m.ptx->refused.size(); ++n)
      if (m.ptx->refused[n] == kernel) return to_string(m.ptx->refusals[n]);
  return "there is no kernel of this name";
}

// A proof counts whatever was tested, but for what refutes, and for a source of which nothing is asked.
void try_proof(const simt::Module& source, const simt::Module& target, const manifest::Kernel& launch,
               const KernelJudgeOptions& options, KernelVerdict& k) {
  judge::Verdict& v = k.result.verdict;
  const bool untested = v.level == Level::unknown && v.reason == "too-few-inputs" && options.tests == 0;
  if (v.level != Level::tested && !untested) return;
  k.proof = proof::prove(source, target, launch, {std::chrono::milliseconds(options.proof_milliseconds)});
  if (!k.proof->proved) {
    if (untested) set_unknown(k, k.proof->reason.c_str(), k.proof->detail);
    return;
  }
  const std::string tested = v.level == Level::tested ? "; otherwise " + k.result.sentence : "";
  v.restriction = k.proof->restriction();
  v.level = v.restriction.empty() ? Level::proved : Level::proved_of_numbers;
  v.reason.clear(), v.detail.clear();
  v.assumptions.insert(v.assumptions.end(), k.proof->assumptions.begin(), k.proof->assumptions.end());
  k.result.sentence = k.proof->claim() + tested;
}

}  // namespace

void set_refused(KernelVerdict& k) {
  judge::Verdict& v = k.result.verdict;
  v.level = Level::refused;
  for (const Diagnostic& d : k.refusals) v.detail += (v.detail.empty() ? "" : "; ") + d.message;
  k.result.sentence = "there is no target: " + v.detail;
}

CLI::Option* add_engine_option(CLI::App& command, simt::Mode& mode) {
  auto take = [&mode](const std::string& name) { mode = simt::mode_from_name(name).value_or(simt::Mode::compiled); };
  return command
      .add_option_function<std::string>("--engine", take,
                                        "compiled (default), or interpreted, one operation after the other")
      ->check(CLI::IsMember({"compiled", "interpreted"}));
}

std::string engine_text(const simt::Module& m, simt::Mode mode) {
  return fmt::format("simt, {} of {} lanes{}", m.ptx ? "warps" : "waves", m.lane_width(),
                     mode == simt::Mode::interpreted ? ", interpreted" : "");
}

void add_kernel_options(CLI::App& command, KernelJudgeOptions& o) {
  CLI::Option* engine = add_engine_option(command, o.mode);
  engine->description("kernels: how their tests run: " + engine->get_description());
  command.add_option("--manifest", o.manifest,
                     "kernels: how they are launched (docs/launch-manifest.md); default: port.toml beside the source");
  command.add_option("--kernel-time", o.milliseconds, "kernels: milliseconds for the tests of each; 0: no limit")
      ->capture_default_str();
  command
      .add_option("--proof-time", o.proof_milliseconds, "kernels: milliseconds for the proof of each; 0: none is tried")
      ->capture_default_str();
}

Expected<std::optional<manifest::Manifest>> manifest_for(const std::string& source, const std::string& asked) {
  std::string path = asked;
  std::error_code none;
  if (path.empty()) {
    path = (std::filesystem::path(source).parent_path() / "port.toml").string();
    if (source == "-" || !std::filesystem::exists(path, none)) return std::optional<manifest::Manifest>();
  }
  const auto text = read_contents(path);
  if (!text) return text.error();
  auto read = manifest::parse(*text, path);
  if (!read) return read.error();
  return std::optional<manifest::Manifest>(*std::move(read));
}

Expected<std::vector<KernelVerdict>> judge_kernels(const simt::Module& source, const std::string& source_path,
                                                   const simt::Module* target, const std::vector<std::string>& wanted,
                                                   const std::optional<manifest::Manifest>& launches,
                                                   const KernelJudgeOptions& options) {
  std::vector<KernelVerdict> all;
  for (const std::string& name : source.kernels()) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), name) == wanted.end()) continue;
    KernelVerdict& k = all.emplace_back();
    k.name = name;
    k.line = line_of(source, name);
    if (const amdgcn::Kernel* made = target && target->object ? target->object->find(name) : nullptr)
      k.processor = target->object->processor, k.resources = made->resources;
    if (!options.run) {
      k.result.sentence = "not judged";
      continue;
    }
    const manifest::Kernel* launch = launches ? launches->find(name, source_path) : nullptr;
    if (auto own = refusal_of(source, name))
      set_unknown(k, "unsupported", *own);
    else if (auto refusal = target ? refusal_of(*target, name) : std::optional<std::string>("there is no target"))
      set_unknown(k, "unsupported", *refusal);
    else if (!launches)
      set_unknown(k, "too-few-inputs",
                  "there is no port.toml that says how it is launched; `portolan port DIR --init` drafts one");
    else if (!launch)
      set_unknown(k, "too-few-inputs", fmt::format("{} does not say how it is launched", launches->path));
    else if (!launch->unfinished.empty())
      set_unknown(k, "too-few-inputs",
                  fmt::format("{}:{}: the manifest says that it is unfinished: {}", launch->location.file,
                              launch->location.line, launch->unfinished));
    else {
      manifest::Kernel described = *launch;
      described.name = name;  // the entry may have it as it stands in the source
      const manifest::Kernel stated = described;
      if (options.other_library && described.library_tolerance) {
        described.tolerance = *described.library_tolerance;
        if (!described.library_inputs.empty()) described.inputs = described.library_inputs;
      }
      auto result = differential::test(source, *target, described, options.options());
      if (!result) return result.error();
      k.result = *std::move(result);
      if (options.proof_milliseconds != 0) try_proof(source, *target, stated, options, k);
    }
  }
  return all;
}

std::string resources_text(const nlohmann::json& function) {
  std::string text;
  if (function.contains("resources")) {
    const nlohmann::json& r = function["resources"];
    auto number = [&](const char* name) { return r.at(name).get<uint64_t>(); };
    text = fmt::format("{} vector and {} scalar registers", number("vector_registers"), number("scalar_registers"));
    if (const uint64_t n = number("accumulators"); n != 0) text += fmt::format(", {} accumulators", n);
    if (const uint64_t n = number("lds_bytes"); n != 0) text += fmt::format(", {} bytes of LDS", n);
    if (const uint64_t n = number("scratch_bytes"); n != 0) text += fmt::format(", {} bytes of scratch memory", n);
    if (const uint64_t n = number("vector_spills") + number("scalar_spills"); n != 0)
      text += fmt::format(", {} registers spilled", n);
  }
  if (function.contains("estimate")) {
    const std::string bound = function["estimate"].at("bound");
    text += fmt::format("{}bound by {} (estimate, {})", text.empty() ? "" : "; ",
                        bound == "caches" ? "memory unless caches hold what is read again" : bound,
                        function["estimate"].at("product").get<std::string>());
  }
  return text;
}

nlohmann::json functions_json(const std::vector<KernelVerdict>& kernels) {
  nlohmann::json all = nlohmann::json::array();
  for (const KernelVerdict& k : kernels) {
    all.push_back({{"name", k.name},
                   {"target_name", k.name},
                   {"line", k.line},
                   {"refusals", nlohmann::json::array()},
                   {"verdict", kernel_verdict_json(k.result)}});
    for (const Diagnostic& d : k.refusals)
      all.back()["refusals"].push_back({{"line", d.location.line}, {"reason", d.message}});
    if (k.proof) all.back()["verdict"]["proof"] = kernel_proof_json(*k.proof);
    if (k.resources) all.back()["resources"] = resources_json(*k.resources);
    if (k.processor && k.result.cost) all.back()["estimate"] = estimate_json(*k.processor, k.result);
  }
  return all;
}

std::string kernel_word(const nlohmann::json& function) {
  const nlohmann::json& v = function.at("verdict");
  const std::string level = v.at("level");
  const std::string tested = v.contains("tests") ? fmt::format("tested({})", v["tests"].get<uint32_t>()) : "";
  if (v.contains("proof") && v["proof"].value("holds", false)) {
    const size_t n = v["proof"].at("launches").size();
    return fmt::format("{} for {} launch{}, {}", v.at("word").get<std::string>(), n, n == 1 ? "" : "es", tested);
  }
  if (level == "tested")
    return v.contains("proof") ? fmt::format("{}, no proof: {}", tested, v["proof"].at("reason").get<std::string>())
                               : tested;
  const std::string word = v.at("word");
  return v.contains("detail") ? word + ": " + v["detail"].get<std::string>() : word;
}

std::string kernel_text(const std::vector<KernelVerdict>& kernels) {
  std::string text;
  std::vector<judge::Verdict> verdicts;
  for (const KernelVerdict& k : kernels) {
    text += fmt::format("{}: {}: {}\n", k.name, judge::word(k.result.verdict), k.result.sentence);
    if (k.proof && !k.proof->proved) text += fmt::format("  no proof: {}: {}\n", k.proof->reason, k.proof->detail);
    for (const std::string& note : k.result.notes) text += fmt::format("  note: {}\n", note);
    if (const std::string uses = resources_text(functions_json({k})[0]); !uses.empty())
      text += fmt::format("  uses {}\n", uses);
    verdicts.push_back(k.result.verdict);
  }
  return text + judge::tally(verdicts) + "\n";
}

void complain_about(const std::string& path, const std::vector<KernelVerdict>& kernels) {
  for (const KernelVerdict& k : kernels) {
    const judge::Verdict& v = k.result.verdict;
    const SourceLocation where{path, k.line, 0};
    for (const Diagnostic& d : k.refusals) fmt::print(stderr, "{}", to_string(d));
    if (v.level == Level::refuted)
      fmt::print(stderr, "{}", to_string(error_at(where, fmt::format("'{}' is REFUTED: {}", k.name, v.detail))));
    if (v.level == Level::unknown)
      fmt::print(stderr, "{}",
                 to_string(Diagnostic{
                     Severity::note, where, fmt::format("nothing is claimed of '{}': {}", k.name, v.detail), {}}));
  }
}

}  // namespace portolan::cli
