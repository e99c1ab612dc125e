// Compiles C for an ISA and runs it, natively or under QEMU user mode.
#pragma once

#include <string>

#include "ir/isa.h"

namespace portolan::abi {

// Everything the program printed, with the exit status if it was not 0; compiler messages if it did not compile.
std::string compile_and_run(Isa isa, const std::string& compiler, const std::string& source);

// The standard output of a shell command and, appended, "[status N]" unless it was 0.
std::string shell(const std::string& command);

// A folder that goes away with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string write(const std::string& name, const std::string& text) const;  // returns the file's path

 private:
  std::string path_;
};

// "gcc", "aarch64-linux-gnu-gcc", "clang-19 --target=riscv64-linux-gnu", …
std::string gcc_for(Isa isa);
std::string clang_for(Isa isa);
// "", "qemu-aarch64 ", …: what a command line for a statically linked program starts with.
std::string runner_for(Isa isa);

}  // namespace portolan::abi
