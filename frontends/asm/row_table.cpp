#include <fmt/format.h>

#include <map>

#include "frontends/asm/lift.h"

namespace portolan::assembly {
namespace {

// All expansions of one blank-free pattern, appended to `names`.
void expand_one(std::string_view pattern, std::vector<std::string>& names) {
  std::vector<std::string> partial{""};
  while (!pattern.empty()) {
    size_t open = pattern.find('{');
    std::string_view literal = pattern.substr(0, open);
    for (std::string& p : partial) p += literal;
    if (open == std::string_view::npos) break;
    size_t close = pattern.find('}', open);
    assert(close != std::string_view::npos && "unbalanced braces in a row");
    std::string_view alternatives = pattern.substr(open + 1, close - open - 1);
    std::vector<std::string> next;
    for (const std::string& p : partial) {
      std::string_view rest = alternatives;
      while (true) {
        size_t comma = rest.find(',');
        next.push_back(p + std::string(rest.substr(0, comma)));
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
      }
    }
    partial = std::move(next);
    pattern.remove_prefix(close + 1);
  }
  names.insert(names.end(), partial.begin(), partial.end());
}

}  // namespace

std::vector<std::string> expand_opcodes(std::string_view pattern) {
  std::vector<std::string> names;
  while (!pattern.empty()) {
    size_t blank = pattern.find(' ');
    if (blank != 0) expand_one(pattern.substr(0, blank), names);
    if (blank == std::string_view::npos) break;
    pattern.remove_prefix(blank + 1);
  }
  return names;
}

RowTable::RowTable(Isa isa, std::vector<std::span<const Row>> families) : families_(std::move(families)) {
  const llvm::MCInstrInfo& instructions = McTarget::get(isa).instructions();
  by_opcode_.resize(instructions.getNumOpcodes());
  std::map<std::string, const Row*, std::less<>> by_name;
  for (std::span<const Row> family : families_)
    for (const Row& row : family)
      for (std::string& name : expand_opcodes(row.opcodes)) {
        auto [at, inserted] = by_name.emplace(std::move(name), &row);
        if (!inserted) unknown_names_.push_back(at->first + " (twice)");
      }
  for (unsigned opcode = 0; opcode < by_opcode_.size(); ++opcode) {
    auto at = by_name.find(std::string_view(instructions.getName(opcode)));
    if (at == by_name.end()) continue;
    by_opcode_[opcode] = at->second;
    by_name.erase(at);
  }
  for (const auto& [name, row] : by_name) unknown_names_.push_back(name);
}

}  // namespace portolan::assembly
