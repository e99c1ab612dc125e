#include "gpu/hip/source.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "emulate/subprocess.h"
#include "gpu/hip/tool.h"
#include "llvm/Support/Program.h"

namespace portolan::hip {
namespace {

namespace fs = std::filesystem;

constexpr const char* kClang = "clang++-19";
constexpr const char* kRocm = "/usr";
constexpr const char* kDeviceLibrary = "/usr/lib/x86_64-linux-gnu/amdgcn/bitcode";

fs::path beside_executable(const std::string& name) {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored).parent_path() / name;
}

std::vector<Diagnostic> diagnostics(const nlohmann::json& problems) {
  std::vector<Diagnostic> all;
  for (const nlohmann::json& p : problems)
    all.push_back(error_at({p.value("file", ""), p.value("line", 0u), p.value("column", 0u)}, p.value("message", "")));
  return all;
}

Ported ported_of(const nlohmann::json& json) {
  Ported ported;
  ported.unreadable = json.value("unreadable", true);
  ported.messages = json.value("messages", "");
  ported.errors = diagnostics(json.value("errors", nlohmann::json::array()));
  ported.notes = diagnostics(json.value("notes", nlohmann::json::array()));
  ported.outputs = json.value("outputs", std::vector<std::string>());
  ported.read = json.value("read", std::vector<std::string>());
  ported.names = json.value("names", 0u), ported.warp = json.value("warp", 0u),
  ported.assembly = json.value("assembly", 0u);
  return ported;
}

// The compiler's messages, if it fails.
std::optional<std::string> compile(const std::string& path, const Target& target,
                                   const std::vector<std::string>& headers, const std::vector<std::string>& flags,
                                   const std::string& object) {
  std::vector<std::string> command = {kClang, "-x", "hip", "-O2", "-std=c++17", "-w"};
  if (target.name == "host")
    command.insert(command.end(), {"--offload-arch=gfx90a", "--cuda-host-only", "-c"});
  else
    command.insert(command.end(), {"--offload-arch=" + target.name, "--cuda-device-only", "--no-gpu-bundle-output"});
  command.insert(command.end(), headers.begin(), headers.end());
  command.insert(command.end(), flags.begin(), flags.end());
  command.insert(command.end(), {path, "-o", object});
  const auto done = emulate::run_process(command);
  if (!done) return to_string(done.error());
  if ((*done).status == 0) return std::nullopt;
  return (*done).messages;
}

}  // namespace

std::string find_toolkit() {
  std::error_code error;
  std::vector<fs::path> places;
  if (const auto nvcc = llvm::sys::findProgramByName("nvcc"))
    places.push_back(fs::canonical(*nvcc, error).parent_path().parent_path());
  for (const char* variable : {"CUDA_HOME", "CUDA_PATH"})
    if (const char* value = std::getenv(variable)) places.emplace_back(value);
  places.emplace_back("/usr/local/cuda");
  for (const fs::path& place : places)
    if (fs::exists(place / "include" / "cuda_runtime.h", error)) return place.string();
  return "";
}

std::string own_folder() {
  return beside_executable("hip").string();
}

Expected<nlohmann::json> run_tool(const std::string& what, const std::string& path, std::vector<std::string> options,
                                  const std::vector<std::string>& flags) {
  auto directory = emulate::TemporaryDirectory::make();
  if (!directory) return directory.error();
  const std::string report = directory->file("report.json");
  std::vector<std::string> command = {beside_executable("portolan-hip").string(),     what,       "--own-header",
                                      (fs::path(own_folder()) / "device.h").string(), "--report", report};
  command.insert(command.end(), options.begin(), options.end());
  command.insert(command.end(), {path, "--"});
  command.insert(command.end(), flags.begin(), flags.end());
  const auto done = emulate::run_process(command);
  if (!done) return done.error();
  if ((*done).status != 0 && (*done).status != 2 && (*done).status != 3)
    return error_at({path, 0, 0}, fmt::format("portolan-hip ended with {}: {}", (*done).status, (*done).messages));
  std::error_code error;
  if (!fs::exists(report, error)) return error_at({path, 0, 0}, (*done).messages);
  const auto bytes = emulate::read_file(report);
  if (!bytes) return bytes.error();
  auto json = nlohmann::json::parse((*bytes).begin(), (*bytes).end(), nullptr, false);
  if (!json.is_object()) return error_at({path, 0, 0}, "portolan-hip wrote no report");
  return json;
}

Expected<Ported> port_file(const std::string& path, const PortOptions& options) {
  std::vector<std::string> words = {
      "--table", (fs::path(own_folder()) / "names.table").string(), "--root", options.root, "--out", options.out};
  if (!options.toolkit.empty()) words.insert(words.end(), {"--toolkit", options.toolkit});
  const auto report = run_tool("port", path, words, options.flags);
  if (!report) return report.error();
  Ported ported = ported_of(*report);
  // The file's own output first.
  fs::path own_name = fs::path(path).filename();
  if (own_name.extension() == ".cu") own_name.replace_extension(".hip");
  for (std::string& output : ported.outputs)
    if (fs::path(output).filename() == own_name) std::swap(output, ported.outputs.front());
  return ported;
}

std::optional<Diagnostic> copy_headers(const std::string& out) {
  std::error_code error;
  fs::create_directories(out, error);
  const fs::path own = beside_executable("hip");
  for (const auto& header : fs::directory_iterator(own, error)) {
    const fs::path name = header.path().filename();
    if (!name.string().starts_with("portolan_hip")) continue;
    fs::copy_file(header.path(), fs::path(out) / name, fs::copy_options::overwrite_existing, error);
    if (error) return error_at({header.path().string(), 0, 0}, error.message());
  }
  if (error) return error_at({own.string(), 0, 0}, error.message());
  return std::nullopt;
}

std::vector<Target> targets() {
  std::error_code error;
  const bool library = fs::exists(fs::path(kDeviceLibrary) / "ocml.bc", error) &&
                       fs::exists(fs::path(kRocm) / "include/hip/hip_runtime.h", error);
  const std::string theirs = library ? kDeviceLibrary : "";
  // With the numbers of processors that Debian's lacks; made when this was built.
  const fs::path completed = beside_executable("hip") / "bitcode";
  const std::string ours =
      library && fs::exists(completed / "oclc_isa_version_1100.bc", error) ? completed.string() : "";
  std::vector<Target> all = {{"gfx90a", 64, !library, theirs},
                             {"gfx1030", 32, !library, theirs},
                             {"gfx942", 64, true, ours},
                             {"gfx1100", 32, true, ours}};
  if (library) all.push_back({"host", 0, false, theirs});
  return all;
}

std::optional<std::string> compile(const std::string& path, const Target& target, const std::vector<std::string>& flags,
                                   const std::string& object) {
  if (!llvm::sys::findProgramByName(kClang)) return "clang++-19 is not installed\n";
  const std::vector<std::string> by_library = {std::string("--rocm-path=") + kRocm,
                                               "--hip-device-lib-path=" + target.library};
  if (!target.own_header) return compile(path, target, by_library, flags, object);
  auto problem =
      compile(path, target, {"-DPORTOLAN_FREESTANDING", "-fdeclspec", "-nogpuinc", "-nogpulib"}, flags, object);
  // What our header lacks HIP's have.
  if (problem && !target.library.empty() && !compile(path, target, by_library, flags, object)) return std::nullopt;
  return problem;
}

}  // namespace portolan::hip
