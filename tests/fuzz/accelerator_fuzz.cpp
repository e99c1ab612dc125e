// Descriptions of chips, and what is derived from them: never crashes; of what is accepted, instructions go to text and
// back, and a random program ends.
#include <cstdlib>

#include "emulate/accelerator/machine.h"
#include "frontends/accelerator/check.h"
#include "frontends/accelerator/generate.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace portolan::accelerator;
  const Loaded loaded = load_description({reinterpret_cast<const char*>(data), size}, "input");
  if (!loaded.description) {
    if (loaded.errors.empty()) std::abort();
    return 0;
  }
  const Description& chip = *loaded.description;
  std::mt19937_64 random(size);
  std::vector<Word> program;
  for (const Instruction& instruction : chip.instructions) {
    program.push_back(random_word(chip, instruction, random));
    (void)round_trip(chip, instruction, program.back());
  }
  Machine machine(chip, {.steps = 2000, .instructions = 200});
  (void)machine.run(program);
  return 0;
}
