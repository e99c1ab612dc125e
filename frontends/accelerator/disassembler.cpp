#include <fmt/format.h>

#include "frontends/accelerator/assembler.h"

namespace portolan::accelerator {
namespace {

std::string number_text(Number value) {
  return value >= 4096 ? to_hex(static_cast<UnsignedNumber>(value)) : to_string(value);
}

// "(rows 4, address (row 12))", without what is 0; a plain number where the fields don't say all.
std::string layout_text(const Description& chip, const Layout& layout, UnsignedNumber raw) {
  std::string text;
  Word told(1, 0);
  for (const Field& field : layout.fields) {
    const UnsignedNumber part = raw_bits(field, {raw});
    if (part == 0) continue;
    Word one(1, 0);
    put(field, part, one);
    told[0] |= one[0];
    if (field.type.names && !field.type.names->name_of(field_value(field, part))) return to_hex(raw);
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", field.name, operand_text(chip, field, part));
  }
  return told[0] == raw ? "(" + text + ")" : to_hex(raw);
}

void print(const Description& chip, const Format& format, const std::vector<SyntaxItem>& items, const Word& word,
           std::string& out) {
  for (const SyntaxItem& item : items) {
    switch (item.kind) {
      case SyntaxItem::Kind::word:
        out += item.text;
        break;
      case SyntaxItem::Kind::operand:
        out += operand_text(chip, format.fields[item.field], raw_bits(format.fields[item.field], word));
        break;
      case SyntaxItem::Kind::flag:
        if (raw_bits(format.fields[item.field], word) != 0) out += item.text;
        break;
      case SyntaxItem::Kind::group: {
        bool any = false;
        for (const SyntaxItem& inner : item.items)
          any |= inner.field != kNone && raw_bits(format.fields[inner.field], word) != 0;
        if (any) print(chip, format, item.items, word, out);
        break;
      }
    }
  }
}

std::string without_extra_blanks(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == ',' && out.ends_with(' ')) out.pop_back();
    if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

}  // namespace

std::string operand_text(const Description& chip, const Field& field, UnsignedNumber raw) {
  const Number value = field_value(field, raw);
  if (field.registers != kNone) return chip.states[field.registers].name + to_string(value);
  if (field.type.names)
    if (const std::string* name = field.type.names->name_of(value)) return *name;
  if (field.type.layout) return layout_text(chip, *field.type.layout, raw);
  if (field.type.real) return to_hex(raw);
  return number_text(value);
}

std::string disassemble(const Description& chip, const Word& word) {
  const Decoded decoded = decode(chip, word);
  std::string out;
  if (!decoded.instruction) {
    for (UnsignedNumber part : word) out += (out.empty() ? ".word " : ", ") + to_hex(part);
    return out + "  // " + decoded.why;
  }
  print(chip, chip.formats[decoded.instruction->format], decoded.instruction->items, word, out);
  return without_extra_blanks(out);
}

}  // namespace portolan::accelerator
