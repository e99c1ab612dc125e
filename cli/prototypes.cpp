#include "cli/prototypes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "translate/abi/prototypes.h"

namespace portolan::cli {
namespace {

Expected<abi::Prototypes> read_debug(const assembly::Unit& unit) {
  if (unit.from_object) {
    std::ifstream file(unit.file, std::ios::binary);
    return abi::prototypes_from_dwarf(std::string(std::istreambuf_iterator<char>(file), {}), unit.file);
  }
  auto is_debug = [](const std::string& line) { return line.find(".debug_info") != std::string::npos; };
  if (std::none_of(unit.lines.begin(), unit.lines.end(), is_debug)) return abi::Prototypes();
  std::string text;
  for (const std::string& line : unit.lines) text += line + "\n";
  return abi::prototypes_from_assembly_text(unit.isa, text, unit.file);
}

}  // namespace

Expected<abi::Prototypes> read_headers(const std::vector<std::string>& headers, Isa isa) {
  abi::Prototypes all;
  for (const std::string& header : headers) {
    auto prototypes = abi::load_prototypes_from_header(header, isa);
    if (!prototypes) return prototypes.error();
    all.merge(*prototypes);
  }
  return all;
}

abi::Prototypes debug_prototypes(const assembly::Unit& unit) {
  if (auto debug = read_debug(unit))
    return std::move(*debug);
  else {
    Diagnostic d = debug.error();
    d.severity = Severity::warning;
    fmt::print(stderr, "{}", to_string(d));
  }
  return {};
}

}  // namespace portolan::cli
