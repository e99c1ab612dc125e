// Instructions as bits: fields read from and put into the parts of a word, and the instruction that a word is.
#pragma once

#include <vector>

#include "frontends/accelerator/description.h"

namespace portolan::accelerator {

using Word = std::vector<UnsignedNumber>;  // one number for each part

UnsignedNumber mask_of(unsigned width);

// The bits of a field as they stand in the word, and the number that they mean.
UnsignedNumber raw_bits(const Field& field, const Word& word);
Number field_value(const Field& field, UnsignedNumber raw);
// The opposite; no value if the field cannot hold the number.
std::optional<UnsignedNumber> raw_of(const Field& field, Number value);
void put(const Field& field, UnsignedNumber raw, Word& word);
// What all values of a field share: its bits in each part.
Word bits_of(const Field& field, size_t parts);

// "-5..7", "0, 2..4": the values that a field takes.
std::string values_of(const Field& field);

struct Decoded {
  const Instruction* instruction = nullptr;  // null: none has this encoding, and why
  std::string why;
};
Decoded decode(const Description& chip, const Word& word);

// Parts as text: 0x-numbers with blanks between them.
std::string to_string(const Description& chip, const Word& word);
// The parts' bytes, one part after the other, lowest byte first.
std::optional<Word> word_of_bytes(const Description& chip, const std::vector<uint8_t>& bytes);
std::vector<uint8_t> bytes_of(const Description& chip, const Word& word);
size_t word_bytes(const Description& chip);

}  // namespace portolan::accelerator
