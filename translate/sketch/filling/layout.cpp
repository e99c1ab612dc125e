#include "translate/sketch/filling/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <numeric>
#include <set>

#include "emulate/assemble.h"
#include "emulate/ir_code.h"
#include "translate/sketch/filling/absolute.h"
#include "translate/sketch/filling/cost.h"
#include "translate/sketch/vocabulary.h"

namespace portolan::sketch::filling {
namespace {

constexpr size_t kMostVariants = 1 << 15;  // of one line
constexpr size_t kGroup = 32;              // variants between two sets of stepping stones
constexpr size_t kMostLifted = 2048;       // variants of a line that are looked at one by one
constexpr int kMostRepairs = 8;

std::string label(std::string_view what, size_t site, size_t group = 0) {
  return fmt::format("portolan.{}.{}.{}", what, site, group);
}

bool is_label_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '$';
}

// Branches reach less far than variants stand apart: they go to a jump near them. Replaces the names in the text of a
// branch; what else names a label wants its address.
std::string with_stones(const std::string& text, const std::set<std::string>& labels, size_t site, size_t group,
                        std::set<std::string>& used) {
  const size_t mnemonic = text.find_first_not_of(" \t");
  if (mnemonic == std::string::npos || std::string_view("bcjt").find(text[mnemonic]) == std::string_view::npos)
    return text;
  std::string result;
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    while (end < text.size() && is_label_character(text[end])) ++end;
    if (end == at) {
      result += text[at++];
      continue;
    }
    const std::string word = text.substr(at, end - at);
    const auto known = labels.find(word);
    if (known == labels.end()) {
      result += word;
    } else {
      used.insert(word);
      result += label("stone", site, group) + "." + std::to_string(std::distance(labels.begin(), known));
    }
    at = end;
  }
  return result;
}

class Maker {
 public:
  Maker(const Sketch& sketch, std::vector<Domain>& domains, Mask& shortened)
      : sketch_(sketch), domains_(domains), shortened_(shortened), words_(vocabulary(sketch.isa)), absolute_(sketch) {}

  Expected<Layout> run();

 private:
  void find_sites();
  void shorten(const std::vector<HoleId>& holes);
  void write_variants(const Site& site, size_t number);
  std::string text();
  bool leave_out(const std::vector<uint32_t>& lines);
  std::string variant(const Site& site, size_t code) const;
  size_t count(const Site& site) const;

  const Sketch& sketch_;
  std::vector<Domain>& domains_;
  Mask& shortened_;
  const Vocabulary& words_;
  const Absolute absolute_;
  Layout layout_;
  std::set<std::string> labels_;
  std::string variants_;
  std::vector<std::pair<uint32_t, std::pair<size_t, size_t>>> origins_;  // line of the text: site and variant
  uint32_t line_ = 0;
};

size_t Maker::count(const Site& site) const {
  size_t product = 1;
  for (const HoleId h : site.holes) product *= domains_[h].values.size();
  return product;
}

void Maker::shorten(const std::vector<HoleId>& holes) {
  for (;;) {
    size_t product = 1;
    HoleId largest = holes.front();
    for (const HoleId h : holes) {
      product *= domains_[h].values.size();
      const bool immediate = sketch_.holes[h].kind == HoleKind::imm;
      const bool other = sketch_.holes[largest].kind == HoleKind::imm;
      if (immediate == other ? domains_[h].values.size() > domains_[largest].values.size()
                             : immediate && domains_[h].values.size() > 24)
        largest = h;
    }
    if (product <= kMostVariants) return;
    shortened_ |= bit(largest);
    domains_[largest].values.resize(std::max<size_t>(1, domains_[largest].values.size() * 3 / 4));
  }
}

void Maker::find_sites() {
  for (const Label& label : labels_of(sketch_)) labels_.insert(label.name);
  for (uint32_t n = 0; n < sketch_.lines.size(); ++n) {
    const Line& line = sketch_.lines[n];
    if (!line.has_holes()) continue;
    Site site;
    site.line = n;
    site.holes = line.holes();
    for (const HoleId h : site.holes) site.mask |= bit(h);
    site.sequence = sketch_.holes[site.holes.front()].kind == HoleKind::seq;
    shorten(site.holes);
    layout_.sites.push_back(std::move(site));
  }
  uint64_t longest = 0;
  for (const Site& site : layout_.sites) {
    const Hole& first = sketch_.holes[site.holes.front()];
    const std::string text = instantiate(sketch_.lines[site.line], std::vector<std::string>(sketch_.holes.size()));
    const bool pseudo = first.kind == HoleKind::op || text.find("li") != std::string::npos;
    const uint64_t bytes = first.kind == HoleKind::seq ? words_.longest * first.number
                           : pseudo                    ? words_.longest_pseudo
                                                       : words_.longest;
    longest = std::max(longest, bytes);
  }
  layout_.slot_bytes = std::bit_ceil(longest);
}

std::string Maker::variant(const Site& site, size_t code) const {
  std::vector<std::string> values(sketch_.holes.size());
  for (const HoleId h : site.holes) {
    values[h] = domains_[h].values[code % domains_[h].values.size()];
    code /= domains_[h].values.size();
  }
  return instantiate(sketch_.lines[site.line], values);
}

void Maker::write_variants(const Site& site, size_t number) {
  auto put = [this](const std::string& line) {
    variants_ += line + '\n';
    line_ += 1 + static_cast<uint32_t>(std::count(line.begin(), line.end(), '\n'));
  };
  size_t placed = 0;
  std::set<std::string> used;
  auto finish_group = [&](size_t group) {
    put(label("end", number, group) + ":");
    put(std::string(words_.placeholder));  // a slot's end is known by its address: nothing else begins there
    for (const std::string& name : used)
      put(fmt::format("{}.{}: {} {}", label("stone", number, group), std::distance(labels_.begin(), labels_.find(name)),
                      words_.jump, name));
    used.clear();
  };
  for (size_t code = 0; code < site.variants.size(); ++code) {
    if (site.variants[code] == 0) continue;
    const size_t group = placed / kGroup;
    if (placed % kGroup == 0) {
      if (placed != 0) finish_group(group - 1);
      put(fmt::format(".balign {}", layout_.slot_bytes));
      put(label("group", number, group) + ":");
    }
    origins_.push_back({line_ + 1, {number, code}});
    const std::string text = with_stones(absolute_(variant(site, code)), labels_, number, group, used);
    put(text.find_first_not_of(" \t") == std::string::npos ? std::string(words_.placeholder) : text);  // it has a slot
    put(fmt::format(".balign {}", layout_.slot_bytes));
    ++placed;
  }
  if (placed != 0) finish_group((placed - 1) / kGroup);
}

std::string Maker::text() {
  std::string text;
  size_t number = 0;
  line_ = 0, origins_.clear(), variants_.clear();
  for (uint32_t n = 0; n < sketch_.lines.size(); ++n) {
    const Line& line = sketch_.lines[n];
    text += line.labels;
    if (!line.has_holes()) {
      text += absolute_(instantiate(line, {})) + '\n';
      continue;
    }
    text += fmt::format("\n{}:\n{}\n{}:\n", label("line", number), words_.placeholder, label("after", number));
    ++number;
  }
  text += absolute_.cells();
  text += ".section .text.portolan,\"ax\",@progbits\n";
  line_ = static_cast<uint32_t>(std::count(text.begin(), text.end(), '\n'));
  // Those that may jump into the code stand near it: RISC-V's jumps reach no farther than 1 MiB.
  std::vector<size_t> order(layout_.sites.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [this](size_t a, size_t b) {
    const Site &x = layout_.sites[a], &y = layout_.sites[b];
    return std::pair(x.sequence, x.variants.size()) < std::pair(y.sequence, y.variants.size());
  });
  for (const size_t s : order) write_variants(layout_.sites[s], s);
  return text + variants_;
}

Expected<Layout> Maker::run() {
  find_sites();
  for (Site& site : layout_.sites) {
    std::vector<std::string> lines;
    const size_t variants = count(site);
    for (size_t code = 0; code < variants; ++code) lines.push_back(variant(site, code));
    site.variants.assign(variants, 1);
    const std::vector<Cost> costs = costs_of(sketch_, lines);
    for (size_t code = 0; code < variants; ++code) {
      site.costs.push_back(costs[code].total);
      // What one line makes several instructions of (a long constant's li) may be too long for a slot.
      if (uint64_t{costs[code].instructions} * words_.longest_encoding > layout_.slot_bytes) site.variants[code] = 0;
    }
    // Lines of a sequence were tried one by one.
    if (site.sequence) continue;
    const std::vector<bool> good = assembles(sketch_, lines);
    for (size_t code = 0; code < variants; ++code) site.variants[code] &= good[code] ? 1 : 0;
  }
  // What the reader takes and the assembler does not is left out.
  for (int repair = 0;; ++repair) {
    std::vector<uint32_t> bad_lines;
    emulate::AssembleOptions options;
    options.name = sketch_.file;
    options.bad_lines = &bad_lines;
    auto object = emulate::assemble(sketch_.isa, text(), options);
    if (object) {
      layout_.object = std::move(*object);
      return std::move(layout_);
    }
    if (repair == kMostRepairs || !leave_out(bad_lines)) return object.error();
  }
}

// Whether any of these lines of the text belongs to a variant.
bool Maker::leave_out(const std::vector<uint32_t>& lines) {
  bool any = false;
  for (const uint32_t line : lines) {
    const auto next = std::upper_bound(origins_.begin(), origins_.end(), line,
                                       [](uint32_t at, const auto& origin) { return at < origin.first; });
    if (next == origins_.begin()) continue;
    const auto [site, code] = (next - 1)->second;
    layout_.sites[site].variants[code] = 0;
    any = true;
  }
  return any;
}

// How the value is computed from slots, as a number.
uint64_t shape_of(const ir::Function& function, ir::ValueId v) {
  const ir::Instruction& i = function[v];
  uint64_t hash = static_cast<uint64_t>(i.op) * 0x9e3779b97f4a7c15 + i.width + (uint64_t{i.index} << 20);
  if (const ir::APInt* constant = function.constant(v)) hash = llvm::hash_value(*constant);
  for (const ir::ValueId operand : i.operands) hash = (hash ^ shape_of(function, operand)) * 0x100000001b3 + 1;
  return hash;
}

// What the instructions of one variant may do. `places`: where the variants store; `variants`: how many write a slot.
void look_at(emulate::IrCode& code, uint64_t begin, uint64_t end, Site& site, std::set<assembly::Slot>& written,
             std::set<assembly::Slot>& read, std::set<uint64_t>& places, std::map<assembly::Slot, size_t>& variants) {
  uint64_t place = 0;
  std::set<assembly::Slot> here;
  for (uint64_t pc = begin; pc < end;) {
    const emulate::IrStep* step = code.at(pc);
    if (step == nullptr || step->size == 0 || !step->refusal.empty()) return;  // it will not run
    written.insert(step->written.begin(), step->written.end());
    here.insert(step->written.begin(), step->written.end());
    for (const ir::Instruction& i : step->function.values) {
      if (i.op == ir::Op::get_slot) read.insert(i.index);
      if (ir::info(i.op).effects == ir::Effects::Writes)
        place = place * 31 + (i.operands.empty() ? 1 : shape_of(step->function, i.operands[0])) +
                (i.op == ir::Op::store ? step->function.width(i.operands[1]) : 0);
    }
    for (const ir::Block& block : step->function.blocks) {
      const ir::Terminator& t = block.terminator;
      const bool goes_on = t.op == ir::Op::tail_call && t.operands.empty() &&
                           emulate::address_of_name(step->function.calls[t.index].symbol.name) == pc + step->size;
      if (!goes_on && t.op != ir::Op::jump) site.branches = true;
    }
    pc += step->size;
  }
  places.insert(place);
  for (const assembly::Slot slot : here) ++variants[slot];
}

}  // namespace

Expected<Layout> lay_out(const Sketch& sketch, std::vector<Domain>& domains, Mask& shortened) {
  return Maker(sketch, domains, shortened).run();
}

void locate(Layout& layout, const emulate::Image& image) {
  emulate::IrCode code(image);
  for (uint32_t s = 0; s < layout.sites.size(); ++s) {
    Site& site = layout.sites[s];
    site.address = *image.find_symbol(label("line", s));
    site.after = *image.find_symbol(label("after", s));
    layout.site_at[site.address] = s;
    std::set<assembly::Slot> written, read;
    std::set<uint64_t> places;
    std::map<assembly::Slot, size_t> variants;
    // A variant that was longer than a slot would have moved those behind it: none of its group is what it should be.
    auto is_sound = [&](size_t group, size_t variants) {
      return *image.find_symbol(label("end", s, group)) ==
             *image.find_symbol(label("group", s, group)) + variants * layout.slot_bytes;
    };
    size_t placed = 0, looked = 0;
    const size_t total = std::count_if(site.variants.begin(), site.variants.end(), [](uint64_t v) { return v != 0; });
    bool sound = true;
    const size_t step = total <= kMostLifted ? 1 : total / kMostLifted + 1;
    for (uint64_t& address : site.variants) {
      if (address == 0) continue;
      if (placed % kGroup == 0) sound = is_sound(placed / kGroup, std::min(kGroup, total - placed));
      if (!sound) {
        address = 0, ++placed;
        continue;
      }
      address = *image.find_symbol(label("group", s, placed / kGroup)) + placed % kGroup * layout.slot_bytes;
      if (site.variants_low == 0) site.variants_low = address;
      site.variants_high = address + layout.slot_bytes;
      layout.slot_ends.insert(site.variants_high);
      if (placed % step == 0 || placed + 1 == total)
        ++looked, look_at(code, address, address + layout.slot_bytes, site, written, read, places, variants);
      ++placed;
    }
    site.stores = places.size() > 1;
    site.written.assign(written.begin(), written.end());
    site.read.assign(read.begin(), read.end());
    for (const auto& [slot, count] : variants)
      if (count == looked) site.surely.push_back(slot);
  }
}

}  // namespace portolan::sketch::filling
