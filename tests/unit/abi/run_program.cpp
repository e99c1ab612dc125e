#include "run_program.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "fmt/format.h"

namespace portolan::abi {
namespace {

std::string triple(Isa isa) {
  return isa == Isa::x86_64 ? "x86_64-linux-gnu" : isa == Isa::aarch64 ? "aarch64-linux-gnu" : "riscv64-linux-gnu";
}

}  // namespace

std::string shell(const std::string& command) {
  std::string output;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return "[no shell]";
  std::array<char, 4096> buffer;
  for (size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) output.append(buffer.data(), n);
  int status = pclose(pipe);
  if (status != 0) output += fmt::format("[status {}]", status);
  return output;
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "portolan-abi-XXXXXX").string();
  path_ = mkdtemp(pattern.data());
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::write(const std::string& name, const std::string& text) const {
  std::string file = path_ + "/" + name;
  std::ofstream(file) << text;
  return file;
}

std::string gcc_for(Isa isa) {
  return isa == Isa::x86_64 ? "gcc" : triple(isa) + "-gcc";
}
std::string clang_for(Isa isa) {
  return "clang-19 --target=" + triple(isa);
}
std::string runner_for(Isa isa) {
  return isa == Isa::x86_64 ? "" : isa == Isa::aarch64 ? "qemu-aarch64 " : "qemu-riscv64 ";
}

std::string compile_and_run(Isa isa, const std::string& compiler, const std::string& source) {
  TemporaryFolder folder;
  std::string file = folder.write("program.c", source), program = folder.path() + "/program";
  if (const char* keep = std::getenv("PORTOLAN_KEEP_PROGRAM")) std::ofstream(keep) << source;
  std::string log = shell(fmt::format("{} -O1 -w -static -o {} {}", compiler, program, file));
  if (log.find("[status") != std::string::npos) return log.substr(0, 4000);
  return shell(fmt::format("timeout 120 {}{}", runner_for(isa), program));
}

}  // namespace portolan::abi
