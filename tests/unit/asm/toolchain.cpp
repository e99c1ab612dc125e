#include "tests/unit/asm/toolchain.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "frontends/asm/reader.h"

namespace portolan::assembly::testing {
namespace {

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "portolan-asm-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

std::vector<Compiler> compilers() {
  return {
      {Isa::x86_64, "gcc", "gcc-x86-64"},
      {Isa::aarch64, "aarch64-linux-gnu-gcc", "gcc-aarch64"},
      {Isa::riscv64, "riscv64-linux-gnu-gcc", "gcc-riscv64"},
      {Isa::x86_64, "clang-19 --target=x86_64-linux-gnu", "clang-x86-64"},
      {Isa::aarch64, "clang-19 --target=aarch64-linux-gnu", "clang-aarch64"},
      {Isa::riscv64, "clang-19 --target=riscv64-linux-gnu", "clang-riscv64"},
  };
}

std::string gas(Isa isa) {
  switch (isa) {
    case Isa::x86_64:
      return "as";
    case Isa::aarch64:
      return "aarch64-linux-gnu-as";
    case Isa::riscv64:
      break;
  }
  return "riscv64-linux-gnu-as";
}

std::string objcopy() {
  return "llvm-objcopy-19";
}

std::string temporary_file(const std::string& name) {
  static Folder folder;
  static int count = 0;
  return folder.path() + "/" + std::to_string(count++) + "-" + name;
}

void write_file(const std::string& path, const std::string& contents) {
  std::ofstream(path, std::ios::binary) << contents;
}

std::string read_file(const std::string& path) {
  std::stringstream contents;
  contents << std::ifstream(path, std::ios::binary).rdbuf();
  return contents.str();
}

bool run(const std::string& command) {
  return std::system(command.c_str()) == 0;
}

Unit read_or_fail(const std::string& path, std::optional<Isa> isa) {
  ReadOptions options;
  options.isa = isa;
  Expected<Unit> unit = read_unit_from_file(path, options);
  if (!unit) {
    ADD_FAILURE() << to_string(unit.error());
    return {};
  }
  for (const Diagnostic& d : unit->diagnostics) ADD_FAILURE() << to_string(d);
  return std::move(*unit);
}

}  // namespace portolan::assembly::testing
