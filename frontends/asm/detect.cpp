#include "frontends/asm/detect.h"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace portolan::assembly {
namespace {

constexpr size_t kEnough = 400;       // marks of one ISA
constexpr size_t kMaxScan = 4 << 20;  // bytes

struct Mark {
  std::string_view word;
  Isa isa;
  unsigned weight;
};

// Words that occur for one CPU only. A directive decides alone, registers add up.
constexpr Mark kMarks[] = {
    {".intel_syntax", Isa::x86_64, 1000},
    {".att_syntax", Isa::x86_64, 1000},
    {".code64", Isa::x86_64, 1000},
    {".option", Isa::riscv64, 1000},
    {".attribute", Isa::riscv64, 1000},
    {".arch_extension", Isa::aarch64, 1000},
    {".variant_pcs", Isa::aarch64, 200},
    {".tlsdesccall", Isa::aarch64, 1000},
    {"xzr", Isa::aarch64, 3},
    {"wzr", Isa::aarch64, 3},
    {"adrp", Isa::aarch64, 5},
    {"ldp", Isa::aarch64, 3},
    {"stp", Isa::aarch64, 3},
    {"cbz", Isa::aarch64, 3},
    {"auipc", Isa::riscv64, 5},
    {"addi", Isa::riscv64, 3},
    {"ra", Isa::riscv64, 1},
    {"zero", Isa::riscv64, 1},
    {"rax", Isa::x86_64, 2},
    {"rsp", Isa::x86_64, 2},
    {"rdi", Isa::x86_64, 2},
    {"eax", Isa::x86_64, 2},
    {"edi", Isa::x86_64, 2},
    {"PTR", Isa::x86_64, 2},
};

bool is_number_after(std::string_view word, size_t from, unsigned last) {
  if (word.size() <= from || word.size() > from + 2) return false;
  unsigned value = 0;
  for (size_t i = from; i < word.size(); ++i) {
    if (!std::isdigit(static_cast<unsigned char>(word[i]))) return false;
    value = value * 10 + static_cast<unsigned>(word[i] - '0');
  }
  return value <= last;
}

// Register numbers: x and w are AArch64's (x also RISC-V's), a, s and t RISC-V's.
void count_register(std::string_view word, unsigned (&scores)[3]) {
  auto& aarch64 = scores[static_cast<int>(Isa::aarch64)];
  auto& riscv = scores[static_cast<int>(Isa::riscv64)];
  if (word[0] == 'w' && is_number_after(word, 1, 30)) aarch64 += 2;
  if (word[0] == 'x' && is_number_after(word, 1, 30)) aarch64 += 1;
  if ((word[0] == 'a' && is_number_after(word, 1, 7)) || (word[0] == 't' && is_number_after(word, 1, 6))) riscv += 2;
  if (word[0] == 'f' && word.size() == 3 && word[1] == 'a' && is_number_after(word, 2, 7)) riscv += 2;
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.';
}

void count_word(std::string_view word, std::string_view rest, unsigned (&scores)[3]) {
  for (const Mark& mark : kMarks)
    if (mark.word == word) scores[static_cast<int>(mark.isa)] += mark.weight;
  if (word == ".arch")
    scores[static_cast<int>(rest.starts_with(" armv8") || rest.starts_with(" armv9") ? Isa::aarch64 : Isa::x86_64)] +=
        1000;
  count_register(word, scores);
}

// Debug information has its own words; strings and comments are not code.
size_t skip_uninteresting(std::string_view text, size_t at) {
  if (text[at] == '"') {
    size_t end = at + 1;
    while (end < text.size() && text[end] != '"' && text[end] != '\n') end += text[end] == '\\' ? 2 : 1;
    return std::min(end + 1, text.size());
  }
  bool comment = text[at] == '#' && (at == 0 || text[at - 1] == '\n' || text[at - 1] == ' ' || text[at - 1] == '\t') &&
                 at + 1 < text.size() && text[at + 1] == ' ';
  comment |= text.substr(at, 2) == "//";
  return comment ? std::min(text.find('\n', at), text.size()) : at;
}

}  // namespace

std::vector<Isa> likely_isas(std::string_view text) {
  unsigned scores[3] = {};
  text = text.substr(0, kMaxScan);
  for (size_t at = 0; at < text.size();) {
    if (size_t end = skip_uninteresting(text, at); end != at) {
      at = end;
      continue;
    }
    if (text[at] == '%' && at + 2 < text.size() && (text[at + 1] == 'r' || text[at + 1] == 'e')) {
      size_t end = at + 1;
      while (end < text.size() && std::isalnum(static_cast<unsigned char>(text[end]))) ++end;
      if (end < text.size() && text[end] != '(') scores[static_cast<int>(Isa::x86_64)] += 2;  // not %lo(…)
    }
    if (!is_word(text[at])) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    count_word(text.substr(at, end - at), text.substr(end, 8), scores);
    at = end;
    if (*std::max_element(std::begin(scores), std::end(scores)) > kEnough * 10) break;
  }
  std::vector<Isa> order(std::begin(kIsas), std::end(kIsas));
  auto score = [&](Isa isa) { return scores[static_cast<int>(isa)]; };
  std::stable_sort(order.begin(), order.end(), [&](Isa a, Isa b) { return score(a) > score(b); });
  if (score(order[0]) >= 8 && score(order[0]) >= 4 * score(order[1])) return {order[0]};
  return order;
}

}  // namespace portolan::assembly
