// portolan doctor: which of the programs and libraries that commands use are here.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "cli/commands.h"

namespace portolan::cli {
namespace {

struct Need {
  const char* name;
  const char* package;
  const char* purpose;
};

constexpr Need kPrograms[] = {
    {"ld.lld-19", "lld-19", "links what engines run: without it nothing is tested"},
    {"qemu-x86_64", "qemu-user", "runs x86-64 code on other hosts"},
    {"qemu-aarch64", "qemu-user", "runs AArch64 code"},
    {"qemu-riscv64", "qemu-user", "runs RISC-V code"},
    {"aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu", "assembles and links AArch64 programs"},
    {"riscv64-linux-gnu-gcc", "gcc-riscv64-linux-gnu", "assembles and links RISC-V programs"},
    {"gcc", "gcc", "assembles and links x86-64 programs"},
};

bool on_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::string rest = path ? path : "/usr/bin:/bin";
  while (!rest.empty()) {
    size_t colon = rest.find(':');
    std::string candidate = rest.substr(0, colon) + "/" + program;
    if (access(candidate.c_str(), X_OK) == 0) return true;
    if (colon == std::string::npos) break;
    rest.erase(0, colon + 1);
  }
  return false;
}

Exit run() {
  bool all = true;
  for (const Need& need : kPrograms) {
    bool here = on_path(need.name);
    all &= here;
    fmt::print("{:<8} {:<24} {}{}\n", here ? "found" : "missing", need.name, need.purpose,
               here ? std::string() : fmt::format("; Debian package {}", need.package));
  }
  std::error_code ignored;
  std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", ignored);
  bool headers = access((self.parent_path() / "portolan-headers").c_str(), X_OK) == 0 ||
                 access((self.parent_path().parent_path() / "tools/headers/portolan-headers").c_str(), X_OK) == 0;
  fmt::print("{:<8} {:<24} reads C headers for --proto; part of the build\n", headers ? "found" : "missing",
             "portolan-headers");
  return all && headers ? Exit::ok : Exit::fell_short;
}

}  // namespace

void add_doctor(CLI::App& app, Command& chosen) {
  app.add_subcommand("doctor", "say which programs that commands use are missing")->callback([&chosen] {
    chosen = run;
  });
}

}  // namespace portolan::cli
