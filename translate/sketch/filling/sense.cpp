#include "translate/sketch/filling/sense.h"

#include <algorithm>
#include <numeric>

namespace portolan::sketch::filling {
namespace {

// What a variant of a sequence does as a whole.
Effects effects_between(emulate::IrCode& code, uint64_t begin, uint64_t end, assembly::Slot stack_pointer) {
  Effects all;
  for (uint64_t pc = begin; pc < end;) {
    const emulate::IrStep* step = code.at(pc);
    if (step == nullptr || step->size == 0 || !step->refusal.empty()) return all;
    const Effects effects = effects_of(*step, pc, stack_pointer);
    const SlotSet reads = effects.reads & ~all.writes;
    all.saves = ((all.saves | (effects.saves & reads)) & ~(reads & ~effects.saves)) & ~(all.reads & ~all.saves);
    all.reads |= reads;
    all.writes |= effects.writes;
    if (all.stack && effects.stack) all.stack = *all.stack + *effects.stack;
    if (!effects.stack) all.stack.reset();
    pc += step->size;
  }
  return all;
}

}  // namespace

Sense::Sense(const Layout& layout, const std::vector<Domain>& domains, const emulate::Image& image,
             const std::vector<verify::Boundary>& boundaries, emulate::IrCode& code)
    : layout_(layout), domains_(domains), code_(code), lines_(layout.sites.size()), alone_(layout.sites.size() == 1) {
  const assembly::Machine& machine = assembly::Machine::get(image.isa);
  stack_pointer_ = machine.stack_pointer;
  for (assembly::Slot slot = 0; slot < machine.slots.size(); ++slot) flags_[slot] = machine.slots[slot].width == 1;
  const std::vector<Surroundings> around = survey(layout, image, boundaries);
  for (size_t n = 0; n < lines_.size(); ++n) {
    const Site& site = layout.sites[n];
    Summary& line = lines_[n];
    line.around = around[n];
    for (const assembly::Slot slot : site.read) line.reads.set(slot);
    for (const assembly::Slot slot : site.written) line.writes.set(slot);
    line.known = line.around.known;
    line.sequence = site.sequence && line.known;
    for (const uint64_t begin : line.sequence ? site.variants : std::vector<uint64_t>())
      line.variants.push_back(begin == 0 ? Effects()
                                         : effects_between(code_, begin, begin + layout.slot_bytes, stack_pointer_));
  }
}

// How much less likely these effects are than others in this place.
double Sense::unlikeliness(const Effects& effects, const Summary& line) const {
  const Surroundings& around = line.around;
  const SlotSet results = effects.writes & ~flags_;
  double factor = 1;
  if ((effects.writes & around.live).none()) factor *= alone_ ? 64 : 8;
  if (around.wanted.any() && (effects.writes & around.wanted).none()) factor *= alone_ ? 16 : 4;
  // For its flags alone nobody takes what sets a register too.
  if (results.any() && (results & around.live).none()) factor *= 8;
  if (effects.writes[stack_pointer_])
    factor *= around.stack_lacks != 0 && effects.stack == around.stack_lacks ? 1.0 / 64 : 32;
  if ((effects.reads & ~effects.saves & ~around.set).any()) factor *= alone_ ? 32 : 8;
  // It destroys what was set and not read yet.
  if ((results & around.live & around.unread & ~effects.reads).any()) factor *= 4;
  if ((effects.writes & flags_ & around.live & around.unread).any()) factor *= 2;
  const SlotSet idle = around.unread & ~around.live & ~flags_;
  if (idle.any() && (effects.reads & idle).none()) factor *= 3;
  return factor;
}

void Sense::order(std::vector<Domain>& domains, Layout& layout) {
  Mask ordered = 0;
  for (size_t n = 0; n < lines_.size(); ++n) {
    const Site& site = layout.sites[n];
    const HoleId hole = site.holes.front();
    if (!lines_[n].sequence || (ordered & bit(hole)) != 0) continue;
    ordered |= bit(hole);
    std::vector<double> weights;
    for (size_t v = 0; v < site.variants.size(); ++v) {
      const bool nothing = domains[hole].values[v].empty();
      weights.push_back(site.variants[v] == 0 ? 1e18
                        : nothing             ? 0
                                  : static_cast<double>(v) * unlikeliness(lines_[n].variants[v], lines_[n]));
    }
    std::vector<size_t> order(weights.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return weights[a] < weights[b]; });
    auto arrange = [&order](auto& all) {
      auto before = all;
      for (size_t k = 0; k < order.size(); ++k) all[k] = std::move(before[order[k]]);
    };
    arrange(domains[hole].values);
    for (size_t m = 0; m < lines_.size(); ++m) {
      Site& other = layout.sites[m];
      if (other.holes.front() != hole) continue;
      arrange(other.variants), arrange(other.costs);
      if (lines_[m].sequence) arrange(lines_[m].variants);
    }
  }
}

const Together& Sense::together(const Alternatives& alternatives, const Summary& line) const {
  std::optional<Together>& all = alternatives.together;
  if (all) return *all;
  all.emplace();
  if (!line.sequence) {
    all->reads = line.reads, all->writes = line.writes, all->idle = true;
    return *all;
  }
  all->needs.set();
  for (const uint32_t code : alternatives.codes) {
    const Effects& effects = line.variants[code];
    all->reads |= effects.reads, all->writes |= effects.writes;
    all->needs &= effects.reads & ~effects.saves;
    all->idle |= effects.writes.none();
  }
  return *all;
}

std::optional<Together> Sense::chosen(const Choices& choices, size_t line) const {
  const Site& site = layout_.sites[line];
  if (choices.several(line)) return together(*choices.among(line), lines_[line]);
  size_t code = 0, radix = 1;
  for (const HoleId hole : site.holes) {
    if (choices[hole] == kUnchosen) return std::nullopt;
    code += radix * static_cast<size_t>(choices[hole]);
    radix *= domains_[hole].values.size();
  }
  const Effects* effects = lines_[line].sequence ? &lines_[line].variants[code] : nullptr;
  if (effects == nullptr) {
    const uint64_t begin = site.variants[code];
    if (begin == 0) return std::nullopt;
    const auto [known, is_new] = looked_at_.try_emplace(begin);
    if (is_new) known->second = effects_between(code_, begin, begin + layout_.slot_bytes, stack_pointer_);
    effects = &known->second;
  }
  return Together{effects->reads, effects->writes, effects->reads & ~effects->saves, effects->writes.none()};
}

bool Sense::possible(const Choices& choices, size_t line) const {
  const auto effects = chosen(choices, line);
  const Surroundings& around = lines_[line].around;
  if (!effects || effects->idle) return true;
  bool useful = (effects->writes & around.live).any();
  SlotSet missing = effects->needs & ~around.set;
  for (size_t n = 0; n < lines_.size() && (!useful || missing.any()); ++n) {
    if (n == line || (independent_ && lines_[n].sequence)) continue;
    const auto other = lines_[n].sequence ? chosen(choices, n) : std::nullopt;
    useful |= (effects->writes & around.reaches[n] & (other ? other->reads : lines_[n].reads)).any();
    missing &= ~(other ? other->writes : lines_[n].writes);
  }
  return useful && missing.none();
}

// Of lines that are no sequences it does not matter what is chosen: who is told that something makes no sense changes
// the sequences.
bool Sense::possible(const Choices& choices) const {
  SlotSet required, set;
  for (size_t n = 0; n < lines_.size(); ++n) {
    if (lines_[n].sequence && !possible(choices, n)) return false;
    const auto effects = lines_[n].sequence ? chosen(choices, n) : std::nullopt;
    set |= effects ? effects->writes : lines_[n].writes;
    required |= lines_[n].around.required;
  }
  return (required & ~set).none();
}

bool Sense::reads_unset(const Choices& choices) const {
  // What none of them could set says nothing of what is chosen.
  SlotSet required, set, possible;
  for (size_t n = 0; n < lines_.size(); ++n) {
    const auto effects = chosen(choices, n);
    set |= effects ? effects->writes : lines_[n].writes;
    possible |= lines_[n].writes;
    if (lines_[n].known) required |= lines_[n].around.required;
  }
  if ((required & possible & ~set).any()) return true;
  for (size_t n = 0; n < lines_.size(); ++n) {
    const auto effects = lines_[n].known ? chosen(choices, n) : std::nullopt;
    if (!effects) continue;
    // Who writes a part reads the rest.
    SlotSet missing = effects->needs & ~effects->writes & ~lines_[n].around.set;
    for (size_t m = 0; m < lines_.size() && missing.any(); ++m) {
      if (m == n) continue;
      const auto other = chosen(choices, m);
      missing &= ~(other ? other->writes : lines_[m].writes);
    }
    if (missing.any()) return true;
  }
  return false;
}

SlotSet Sense::matters(const Choices& choices, const Site& site) const {
  const Surroundings& around = lines_[static_cast<size_t>(&site - layout_.sites.data())].around;
  if (!around.known) return SlotSet().set();
  SlotSet matters = around.beyond;
  for (size_t n = 0; n < lines_.size(); ++n) {
    if (independent_ && lines_[n].sequence) continue;
    const auto effects = chosen(choices, n);
    matters |= around.reaches[n] & (effects ? effects->reads : lines_[n].reads);
  }
  return matters;
}

}  // namespace portolan::sketch::filling
