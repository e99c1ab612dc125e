#include "frontends/amdgcn/instruction.h"

#include <array>
#include <charconv>
#include <cstdlib>

namespace portolan::amdgcn {
namespace {

std::string_view trimmed(std::string_view s) {
  const size_t first = s.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return s.substr(first, s.find_last_not_of(" \t") - first + 1);
}

std::optional<int64_t> integer(std::string_view s) {
  const bool minus = s.starts_with('-');
  if (minus) s.remove_prefix(1);
  const bool hexadecimal = s.starts_with("0x");
  if (hexadecimal) s.remove_prefix(2);
  uint64_t v = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), v, hexadecimal ? 16 : 10);
  if (error != std::errc() || end != s.data() + s.size()) return std::nullopt;
  return minus ? -static_cast<int64_t>(v) : static_cast<int64_t>(v);
}

struct Named {
  std::string_view name;
  uint32_t first, count;
};
constexpr std::array kNamed = {Named{"vcc_lo", kVccLow, 1},
                               Named{"vcc_hi", kVccLow + 1, 1},
                               Named{"vcc", kVccLow, 2},
                               Named{"exec_lo", kExecLow, 1},
                               Named{"exec_hi", kExecLow + 1, 1},
                               Named{"exec", kExecLow, 2},
                               Named{"m0", kM0, 1},
                               Named{"flat_scratch_lo", kFlatScratch, 1},
                               Named{"flat_scratch_hi", kFlatScratch + 1, 1},
                               Named{"flat_scratch", kFlatScratch, 2}};

// "7" or "[4:5]" behind the letter of the register file.
bool register_numbers(std::string_view s, Operand& o) {
  if (!s.starts_with('[')) {
    const std::optional<int64_t> n = integer(s);
    if (!n || *n < 0 || *n > 255) return false;
    o.first = static_cast<uint32_t>(*n);
    return true;
  }
  const size_t colon = s.find(':');
  if (!s.ends_with(']') || colon == std::string_view::npos) return false;
  const auto first = integer(s.substr(1, colon - 1)), last = integer(s.substr(colon + 1, s.size() - colon - 2));
  if (!first || !last || *first < 0 || *last < *first || *last > 255) return false;
  o.first = static_cast<uint32_t>(*first);
  o.count = static_cast<uint32_t>(*last - *first + 1);
  return true;
}

void read_value(std::string_view s, Operand& o) {
  o.text = std::string(s);
  for (const Named& n : kNamed)
    if (n.name == s) {
      o.kind = Operand::scalar, o.first = n.first, o.count = n.count;
      return;
    }
  if (s == "off") return void(o.kind = Operand::off);
  if (s == "null") return void(o.kind = Operand::null);
  static constexpr std::pair<char, Operand::Kind> kFiles[] = {
      {'v', Operand::vector}, {'a', Operand::accumulator}, {'s', Operand::scalar}};
  for (const auto& [letter, kind] : kFiles)
    if (s.size() > 1 && s[0] == letter && register_numbers(s.substr(1), o)) return void(o.kind = kind);
  if (const std::optional<int64_t> v = integer(s)) {
    o.kind = Operand::integer, o.value = *v;
    o.literal = s.find("0x") != std::string_view::npos;
    return;
  }
  char* end = nullptr;
  const std::string copy(s);
  o.number = std::strtod(copy.c_str(), &end);
  o.kind = !copy.empty() && *end == 0 && copy.find_first_not_of("0123456789.-") == std::string::npos ? Operand::real
                                                                                                     : Operand::other;
}

Operand read_operand(std::string_view s) {
  Operand o;
  // A minus before a number is part of it.
  if (s.size() > 1 && s[0] == '-' && !(s[1] >= '0' && s[1] <= '9')) o.negated = true, s.remove_prefix(1);
  auto unwrap = [&](std::string_view open, std::string_view close, bool& flag) {
    if (!s.starts_with(open) || !s.ends_with(close) || s.size() < open.size() + close.size()) return;
    s = s.substr(open.size(), s.size() - open.size() - close.size());
    flag = true;
  };
  if (s.ends_with(".l") || s.ends_with(".h")) {
    o.half = s.back() == 'l' ? Operand::lower : Operand::upper;
    s.remove_suffix(2);
  }
  unwrap("neg(", ")", o.negated);
  unwrap("|", "|", o.absolute);
  unwrap("abs(", ")", o.absolute);
  unwrap("sext(", ")", o.extended);
  read_value(trimmed(s), o);
  return o;
}

// The end of the word at `at`: the next blank or comma outside brackets.
size_t word_end(std::string_view s, size_t at) {
  int depth = 0;
  for (; at < s.size(); ++at) {
    if (s[at] == '[' || s[at] == '(') ++depth;
    if (s[at] == ']' || s[at] == ')') --depth;
    if (depth == 0 && (s[at] == ' ' || s[at] == ',')) break;
  }
  return at;
}

Instruction read_one(std::string_view line) {
  Instruction i;
  i.text = std::string(line);
  const size_t blank = line.find(' ');
  i.name = std::string(line.substr(0, blank));
  for (std::string_view suffix : {"_e64_dpp", "_e32", "_e64", "_dpp", "_sdwa"})
    if (i.name.ends_with(suffix)) {
      i.suffix = std::string(suffix.substr(1));
      i.name.resize(i.name.size() - suffix.size());
      break;
    }
  std::string_view rest = blank == std::string_view::npos ? std::string_view() : trimmed(line.substr(blank));
  bool operand = true;
  while (!rest.empty()) {
    const size_t end = word_end(rest, 0);
    const std::string_view word = rest.substr(0, end);
    const bool comma = end < rest.size() && rest[end] == ',';
    const size_t colon = word.find(':');
    // "s[0:1]" has its colon in brackets.
    const bool named = colon != std::string_view::npos && word.find('[') > colon;
    if (operand && !named)
      i.operands.push_back(read_operand(word));
    else if (named)
      i.modifiers.push_back({std::string(word.substr(0, colon)), std::string(word.substr(colon + 1))});
    else
      i.modifiers.push_back({std::string(word), {}});
    operand = comma;
    rest = trimmed(rest.substr(std::min(end + comma, rest.size())));
  }
  return i;
}

}  // namespace

const std::string* Instruction::modifier(std::string_view wanted) const {
  for (const Modifier& m : modifiers)
    if (m.name == wanted) return &m.value;
  return nullptr;
}

int64_t Instruction::number(std::string_view wanted, int64_t otherwise) const {
  const std::string* text_of = modifier(wanted);
  return text_of ? integer(*text_of).value_or(otherwise) : otherwise;
}

bool Instruction::bit(std::string_view wanted, size_t n, bool otherwise) const {
  const std::string* list = modifier(wanted);
  // "[0,1,0]"
  return !list || 2 * n + 1 >= list->size() ? otherwise : (*list)[2 * n + 1] == '1';
}

std::vector<Instruction> parse_line(std::string_view line) {
  std::vector<Instruction> all;
  const size_t two = line.find("::");
  const std::string_view first = trimmed(line.substr(0, two));
  if (!first.empty()) all.push_back(read_one(first));
  if (two != std::string_view::npos) all.push_back(read_one(trimmed(line.substr(two + 2))));
  return all;
}

}  // namespace portolan::amdgcn
