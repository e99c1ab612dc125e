// Random programs that do something: most random words address what isn't there, ask for what is illegal or wait for
// tokens that nobody gives, so a program of them ends at once. Here each word is tried first.
#pragma once

#include <random>

#include "emulate/accelerator/machine.h"

namespace portolan::accelerator {

struct Draft {
  std::vector<Word> words;
  std::vector<const Instruction*> made_as;  // each word
};

// Any words.
Draft any_program(const Description& chip, size_t length, std::mt19937_64& random);

// At most `length` instructions, each of which runs to its end behind the ones before it from what `start` holds. Where
// none of many draws does, there are fewer. Jumps are not followed while drafting, so the whole may still end
// otherwise.
Draft program_that_runs(const Description& chip, Machine& start, size_t length, Limits limits, std::mt19937_64& random);

}  // namespace portolan::accelerator
