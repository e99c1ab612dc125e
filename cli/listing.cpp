#include "cli/listing.h"

#include <fmt/format.h>

#include <algorithm>

#include "frontends/asm/reader.h"

namespace portolan::cli {
namespace {

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  text = text.substr(begin);
  // A label before the instruction.
  if (const size_t colon = text.find(':');
      colon != std::string_view::npos && colon + 1 < text.size() && text.find_first_of(" \t\"(,") > colon)
    return trimmed(text.substr(colon + 1));
  // A comment behind it; AArch64's immediates have their number right after the sign.
  for (const std::string_view comment : {"# ", "//", "/*"})
    if (const size_t at = text.find(comment); at != std::string_view::npos && at != 0) text = text.substr(0, at);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

bool is_padding(const assembly::McTarget& target, const llvm::MCInst& inst) {
  return target.print(inst).find("nop") != std::string::npos;
}

}  // namespace

Listing::Listing(const InputFile& file, const emulate::Object& object, const emulate::Image& image)
    : file_(file), image_(image) {
  assembly::ReadOptions options;
  options.isa = file.isa();
  auto unit = assembly::read_unit(std::string_view(reinterpret_cast<const char*>(object.data()), object.size()),
                                  file.path, options);
  if (!unit) return;
  unit_ = std::move(*unit);
  if (!file.unit->from_object) match_lines();
}

// The assembler wrote the text's instructions in their order and put padding between them. Where the two lists do not
// fit together no line is claimed.
void Listing::match_lines() {
  const assembly::McTarget& target = assembly::McTarget::get(file_.isa());
  for (assembly::SectionId s = 0; s < unit_->sections.size(); ++s) {
    const assembly::Section& real = unit_->sections[s];
    const auto text = std::find_if(file_.unit->sections.begin(), file_.unit->sections.end(),
                                   [&](const assembly::Section& t) { return t.name == real.name && t.executable; });
    if (text == file_.unit->sections.end()) continue;
    std::vector<std::pair<uint64_t, uint32_t>> matched;
    auto next = text->instructions.begin();
    for (const assembly::Instruction& i : real.instructions) {
      if (next == text->instructions.end() || (is_padding(target, i.inst) && !is_padding(target, next->inst))) continue;
      matched.emplace_back(i.offset, next++->line);
    }
    if (next != text->instructions.end()) continue;
    for (const auto& [offset, line] : matched) lines_[{s, offset}] = line;
  }
}

std::string Listing::at(uint64_t address) const {
  // The nearest symbol before the address that the object has too.
  const assembly::Symbol* nearest = nullptr;
  uint64_t distance = UINT64_MAX;
  for (const auto& [name, place] : image_.symbols) {
    if (place > address || address - place >= distance || !unit_) continue;
    const auto symbol = unit_->symbol_by_name.find(name);
    if (symbol == unit_->symbol_by_name.end()) continue;
    const assembly::Symbol& candidate = unit_->symbols[symbol->second];
    if (candidate.section >= unit_->sections.size() || !unit_->sections[candidate.section].executable) continue;
    nearest = &candidate;
    distance = address - place;
  }
  if (nearest == nullptr) return fmt::format("{:#x}", address);
  const assembly::Section& section = unit_->sections[nearest->section];
  const uint64_t offset = nearest->offset + distance;
  const auto index = section.instruction_at(offset);
  if (!index) return fmt::format("{}+{:#x}", nearest->name, distance);
  const auto line = lines_.find({nearest->section, offset});
  if (line != lines_.end() && line->second != 0 && line->second <= file_.unit->lines.size())
    return fmt::format("{}: {}", line->second, trimmed(file_.unit->lines[line->second - 1]));
  return fmt::format("{}+{:#x}: {}", nearest->name, distance,
                     trimmed(assembly::McTarget::get(file_.isa()).print(section.instructions[*index].inst)));
}

}  // namespace portolan::cli
