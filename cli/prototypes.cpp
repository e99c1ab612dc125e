#include "cli/prototypes.h"

#include <fmt/format.h>

#include <cstdio>

#include "translate/abi/prototypes.h"

namespace portolan::cli {
namespace {

Expected<abi::Prototypes> read_debug(const InputFile& file) {
  if (file.unit->from_object) return abi::prototypes_from_dwarf(file.contents, file.path);
  if (file.contents.find(".debug_info") == std::string::npos) return abi::Prototypes();
  return abi::prototypes_from_assembly_text(file.isa(), file.contents, file.path);
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

abi::Prototypes debug_prototypes(const InputFile& file) {
  if (auto debug = read_debug(file))
    return std::move(*debug);
  else {
    Diagnostic d = debug.error();
    d.severity = Severity::warning;
    fmt::print(stderr, "{}", to_string(d));
  }
  return {};
}

}  // namespace portolan::cli
