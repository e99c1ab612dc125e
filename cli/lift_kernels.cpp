#include "cli/lift_kernels.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "cli/input.h"
#include "cli/kernel_judging.h"
#include "cli/kernel_source.h"
#include "cli/output.h"
#include "cli/source_folder.h"
#include "gpu/lifting/processor_source.h"

namespace portolan::cli {

namespace fs = std::filesystem;

namespace {

LiftedFile refused(const fs::path& file, const std::string& name, const std::string& why) {
  return {{}, {{"file", file.filename().string()}, {"name", name}, {"verdict", "refused"}, {"reason", why}}};
}

// With the text of the source's line, if there is one.
Diagnostic with_its_line(Diagnostic said) {
  std::ifstream in(said.location.file);
  std::string text;
  for (uint32_t line = 0; line < said.location.line && std::getline(in, text); ++line) {
  }
  if (in && said.location.line != 0) said.source_line = text;
  return said;
}

// How a kernel is launched, in words.
std::string launch_of(const manifest::Kernel& kernel) {
  std::string text;
  for (const auto& [name, values] : kernel.sizes) text += fmt::format("size {}, such as {}\n", name, values.front());
  for (const auto* list : {&kernel.arguments, &kernel.variables})
    for (const manifest::Argument& a : *list) {
      static constexpr const char* kWays[] = {"a value", "read", "written", "read and written"};
      text += fmt::format("{}: {}, {}", a.name, manifest::to_string(a.type), kWays[a.direction]);
      if (a.count) text += a.direction == manifest::Argument::value ? " = " : ", elements: ";
      text += (a.count ? a.count->text : "") + "\n";
    }
  return text;
}

struct Proposed {
  std::optional<lifting::Lifted> lifted;
  nlohmann::json told = nlohmann::json::object();  // what became of the proposals
};

// Specifications that a proposer has for a kernel, judged like those that are found.
Proposed propose_one(const KernelLift& a, const std::string& file_text, const lifting::Source& source,
                     const manifest::Kernel& kernel) {
  propose::Kernel asked{kernel.name, file_text, launch_of(kernel), {}};
  for (const auto& [name, values] : kernel.sizes) asked.sizes.push_back(name);
  Proposed result;
  size_t judged = 0;
  std::vector<std::string> reasons;
  std::vector<propose::Feedback> feedback;
  for (unsigned round = 0; round <= a.rounds && !result.lifted; ++round) {
    auto drafts = a.proposer->specification(asked, feedback);
    if (!drafts) break;
    if (!*drafts) {
      reasons.push_back(to_string((*drafts).error()));
      break;
    }
    reasons.insert(reasons.end(), (**drafts).refused.begin(), (**drafts).refused.end());
    feedback.clear();
    for (const std::string& text : (**drafts).texts) {
      ++judged;
      auto found = lifting::judge(source, kernel, text, a.options);
      if (found) {
        result.lifted = std::move(*found);
        break;
      }
      reasons.push_back(found.error().message);
      if (feedback.empty()) feedback.push_back({text, found.error().message});
    }
    if (feedback.empty()) break;
  }
  result.told = {{"origin", a.proposer->origin()}, {"judged", judged}, {"reasons", reasons}};
  return result;
}

LiftedFile lift_one(const KernelLift& a, const fs::path& file, const lifting::Source& source,
                    const manifest::Kernel& kernel) {
  const std::string name = manifest::plain_name(kernel.name);
  auto lifted = lifting::lift(source, kernel, a.options);
  nlohmann::json proposed;
  std::string why = lifted ? "" : "not lifted: " + to_string(with_its_line(lifted.error()));
  if (!lifted && a.proposer) {
    const auto text = read_contents(file.string());
    Proposed answer = propose_one(a, text ? *text : "", source, kernel);
    if (answer.lifted) lifted = std::move(*answer.lifted);
    proposed = std::move(answer.told);
  }
  if (!lifted) {
    LiftedFile result = refused(file, name, why);
    if (!proposed.is_null()) result.entry["proposed"] = proposed;
    return result;
  }
  nlohmann::json same_at = nlohmann::json::array();
  for (const manifest::Sizes& sizes : lifted->same_at) same_at.push_back(lifting::to_string(sizes));
  LiftedFile result{fs::path(a.out) / (lifting::specification_name(kernel) + ".spec"),
                    {{"file", file.filename().string()}, {"name", name}}};
  result.entry["lifted"] = {{"verdict", lifted->is_bounded() ? "bounded" : "tested"},
                            {"by", proposed.is_null() ? "search" : "proposer"},
                            {"tests", lifted->tests},
                            {"from_launches", lifted->launches},
                            {"from_elements", lifted->elements},
                            {"within", a.options.within},
                            {"same_expressions", same_at},
                            {"sampled", lifted->sampled},
                            {"assumptions", lifted->assumptions}};
  for (const auto& [tensor, at] : lifted->made_at)
    result.entry["lifted"]["made_at"][tensor] = fmt::format("{}:{}", at.file, at.line);
  if (!lifted->differs.empty()) result.entry["lifted"]["other_expressions"] = lifted->differs;
  if (!proposed.is_null()) result.entry["proposed"] = proposed;
  if (const auto error = write_output(result.path.string(), lifted->specification))
    return refused(file, name, to_string(*error));
  return result;
}

// A kernel of a module: the manifest may have its name as it stands in the source.
LiftedFile lift_one_of(const KernelLift& a, const fs::path& file, const lifting::Source& source,
                       const std::optional<manifest::Manifest>& launches, const std::string& symbol) {
  const std::string name = manifest::plain_name(symbol);
  const manifest::Kernel* entry = launches ? launches->find(symbol, file.string()) : nullptr;
  if (!launches)
    return refused(file, name,
                   "there is no port.toml that says how it is launched; `portolan port DIR --init` drafts one");
  if (!entry) return refused(file, name, fmt::format("{} has no [[kernel]] with name = \"{}\"", launches->path, name));
  manifest::Kernel kernel = *entry;
  kernel.name = symbol;
  return lift_one(a, file, source, kernel);
}

// Functions of a processor for which the manifest has an entry; others of the file are left alone.
void lift_functions(const KernelLift& a, const fs::path& file, const std::optional<manifest::Manifest>& launches,
                    std::vector<LiftedFile>& all) {
  std::vector<const manifest::Kernel*> wanted;
  if (launches)
    for (const manifest::Kernel& kernel : launches->kernels)
      if (kernel.file.ends_with(".s") && launches->find(kernel.name, file.string()) == &kernel)
        wanted.push_back(&kernel);
  if (wanted.empty()) return;
  const auto input = read_input(file.string(), "", "--from");
  if (!input) return all.push_back(refused(file, file.stem().string(), to_string(input.error())));
  for (const manifest::Kernel* kernel : wanted) {
    const auto source = lifting::ProcessorSource::make(*input->index, *kernel);
    all.push_back(source ? lift_one(a, file, **source, *kernel)
                         : refused(file, kernel->name, "not lifted: " + to_string(source.error())));
  }
}

}  // namespace

Expected<std::vector<LiftedFile>> lift_kernels(const KernelLift& a) {
  std::vector<LiftedFile> all;
  static constexpr std::string_view kSources[] = {".ptx", ".cu", ".s"};
  const auto files = files_in(a.folder, kSources, "no .ptx, .cu and no .s file is here");
  if (!files) return all;
  const auto launches = manifest_for(a.folder + "/", a.manifest);
  if (!launches) return launches.error();
  for (const fs::path& file : *files) {
    if (file.extension() == ".s") {
      lift_functions(a, file, *launches, all);
      continue;
    }
    const bool compiled = file.extension() == ".cu";
    const auto ptx = ptx_of(file, a.compiler, a.flags, compiled ? compile::Lines::kept : compile::Lines::left_out);
    const ptx::SourceLines lines(ptx ? *ptx : "", file.string());
    auto source = ptx ? simt::load_module(file.string(), *ptx) : Expected<simt::Module>(ptx.error());
    if (!source) {
      all.push_back(refused(file, file.stem().string(), to_string(lines.said_there(source.error()))));
      continue;
    }
    const lifting::ModuleSource module(*source, compiled ? &lines : nullptr);
    for (const std::string& name : source->kernels()) {
      const auto known = std::ranges::find(source->ptx->refused, name);
      if (known != source->ptx->refused.end()) {
        const auto n = static_cast<size_t>(known - source->ptx->refused.begin());
        all.push_back(refused(file, name, "not lifted: " + to_string(lines.said_there(source->ptx->refusals[n]))));
        continue;
      }
      all.push_back(lift_one_of(a, file, module, *launches, name));
    }
  }
  return all;
}

}  // namespace portolan::cli
