#include "translate/sketch/filling/domains.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <set>

#include "frontends/asm/mc_target.h"
#include "frontends/asm/text_reader.h"
#include "translate/sketch/filling/absolute.h"
#include "translate/sketch/filling/sequences.h"
#include "translate/sketch/vocabulary.h"

namespace portolan::sketch::filling {
namespace {

constexpr size_t kMostBases = 4;      // ways of filling the other holes of a line
constexpr size_t kMoreBases = 12;     // for the sake of mnemonics
constexpr size_t kMostTrials = 6000;  // combinations tried to find them
constexpr int64_t kListed = 1 << 16;  // immediates in a span up to this are listed
constexpr size_t kSequenceConstants = 400;

// Whether the word stands in the text by itself.
bool occurs(std::string_view text, std::string_view word) {
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    if ((at == 0 || !is_word(text[at - 1]) || text[at] == '%') && (end == text.size() || !is_word(text[end])))
      return true;
  }
  return false;
}

// Lines [first, second) of the function that a line of the unit stands in, and the function's name.
struct Extent {
  uint32_t first = 1, end = UINT32_MAX;
  std::string name;
};

Extent extent_around(const assembly::Unit& unit, uint32_t line) {
  Extent extent;
  for (const assembly::SymbolId f : unit.functions()) {
    const assembly::Symbol& symbol = unit.symbols[f];
    if (symbol.line <= line && symbol.line >= extent.first) extent.first = symbol.line, extent.name = symbol.name;
    if (symbol.line > line) extent.end = std::min(extent.end, symbol.line);
  }
  return extent;
}

class Finder {
 public:
  Finder(const Sketch& sketch, const assembly::Unit& skeleton, const Constants& constants)
      : sketch_(sketch), skeleton_(skeleton), words_(vocabulary(sketch.isa)), likely_(likely_constants(constants)) {}

  Expected<std::vector<Domain>> run();

 private:
  using Values = std::vector<std::string>;  // by hole

  std::vector<std::string> offered(HoleId hole, uint32_t line) const;
  std::vector<std::string> samples(HoleId hole, uint32_t line) const;
  std::vector<Values> bases(const Line& line, uint32_t number) const;
  // What the assembler says of the line with the likeliest words in its holes.
  std::string complaint(const Line& line, uint32_t number) const;
  // Of these values those that fit the line under one of the bases.
  std::vector<std::string> fitting(const Line& line, HoleId hole, const std::vector<Values>& bases,
                                   const std::vector<std::string>& values) const;
  std::vector<int64_t> fitting(const Line& line, HoleId hole, const std::vector<Values>& bases,
                               const std::vector<int64_t>& values) const;
  Domain immediates(const Line& line, HoleId hole, const std::vector<Values>& bases) const;
  std::vector<std::string> registers_around(uint32_t line) const;
  void find_sequences();
  std::vector<std::string> labels(uint32_t line) const;
  std::pair<uint32_t, uint32_t> function_around(uint32_t line) const;
  uint32_t distance(const std::string& word, uint32_t line) const;
  void find_parts();
  template <class Words>
  void sort_by_distance(Words& words, uint32_t line) const;
  std::string text_between(uint32_t first, uint32_t last) const;
  bool meet(HoleId hole, Domain found);
  // Of listed candidates one that is nothing of its kind, here or elsewhere.
  const std::string* unknown_candidate(HoleId hole, const std::vector<std::string>& fitting) const;

  const Sketch& sketch_;
  const assembly::Unit& skeleton_;
  const Vocabulary& words_;
  std::vector<int64_t> likely_;
  std::vector<std::string> texts_;  // of the lines
  std::map<std::string, std::vector<std::string>> parts_;
  std::vector<std::optional<Domain>> domains_;
};

std::pair<uint32_t, uint32_t> Finder::function_around(uint32_t line) const {
  const Extent extent = extent_around(skeleton_, line);
  return {extent.first, std::min(extent.end, static_cast<uint32_t>(sketch_.lines.size() + 1))};
}

// Twice as many as the lines between, and one more where only a part of the register is named (w8 of x8); many:
// nowhere.
uint32_t Finder::distance(const std::string& word, uint32_t line) const {
  const auto [first, last] = function_around(line);
  const auto parts = parts_.find(word);
  const uint32_t farthest = std::max(line - first, last - line);
  for (uint32_t away = 0; away <= farthest; ++away)
    for (const bool exact : {true, false})
      for (const uint32_t at : {line - away, line + away}) {
        if (at < first || at >= last) continue;
        const std::string& text = texts_[at - 1];
        if (exact ? occurs(text, word)
                  : parts != parts_.end() && std::any_of(parts->second.begin(), parts->second.end(),
                                                         [&](const std::string& part) { return occurs(text, part); }))
          return 2 * away + (exact ? 0 : 1);
      }
  return UINT32_MAX;
}

// Registers that share something.
void Finder::find_parts() {
  const assembly::McTarget& target = assembly::McTarget::get(sketch_.isa);
  std::map<std::string, unsigned> by_name;
  for (unsigned reg = 1; reg < target.registers().getNumRegs(); ++reg)
    by_name[llvm::StringRef(target.register_name(reg)).lower()] = reg;
  std::vector<std::pair<std::string, unsigned>> known;
  for (const std::string& word : words_.registers)
    if (const auto at = by_name.find(word.substr(word.starts_with('%') ? 1 : 0)); at != by_name.end())
      known.emplace_back(word, at->second);
  for (const auto& [word, reg] : known)
    for (const auto& [other, its] : known)
      if (reg != its && target.registers().regsOverlap(reg, its)) parts_[word].push_back(other);
  const std::vector<std::string> nothing(sketch_.holes.size());
  for (const Line& line : sketch_.lines) texts_.push_back(instantiate(line, nothing));
}

template <class Words>
void Finder::sort_by_distance(Words& words, uint32_t line) const {
  std::map<std::string, uint32_t> away;
  for (const std::string& word : words) away[word] = distance(word, line);
  std::stable_sort(words.begin(), words.end(),
                   [&](const std::string& a, const std::string& b) { return away[a] < away[b]; });
}

std::string Finder::text_between(uint32_t first, uint32_t last) const {
  const std::vector<std::string> nothing(sketch_.holes.size());
  std::string text;
  for (uint32_t n = std::max(first, 1u); n < last && n <= sketch_.lines.size(); ++n)
    text += instantiate(sketch_.lines[n - 1], nothing) + '\n';
  return text;
}

std::vector<std::string> Finder::labels(uint32_t line) const {
  const auto [first, last] = function_around(line);
  std::vector<Label> labels;
  // Behind the last function there may be data with labels of its own.
  const auto section = [this](const std::string& name) {
    const auto symbol = skeleton_.symbol_by_name.find(name);
    return symbol == skeleton_.symbol_by_name.end() ? std::nullopt
                                                    : std::optional(skeleton_.symbols[symbol->second].section);
  };
  const auto here = section(extent_around(skeleton_, line).name);
  for (const Label& label : labels_of(sketch_))
    if (label.line >= first && label.line < last && (!here || section(label.name) == here)) labels.push_back(label);
  // To the function's own entry goes nothing but a loop: last.
  if (labels.size() > 1) std::rotate(labels.begin(), labels.begin() + 1, labels.end());
  const auto away = [line](const Label& label) { return label.line > line ? label.line - line : line - label.line; };
  std::stable_sort(labels.begin(), labels.end() - (labels.empty() ? 0 : 1),
                   [&](const Label& a, const Label& b) { return away(a) < away(b); });
  std::vector<std::string> names;
  for (const Label& label : labels) names.push_back(label.name);
  return names;
}

// Everything that could stand in a hole that is no immediate, likely words first.
std::vector<std::string> Finder::offered(HoleId hole, uint32_t line) const {
  const Hole& h = sketch_.holes[hole];
  if (h.kind == HoleKind::label && h.candidates.empty()) return labels(line);
  std::vector<std::string> all = h.candidates.empty() ? words_.words(h.kind) : h.candidates;
  if (h.kind == HoleKind::reg || h.kind == HoleKind::op) sort_by_distance(all, line);
  if (h.kind == HoleKind::reg || !h.candidates.empty()) return all;
  const auto [first, last] = function_around(line);
  const std::string text = text_between(first, last);
  std::stable_partition(all.begin(), all.end(), [&](const std::string& word) { return occurs(text, word); });
  return all;
}

// Few that stand for all: a line with several holes needs some value in each before any other can be tried.
std::vector<std::string> Finder::samples(HoleId hole, uint32_t line) const {
  const Hole& h = sketch_.holes[hole];
  std::vector<std::string> all;
  if (!h.candidates.empty())
    all = h.candidates;
  else if (h.kind == HoleKind::imm)
    return {"0", "1", "8", "3", "16", "4", "2", "-16", "255"};
  else
    all = offered(hole, line);
  if (h.kind == HoleKind::reg && h.candidates.empty()) {
    // One of each bank: registers that differ in their number only are alike.
    std::vector<std::string> banks, kinds;
    for (const std::string& word : all) {
      std::string bank;
      for (const char c : word) bank += c >= '0' && c <= '9' ? '0' : c;
      bank.erase(std::unique(bank.begin(), bank.end(), [](char a, char b) { return a == '0' && b == '0'; }),
                 bank.end());
      if (std::find(kinds.begin(), kinds.end(), bank) != kinds.end()) continue;
      kinds.push_back(bank), banks.push_back(word);
    }
    return banks;
  }
  return all;
}

std::vector<Finder::Values> Finder::bases(const Line& line, uint32_t number) const {
  const std::vector<HoleId> holes = line.holes();
  std::vector<std::vector<std::string>> choices;
  size_t product = 1;
  for (const HoleId hole : holes) {
    choices.push_back(samples(hole, number));
    product *= std::max<size_t>(1, choices.back().size());
    product = std::min<size_t>(product, size_t{1} << 40);
  }
  std::vector<Values> tried;
  std::vector<std::string> lines;
  // All combinations, or as many spread evenly.
  const size_t count = std::min(product, kMostTrials);
  for (size_t n = 0; n < count; ++n) {
    size_t code = product <= kMostTrials ? n : (n * 0x9e3779b97f4a7c15ull) % product;
    Values values(sketch_.holes.size());
    for (size_t k = 0; k < holes.size(); ++k) {
      if (choices[k].empty()) return {};
      values[holes[k]] = choices[k][code % choices[k].size()];
      code /= choices[k].size();
    }
    lines.push_back(instantiate(line, values));
    tried.push_back(std::move(values));
  }
  const std::vector<bool> good = assembles(sketch_, lines);
  std::vector<Values> all;
  for (size_t n = 0; n < count; ++n)
    if (good[n]) all.push_back(std::move(tried[n]));
  if (all.size() <= kMostBases) return all;
  std::vector<Values> few;
  std::set<std::pair<HoleId, std::string>> stand;  // what already stands in one of them
  const auto add = [&](const Values& values) {
    few.push_back(values);
    for (const HoleId hole : holes) stand.emplace(hole, values[hole]);
  };
  for (size_t n = 0; n < kMostBases; ++n) add(all[n * (all.size() - 1) / (kMostBases - 1)]);
  // Each mnemonic may want registers of its own.
  const auto brings_one = [&](const Values& values) {
    return std::any_of(holes.begin(), holes.end(), [&](HoleId hole) {
      const HoleKind kind = sketch_.holes[hole].kind;
      return kind != HoleKind::reg && kind != HoleKind::imm && !stand.contains({hole, values[hole]});
    });
  };
  for (size_t n = 0; n < all.size() && few.size() < kMostBases + kMoreBases; ++n)
    if (brings_one(all[n])) add(all[n]);
  return few;
}

std::string Finder::complaint(const Line& line, uint32_t number) const {
  Values values(sketch_.holes.size());
  for (const HoleId hole : line.holes()) {
    const std::vector<std::string> words = samples(hole, number);
    if (!words.empty()) values[hole] = words.front();
  }
  const std::string text = instantiate(line, values);
  const assembly::Unit unit = assembly::read_text(text + '\n', "trial", sketch_.isa);
  std::string why;
  for (const assembly::UnreadLine& bad : unit.unread) why = bad.reason;
  for (const Diagnostic& d : unit.diagnostics)
    if (d.severity == Severity::error) why = d.message;
  const size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  return why.empty() ? why : fmt::format("; of '{}' the assembler says: {}", text.substr(begin), why);
}

std::vector<std::string> Finder::fitting(const Line& line, HoleId hole, const std::vector<Values>& bases,
                                         const std::vector<std::string>& values) const {
  std::vector<std::string> lines;
  for (Values base : bases)
    for (const std::string& value : values) {
      base[hole] = value;
      lines.push_back(instantiate(line, base));
    }
  const std::vector<bool> good = assembles(sketch_, lines);
  std::vector<std::string> fit;
  for (size_t v = 0; v < values.size(); ++v) {
    bool any = false;
    for (size_t b = 0; b < bases.size(); ++b) any |= good[b * values.size() + v];
    if (any) fit.push_back(values[v]);
  }
  return fit;
}

std::vector<int64_t> Finder::fitting(const Line& line, HoleId hole, const std::vector<Values>& bases,
                                     const std::vector<int64_t>& values) const {
  std::vector<std::string> words;
  std::map<std::string, int64_t> numbers;
  for (const int64_t v : values) numbers[words.emplace_back(std::to_string(v))] = v;
  std::vector<int64_t> fit;
  for (const std::string& word : fitting(line, hole, bases, words)) fit.push_back(numbers[word]);
  return fit;
}

// Probes tell the span. A short one is tried value by value; of a long one, what is likely.
Domain Finder::immediates(const Line& line, HoleId hole, const std::vector<Values>& all_bases) const {
  const std::vector<Values> bases(all_bases.begin(), all_bases.begin() + std::min<size_t>(2, all_bases.size()));
  const std::vector<int64_t> tried = probes();
  const std::vector<int64_t> good = fitting(line, hole, bases, tried);
  Domain domain;
  if (good.empty()) return domain;
  // Up to the next probe that does not fit.
  const auto below = std::lower_bound(tried.begin(), tried.end(), good.front()),
             above = std::upper_bound(tried.begin(), tried.end(), good.back());
  const int64_t low = below == tried.begin() ? good.front() : *(below - 1) + 1;
  const int64_t high = above == tried.end() ? good.back() : *above - 1;
  const uint32_t bits = sketch_.holes[hole].number;
  auto allowed = [bits](int64_t v) {
    if (bits == 0 || bits == 64) return true;
    const int64_t limit = int64_t{1} << bits;
    return v < limit && v >= -(limit >> 1);
  };
  std::vector<int64_t> values;
  std::set<int64_t> seen;
  auto add = [&](int64_t v) {
    if (v >= low && v <= high && allowed(v) && seen.insert(v).second) values.push_back(v);
  };
  for (const int64_t v : likely_) add(v);
  const bool listed = static_cast<uint64_t>(high) - static_cast<uint64_t>(low) <= static_cast<uint64_t>(kListed);
  const int64_t reach = listed ? kListed : 1024;
  for (int64_t v = 0; v <= reach; ++v) add(v), add(-v);
  if (!listed)
    for (const uint64_t v : words_.patterns) add(static_cast<int64_t>(v));
  const std::vector<int64_t> fit = fitting(line, hole, bases, values);
  for (const int64_t v : fit) domain.values.push_back(std::to_string(v));
  if (!listed) {
    int64_t least = low, most = high;
    if (bits != 0 && bits < 63)
      least = std::max(least, -(int64_t{1} << bits >> 1)), most = std::min(most, (int64_t{1} << bits) - 1);
    domain.wide = {least, most};
  }
  return domain;
}

// Registers that the function names, and those of arguments; near ones first.
std::vector<std::string> Finder::registers_around(uint32_t line) const {
  std::vector<std::string> registers;
  for (const std::string& word : words_.registers)
    if (distance(word, line) != UINT32_MAX ||
        std::find(words_.arguments.begin(), words_.arguments.end(), word) != words_.arguments.end())
      registers.push_back(word);
  sort_by_distance(registers, line);
  return registers;
}

// What the lines around it do with registers is seen with something simple in its place.
void Finder::find_sequences() {
  std::vector<HoleId> holes;
  for (HoleId hole = 0; hole < sketch_.holes.size(); ++hole)
    if (sketch_.holes[hole].kind == HoleKind::seq) holes.push_back(hole);
  if (holes.empty()) return;
  std::vector<std::vector<std::string>> registers;
  std::vector<Domain> simple;
  for (HoleId hole = 0; hole < sketch_.holes.size(); ++hole)
    simple.push_back(domains_[hole] ? *domains_[hole] : Domain());
  for (const HoleId hole : holes) {
    registers.push_back(registers_around(sketch_.holes[hole].line));
    simple[hole].values = copies(sketch_, registers.back());
  }
  const std::vector<Nearby> all = look_around(sketch_, functions_with_holes(sketch_, skeleton_), std::move(simple));
  std::vector<std::string> constants;
  for (size_t n = 0; n < likely_.size() && n < kSequenceConstants; ++n) constants.push_back(std::to_string(likely_[n]));
  for (size_t n = 0; n < holes.size(); ++n) {
    const auto nearby = std::find_if(all.begin(), all.end(), [&](const Nearby& near) { return near.hole == holes[n]; });
    Domain found;
    found.values = sequences(sketch_, registers[n], nearby == all.end() ? Nearby() : *nearby, constants,
                             sketch_.holes[holes[n]].number);
    domains_[holes[n]] = std::move(found);
  }
}

// What does not fit in one place may be meant for others: only what the target has nowhere is an error.
const std::string* Finder::unknown_candidate(HoleId hole, const std::vector<std::string>& fitting) const {
  const Hole& h = sketch_.holes[hole];
  auto among = [](const std::vector<std::string>& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  auto known = [&](const std::string& word) {
    if (among(fitting, word) || among(words_.words(h.kind), word)) return true;
    if (h.kind == HoleKind::op) return among(words_.aliases, word);
    const bool number = !word.empty() && word.find_first_not_of("0123456789abcdefxABCDEFX-") == std::string::npos;
    return number && (h.kind == HoleKind::imm || h.kind == HoleKind::lane || h.kind == HoleKind::shift);
  };
  for (const std::string& word : h.candidates)
    if (!known(word)) return &word;
  return nullptr;
}

// A hole in several lines takes what fits them all.
bool Finder::meet(HoleId hole, Domain found) {
  std::optional<Domain>& known = domains_[hole];
  if (!known) {
    known = std::move(found);
  } else {
    const std::set<std::string> other(found.values.begin(), found.values.end());
    std::erase_if(known->values, [&](const std::string& v) { return other.count(v) == 0; });
    if (!found.wide) known->wide.reset();
    if (known->wide && found.wide)
      known->wide = {std::max(known->wide->low, found.wide->low), std::min(known->wide->high, found.wide->high)};
  }
  return !known->values.empty() || known->wide;
}

Expected<std::vector<Domain>> Finder::run() {
  find_parts();
  domains_.resize(sketch_.holes.size());
  for (uint32_t number = 1; number <= sketch_.lines.size(); ++number) {
    const Line& line = sketch_.lines[number - 1];
    const std::vector<HoleId> holes = line.holes();
    if (holes.empty()) continue;
    if (sketch_.holes[holes.front()].kind == HoleKind::seq) continue;
    const std::vector<Values> starts = bases(line, number);
    for (const HoleId hole : holes) {
      const Hole& h = sketch_.holes[hole];
      const bool list = !h.candidates.empty();
      const std::vector<std::string> words =
          h.kind == HoleKind::imm && !list ? std::vector<std::string>() : offered(hole, number);
      if (words.empty() && (h.kind != HoleKind::imm || list))
        return error_at_hole(
            sketch_, hole,
            fmt::format("{} has no {}", to_string(sketch_.isa), h.kind == HoleKind::lane ? "lanes" : "such thing"));
      Domain found;
      if (h.kind == HoleKind::imm && !list)
        found = immediates(line, hole, starts);
      else
        found.values = fitting(line, hole, starts, words);
      const std::string* const unknown = found.values.empty() ? nullptr : unknown_candidate(hole, found.values);
      if (unknown != nullptr)
        return error_at_hole(
            sketch_, hole,
            fmt::format("'{}' is nothing that ?{} can be for {}", *unknown, to_string(h.kind), to_string(sketch_.isa)));
      if (!meet(hole, std::move(found)))
        return error_at_hole(
            sketch_, hole,
            (list ? fmt::format("no candidate of {} assembles here for {}", print(h), to_string(sketch_.isa))
                  : fmt::format("nothing that {} could stand for assembles here for {}", print(h),
                                to_string(sketch_.isa))) +
                complaint(line, number));
    }
  }
  find_sequences();
  std::vector<Domain> domains;
  for (std::optional<Domain>& d : domains_) domains.push_back(std::move(*d));
  return domains;
}

}  // namespace

std::vector<bool> assembles(const Sketch& sketch, std::span<const std::string> lines) {
  const Absolute absolute(sketch);
  std::string text;
  for (const std::string& line : lines) text += absolute(line) + '\n';
  std::set<std::string> defined;
  for (const Label& label : labels_of(sketch))
    if (defined.insert(label.name).second) text += label.name + ":\n";
  const assembly::Unit unit = assembly::read_text(text, "trial", sketch.isa);
  std::vector<bool> good(lines.size(), true);
  for (const assembly::UnreadLine& bad : unit.unread)
    if (bad.line >= 1 && bad.line <= lines.size()) good[bad.line - 1] = false;
  for (const Diagnostic& d : unit.diagnostics)
    if (d.severity == Severity::error && d.location.line >= 1 && d.location.line <= lines.size())
      good[d.location.line - 1] = false;
  return good;
}

assembly::Unit skeleton(const Sketch& sketch) {
  const Absolute absolute(sketch);  // the upper half of an address may be a hole's
  std::string text;
  for (const Line& line : sketch.lines)
    text += line.labels +
            (line.has_holes() ? std::string(vocabulary(sketch.isa).placeholder) : absolute(instantiate(line, {}))) +
            '\n';
  return assembly::read_text(text, sketch.file, sketch.isa);
}

std::set<std::string> functions_with_holes(const Sketch& sketch, const assembly::Unit& skeleton) {
  std::set<std::string> names;
  for (const Hole& hole : sketch.holes)
    if (const Extent extent = extent_around(skeleton, hole.line); !extent.name.empty()) names.insert(extent.name);
  return names;
}

std::vector<const assembly::Instruction*> instructions_of(const assembly::Unit& unit,
                                                          const std::set<std::string>& functions) {
  Extent extent{0, 0, {}};
  std::vector<const assembly::Instruction*> found;
  for (const assembly::Section& section : unit.sections)
    for (const assembly::Instruction& instruction : section.instructions) {
      if (instruction.line < extent.first || instruction.line >= extent.end)
        extent = extent_around(unit, instruction.line);
      if (functions.contains(extent.name)) found.push_back(&instruction);
    }
  return found;
}

Expected<std::vector<Domain>> find_domains(const Sketch& sketch, const assembly::Unit& skeleton,
                                           const Constants& constants) {
  return Finder(sketch, skeleton, constants).run();
}

}  // namespace portolan::sketch::filling
