#include "translate/sketch/parts.h"

#include <algorithm>
#include <set>

#include "translate/sketch/syntax.h"
#include "translate/sketch/vocabulary.h"
#include "translate/sketch/words.h"

namespace portolan::sketch {
namespace {

using Kind = Part::Kind;
using WordSet = std::set<std::string, std::less<>>;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word(char c) {
  return is_name_character(c) || c == '.' || c == '$';
}

// The table of one target, as sets.
struct Words {
  WordSet registers, conditions, shifts, arrangements, keywords, modifiers;
};

// ":lo12:", "%hi", "@PLT" and "%rip" of the forms that operands have.
WordSet modifiers_of(const Vocabulary& table) {
  WordSet found;
  for (const std::string_view form : table.operands)
    for (size_t at = 0; at < form.size(); ++at) {
      if (std::string_view(":%@").find(form[at]) == std::string_view::npos) continue;
      size_t end = at + 1;
      while (end < form.size() && is_name_character(form[end])) ++end;
      if (form[at] == ':' && end < form.size() && form[end] == ':') ++end;
      found.emplace(form.substr(at, end - at));
      at = end - 1;
    }
  return found;
}

Words make_words(Isa isa) {
  const Vocabulary& table = vocabulary(isa);
  auto set = [](const std::vector<std::string>& words) { return WordSet(words.begin(), words.end()); };
  return {set(table.registers),    set(table.conditions), set(table.shifts),
          set(table.arrangements), set(table.keywords),   modifiers_of(table)};
}

const Words& words_of(Isa isa) {
  static const Words kX86 = make_words(Isa::x86_64), kAArch64 = make_words(Isa::aarch64),
                     kRiscv = make_words(Isa::riscv64);
  return isa == Isa::x86_64 ? kX86 : isa == Isa::aarch64 ? kAArch64 : kRiscv;
}

class Reader {
 public:
  Reader(std::string_view text, Isa isa, const Names& names)
      : text_(text), isa_(isa), names_(names), words_(words_of(isa)) {}
  std::vector<Part> run();

 private:
  void mnemonic();
  void hole();
  void number();
  void word();
  void modifier();
  void add(Kind kind, size_t end) {
    parts_.push_back({kind, at_, end});
    at_ = end;
  }
  size_t end_of(bool (*in)(char), size_t from) const {
    while (from < text_.size() && in(text_[from])) ++from;
    return from;
  }
  // Whether the last mark is this one: "[" in front of a lane's number.
  bool behind(char mark) const {
    return !parts_.empty() && parts_.back().kind == Kind::mark && text_[parts_.back().begin] == mark;
  }

  std::string_view text_;
  Isa isa_;
  const Names& names_;
  const Words& words_;
  size_t at_ = 0;
  std::vector<Part> parts_;
};

// "b.eq" and "jne" are a mnemonic and a condition.
void Reader::mnemonic() {
  const size_t end = end_of(is_word, 0);
  const std::string_view word = text_.substr(0, end);
  if (end == 0 && !text_.empty() && text_[0] == '?') return;
  const auto& known = mnemonics(isa_);
  // AT&T leaves a size out that registers tell.
  const bool sized = isa_ == Isa::x86_64 && std::any_of(std::begin("bwlq"), std::end("bwlq") - 1, [&](char size) {
                       return known.contains(std::string(word) + size);
                     });
  for (const std::string& stem : vocabulary(isa_).conditional) {
    if (!word.starts_with(stem)) continue;
    const std::string_view rest = word.substr(stem.size());
    if (!words_.conditions.contains(rest) && !(rest.empty() && end < text_.size() && text_[end] == '?')) continue;
    add(Kind::mark, stem.size());
    if (!rest.empty()) add(Kind::cond, end);
    return;
  }
  const bool complete = end == text_.size() || text_[end] == ' ' || text_[end] == '\t';
  add(complete && (known.contains(word) || sized) ? Kind::op : Kind::unknown, end);
}

void Reader::hole() {
  size_t end = end_of(is_name_character, at_ + 1);
  if (end < text_.size() && text_[end] == ':') end = end_of(is_digit, end + 1);
  if (end < text_.size() && text_[end] == '{') {
    const size_t close = text_.find('}', end);
    end = close == std::string_view::npos ? text_.size() : close + 1;
  }
  if (end + 1 < text_.size() && text_[end] == '#') end = end_of(is_name_character, end + 1);
  add(Kind::hole, end);
}

// Decimal, hexadecimal or a simple fraction; "1f" and "2b" are places elsewhere.
void Reader::number() {
  size_t end = at_ + (text_[at_] == '-' ? 1 : 0);
  if (text_.substr(end).starts_with("0x"))
    end = end_of([](char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }, end + 2);
  else
    end = end_of(is_digit, end);
  if (end < text_.size() && text_[end] == '.') end = end_of(is_digit, end + 1);
  const bool whole = is_digit(text_[end - 1]) || text_.substr(at_).find("0x") < 2;
  Kind kind = whole && (end == text_.size() || !is_word(text_[end])) ? Kind::imm : Kind::unknown;
  if (kind == Kind::unknown) end = end_of(is_word, end);
  if (kind == Kind::imm && isa_ == Isa::aarch64 && behind('[')) kind = Kind::lane;
  // The third word in an x86 address.
  const size_t open = text_.rfind('(', at_);
  if (kind == Kind::imm && isa_ == Isa::x86_64 && open != std::string_view::npos &&
      std::count(text_.begin() + open, text_.begin() + at_, ',') == 2)
    kind = Kind::shift;
  add(kind, end);
}

void Reader::modifier() {
  size_t end = end_of(is_name_character, at_ + 1);
  if (text_[at_] == ':' && end < text_.size() && text_[end] == ':') ++end;
  const std::string_view word = text_.substr(at_, end - at_);
  if (words_.registers.contains(word))
    add(Kind::reg, end);
  else
    add(words_.modifiers.contains(word) ? Kind::modifier : Kind::unknown, end);
}

void Reader::word() {
  const size_t end = end_of(is_word, at_);
  std::string_view word = text_.substr(at_, end - at_);
  if (words_.registers.contains(word)) return add(Kind::reg, end);
  if (const size_t dot = word.find('.'); dot != std::string_view::npos &&
                                         words_.registers.contains(word.substr(0, dot)) &&
                                         words_.arrangements.contains(word.substr(dot + 1))) {
    add(Kind::reg, at_ + dot);
    return add(Kind::modifier, end);
  }
  if (names_.labels.contains(word)) return add(Kind::label, end);
  if (isa_ == Isa::aarch64 && words_.conditions.contains(word)) return add(Kind::cond, end);
  if (isa_ == Isa::aarch64 && words_.shifts.contains(word)) {
    size_t amount = text_.substr(end).starts_with(" #") ? end_of(is_digit, end + 2) : end;
    if (amount == end + 2) amount = end;  // " #?imm"
    return add(Kind::shift, amount);
  }
  if (words_.keywords.contains(word)) return add(Kind::modifier, end);
  add(names_.symbols.contains(word) ? Kind::symbol : Kind::unknown, end);
}

std::vector<Part> Reader::run() {
  mnemonic();
  while (at_ < text_.size()) {
    const char c = text_[at_];
    const bool number = is_digit(c) || (c == '-' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]));
    if (c == ' ' || c == '\t')
      ++at_;
    else if (c == '?')
      hole();
    else if (number)
      this->number();
    else if (c == '%' || c == ':' || c == '@')
      modifier();
    else if (is_name_character(c) || c == '.')
      word();
    else
      add(std::string_view(",()[]{}!*#$+-").find(c) != std::string_view::npos ? Kind::mark : Kind::unknown, at_ + 1);
  }
  return std::move(parts_);
}

}  // namespace

bool is_word_for(HoleKind kind, std::string_view word, Isa isa) {
  if (kind == HoleKind::imm || kind == HoleKind::lane) {
    const std::string text = "nop " + std::string(word);
    const std::vector<Part> parts = parts_of(text, isa, {});
    return parts.size() == 2 && parts[1].kind == Kind::imm;
  }
  if (kind == HoleKind::op) return mnemonics(isa).contains(word);
  const std::vector<std::string>& words = vocabulary(isa).words(kind);
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::vector<Part> parts_of(std::string_view instruction, Isa isa, const Names& names) {
  return Reader(instruction, isa, names).run();
}

}  // namespace portolan::sketch
