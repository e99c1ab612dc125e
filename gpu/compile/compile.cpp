#include "gpu/compile/compile.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <optional>

#include "emulate/subprocess.h"
#include "llvm/Support/Program.h"

namespace portolan::compile {
namespace {

struct Header {
  const char* name;
  std::string_view text;
};
constexpr Header kDeviceHeaders[] = {
#include "device_headers.inc"
};
// What CUDA has in files of these names device.h has itself.
constexpr const char* kToolkitHeaders[] = {"cuda_fp16.h", "cuda_bf16.h",          "cuda_runtime.h",
                                           "mma.h",       "cooperative_groups.h", "cooperative_groups/reduce.h"};
constexpr const char* kClang = "clang++-19";

bool is_there(const char* program) {
  return static_cast<bool>(llvm::sys::findProgramByName(program));
}

std::vector<std::string> nvcc_command(const std::string& path, const std::string& to) {
  return {"nvcc", "-ptx", "-O3", "-arch=sm_80", "-std=c++17", path, "-o", to};
}

// +ptx70: shuffles and votes with masks are instructions of PTX 6 and later, and clang takes 4.2 for what it does not
// know.
std::vector<std::string> clang_command(const std::string& path, const std::string& header, const std::string& to) {
  return {kClang,
          "-x",
          "cuda",
          "--cuda-gpu-arch=sm_80",
          "-nocudainc",
          "-nocudalib",
          "--cuda-device-only",
          "-S",
          "-O2",
          "-fdeclspec",
          "-std=c++17",
          "-Wno-unknown-cuda-version",
          "-Xclang",
          "-target-feature",
          "-Xclang",
          "+ptx70",
          "-include",
          header,
          path,
          "-o",
          to};
}

std::optional<Diagnostic> write_headers(const emulate::TemporaryDirectory& directory) {
  std::error_code error;
  std::filesystem::create_directory(directory.file("cooperative_groups"), error);
  for (const Header& h : kDeviceHeaders)
    if (std::string failure = emulate::write_file(directory.file(h.name),
                                                  {reinterpret_cast<const uint8_t*>(h.text.data()), h.text.size()});
        !failure.empty())
      return error_at({}, failure);
  for (const char* name : kToolkitHeaders)
    if (std::string failure = emulate::write_file(directory.file(name), {}); !failure.empty())
      return error_at({}, failure);
  return std::nullopt;
}

}  // namespace

Expected<Compiled> to_ptx(const std::string& path, Compiler compiler, const std::vector<std::string>& flags,
                          Lines lines) {
  auto directory = emulate::TemporaryDirectory::make();
  if (!directory) return directory.error();
  const std::string to = directory->file("kernels.ptx"), header = directory->file("device.h");
  std::vector<std::string> command;
  if (compiler != Compiler::clang && is_there("nvcc")) {
    command = nvcc_command(path, to);
    if (lines == Lines::kept) command.push_back("-lineinfo");
  } else if (compiler != Compiler::nvcc && is_there(kClang)) {
    if (const auto problem = write_headers(*directory)) return *problem;
    command = clang_command(path, header, to);
    command.push_back("-I" + directory->file("."));
    if (lines == Lines::kept) command.push_back("-gline-tables-only");
  } else {
    return error_at({path, 0, 0},
                    "CUDA source needs nvcc of a CUDA toolkit, or clang++-19, in PATH; PTX files need neither");
  }
  command.insert(command.end(), flags.begin(), flags.end());
  const auto done = emulate::run_process(command);
  if (!done) return done.error();
  if ((*done).status != 0) return error_at({path, 0, 0}, fmt::format("{} says:\n{}", command[0], (*done).messages));
  const auto bytes = emulate::read_file(to);
  if (!bytes) return bytes.error();
  return Compiled{std::string((*bytes).begin(), (*bytes).end()),
                  fmt::format("{}{}", command[0], flags.empty() ? "" : fmt::format(" {}", fmt::join(flags, " ")))};
}

}  // namespace portolan::compile
