#include "cli/port_kernels.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "cli/kernel_source.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/source_folder.h"
#include "cli/translate_kernels.h"
#include "frontends/ptx/parser.h"
#include "gpu/hip/launches.h"
#include "gpu/hip/source.h"
#include "gpu/manifest/draft.h"

namespace portolan::cli {
namespace {

namespace fs = std::filesystem;

Exit fail(const Diagnostic& d) {
  fmt::print(stderr, "{}", to_string(d));
  return Exit::usage;
}

constexpr std::string_view kHostSources[] = {".cu", ".cpp", ".cc", ".cxx"};
constexpr const char* kEndings[] = {".s", ".co", ".evidence.json", ".ptx"};

std::optional<Diagnostic> write_results(const fs::path& stem, bool is_cuda, const std::string& ptx,
                                        const PortedKernels& made) {
  const std::string object(made.object.begin(), made.object.end());
  const std::string texts[] = {made.assembly, object, made.evidence.dump(2) + "\n", is_cuda ? ptx : ""};
  for (size_t n = 0; n < std::size(texts); ++n)
    if (!texts[n].empty())
      if (auto error = write_output(stem.string() + kEndings[n], texts[n])) return error;
  return std::nullopt;
}

// What an earlier run left must not look like this one's.
void remove_results(const fs::path& stem) {
  std::error_code ignored;
  for (const char* ending : kEndings) fs::remove(stem.string() + ending, ignored);
}

FileReport port_one(const KernelPort& a, const fs::path& path, const std::optional<manifest::Manifest>& launches) {
  FileReport report;
  report.file = path.string();
  const fs::path stem = fs::path(a.out) / fs::relative(path, a.folder);
  auto give_up = [&](const Diagnostic& d) {
    report.exit = static_cast<int>(Exit::usage);
    report.messages = to_string(d);
    return report;
  };
  std::error_code error;
  fs::create_directories(stem.parent_path(), error);
  if (error) return give_up(error_at({stem.parent_path().string(), 0, 0}, error.message()));
  remove_results(stem);
  const auto ptx = ptx_of(path, a.compiler, a.flags);
  if (!ptx) return give_up(ptx.error());
  // Lines are those of the PTX: of a CUDA file it is written beside the results.
  const bool is_cuda = path.extension() == ".cu";
  KernelTranslation translation{is_cuda ? stem.string() + ".ptx" : path.string(),
                                stem.string() + ".s",
                                stem.string() + ".evidence.json",
                                a.target,
                                a.require,
                                {},
                                a.judging};
  const auto made = port_kernels(translation, *ptx, launches);
  if (!made) return give_up(made.error());
  if (const auto failure = write_results(stem, is_cuda, *ptx, *made)) return give_up(*failure);
  complain_about(translation.input, (*made).kernels);
  report.evidence = (*made).evidence;
  report.exit = evidence_exit(report.evidence, a.require);
  if ((*made).kernels.empty()) {
    report.exit = static_cast<int>(Exit::fell_short);
    report.messages = "there is no kernel in this file\n";
    report.nothing_written = true;
  }
  return report;
}

void print_rows(const FileReport& report) {
  if (!report.messages.empty()) fmt::print("{}: {}", report.file, report.messages);
  if (!report.evidence.is_object()) return;
  for (const nlohmann::json& f : report.evidence["functions"]) {
    fmt::print("{}: {:<24} {}\n", report.file, f["name"].get<std::string>(), kernel_word(f));
    if (const std::string uses = resources_text(f); !uses.empty()) fmt::print("{:<26} {}\n", "", uses);
  }
}

nlohmann::json report_json(const KernelPort& a, const std::vector<FileReport>& reports) {
  nlohmann::json all = {{"target", a.target}, {"files", nlohmann::json::array()}};
  for (const FileReport& r : reports) {
    nlohmann::json file = {{"file", r.file}, {"exit", r.exit}, {"kernels", nlohmann::json::array()}};
    if (!r.messages.empty()) file["messages"] = r.messages;
    if (r.evidence.is_object())
      for (const nlohmann::json& f : r.evidence["functions"]) {
        file["kernels"].push_back(f);
        if (file["kernels"].back()["verdict"].contains("counterexample"))
          file["kernels"].back()["verdict"]["counterexample"].erase("arguments");  // they stand in the evidence
      }
    all["files"].push_back(std::move(file));
  }
  return all;
}

// A refutation outweighs a refusal, and unreadable input both.
Exit worst(const std::vector<FileReport>& reports) {
  static constexpr int kRank[] = {0, 2, 1, 3, 4};
  int result = 0;
  for (const FileReport& r : reports)
    if (kRank[r.exit] > kRank[result]) result = r.exit;
  return static_cast<Exit>(result);
}

}  // namespace

Exit port_kernel_folder(const KernelPort& a) {
  if (const auto processor = kernel_processor(a.target); !processor) return fail(processor.error());
  const auto files = files_in(a.folder, kKernelSources, "no .ptx and no .cu file is here");
  if (!files) return fail(files.error());
  const auto launches = manifest_for(a.folder + "/", a.judging.manifest);
  if (!launches) return fail(launches.error());
  std::vector<FileReport> reports;
  for (const fs::path& path : *files) {
    reports.push_back(port_one(a, path, *launches));
    if (!a.json) print_rows(reports.back());
  }
  if (!a.json) fmt::print("{}", text_report(reports));
  const nlohmann::json report = report_json(a, reports);
  if (a.json) fmt::print("{}\n", report.dump(2));
  auto error = write_output((fs::path(a.out) / "report.json").string(), report.dump(2) + "\n");
  if (!error && !a.report.empty()) error = write_output(a.report, html_report(reports, a.target));
  return error ? fail(*error) : worst(reports);
}

namespace {

// Host code of the folder and of what else was named. What can't be read is a note: the draft does without it.
manifest::HostCode host_code(const KernelPort& a, const std::vector<fs::path>& files) {
  manifest::HostCode host;
  const std::string toolkit = hip::find_toolkit();
  std::vector<fs::path> all;
  for (const fs::path& file : files)
    if (file.extension() == ".cu") all.push_back(file);
  for (const std::string& folder : a.host) {
    std::error_code error;
    const auto more = fs::is_directory(folder, error) ? files_in(folder, kHostSources, "no host code is here")
                                                      : std::vector<fs::path>{folder};
    if (!more)
      fmt::print(stderr, "{}", to_string(more.error()));
    else
      all.insert(all.end(), (*more).begin(), (*more).end());
  }
  if (toolkit.empty() && !all.empty()) {
    fmt::print(stderr, "{}",
               to_string(Diagnostic{Severity::note,
                                    {a.folder, 0, 0},
                                    "host code is read with the headers of a CUDA toolkit, and there is none: "
                                    "sizes and lengths are guesses",
                                    {}}));
    return host;
  }
  for (const fs::path& file : all)
    if (const auto problem = hip::add_launches(file.string(), toolkit, a.flags, host))
      fmt::print(stderr, "{}",
                 to_string(Diagnostic{
                     Severity::note, problem->location, "its launches are not read: " + problem->message, {}}));
  return host;
}

}  // namespace

Exit draft_manifest(const KernelPort& a) {
  const auto files = files_in(a.folder, kKernelSources, "no .ptx and no .cu file is here");
  if (!files) return fail(files.error());
  const fs::path path = fs::path(a.folder) / "port.toml";
  std::error_code none;
  if (fs::exists(path, none)) return fail(error_at({path.string(), 0, 0}, "it is there already, and stays as it is"));
  std::string text =
      "# How the kernels of this folder are launched. Drafted from their signatures and from the host code that "
      "launches\n"
      "# them; numbers of sizes are a choice of small ones, and what is marked is to be finished by hand.\n"
      "# docs/launch-manifest.md describes every key.\n";
  const manifest::HostCode host = host_code(a, *files);
  manifest::Draft all;
  Exit exit = Exit::ok;
  for (const fs::path& file : *files) {
    const auto ptx = ptx_of(file, a.compiler, a.flags);
    const auto module = ptx ? ptx::parse_module(*ptx, file.string()) : Expected<ptx::Module>(ptx.error());
    if (!module) {
      fmt::print(stderr, "{}", to_string(module.error()));
      exit = Exit::fell_short;
      continue;
    }
    const manifest::Draft one = manifest::draft(*module, fs::relative(file, a.folder).string(), host);
    if (one.kernels != 0) text += "\n" + one.text;
    all.kernels += one.kernels, all.with_launch += one.with_launch, all.unfinished += one.unfinished;
  }
  if (const auto error = write_output(path.string(), text)) return fail(*error);
  fmt::print(
      "{}: drafted: {} kernels, {} with a launch of the host code, {} with something unknown; look for TO FINISH\n",
      path.string(), all.kernels, all.with_launch, all.unfinished);
  return exit;
}

}  // namespace portolan::cli
