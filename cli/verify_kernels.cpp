#include "cli/verify_kernels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "cli/evidence.h"
#include "cli/input.h"
#include "cli/kernel_evidence.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/verify_report.h"
#include "emulate/simt/same_names.h"

namespace portolan::cli {
namespace {

Exit fail(const Diagnostic& d) {
  fmt::print(stderr, "{}", to_string(d));
  return Exit::usage;
}

struct Side {
  std::string contents;
  simt::Module module;
};

Expected<Side> read_side(const std::string& path) {
  auto contents = read_contents(path);
  if (!contents) return contents.error();
  auto module = simt::load_module(path, *contents);
  if (!module) return module.error();
  return Side{*std::move(contents), *std::move(module)};
}

nlohmann::json side_json(const std::string& path, const Side& side, simt::Mode mode) {
  return {{"file", path},
          {"isa", side.module.target()},
          {"sha256", sha256(side.contents)},
          {"engine", engine_text(side.module, mode)}};
}

}  // namespace

Expected<nlohmann::json> kernel_verification(const KernelVerification& a, bool complain) {
  const auto source = read_side(a.source);
  auto target = read_side(a.target);
  if (!source || !target) return (source ? target : source).error();
  simt::take_names((*target).module, (*source).module);
  for (const std::string& name : a.functions)
    if (const auto all = (*source).module.kernels(); std::find(all.begin(), all.end(), name) == all.end())
      return error_at({a.source, 0, 0}, fmt::format("there is no kernel '{}'", name));
  const auto launches = manifest_for(a.source, a.judging.manifest);
  if (!launches) return launches.error();
  const auto kernels = judge_kernels((*source).module, a.source, &(*target).module, a.functions, *launches, a.judging);
  if (!kernels) return kernels.error();
  if (complain) {
    for (const Diagnostic& d : (*source).module.refusals) fmt::print(stderr, "{}", to_string(d));
    complain_about(a.source, *kernels);
    if (!a.json) fmt::print("{}", kernel_text(*kernels));
  }
  nlohmann::json evidence = {{"schema", "portolan-evidence-1"},
                             {"tool", "portolan 0.1.0"},
                             {"build", build_id()},
                             {"command", "verify"},
                             {"source", a.source},
                             {"target", a.target},
                             {"from", (*source).module.target()},
                             {"to", (*target).module.target()},
                             {"sides",
                              {{"source", side_json(a.source, *source, a.judging.mode)},
                               {"target", side_json(a.target, *target, a.judging.mode)}}},
                             {"options",
                              {{"functions", a.functions},
                               {"require", a.require},
                               {"tests", a.judging.tests},
                               {"seed", hex(a.judging.seed)},
                               {"manifest", *launches ? (**launches).path : ""}}},
                             {"functions", functions_json(*kernels)}};
  if (!(*source).module.refusals.empty()) evidence["source_refusals"] = (*source).module.refusals.size();
  if (!a.evidence.empty()) evidence["replay"] = "portolan replay " + a.evidence;
  return evidence;
}

Exit verify_kernels(const KernelVerification& a) {
  const auto made = kernel_verification(a, true);
  if (!made) return fail(made.error());
  const nlohmann::json& evidence = *made;
  if (a.json) fmt::print("{}\n", evidence.dump(2));
  std::optional<Diagnostic> error;
  if (!a.evidence.empty()) error = write_output(a.evidence, evidence.dump(2) + "\n");
  if (!error && !a.junit.empty()) error = write_output(a.junit, junit_of(evidence, a.require));
  if (!error && !a.sarif.empty()) error = write_output(a.sarif, sarif_of(evidence, a.require));
  if (error) return fail(*error);
  const Exit exit = static_cast<Exit>(evidence_exit(evidence, a.require));
  const bool incomplete = evidence["functions"].empty() || evidence.contains("source_refusals");
  return exit == Exit::ok && incomplete ? Exit::fell_short : exit;
}

bool is_kernel_evidence(const nlohmann::json& evidence) {
  if (!evidence.is_object() || !evidence.contains("from") || !evidence["from"].is_string()) return false;
  const std::string from = evidence["from"];
  return from == "ptx" || from.starts_with("amdgcn:");
}

Exit replay_kernels(const std::string& path, const nlohmann::json& evidence,
                    const std::vector<std::string>& functions) try {
  const nlohmann::json& sides = evidence.at("sides");
  unsigned replayed = 0, differing = 0, open = 0;
  std::optional<Side> both[2];
  const char* const kNames[] = {"source", "target"};
  for (const nlohmann::json& f : evidence.at("functions")) {
    const std::string name = f.at("name");
    if (!functions.empty() && std::find(functions.begin(), functions.end(), name) == functions.end()) continue;
    if (!f.at("verdict").contains("counterexample")) continue;
    for (int n = 0; n < 2; ++n) {
      if (both[n]) continue;
      const std::string file = sides.at(kNames[n]).at("file");
      auto side = read_side(file);
      if (!side) return fail(side.error());
      if (sha256(side->contents) != sides.at(kNames[n]).at("sha256").get<std::string>())
        fmt::print(stderr, "{}: warning: it has changed since the evidence was made\n", file);
      both[n] = *std::move(side);
    }
    simt::take_names(both[1]->module, both[0]->module);
    auto instance = stored_instance(f.at("verdict").at("counterexample"));
    if (!instance) return fail(error_at({path, 0, 0}, instance.error().message));
    if (const auto problem = differential::misfit(both[0]->module, both[1]->module, *instance))
      return fail(error_at({path, 0, 0}, *problem));
    constexpr std::chrono::milliseconds kTime{60'000};
    const differential::Once once =
        differential::run_once(both[0]->module, both[1]->module, *instance, kTime, simt::Mode::compiled);
    const std::string difference = once.target_fault.empty() ? once.comparison.difference : once.target_fault;
    ++replayed;
    differing += !difference.empty();
    const std::string why = !once.fault.empty() ? "the source is at fault: " + once.fault : once.inconclusive;
    open += difference.empty() && !why.empty();
    fmt::print("{} ({}): {}\n", name, differential::to_string(*instance),
               !difference.empty() ? "they differ: " + difference
               : why.empty()       ? "they agree"
                                   : "nothing can be said: " + why);
  }
  if (replayed == 0) fmt::print("nothing to replay: no kernel was refuted\n");
  if (differing != 0) return Exit::refuted;
  return open == 0 ? Exit::ok : Exit::fell_short;
} catch (const std::exception& e) {
  return fail(error_at({path, 0, 0}, fmt::format("not an evidence file: {}", e.what())));
}

}  // namespace portolan::cli
