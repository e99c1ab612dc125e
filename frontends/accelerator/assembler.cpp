#include "frontends/accelerator/assembler.h"

#include <fmt/format.h>

#include <map>

#include "frontends/accelerator/lexer.h"
#include "frontends/accelerator/syntax.h"

namespace portolan::accelerator {
namespace {

// Of up to 128 bits, which as a number with a sign would be too many.
std::optional<UnsignedNumber> bits_of(std::string_view text) {
  constexpr size_t kHalf = 16;
  if (!text.starts_with("0x") || text.size() <= 2 + kHalf || text.size() > 2 + 2 * kHalf) {
    const auto value = number_of(text);
    return value ? std::optional(static_cast<UnsignedNumber>(*value)) : std::nullopt;
  }
  const auto high = number_of(text.substr(0, text.size() - kHalf));
  const auto low = number_of("0x" + std::string(text.substr(text.size() - kHalf)));
  if (!high || !low) return std::nullopt;
  return (static_cast<UnsignedNumber>(*high) << 64) | static_cast<UnsignedNumber>(*low);
}

// One line of assembly.
class Line {
 public:
  Line(const Description& chip, std::string_view text) : chip_(chip), tokens_(tokens_of(text, true)) {}

  bool empty() const { return tokens_[0].kind == Token::Kind::end; }
  std::string_view first() const { return tokens_[0].text; }
  const std::string& why() const { return why_; }
  uint32_t column() const { return column_; }

  std::optional<Word> data() {
    i_ = 1;
    expect("word");
    Word word;
    for (const Container& part : chip_.containers) {
      if (!word.empty()) expect(",");
      const auto value = bits_of(peek().text);
      if (!value || peek().kind != Token::Kind::number)
        fail("expected a number");
      else if ((*value & ~mask_of(part.width)) != 0)
        fail(fmt::format("'{}' has {} bits", part.name, part.width));
      word.push_back(value.value_or(0));
      take();
    }
    return end(word);
  }

  std::optional<Word> instruction(const Instruction& instruction) {
    Word word;
    for (size_t p = 0; p < chip_.containers.size(); ++p) word.push_back(instruction.fixed_bits[p]);
    items(instruction.items, chip_.formats[instruction.format], word);
    return end(word);
  }

  void fail(std::string message) {
    if (!why_.empty()) return;
    why_ = std::move(message);
    column_ = peek().at.column;
  }

 private:
  const Token& peek() const { return tokens_[std::min(i_, tokens_.size() - 1)]; }
  void take() {
    if (i_ + 1 < tokens_.size()) ++i_;
  }
  void expect(std::string_view word) {
    if (peek().text == word && peek().kind != Token::Kind::end) return take();
    fail(peek().kind == Token::Kind::end ? fmt::format("expected '{}' at the end of the line", word)
                                         : fmt::format("expected '{}', not '{}'", word, peek().text));
  }
  std::optional<Word> end(const Word& word) {
    if (peek().kind != Token::Kind::end) fail(fmt::format("'{}' is too much here", peek().text));
    return why_.empty() ? std::optional(word) : std::nullopt;
  }

  Number number() {
    const bool negative = peek().text == "-";
    if (negative) take();
    const auto value = peek().kind == Token::Kind::number ? number_of(peek().text) : std::nullopt;
    if (!value) {
      fail(peek().kind == Token::Kind::end ? "expected a number at the end of the line"
                                           : fmt::format("expected a number, not '{}'", peek().text));
      return 0;
    }
    take();
    return negative ? -*value : *value;
  }

  void items(const std::vector<SyntaxItem>& list, const Format& format, Word& word) {
    for (const SyntaxItem& item : list) {
      if (!why_.empty()) return;
      if (item.kind == SyntaxItem::Kind::word) {
        for (const Token& token : tokens_of(item.text, true))
          if (token.kind != Token::Kind::end) expect(token.text);
      } else if (item.kind == SyntaxItem::Kind::flag) {
        if (peek().text != item.text || peek().kind != Token::Kind::identifier) continue;
        take();
        put(format.fields[item.field], 1, word);
      } else if (item.kind == SyntaxItem::Kind::group) {
        if (peek().kind != Token::Kind::end && peek().text == tokens_of(item.items[0].text, true)[0].text)
          items(item.items, format, word);
      } else {
        put(format.fields[item.field], operand(format.fields[item.field]), word);
      }
    }
  }

  UnsignedNumber operand(const Field& field) {
    const Token token = peek();
    if (field.type.layout && token.text == "(") return layout(*field.type.layout);
    std::optional<Number> value;
    if (token.kind == Token::Kind::identifier) {
      value = named(field, token.text);
      if (!value) {
        fail(fmt::format("{} can't be '{}'; it is {}", field.name, token.text,
                         field.registers != kNone
                             ? fmt::format("a register such as {}0", chip_.states[field.registers].name)
                             : values_of(field)));
        return 0;
      }
    }
    const size_t before = i_;
    if (value)
      take();
    else
      value = number();
    if (!why_.empty()) return 0;
    // Numbers with a shape of their own, and real numbers, are written as bits.
    const bool is_raw = field.type.layout || field.type.real;
    if (is_raw && fits(*value, field.width(), false)) return static_cast<UnsignedNumber>(*value);
    const auto raw = is_raw ? std::nullopt : raw_of(field, *value);
    if (raw) return *raw;
    i_ = before;
    fail(fmt::format("{} can't be {}; it is {}", field.name, to_string(*value), values_of(field)));
    return 0;
  }

  std::optional<Number> named(const Field& field, std::string_view word) const {
    if (field.type.names)
      for (const auto& [name, number] : field.type.names->values)
        if (name == word) return number;
    if (field.registers != kNone)
      if (const std::string& file = chip_.states[field.registers].name; word.starts_with(file))
        return number_of(word.substr(file.size()));
    return std::nullopt;
  }

  UnsignedNumber layout(const Layout& layout) {
    Word word(1, 0);
    expect("(");
    while (why_.empty() && peek().text != ")") {
      const Field* found = nullptr;
      for (const Field& field : layout.fields)
        if (field.name == peek().text) found = &field;
      if (!found) {
        fail(fmt::format("{} has no field '{}'", layout.name, peek().text));
        break;
      }
      take();
      // Layouts are nested as deeply as they are declared, not as the text wants.
      const UnsignedNumber raw = operand(*found);
      Word one(1, 0);
      put(*found, raw, one);
      word[0] |= one[0];
      if (peek().text != ",") break;
      take();
    }
    expect(")");
    return word[0];
  }

  const Description& chip_;
  std::vector<Token> tokens_;
  size_t i_ = 0;
  std::string why_;
  uint32_t column_ = 0;
};

std::string_view without_comment(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line.substr(0, std::min(line.find("//"), line.find_first_of("#;")));
}

}  // namespace

Assembled assemble(const Description& chip, std::string_view text, const std::string& file) {
  std::map<std::string, const Instruction*, std::less<>> by_word;
  for (const Instruction& instruction : chip.instructions) by_word[mnemonic(instruction)] = &instruction;
  Assembled out;
  for (uint32_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    const std::string_view whole = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    Line line(chip, without_comment(whole));
    if (line.empty()) continue;
    std::optional<Word> word;
    const auto found = by_word.find(line.first());
    if (line.first() == ".")
      word = line.data();
    else if (found != by_word.end())
      word = line.instruction(*found->second);
    else
      line.fail(fmt::format("{} has no instruction '{}'", chip.name, line.first()));
    if (word) {
      out.words.push_back(std::move(*word));
      out.lines.push_back(number);
    } else {
      Diagnostic error = error_at({file, number, line.column()}, line.why());
      error.source_line = std::string(whole);
      out.errors.push_back(std::move(error));
    }
  }
  return out;
}

}  // namespace portolan::accelerator
