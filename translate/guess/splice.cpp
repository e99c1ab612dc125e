#include "translate/guess/splice.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace portolan::guess {
namespace {

uint32_t lines_in(std::string_view text) {
  return static_cast<uint32_t>(std::count(text.begin(), text.end(), '\n'));
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '$';
}

bool mentions(std::string_view text, std::string_view word) {
  for (size_t at = 0; (at = text.find(word, at)) != std::string_view::npos; at += word.size()) {
    const bool begins = at == 0 || !is_word(text[at - 1]);
    const bool ends = at + word.size() == text.size() || !is_word(text[at + word.size()]);
    if (begins && ends) return true;
  }
  return false;
}

// Whether something outside refers to a label of this code.
bool is_referred_to(std::string_view code, std::string_view before, std::string_view behind) {
  while (!code.empty()) {
    const size_t end = code.find('\n');
    const std::string_view line = code.substr(0, end);
    code.remove_prefix(end == std::string_view::npos ? code.size() : end + 1);
    const size_t colon = line.find(':');
    if (line.empty() || !is_word(line.front()) || colon == std::string_view::npos) continue;
    const std::string_view label = line.substr(0, colon);
    if (mentions(before, label) || mentions(behind, label)) return true;
  }
  return false;
}

}  // namespace

bool is_plain_name(const std::string& name) {
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), is_word);
}

std::optional<Placed> put_body(const std::string& file, Isa isa, const std::string& name, assembly::Binding binding,
                               const std::string& body) {
  const std::string label = "\n" + name + ":";
  const size_t at = file.find(label);
  if (at == std::string::npos) {
    std::string head = file;
    if (!head.empty() && head.back() != '\n') head += '\n';
    head += "\t.text\n";
    if (binding != assembly::Binding::local)
      head += fmt::format("\t.{}\t{}\n", binding == assembly::Binding::weak ? "weak" : "globl", name);
    head += fmt::format("\t.p2align\t4\n\t.type\t{}, {}function\n{}:\n", name, isa == Isa::x86_64 ? '@' : '%', name);
    return Placed{head + body + fmt::format("\t.size\t{0}, .-{0}\n", name), lines_in(head) + 1, lines_in(body)};
  }
  // As LLVM writes it: the label, the code, the label of the end, the size.
  const size_t begin = file.find('\n', at + label.size());
  const size_t size = file.find(fmt::format("\n\t.size\t{}, ", name), at);
  if (begin == std::string::npos || size == std::string::npos) return std::nullopt;
  const size_t end = file.rfind("\n.Lfunc_end", size);
  if (end == std::string::npos || end < begin) return std::nullopt;
  const std::string_view whole(file);
  const std::string_view before = whole.substr(0, begin + 1), behind = whole.substr(end + 1);
  const std::string_view code = whole.substr(begin + 1, end - begin);
  if (is_referred_to(code, before, behind) || code.find("\t.section") != std::string_view::npos) return std::nullopt;
  return Placed{std::string(before) + body + std::string(behind), lines_in(before) + 1, lines_in(body)};
}

}  // namespace portolan::guess
