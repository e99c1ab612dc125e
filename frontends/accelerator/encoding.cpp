#include "frontends/accelerator/encoding.h"

#include <fmt/format.h>

namespace portolan::accelerator {

UnsignedNumber mask_of(unsigned width) {
  return width >= 128 ? ~UnsignedNumber{0} : (UnsignedNumber{1} << width) - 1;
}

UnsignedNumber raw_bits(const Field& field, const Word& word) {
  UnsignedNumber bits = 0;
  for (const BitRange& range : field.ranges)
    bits = (bits << range.width()) | ((word[range.container] >> range.low) & mask_of(range.width()));
  return bits;
}

Number field_value(const Field& field, UnsignedNumber raw) {
  return wrap(static_cast<Number>(raw), field.width(), field.type.is_signed) * field.scale + field.offset;
}

std::optional<UnsignedNumber> raw_of(const Field& field, Number value) {
  Number raw;
  if (__builtin_sub_overflow(value, field.offset, &raw) || raw % field.scale != 0) return std::nullopt;
  raw /= field.scale;
  if (!fits(raw, field.width(), field.type.is_signed)) return std::nullopt;
  if (field.type.names && !field.type.names->name_of(value)) return std::nullopt;
  return static_cast<UnsignedNumber>(raw) & mask_of(field.width());
}

void put(const Field& field, UnsignedNumber raw, Word& word) {
  for (size_t i = field.ranges.size(); i-- > 0;) {
    const BitRange& range = field.ranges[i];
    const UnsignedNumber mask = mask_of(range.width());
    word[range.container] = (word[range.container] & ~(mask << range.low)) | ((raw & mask) << range.low);
    raw >>= range.width();
  }
}

Word bits_of(const Field& field, size_t parts) {
  Word word(parts, 0);
  put(field, mask_of(field.width()), word);
  return word;
}

std::string values_of(const Field& field) {
  if (field.type.names) {
    std::string list;
    for (const auto& [name, value] : field.type.names->values)
      list += fmt::format("{}{} ({})", list.empty() ? "" : ", ", name, to_string(value));
    return list;
  }
  const unsigned width = field.width();
  const Number largest = static_cast<Number>(mask_of(field.type.is_signed ? width - 1 : width));
  const Number smallest = field.type.is_signed ? -largest - 1 : 0;
  std::string text = fmt::format("{}..{}", to_string(smallest * field.scale + field.offset),
                                 to_string(largest * field.scale + field.offset));
  if (field.scale != 1) text += fmt::format(" in steps of {}", to_string(field.scale));
  return text;
}

Decoded decode(const Description& chip, const Word& word) {
  Decoded nearest{nullptr, "no instruction has this encoding"};
  for (const Instruction& candidate : chip.instructions) {
    bool fixed = true, all = true;
    for (size_t i = 0; i < word.size(); ++i)
      if ((word[i] & candidate.fixed_mask[i]) != candidate.fixed_bits[i]) all = false;
    const Format& format = chip.formats[candidate.format];
    for (const Constraint& constraint : candidate.encoding)
      fixed &= field_value(format.fields[constraint.index], raw_bits(format.fields[constraint.index], word)) ==
               constraint.number;
    if (!fixed) continue;
    if (!all) {
      nearest.why = fmt::format("bits that {} has no field for are not as usual", candidate.name);
      continue;
    }
    for (const Field& field : format.fields)
      if (const Number value = field_value(field, raw_bits(field, word));
          field.type.names && !field.type.names->name_of(value))
        return {nullptr,
                fmt::format("{} of {} is {}, which stands for nothing", field.name, candidate.name, to_string(value))};
    return {&candidate, {}};
  }
  return nearest;
}

std::string to_string(const Description& chip, const Word& word) {
  std::string text;
  for (size_t i = 0; i < word.size(); ++i)
    text += (i == 0 ? "" : " ") + to_hex(word[i], (chip.containers[i].width + 3) / 4);
  return text;
}

size_t word_bytes(const Description& chip) {
  size_t bytes = 0;
  for (const Container& part : chip.containers) bytes += part.width / 8;
  return bytes;
}

std::optional<Word> word_of_bytes(const Description& chip, const std::vector<uint8_t>& bytes) {
  if (bytes.size() != word_bytes(chip)) return std::nullopt;
  Word word;
  size_t at = 0;
  for (const Container& part : chip.containers) {
    UnsignedNumber value = 0;
    for (unsigned i = 0; i < part.width / 8; ++i) value |= UnsignedNumber{bytes[at++]} << (8 * i);
    word.push_back(value);
  }
  return word;
}

std::vector<uint8_t> bytes_of(const Description& chip, const Word& word) {
  std::vector<uint8_t> bytes;
  for (size_t p = 0; p < word.size(); ++p)
    for (unsigned i = 0; i < chip.containers[p].width / 8; ++i)
      bytes.push_back(static_cast<uint8_t>(word[p] >> (8 * i)));
  return bytes;
}

}  // namespace portolan::accelerator
