#include "frontends/accelerator/generate.h"

#include <fmt/format.h>

#include "frontends/accelerator/assembler.h"
#include "frontends/accelerator/syntax.h"

namespace portolan::accelerator {

Word random_word(const Description& chip, const Instruction& instruction, std::mt19937_64& random) {
  Word word = instruction.fixed_bits;
  const Format& format = chip.formats[instruction.format];
  for (uint32_t index : written_fields(instruction)) {
    const Field& field = format.fields[index];
    UnsignedNumber raw;
    if (field.type.names) {
      const auto& values = field.type.names->values;
      raw = *raw_of(field, values[random() % values.size()].second);
    } else {
      switch (random() % 4) {
        case 0:
          raw = random() % 4;
          break;
        case 1:
          raw = ~UnsignedNumber{0} - random() % 3;
          break;
        case 2:
          raw = UnsignedNumber{1} << (random() % field.width());
          break;
        default:  // of all sizes: most numbers of 64 bits are no address of anything
          raw = (UnsignedNumber{random()} << 64) | random();
          raw = (raw & mask_of(field.width())) >> (random() % field.width());
      }
    }
    put(field, raw & mask_of(field.width()), word);
  }
  return word;
}

std::string round_trip(const Description& chip, const Instruction& instruction, const Word& word) {
  const Decoded decoded = decode(chip, word);
  if (decoded.instruction != &instruction)
    return fmt::format("{}, made as {}, is decoded as {}", to_string(chip, word), instruction.name,
                       decoded.instruction ? decoded.instruction->name : decoded.why);
  const std::string text = disassemble(chip, word);
  const Assembled again = assemble(chip, text, "disassembly");
  if (!again.errors.empty())
    return fmt::format("{} is disassembled as '{}': {}", to_string(chip, word), text, again.errors[0].message);
  if (again.words.size() != 1 || again.words[0] != word)
    return fmt::format("{} is disassembled as '{}', which assembles to {}", to_string(chip, word), text,
                       again.words.empty() ? "nothing" : to_string(chip, again.words[0]));
  return {};
}

}  // namespace portolan::accelerator
