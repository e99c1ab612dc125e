#include "cli/translate_kernels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "cli/evidence.h"
#include "cli/input.h"
#include "cli/output.h"
#include "cli/refuted_mark.h"
#include "cli/report.h"
#include "emulate/simt/code_object_maker.h"
#include "translate/to_amdgcn/emit.h"

namespace portolan::cli {

constexpr std::string_view kPrefix = "amdgcn:";
constexpr std::string_view kComment = ";";

namespace {

nlohmann::json evidence_of(const KernelTranslation& a, const std::string& ptx, const simt::Module& source,
                           const simt::Module* target, const PortedKernels& made, const std::string& manifest) {
  nlohmann::json e = {{"schema", "portolan-evidence-1"},
                      {"tool", "portolan 0.1.0"},
                      {"build", build_id()},
                      {"command", "translate"},
                      {"source", a.input},
                      {"from", "ptx"},
                      {"to", a.target},
                      {"output", {{"file", a.output}}},
                      {"options",
                       {{"functions", a.functions},
                        {"require", a.require},
                        {"tests", a.judging.tests},
                        {"seed", hex(a.judging.seed)},
                        {"manifest", manifest}}}};
  if (target && a.judging.run) {
    e["engines"] = {{"source", engine_text(source, a.judging.mode)}, {"target", engine_text(*target, a.judging.mode)}};
    e["replay"] = fmt::format("portolan replay {}", a.evidence.empty() ? "EVIDENCE" : a.evidence);
  }
  e["functions"] = functions_json(made.kernels);
  e["sides"] = {{"source", {{"file", a.input}, {"sha256", sha256(ptx)}}}};
  return e;
}

// Kernels that the source has and that could not be read or written.
std::vector<KernelVerdict> refused_kernels(const to_amdgcn::Translation& translation) {
  std::vector<KernelVerdict> all;
  for (size_t n = 0; n < translation.refusals.size(); ++n) {
    const Diagnostic& d = translation.refusals[n];
    KernelVerdict& k = all.emplace_back();
    k.name = translation.refused[n];
    k.line = d.location.line;
    k.refusals = {d};
    set_refused(k);
  }
  return all;
}

}  // namespace

bool is_kernel_target(const std::string& target) {
  return target.starts_with(kPrefix);
}

Expected<amdgcn::Processor> kernel_processor(const std::string& target) {
  if (is_kernel_target(target))
    if (const auto processor = amdgcn::processor_from_string(std::string_view(target).substr(kPrefix.size())))
      return *processor;
  return error_at({}, fmt::format("unknown target '{}'; known: {}", target, amdgcn::processor_names(kPrefix)));
}

Expected<PortedKernels> port_kernels(const KernelTranslation& a, const std::string& ptx,
                                     const std::optional<manifest::Manifest>& launches) {
  const auto processor = kernel_processor(a.target);
  if (!processor) return processor.error();
  auto source = simt::load_module(a.input, ptx);
  if (!source) return source.error();
  if (!source->ptx) return error_at({a.input, 0, 0}, "this is no PTX");
  for (const std::string& name : a.functions)
    if (const auto all = source->kernels(); std::find(all.begin(), all.end(), name) == all.end())
      return error_at({a.input, 0, 0}, fmt::format("there is no kernel '{}'", name));
  PortedKernels made;
  const to_amdgcn::Translation translation = to_amdgcn::translate(*source->ptx, a.input, *processor, a.functions);
  made.kernels = refused_kernels(translation);
  std::optional<simt::Module> target;
  if (!translation.kernels.empty()) {
    auto object = simt::make_code_object(*processor, translation.assembly, a.output);
    if (!object) return object.error();
    made.object = *std::move(object);
    auto loaded = simt::load_module(a.output, {reinterpret_cast<const char*>(made.object.data()), made.object.size()});
    if (!loaded) return loaded.error();
    target.emplace(*std::move(loaded));
    auto judged = judge_kernels(*source, a.input, &*target, translation.kernels, launches, a.judging);
    if (!judged) return judged.error();
    std::move(judged->begin(), judged->end(), std::back_inserter(made.kernels));
  }
  made.evidence = evidence_of(a, ptx, *source, target ? &*target : nullptr, made, launches ? launches->path : "");
  made.assembly = mark_refuted(translation.assembly, kComment, made.evidence["functions"]);
  made.evidence["sides"]["target"] = {{"file", a.output}, {"sha256", sha256(made.assembly)}};
  return made;
}

Exit translate_kernels(const KernelTranslation& a) {
  auto fail = [](const Diagnostic& d) {
    fmt::print(stderr, "{}", to_string(d));
    return Exit::usage;
  };
  const Expected<std::string> text = read_contents(a.input);
  if (!text) return fail(text.error());
  auto launches = manifest_for(a.input, a.judging.manifest);
  if (!launches) return fail(launches.error());
  const auto made = port_kernels(a, *text, *launches);
  if (!made) return fail(made.error());
  complain_about(a.input, (*made).kernels);
  if (a.judging.run && !(*made).kernels.empty()) fmt::print(stderr, "{}", kernel_text((*made).kernels));
  if (!(*made).assembly.empty())
    if (auto error = write_output(a.output, (*made).assembly)) return fail(*error);
  if (!a.evidence.empty())
    if (auto error = write_output(a.evidence, (*made).evidence.dump(2) + "\n")) return fail(*error);
  return (*made).kernels.empty() ? Exit::fell_short : static_cast<Exit>(evidence_exit((*made).evidence, a.require));
}

}  // namespace portolan::cli
