#include "translate/sketch/vocabulary.h"

#include <fmt/format.h>

namespace portolan::sketch {

void add_numbered(std::vector<std::string>& words, std::string_view prefix, unsigned first, unsigned last,
                  std::string_view suffix) {
  for (unsigned n = first; n <= last; ++n) words.push_back(fmt::format("{}{}{}", prefix, n, suffix));
}

void add_words(std::vector<std::string>& words, std::string_view text) {
  while (!text.empty()) {
    const size_t end = text.find(' ');
    if (end != 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

const std::vector<std::string>& Vocabulary::words(HoleKind kind) const {
  static const std::vector<std::string> kNone;
  switch (kind) {
    case HoleKind::reg:
      return registers;
    case HoleKind::cond:
      return conditions;
    case HoleKind::op:
      return operations;
    case HoleKind::shift:
      return shifts;
    case HoleKind::lane:
      return lanes;
    default:
      return kNone;
  }
}

const Vocabulary& vocabulary(Isa isa) {
  static const Vocabulary kX86 = make_x86_64_vocabulary(), kAArch64 = make_aarch64_vocabulary(),
                          kRiscv = make_riscv64_vocabulary();
  return isa == Isa::x86_64 ? kX86 : isa == Isa::aarch64 ? kAArch64 : kRiscv;
}

}  // namespace portolan::sketch
