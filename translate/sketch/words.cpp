#include "translate/sketch/words.h"

#include <algorithm>
#include <memory>

#include "frontends/asm/mc_target.h"
#include "frontends/lifters.h"
#include "translate/sketch/vocabulary.h"

namespace portolan::sketch {
namespace {

std::set<std::string, std::less<>> make_mnemonics(Isa isa) {
  const Vocabulary& words = vocabulary(isa);
  std::set<std::string, std::less<>> all(words.operations.begin(), words.operations.end());
  all.insert(words.aliases.begin(), words.aliases.end());
  for (const std::string& stem : words.conditional)
    for (const std::string& condition : words.conditions) all.insert(stem + condition);
  const assembly::McTarget& target = assembly::McTarget::get(isa);
  const std::unique_ptr<llvm::MCInstPrinter> printer(target.target().createMCInstPrinter(
      llvm::Triple(target.triple()), 0, target.asm_info(), target.instructions(), target.registers()));
  const assembly::RowTable& rows = frontends::lifter(isa).rows();
  for (unsigned opcode = 1; opcode < target.instructions().getNumOpcodes(); ++opcode) {
    const assembly::Row* const row = rows.find(opcode);
    if (row == nullptr || row->lift == nullptr) continue;
    llvm::MCInst inst;
    inst.setOpcode(opcode);
    const char* const text = printer->getMnemonic(&inst).first;
    if (text == nullptr) continue;
    std::string word(text);
    while (!word.empty() && (word.back() == ' ' || word.back() == '\t')) word.pop_back();
    // What MC prints before a condition is no mnemonic yet; the table has these.
    const bool whole =
        std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isalnum(c) || c == '.'; });
    if (whole && !word.empty() && word.back() != '.') all.insert(word);
  }
  return all;
}

}  // namespace

const std::set<std::string, std::less<>>& mnemonics(Isa isa) {
  static const auto kX86 = make_mnemonics(Isa::x86_64), kAArch64 = make_mnemonics(Isa::aarch64),
                    kRiscv = make_mnemonics(Isa::riscv64);
  return isa == Isa::x86_64 ? kX86 : isa == Isa::aarch64 ? kAArch64 : kRiscv;
}

}  // namespace portolan::sketch
