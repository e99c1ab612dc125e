// Compilers and binutils as oracles: they make the inputs, and say what bytes an assembler would have written.
#pragma once

#include <string>
#include <vector>

#include "frontends/asm/unit.h"

namespace portolan::assembly::testing {

struct Compiler {
  Isa isa;
  std::string command;  // with its options
  std::string name;
};

std::vector<Compiler> compilers();  // gcc 12 and clang 19 for each ISA
std::string gas(Isa isa);
std::string objcopy();

// A fresh file in a folder that lives as long as the process.
std::string temporary_file(const std::string& name);
void write_file(const std::string& path, const std::string& contents);
std::string read_file(const std::string& path);
// Runs a shell command; its output is shown when it fails.
bool run(const std::string& command);

Unit read_or_fail(const std::string& path, std::optional<Isa> isa = {});

}  // namespace portolan::assembly::testing
