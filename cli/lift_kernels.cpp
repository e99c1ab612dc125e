#include "cli/lift_kernels.h"

#include <algorithm>

#include "cli/kernel_judging.h"
#include "cli/kernel_source.h"
#include "cli/output.h"
#include "cli/source_folder.h"

namespace portolan::cli {

namespace fs = std::filesystem;

namespace {

LiftedFile refused(const fs::path& file, const std::string& name, const std::string& why) {
  return {{}, {{"file", file.filename().string()}, {"name", name}, {"verdict", "refused"}, {"reason", why}}};
}

LiftedFile lift_one(const KernelLift& a, const fs::path& file, const simt::Module& source, const std::string& name,
                    const std::optional<manifest::Manifest>& launches) {
  const manifest::Kernel* kernel = launches ? launches->find(name, file.string()) : nullptr;
  if (!kernel) return refused(file, name, "no manifest says how it is launched (port.toml; --init drafts one)");
  const auto lifted = lifting::lift(source, *kernel, a.options);
  if (!lifted) return refused(file, name, "not lifted: " + to_string(lifted.error()));
  LiftedFile result{fs::path(a.out) / (name + ".spec"), {{"file", file.filename().string()}, {"name", name}}};
  result.entry["lifted"] = {{"verdict", "tested"},
                            {"tests", lifted->tests},
                            {"from_launches", lifted->launches},
                            {"from_elements", lifted->elements},
                            {"within", a.options.within},
                            {"assumptions", lifted->assumptions}};
  if (const auto error = write_output(result.path.string(), lifted->specification))
    return refused(file, name, to_string(*error));
  return result;
}

}  // namespace

Expected<std::vector<LiftedFile>> lift_kernels(const KernelLift& a) {
  std::vector<LiftedFile> all;
  const auto files = files_in(a.folder, kKernelSources, "no .ptx and no .cu file is here");
  if (!files) return all;
  const auto launches = manifest_for(a.folder + "/", a.manifest);
  if (!launches) return launches.error();
  for (const fs::path& file : *files) {
    const auto ptx = ptx_of(file, a.compiler, a.flags);
    auto source = ptx ? simt::load_module(file.string(), *ptx) : Expected<simt::Module>(ptx.error());
    if (!source) {
      all.push_back(refused(file, file.stem().string(), to_string(source.error())));
      continue;
    }
    for (const std::string& name : source->kernels()) all.push_back(lift_one(a, file, *source, name, *launches));
  }
  return all;
}

}  // namespace portolan::cli
