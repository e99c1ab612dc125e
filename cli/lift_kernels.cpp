#include "cli/lift_kernels.h"

#include <algorithm>

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

LiftedFile lift_one(const KernelLift& a, const fs::path& file, const lifting::Source& source,
                    const manifest::Kernel& kernel) {
  const std::string& name = kernel.name;
  const auto lifted = lifting::lift(source, kernel, a.options);
  if (!lifted) return refused(file, name, "not lifted: " + to_string(lifted.error()));
  LiftedFile result{fs::path(a.out) / (name + ".spec"), {{"file", file.filename().string()}, {"name", name}}};
  result.entry["lifted"] = {{"verdict", "tested"},
                            {"tests", lifted->tests},
                            {"from_launches", lifted->launches},
                            {"from_elements", lifted->elements},
                            {"within", a.options.within},
                            {"same_expressions", lifted->bounded},
                            {"assumptions", lifted->assumptions}};
  if (!lifted->unbounded.empty()) result.entry["lifted"]["other_expressions"] = lifted->unbounded;
  if (const auto error = write_output(result.path.string(), lifted->specification))
    return refused(file, name, to_string(*error));
  return result;
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
    const auto ptx = ptx_of(file, a.compiler, a.flags);
    auto source = ptx ? simt::load_module(file.string(), *ptx) : Expected<simt::Module>(ptx.error());
    if (!source) {
      all.push_back(refused(file, file.stem().string(), to_string(source.error())));
      continue;
    }
    const lifting::ModuleSource module(*source);
    for (const std::string& name : source->kernels()) {
      const manifest::Kernel* kernel = *launches ? (*launches)->find(name, file.string()) : nullptr;
      all.push_back(kernel ? lift_one(a, file, module, *kernel)
                           : refused(file, name, "no manifest says how it is launched (port.toml; --init drafts one)"));
    }
  }
  return all;
}

}  // namespace portolan::cli
