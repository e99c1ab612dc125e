// portolan-headers: prints the prototypes of a C header as Portolan's text form, for one ISA, and marks the functions
// through which layouts reach that differ between the ISAs.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "tools/headers/collect.h"
#include "tools/headers/differences.h"
#include "translate/abi/text.h"

namespace portolan::headers {
namespace {

constexpr int kWrongUsage = 3;
constexpr const char* kUsage =
    "usage: portolan-headers --isa (x86-64|aarch64|riscv64) [--libc] [--output FILE] HEADER [-- "
    "COMPILER-ARGUMENT...]\n";

struct Options {
  Isa isa = Isa::x86_64;
  bool libc = false;
  std::string header, output;
  std::vector<std::string> compiler_arguments;
};

std::optional<Options> parse(const std::vector<std::string>& arguments) {
  Options options;
  std::optional<Isa> isa;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    bool has_value = i + 1 < arguments.size();
    if (argument == "--") {
      options.compiler_arguments.assign(arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1, arguments.end());
      break;
    }
    if (argument == "--libc") {
      options.libc = true;
    } else if (argument == "--isa" && has_value) {
      if (!(isa = isa_from_string(arguments[++i]))) return std::nullopt;
    } else if (argument == "--output" && has_value) {
      options.output = arguments[++i];
    } else if (options.header.empty() && !argument.starts_with("-")) {
      options.header = argument;
    } else {
      return std::nullopt;
    }
  }
  if (!isa || options.header.empty()) return std::nullopt;
  options.isa = *isa;
  return options;
}

std::string text_of(const Collected& collected) {
  abi::Prototypes prototypes;
  for (const auto& [name, declared] : collected.functions) prototypes.emplace(name, declared.type);
  std::string text;
  for (const std::string& reason : collected.left_out) text += "# left out: " + reason + "\n";
  return text + abi::to_string(prototypes);
}

int run(const Options& options) {
  Collected own = collect(options.header, options.isa, options.compiler_arguments, /*quiet=*/false);
  if (own.failed) return kWrongUsage;
  std::vector<Collected> others;
  for (Isa isa : kIsas) {
    if (isa == options.isa) continue;
    Collected other = collect(options.header, isa, options.compiler_arguments, /*quiet=*/true);
    if (!other.failed) {
      others.push_back(std::move(other));
    } else if (options.libc) {
      // Without the comparison the table would call harmless what is not.
      std::cerr << fmt::format("portolan-headers: the C library's headers for {} are missing or broken\n",
                               to_string(isa));
      return kWrongUsage;
    } else {
      own.left_out.push_back(fmt::format("comparison with {}: the header can't be read for it", to_string(isa)));
    }
  }
  mark_layout_differences(own, others);
  if (options.libc) apply_libc_knowledge(own);
  std::string text = text_of(own);
  if (options.output.empty()) {
    std::cout << text;
    return std::cout.flush() ? 0 : kWrongUsage;
  }
  std::ofstream file(options.output);
  file << text;
  return file.flush() ? 0 : kWrongUsage;
}

}  // namespace
}  // namespace portolan::headers

int main(int argc, char** argv) {
  std::optional<portolan::headers::Options> options =
      portolan::headers::parse(std::vector<std::string>(argv + 1, argv + argc));
  if (options) return portolan::headers::run(*options);
  std::fputs(portolan::headers::kUsage, stderr);
  return portolan::headers::kWrongUsage;
}
