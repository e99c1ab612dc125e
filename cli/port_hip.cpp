#include "cli/port_hip.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>

#include "cli/input.h"
#include "cli/output.h"
#include "cli/refuted_mark.h"
#include "cli/report.h"
#include "cli/source_folder.h"
#include "cli/verify_kernels.h"
#include "emulate/subprocess.h"
#include "gpu/compile/compile.h"
#include "gpu/hip/source.h"

namespace portolan::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSources[] = {".cu"};
// Of the host alone; ported where they speak of CUDA, and named as they were.
constexpr std::string_view kHostSources[] = {".cpp", ".cc", ".cxx"};
bool is_host_source(const fs::path& path) {
  return std::ranges::find(kHostSources, path.extension().string()) != std::end(kHostSources);
}
bool speaks_of_cuda(const fs::path& path) {
  const auto text = read_contents(path.string());
  return text && text->find("cuda") != std::string::npos;
}

// What the AMDGCN frontend does not read, the compiler need not make: calls, registers by number, arrays of a thread in
// the block's memory. Kernels that were refused are compiled once more with these and judged so.
const std::vector<std::string> kPlain = {"-D__noinline__=",
                                         "-mllvm",
                                         "-amdgpu-early-inline-all=true",
                                         "-mllvm",
                                         "-disable-promote-alloca-to-vector",
                                         "-mllvm",
                                         "-disable-promote-alloca-to-lds"};
// One processor of each width.
constexpr const char* kJudged[] = {"gfx1100", "gfx942"};

Exit fail(const Diagnostic& d) {
  fmt::print(stderr, "{}", to_string(d));
  return Exit::usage;
}

struct HipReport {
  FileReport report;  // its evidence: of both widths
  hip::Ported ported;
  nlohmann::json compiled = nlohmann::json::object();  // by target: true, or what the compiler says
};

int worse(int a, int b) {
  static constexpr int kRank[] = {0, 2, 1, 3, 4};
  return kRank[a] >= kRank[b] ? a : b;
}

bool is_judged(const hip::Target& target) {
  return std::ranges::find(kJudged, target.name) != std::end(kJudged);
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at))
    text.replace(at, what.size(), by);
  return text;
}

// Compiles for everything that HIP has here, what is judged to where the evidence will be. Whether all went well.
bool compile_all(HipReport& file, const KernelPort& a, const std::string& source, const fs::path& evidence) {
  auto directory = emulate::TemporaryDirectory::make();
  if (!directory) return false;
  std::vector<std::pair<std::string, std::string>> failed;  // target, what the compiler says
  for (const hip::Target& target : hip::targets()) {
    const std::string object =
        a.judging.run && is_judged(target) ? evidence.string() + "." + target.name + ".co" : directory->file("object");
    const auto problem = hip::compile(source, target, a.flags, object);
    file.compiled[target.name] = problem ? nlohmann::json(*problem) : nlohmann::json(true);
    if (problem) failed.emplace_back(target.name, *problem);
  }
  // What the compiler says for several targets stands once.
  const auto said = [](const auto& f) { return replaced(f.second, f.first, ""); };
  for (size_t n = 0; n < failed.size(); ++n) {
    if (std::any_of(failed.begin(), failed.begin() + static_cast<ptrdiff_t>(n),
                    [&](const auto& f) { return said(f) == said(failed[n]); }))
      continue;
    std::string names;
    for (size_t m = n; m < failed.size(); ++m)
      if (said(failed[m]) == said(failed[n])) names += (names.empty() ? "" : ", ") + failed[m].first;
    file.report.messages += fmt::format("{}: it does not compile for {}:\n{}", source, names, failed[n].second);
  }
  return failed.empty();
}

bool unsupported(const nlohmann::json& function) {
  return function["verdict"].value("reason", "") == "unsupported";
}

// The source's PTX against STEM.co, which one processor's compiler made of the port.
Expected<nlohmann::json> judged_once(const KernelPort& a, const std::string& ptx, const std::string& stem,
                                     const std::vector<std::string>& flags) {
  KernelVerification v;
  v.source = ptx, v.target = stem + ".co", v.evidence = stem + ".json";
  v.require = a.require, v.judging = a.judging;
  v.judging.other_library = true;
  auto evidence = kernel_verification(v, false);
  if (!evidence) return evidence;
  (*evidence)["options"]["flags"] = flags;
  if (const auto error = write_output(v.evidence, evidence->dump(2) + "\n")) return *error;
  return (*evidence)["functions"];
}

Expected<nlohmann::json> judged(const KernelPort& a, const std::string& ptx, const std::string& source,
                                const hip::Target& target, const fs::path& stem) {
  const std::string first = stem.string() + "." + target.name;
  auto functions = judged_once(a, ptx, first, a.flags);
  if (!functions || std::ranges::none_of(*functions, unsupported)) return functions;
  std::vector<std::string> flags = a.flags;
  flags.insert(flags.end(), kPlain.begin(), kPlain.end());
  if (const auto problem = hip::compile(source, target, flags, first + ".plain.co"))
    return error_at({source, 0, 0}, *problem);
  const auto again = judged_once(a, ptx, first + ".plain", flags);
  if (!again) return again;
  for (nlohmann::json& f : *functions)
    for (const nlohmann::json& other : *again)
      if (unsupported(f) && other["name"] == f["name"]) f = other, f["flags"] = kPlain;
  return functions;
}

void judge_widths(HipReport& file, const KernelPort& a, const fs::path& path, const std::string& source,
                  const fs::path& stem) {
  const auto compiler = a.compiler == "clang"  ? compile::Compiler::clang
                        : a.compiler == "nvcc" ? compile::Compiler::nvcc
                                               : compile::Compiler::any;
  const auto ptx = compile::to_ptx(path.string(), compiler, a.flags);
  const auto failed = [&](const Diagnostic& d) {
    file.report.messages += to_string(d);
    file.report.exit = worse(file.report.exit, static_cast<int>(Exit::fell_short));
  };
  if (!ptx) return failed(ptx.error());
  if (const auto problem = write_output(stem.string() + ".ptx", ptx->ptx)) return failed(*problem);
  nlohmann::json functions = nlohmann::json::array();
  for (const hip::Target& target : hip::targets()) {
    if (!is_judged(target)) continue;
    const auto all = judged(a, stem.string() + ".ptx", source, target, stem);
    if (!all) return failed(all.error());
    for (nlohmann::json f : *all) {
      f["kernel"] = f["name"], f["lanes"] = target.lanes, f["processor"] = target.name;
      f["name"] = fmt::format("{} at {} lanes", f["kernel"].get<std::string>(), target.lanes);
      functions.push_back(std::move(f));
    }
  }
  // What is said of a kernel at both widths stands together.
  std::map<std::string, size_t> order;
  for (const nlohmann::json& f : functions) order.try_emplace(f["kernel"].get<std::string>(), order.size());
  std::ranges::stable_sort(functions.get_ref<nlohmann::json::array_t&>(), {},
                           [&](const nlohmann::json& f) { return order.at(f["kernel"].get<std::string>()); });
  file.report.evidence = {{"functions", functions}};
  file.report.exit = worse(file.report.exit, evidence_exit(file.report.evidence, a.require));
  // A port that was refuted says so itself.
  for (nlohmann::json& f : functions) f["name"] = f["kernel"];
  if (const auto text = read_contents(source);
      text && std::ranges::any_of(functions, [](const auto& f) { return f["verdict"]["level"] == "refuted"; }))
    if (const auto problem = write_output(source, mark_refuted(*text, "//", functions))) failed(*problem);
}

HipReport port_one(const KernelPort& a, const fs::path& path, const std::string& toolkit) {
  HipReport file;
  file.report.file = path.string();
  file.report.exit = static_cast<int>(Exit::ok);
  fs::path source = fs::path(a.out) / fs::relative(path, a.folder);
  if (!is_host_source(path)) source.replace_extension(".hip");
  // What an earlier run left must not look like this one's.
  std::error_code ignored;
  fs::remove(source, ignored);
  auto ported = hip::port_file(path.string(), {a.folder, a.out, toolkit, a.flags});
  if (!ported || ported->unreadable) {
    file.report.exit = static_cast<int>(Exit::usage);
    file.report.messages = ported ? ported->messages : to_string(ported.error());
    if (ported && toolkit.empty())
      file.report.messages += "note: CUDA's own headers are not used here; with a toolkit, host code can be read too\n";
    return file;
  }
  file.ported = *std::move(ported);
  for (const Diagnostic& d : file.ported.errors) file.report.messages += to_string(d);
  if (!file.ported.errors.empty()) {
    file.report.exit = static_cast<int>(Exit::fell_short);
    file.report.nothing_written = true;
    return file;
  }
  for (const Diagnostic& d : file.ported.notes) {
    file.report.notes.push_back(to_string(Diagnostic{Severity::note, d.location, d.message, {}}));
    fmt::print(stderr, "{}", file.report.notes.back());
  }
  const fs::path evidence = fs::path(a.out) / "evidence" / fs::relative(path, a.folder).replace_extension();
  if (a.judging.run) fs::create_directories(evidence.parent_path(), ignored);
  if (!compile_all(file, a, source.string(), evidence)) file.report.exit = static_cast<int>(Exit::fell_short);
  if (a.judging.run && file.report.exit == 0 && !is_host_source(path))
    judge_widths(file, a, path, source.string(), evidence);
  return file;
}

std::string compiled_for(const HipReport& file) {
  std::string text;
  for (const auto& [target, result] : file.compiled.items())
    if (result == true) text += (text.empty() ? "" : ", ") + target;
  return text.empty() ? "nothing" : text;
}

std::string summary_of(const HipReport& file) {
  if (file.ported.outputs.empty()) return {};
  return fmt::format("{}: {} names, {} calls of the warp, {} inline PTX replaced; compiles for {}",
                     file.ported.outputs.front(), file.ported.names, file.ported.warp, file.ported.assembly,
                     compiled_for(file));
}

void print_rows(const HipReport& file) {
  const FileReport& r = file.report;
  if (!r.messages.empty()) fmt::print("{}: {}", r.file, r.messages);
  if (file.ported.outputs.empty()) return;
  fmt::print("{}: {}\n", r.file, r.summary);
  if (!r.evidence.is_object()) return;
  for (const nlohmann::json& f : r.evidence["functions"]) {
    fmt::print("{}: {:<36} {}\n", r.file, f["name"].get<std::string>(), kernel_word(f));
    if (const std::string uses = resources_text(f); !uses.empty()) fmt::print("{:<38} {}\n", "", uses);
  }
}

nlohmann::json json_of(const HipReport& file) {
  nlohmann::json j = {
      {"file", file.report.file},
      {"exit", file.report.exit},
      {"outputs", file.ported.outputs},
      {"replaced", {{"names", file.ported.names}, {"warp", file.ported.warp}, {"inline_ptx", file.ported.assembly}}},
      {"compiled", file.compiled},
      {"kernels", nlohmann::json::array()}};
  if (!file.report.messages.empty()) j["messages"] = file.report.messages;
  const auto places = [](const std::vector<Diagnostic>& all) {
    nlohmann::json list = nlohmann::json::array();
    for (const Diagnostic& d : all)
      list.push_back({{"file", d.location.file},
                      {"line", d.location.line},
                      {"column", d.location.column},
                      {"message", d.message}});
    return list;
  };
  j["errors"] = places(file.ported.errors), j["notes"] = places(file.ported.notes);
  if (file.report.evidence.is_object())
    for (nlohmann::json f : file.report.evidence["functions"]) {
      if (f["verdict"].contains("counterexample"))
        f["verdict"]["counterexample"].erase("arguments");  // they stand in the evidence
      j["kernels"].push_back(std::move(f));
    }
  return j;
}

// Headers are written for each file that includes them; where another file's macros make another text of one, that
// file has none of its own. `texts`: of the files so far.
void compare_headers(HipReport& file, const KernelPort& a, std::map<std::string, std::string>& texts) {
  for (size_t n = 1; n < file.ported.outputs.size(); ++n) {
    const std::string& header = file.ported.outputs[n];
    const auto text = read_contents((fs::path(a.out) / header).string());
    if (!text) continue;
    if (const auto [known, added] = texts.try_emplace(header, *text); added || known->second == *text) continue;
    file.report.messages +=
        fmt::format("{}: error: another file's macros make another HIP source of {}; port them to separate folders\n",
                    file.report.file, header);
    file.report.exit = worse(file.report.exit, static_cast<int>(Exit::fell_short));
  }
}

// Sources of the host that speak of CUDA; not what an earlier run left in `out`.
std::vector<fs::path> host_sources(const std::string& folder, const std::string& out) {
  std::vector<fs::path> all;
  std::error_code error;
  const fs::path results = fs::weakly_canonical(out, error);
  for (auto at = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, error);
       !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (at->is_directory(error) && fs::weakly_canonical(at->path(), error) == results) at.disable_recursion_pending();
    if (at->is_regular_file(error) && is_host_source(at->path()) && speaks_of_cuda(at->path()))
      all.push_back(at->path());
  }
  std::ranges::sort(all);
  return all;
}

// Files that speak of CUDA and that nobody reads. `read`: of the folder, those that some source includes, whatever
// became of it.
void note_others(const KernelPort& a, const std::set<std::string>& read, bool host_sources_read) {
  std::error_code error;
  for (auto at = fs::recursive_directory_iterator(a.folder, fs::directory_options::skip_permission_denied, error);
       !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const std::string kind = at->path().extension().string();
    const bool source = kind == ".c" || (is_host_source(at->path()) && !host_sources_read);
    const bool header = kind == ".h" || kind == ".hpp" || kind == ".cuh";
    if ((!source && !header) || read.contains(fs::relative(at->path(), a.folder).string())) continue;
    if (!speaks_of_cuda(at->path())) continue;
    const char* const why = source && kind != ".c" ? "not ported: reading the host's code needs a CUDA toolkit"
                                                   : "not ported: no source that is read includes it";
    fmt::print(stderr, "{}", to_string(Diagnostic{Severity::note, {at->path().string(), 0, 0}, why, {}}));
  }
}

}  // namespace

Exit port_folder_to_hip(const KernelPort& given) {
  KernelPort a = given;
  auto files = files_in(a.folder, kSources, "no .cu file is here; .ptx goes to amdgcn:PROCESSOR");
  if (!files) return fail(files.error());
  const auto launches = manifest_for(a.folder + "/", a.judging.manifest);
  if (!launches) return fail(launches.error());
  if (*launches) a.judging.manifest = (**launches).path;
  if (const auto error = hip::copy_headers(a.out)) return fail(*error);
  const std::string toolkit = a.compiler == "clang" ? "" : hip::find_toolkit();
  if (toolkit.empty() && a.compiler != "clang")
    fmt::print(stderr, "note: there is no CUDA toolkit: only files of kernels can be read, by portolan's own header\n");
  if (!toolkit.empty()) std::ranges::copy(host_sources(a.folder, a.out), std::back_inserter(*files));
  std::vector<FileReport> reports;
  nlohmann::json report = {{"target", "hip"}, {"toolkit", toolkit}, {"files", nlohmann::json::array()}};
  int exit = 0;
  unsigned written = 0;
  std::map<std::string, std::string> headers;
  std::set<std::string> read;
  for (const fs::path& path : *files) {
    HipReport file = port_one(a, path, toolkit);
    compare_headers(file, a, headers);
    file.report.summary = summary_of(file);
    read.insert(file.ported.read.begin(), file.ported.read.end());
    if (!a.json) print_rows(file);
    report["files"].push_back(json_of(file));
    written += !file.ported.outputs.empty();
    exit = worse(exit, file.report.exit);
    reports.push_back(file.report);
  }
  note_others(a, read, !toolkit.empty());
  if (!a.json) fmt::print("{} of {} files are HIP source now\n{}", written, files->size(), text_report(reports));
  if (a.json) fmt::print("{}\n", report.dump(2));
  auto error = write_output((fs::path(a.out) / "report.json").string(), report.dump(2) + "\n");
  if (!error && !a.report.empty()) error = write_output(a.report, html_report(reports, "hip"));
  return error ? fail(*error) : static_cast<Exit>(exit);
}

}  // namespace portolan::cli
