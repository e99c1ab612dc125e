#include "translate/sketch/filling/absolute.h"

namespace portolan::sketch::filling {
namespace {

constexpr std::string_view kHigh = "%pcrel_hi(", kTable = "%got_pcrel_hi(", kLow = "%pcrel_lo(", kAdds = "auipc";

// What stands in the parentheses behind the word; empty: the word does not occur.
std::string inside(const std::string& text, std::string_view word) {
  const size_t at = text.find(word);
  if (at == std::string::npos) return {};
  const size_t begin = at + word.size(), end = text.find(')', begin);
  return end == std::string::npos ? std::string() : text.substr(begin, end - begin);
}

void replace(std::string& text, std::string_view word, std::string_view by) {
  const size_t at = text.find(word);
  if (at != std::string::npos) text.replace(at, word.size(), by);
}

std::string cell_of(const std::string& symbol) {
  return "portolan.address." + symbol;
}

}  // namespace

Absolute::Absolute(const Sketch& sketch) {
  if (sketch.isa != Isa::riscv64) return;
  const std::vector<std::string> nothing(sketch.holes.size());
  for (const Label& label : labels_of(sketch))
    for (uint32_t n = label.line; n <= sketch.lines.size(); ++n) {
      const Line& line = sketch.lines[n - 1];
      const std::string text = instantiate(line, nothing);
      if (const std::string symbol = inside(text, kHigh); !symbol.empty()) symbols_[label.name] = symbol;
      if (const std::string symbol = inside(text, kTable); !symbol.empty()) {
        symbols_[label.name] = cell_of(symbol);
        in_table_.insert(symbol);
      }
      // The label's own instruction, behind other labels and comments.
      const size_t word = text.find_first_not_of(" \t");
      if (word != std::string::npos && text[word] != '#' && !text.ends_with(':')) break;
    }
}

std::string Absolute::operator()(const std::string& line) const {
  if (symbols_.empty()) return line;
  std::string text = line;
  if (text.find(kAdds) != std::string::npos && !(inside(text, kHigh).empty() && inside(text, kTable).empty())) {
    if (const std::string symbol = inside(text, kTable); !symbol.empty())
      replace(text, std::string(kTable) + symbol, "%hi(" + cell_of(symbol));
    else
      replace(text, kHigh, "%hi(");
    replace(text, kAdds, "lui");
  } else if (const auto known = symbols_.find(inside(text, kLow)); known != symbols_.end()) {
    replace(text, std::string(kLow) + known->first, "%lo(" + known->second);
  }
  return text;
}

std::string Absolute::cells() const {
  std::string text;
  if (!in_table_.empty()) text += ".section .rodata.portolan,\"a\",@progbits\n.balign 8\n";
  for (const std::string& symbol : in_table_) text += cell_of(symbol) + ": .quad " + symbol + "\n";
  return text;
}

}  // namespace portolan::sketch::filling
