#include "emulate/accelerator/draft.h"

#include "frontends/accelerator/generate.h"

namespace portolan::accelerator {
namespace {

void copy_memories(const Description& chip, Machine& from, Machine& to) {
  for (const State& state : chip.states) *to.memory(state.name) = *from.memory(state.name);
}

}  // namespace

Draft any_program(const Description& chip, size_t length, std::mt19937_64& random) {
  Draft program;
  for (; length > 0; --length) {
    program.made_as.push_back(&chip.instructions[random() % chip.instructions.size()]);
    program.words.push_back(random_word(chip, *program.made_as.back(), random));
  }
  return program;
}

Draft program_that_runs(const Description& chip, Machine& start, size_t length, Limits limits,
                        std::mt19937_64& random) {
  constexpr unsigned kDraws = 24, kInstructions = 3;  // words of an instruction; instructions for a place
  Draft program;
  auto reached = std::make_unique<Machine>(chip, limits);
  copy_memories(chip, start, *reached);
  // Tokens are not state: where units wait for them, what came before runs again.
  const bool whole = !chip.units.empty();
  const auto runs = [&](const Word& word) {
    auto next = std::make_unique<Machine>(chip, limits);
    copy_memories(chip, whole ? start : *reached, *next);
    std::vector<Word> tried = whole ? program.words : std::vector<Word>{};
    tried.push_back(word);
    if (next->run(tried).outcome.kind != Outcome::Kind::finished) return false;
    reached = std::move(next);
    return true;
  };
  for (size_t place = 0; place < length; ++place)
    for (size_t draw = 0, instruction = 0; draw < kDraws * kInstructions; ++draw) {
      if (draw % kDraws == 0) instruction = random() % chip.instructions.size();
      const Word word = random_word(chip, chip.instructions[instruction], random);
      if (!runs(word)) continue;
      program.words.push_back(word);
      program.made_as.push_back(&chip.instructions[instruction]);
      break;
    }
  return program;
}

}  // namespace portolan::accelerator
