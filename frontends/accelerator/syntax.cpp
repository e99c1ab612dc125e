#include "frontends/accelerator/syntax.h"

#include <fmt/format.h>

#include "frontends/accelerator/lexer.h"

namespace portolan::accelerator {
namespace {

class Reader {
 public:
  Reader(const Description& chip, Instruction& instruction, std::vector<Diagnostic>& errors)
      : chip_(chip), instruction_(instruction), format_(chip.formats[instruction.format]), errors_(errors) {}

  std::vector<SyntaxItem> items(bool in_group) {
    std::vector<SyntaxItem> list;
    const std::string& text = instruction_.syntax;
    while (i_ < text.size()) {
      if (text[i_] == ']') {
        if (in_group) return list;
        fail("']' without '['");
        ++i_;
      } else if (text[i_] == '[') {
        ++i_;
        if (in_group) fail("groups don't nest");
        SyntaxItem group;
        group.kind = SyntaxItem::Kind::group;
        if (!in_group) group.items = items(true);
        if (i_ >= text.size()) fail("this '[' has no ']'");
        ++i_;
        list.push_back(std::move(group));
      } else if (text[i_] == '{') {
        list.push_back(operand());
      } else {
        const size_t end = std::min(text.find_first_of("[]{", i_), text.size());
        SyntaxItem word;
        word.text = text.substr(i_, end - i_);
        i_ = end;
        if (word.text.find_first_not_of(' ') != std::string::npos || !list.empty()) list.push_back(std::move(word));
      }
    }
    return list;
  }

  void fail(std::string message) {
    if (errors_.empty()) errors_.push_back(chip_.error(instruction_.syntax_fact.at, "syntax: " + std::move(message)));
  }

 private:
  SyntaxItem operand() {
    const std::string& text = instruction_.syntax;
    const size_t end = text.find('}', i_);
    SyntaxItem made;
    made.kind = SyntaxItem::Kind::operand;
    if (end == std::string::npos) {
      fail("this '{' has no '}'");
      i_ = text.size();
      return made;
    }
    made.text = text.substr(i_ + 1, end - i_ - 1);
    i_ = end + 1;
    if (made.text.ends_with('?')) made.kind = SyntaxItem::Kind::flag, made.text.pop_back();
    const Field* field = format_.field(made.text);
    if (!field) {
      fail(fmt::format("format {} has no field '{}'", format_.name, made.text));
      return made;
    }
    made.field = static_cast<uint32_t>(field - format_.fields.data());
    if (made.kind == SyntaxItem::Kind::flag && field->width() != 1)
      fail(fmt::format("{{{}?}} is a word that is there or not, and the field has {} bits", made.text, field->width()));
    for (const Constraint& constraint : instruction_.encoding)
      if (constraint.field == made.text)
        fail(fmt::format("'{}' is fixed by the encoding and can't be written", made.text));
    return made;
  }

  const Description& chip_;
  Instruction& instruction_;
  const Format& format_;
  std::vector<Diagnostic>& errors_;
  size_t i_ = 0;
};

void collect(const std::vector<SyntaxItem>& items, std::vector<uint32_t>& fields) {
  for (const SyntaxItem& item : items) {
    if (item.field != kNone) fields.push_back(item.field);
    collect(item.items, fields);
  }
}

}  // namespace

std::vector<uint32_t> written_fields(const Instruction& instruction) {
  std::vector<uint32_t> fields;
  collect(instruction.items, fields);
  return fields;
}

std::string mnemonic(const Instruction& instruction) {
  const std::vector<Token> tokens = tokens_of(instruction.syntax, true);
  return tokens[0].kind == Token::Kind::identifier ? std::string(tokens[0].text) : std::string();
}

std::vector<Diagnostic> parse_syntax(const Description& chip, Instruction& instruction) {
  std::vector<Diagnostic> errors;
  Reader reader(chip, instruction, errors);
  if (mnemonic(instruction).empty()) reader.fail("it begins with the instruction's word, such as \"add {a}, {b}\"");
  instruction.items = reader.items(false);
  for (const SyntaxItem& item : instruction.items) {
    if (item.kind != SyntaxItem::Kind::group) continue;
    // The assembler has to see by one word whether the group is there.
    const bool begins = !item.items.empty() && item.items[0].kind == SyntaxItem::Kind::word &&
                        tokens_of(item.items[0].text, true)[0].kind != Token::Kind::end;
    std::vector<uint32_t> fields;
    collect(item.items, fields);
    if (!begins || fields.empty()) reader.fail("a group in [] begins with a word or a comma and holds operands");
  }
  return errors;
}

}  // namespace portolan::accelerator
