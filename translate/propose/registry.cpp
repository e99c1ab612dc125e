#include "translate/propose/proposers.h"

namespace portolan::propose {
namespace {

constexpr Entry kProposers[] = {
    {"llvm", "LLVM's code generation", make_llvm},
    {"rules", "the book of proved rules", make_rules},
    {"enumerate", "a search for packed code that no rule is known for", make_enumerate},
    {"model", "a language model behind an endpoint", make_model},
};

}  // namespace

std::span<const Entry> registry() {
  return kProposers;
}

const Entry* find(std::string_view name) {
  for (const Entry& entry : kProposers)
    if (entry.name == name) return &entry;
  return nullptr;
}

std::string Draft::text() const {
  std::string all;
  for (const DraftLine& line : lines) all += line.label ? line.text + ":\n" : "\t" + line.text + "\n";
  return all;
}

}  // namespace portolan::propose
