// Random instructions of a described chip: each field takes one of its values, small and extreme ones more often.
#pragma once

#include <random>

#include "frontends/accelerator/encoding.h"

namespace portolan::accelerator {

Word random_word(const Description& chip, const Instruction& instruction, std::mt19937_64& random);

// Whether text and bits say the same: the word is decoded as this instruction, and its disassembly assembles to it.
// "": they do.
std::string round_trip(const Description& chip, const Instruction& instruction, const Word& word);

}  // namespace portolan::accelerator
