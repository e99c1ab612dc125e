#include "cli/pairing.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/prototypes.h"

namespace portolan::cli {

bool has_function(const assembly::Unit& unit, const std::string& name) {
  const std::vector<assembly::SymbolId> all = unit.functions();
  return std::any_of(all.begin(), all.end(), [&](assembly::SymbolId f) { return unit.symbols[f].name == name; });
}

Expected<std::vector<translate::Names>> find_pairs(const std::vector<std::string>& functions,
                                                   const assembly::Unit& source, const assembly::Unit& target,
                                                   std::vector<std::string>& missing) {
  std::vector<translate::Names> pairs;
  for (const std::string& word : functions) {
    const size_t equals = word.find('=');
    translate::Names names{word.substr(0, equals), equals == std::string::npos ? word : word.substr(equals + 1)};
    if (!has_function(source, names.first))
      return error_at({source.file, 0, 0}, fmt::format("there is no function '{}'", names.first));
    if (!has_function(target, names.second))
      return error_at({target.file, 0, 0}, fmt::format("there is no function '{}'", names.second));
    pairs.push_back(std::move(names));
  }
  if (!functions.empty()) return pairs;
  for (const assembly::SymbolId f : source.functions()) {
    const assembly::Symbol& symbol = source.symbols[f];
    if (has_function(target, symbol.name))
      pairs.emplace_back(symbol.name, symbol.name);
    else if (symbol.binding != assembly::Binding::local)
      missing.push_back(symbol.name);
  }
  if (pairs.empty())
    return error_at(
        {target.file, 0, 0},
        fmt::format("no function of {} stands here under its name: pair them with --function NAME=NAME", source.file));
  return pairs;
}

Expected<translate::PairedFile> pair_file(const std::vector<std::string>& headers, const InputFile& file) {
  auto prototypes = read_headers(headers, file.isa());
  if (!prototypes) return prototypes.error();
  return translate::PairedFile{*file.index, std::move(*prototypes), debug_prototypes(file)};
}

std::map<std::string, verify::Boundary> all_boundaries(const translate::PairedFile& source,
                                                       const translate::PairedFile& target,
                                                       const std::vector<verify::Boundary>& pairs) {
  std::map<std::string, verify::Boundary> all = translate::describe_externals(source, target);
  for (const verify::Boundary& b : pairs) all.insert_or_assign(b.name, b);
  return all;
}

}  // namespace portolan::cli
