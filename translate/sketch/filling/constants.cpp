#include "translate/sketch/filling/constants.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "frontends/asm/mc_target.h"
#include "translate/sketch/filling/domains.h"

namespace portolan::sketch::filling {
namespace {

// Values in the order in which they come, each once.
class Numbers {
 public:
  void add(uint64_t value) {
    if (seen_.insert(static_cast<int64_t>(value)).second) values_.push_back(static_cast<int64_t>(value));
  }
  std::vector<int64_t> take() { return std::move(values_); }

 private:
  std::vector<int64_t> values_;
  std::set<int64_t> seen_;
};

// What compilers make of a constant.
void add_related(Numbers& values, uint64_t u) {
  for (const uint64_t v : {-u, ~u, u + 1, u - 1, 64 - u, 32 - u, u & 0xffff, (u >> 16) & 0xffff, (u >> 32) & 0xffff,
                           u >> 48, u & 0xffffffff, u >> 12, (u + 0x800) >> 12})
    values.add(v);
  values.add(static_cast<uint64_t>(static_cast<int64_t>(static_cast<int32_t>(u))));
  values.add(static_cast<uint64_t>(static_cast<int64_t>(u << 52) >> 52));
  if (std::has_single_bit(u)) values.add(static_cast<uint64_t>(std::bit_width(u) - 1));
  if (const auto n = static_cast<int64_t>(u); n >= INT32_MIN && n <= INT32_MAX) return;
  // Loaded in parts: 16 bits are set afterwards, and hold before what makes the rest easy.
  for (unsigned at = 0; at < 64; at += 16)
    for (unsigned from = 0; from < 64; from += 16)
      values.add((u & ~(uint64_t{0xffff} << at)) | (((u >> from) & 0xffff) << at));
}

// Numbers that stand in an instruction's text by themselves.
void add_printed(const std::string& text, std::map<int64_t, unsigned>& counts) {
  for (size_t at = text.find_first_of(" \t"); at < text.size();) {
    const bool begins = !is_word(text[at - 1]) && text[at - 1] != '-';
    const char* const first = text.data() + at + (text[at] == '-' ? 1 : 0);
    const bool hexadecimal = std::string_view(first).starts_with("0x");
    uint64_t value = 0;
    const auto [end, problem] =
        std::from_chars(first + (hexadecimal ? 2 : 0), text.data() + text.size(), value, hexadecimal ? 16 : 10);
    if (!begins || problem != std::errc()) {
      ++at;
      continue;
    }
    ++counts[static_cast<int64_t>(text[at] == '-' ? -value : value)];
    at = static_cast<size_t>(end - text.data());
  }
}

// Constants that several instructions make: `movz` and `movk`, `lui` and what is added or shifted then. Registers are
// not followed along the ways of the code: what comes of that is nothing but a likely number too few or too many.
class Composer {
 public:
  // What the instruction, as it is printed, leaves in its register, if that is known.
  std::optional<int64_t> after(std::string_view text) {
    std::vector<std::string> words;
    for (size_t at = 0; at < text.size();) {
      const size_t begin = text.find_first_not_of(" \t,#", at);
      if (begin == text.npos) break;
      at = std::min(text.find_first_of(" \t,#", begin), text.size());
      words.emplace_back(text.substr(begin, at - begin));
    }
    if (words.size() < 3) return std::nullopt;
    const bool narrow = words[0] == "addiw" || words[1][0] == 'w';
    std::string name = words[1];
    if (name[0] == 'w') name[0] = 'x';
    const std::optional<uint64_t> last = number(words.back());
    const auto before = held_.find(name);
    const bool based = before != held_.end() && !(words.size() == 4 && words[2] != words[1]);
    const uint64_t base = based ? before->second : 0;
    held_.erase(name);
    if (!last) return std::nullopt;
    std::optional<uint64_t> held;
    if (words[0] == "mov" || words[0] == "movz")
      held = words.size() == 5 ? shifted(words) : *last;
    else if (words[0] == "lui")
      held = static_cast<uint64_t>(static_cast<int64_t>(static_cast<int32_t>(*last << 12)));
    else if (words[0] == "movk" && based && words.size() == 5)
      held = (base & ~(uint64_t{0xffff} << (*last & 63))) | shifted(words);
    else if ((words[0] == "addi" || words[0] == "addiw") && based)
      held = base + *last;
    else if (words[0] == "slli" && based)
      held = base << (*last & 63);
    if (!held) return std::nullopt;
    const uint64_t made = narrow ? static_cast<uint64_t>(static_cast<int64_t>(static_cast<int32_t>(*held))) : *held;
    held_[name] = made;
    return static_cast<int64_t>(made);
  }

 private:
  static std::optional<uint64_t> number(std::string_view word) {
    const bool negative = word.starts_with('-');
    word.remove_prefix(negative ? 1 : 0);
    const bool hexadecimal = word.starts_with("0x");
    word.remove_prefix(hexadecimal ? 2 : 0);
    uint64_t value = 0;
    const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), value, hexadecimal ? 16 : 10);
    if (problem != std::errc() || end != word.data() + word.size()) return std::nullopt;
    return negative ? -value : value;
  }
  static uint64_t shifted(const std::vector<std::string>& words) {  // , lsl #16
    return number(words[2]).value_or(0) << (number(words[4]).value_or(0) & 63);
  }

  std::map<std::string, uint64_t> held_;
};

// Numbers that stand where the symbol leads, if they are constants: other targets may make them by instructions.
void add_stored(const assembly::Unit& unit, const assembly::SymbolicValue& place, std::map<int64_t, unsigned>& counts) {
  if (place.symbol >= unit.symbols.size()) return;
  const assembly::Symbol& symbol = unit.symbols[place.symbol];
  if (symbol.section >= unit.sections.size()) return;
  const assembly::Section& section = unit.sections[symbol.section];
  const uint64_t at = symbol.offset + static_cast<uint64_t>(place.addend);
  if (section.executable || section.writable || at > section.contents.size()) return;
  int64_t word = 0;
  if (section.contents.size() - at >= 8) std::memcpy(&word, section.contents.data() + at, 8), ++counts[word];
  if (section.contents.size() - at >= 4)
    std::memcpy(&word, section.contents.data() + at, 4), ++counts[static_cast<int32_t>(word)];
}

}  // namespace

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '%' || c == '.';
}

// The function's own constants and what is made of them come before those of the files.
std::vector<int64_t> likely_constants(const Constants& constants) {
  Numbers values;
  for (const int64_t c : constants.own) values.add(static_cast<uint64_t>(c));
  for (const int64_t n : {0,  1,  -1,  2, 3, 4,   8,  16, -16, 31,  32,  63,  255,  64,   -32,
                          -8, 48, -48, 5, 7, -64, 15, 24, 96,  -96, 127, 128, -128, 65535})
    values.add(static_cast<uint64_t>(n));
  for (const int64_t c : constants.own) add_related(values, static_cast<uint64_t>(c));
  for (const int64_t c : constants.others) values.add(static_cast<uint64_t>(c));
  for (const int64_t c : constants.others) add_related(values, static_cast<uint64_t>(c));
  return values.take();
}

std::vector<int64_t> probes() {
  std::set<int64_t> all = {0, 3, 5, 6, 7, 12, 24, 48, 96, 100, 1000, 0x5555555555555555, 0x55555555};
  for (unsigned bit = 0; bit < 64; ++bit) {
    const uint64_t power = uint64_t{1} << bit;
    for (const uint64_t value : {power, power - 1, ~power, ~power + 1, ~power + 2, power * 3})
      all.insert(static_cast<int64_t>(value));
  }
  return {all.begin(), all.end()};
}

std::vector<int64_t> constants_of(const assembly::Unit& unit, const std::set<std::string>* functions) {
  const assembly::McTarget& target = assembly::McTarget::get(unit.isa);
  std::vector<const assembly::Instruction*> instructions;
  if (functions != nullptr)
    instructions = instructions_of(unit, *functions);
  else
    for (const assembly::Section& section : unit.sections)
      for (const assembly::Instruction& instruction : section.instructions) instructions.push_back(&instruction);
  std::map<int64_t, unsigned> counts;
  Composer composer;
  for (const assembly::Instruction* instruction : instructions) {
    if (unit.isa != Isa::x86_64)
      if (const auto composed = composer.after(target.print(instruction->inst))) ++counts[*composed];
    const llvm::MCInstrDesc& description = target.instructions().get(instruction->inst.getOpcode());
    // AArch64's operands hold encodings of masks and shifts.
    if (unit.isa == Isa::aarch64) add_printed(target.print(instruction->inst), counts);
    for (unsigned n = 0; n < instruction->inst.getNumOperands() && unit.isa != Isa::aarch64; ++n) {
      // Scale factors of x86-64's addresses are none.
      const bool address =
          n < description.getNumOperands() && description.operands()[n].OperandType == llvm::MCOI::OPERAND_MEMORY;
      const llvm::MCOperand& operand = instruction->inst.getOperand(n);
      if (operand.isImm() && !(address && operand.getImm() == 1)) ++counts[operand.getImm()];
      // Where addresses have no scale it is a shift.
      if (operand.isImm() && address && (operand.getImm() == 2 || operand.getImm() == 4 || operand.getImm() == 8))
        ++counts[std::countr_zero(static_cast<uint64_t>(operand.getImm()))];
    }
    for (const assembly::Instruction::SymbolicOperand& s : instruction->symbolic) {
      ++counts[s.value.addend];
      add_stored(unit, s.value, counts);
    }
  }
  std::vector<int64_t> all;
  for (const auto& [value, count] : counts) all.push_back(value);
  std::stable_sort(all.begin(), all.end(), [&](int64_t a, int64_t b) { return counts[a] > counts[b]; });
  return all;
}

}  // namespace portolan::sketch::filling
