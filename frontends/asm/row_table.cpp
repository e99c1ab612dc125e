#include <fmt/format.h>

#include <algorithm>

#include "frontends/asm/lift.h"
#include "llvm/ADT/StringMap.h"

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

RowTable::RowTable(Isa isa, std::vector<std::span<const Row>> families)
    : isa_(isa), families_(std::move(families)), lifted_(index(true)) {}

RowTable::Index RowTable::index(bool lifted) const {
  Index result;
  const llvm::MCInstrInfo& instructions = McTarget::get(isa_).instructions();
  result.by_opcode.resize(instructions.getNumOpcodes());
  llvm::StringMap<const Row*> by_name;
  for (std::span<const Row> family : families_)
    for (const Row& row : family) {
      if ((row.lift != nullptr) != lifted) continue;
      for (const std::string& name : expand_opcodes(row.opcodes))
        if (!by_name.try_emplace(name, &row).second) result.unknown.push_back(name + " (twice)");
    }
  for (unsigned opcode = 0; opcode < result.by_opcode.size(); ++opcode) {
    auto at = by_name.find(instructions.getName(opcode));
    if (at == by_name.end()) continue;
    result.by_opcode[opcode] = at->second;
    by_name.erase(at);
  }
  for (const auto& left : by_name) result.unknown.push_back(left.getKey().str());
  return result;
}

const RowTable::Index& RowTable::rest() const {
  std::call_once(rest_made_, [this] { rest_ = index(false); });
  return rest_;
}

std::vector<std::string> RowTable::unknown_names() const {
  std::vector<std::string> names = lifted_.unknown;
  names.insert(names.end(), rest().unknown.begin(), rest().unknown.end());
  for (unsigned opcode = 0; opcode < lifted_.by_opcode.size(); ++opcode)
    if (lifted_.by_opcode[opcode] && rest().by_opcode[opcode])
      names.push_back(std::string(McTarget::get(isa_).opcode_name(opcode)) + " (twice)");
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace portolan::assembly
