// Programs of the chips that are described here, from memories full of random numbers: what is run at once or as
// machine code ends as its interpretation does, with the same state and the same cost. The first byte chooses the chip,
// the next two what the memories hold; then each instruction is a byte for its name and bytes for its fields.
#include <cstdio>
#include <cstdlib>
#include <map>

#include "emulate/accelerator/compiled/meanings.h"
#include "emulate/accelerator/fill.h"
#include "frontends/accelerator/check.h"
#include "frontends/accelerator/embedded.h"
#include "frontends/accelerator/encoding.h"
#include "frontends/accelerator/syntax.h"

namespace {

using namespace portolan::accelerator;

struct Chip {
  Loaded loaded;
  std::unique_ptr<CompiledMeanings> compiled;
};

// Code is compiled once and runs for all inputs.
const std::vector<Chip>& chips() {
  static const std::vector<Chip> all = [] {
    std::vector<Chip> made;
    for (const std::string& name : embedded_names()) {
      Loaded loaded = load_description(std::string(*embedded_description(name)), name);
      if (!loaded.description) std::abort();
      auto compiled = compiled_meanings(*loaded.description, {.after = 0, .patience = UINT64_MAX});
      made.push_back({std::move(loaded), std::move(compiled)});
    }
    return made;
  }();
  return all;
}

class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : data_(data), left_(size) {}
  bool some() const { return left_ > 0; }
  UnsignedNumber take(unsigned bits) {
    UnsignedNumber value = 0;
    for (unsigned n = 0; n < bits && left_ > 0; n += 8, --left_) value |= UnsignedNumber{*data_++} << n;
    return value & mask_of(bits);
  }

 private:
  const uint8_t* data_;
  size_t left_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kLongest = 16;
  Bytes bytes(data, size);
  const Chip& one = chips()[static_cast<size_t>(bytes.take(8)) % chips().size()];
  const Description& chip = *one.loaded.description;
  const auto seed = static_cast<uint64_t>(bytes.take(16));
  std::vector<Word> program;
  while (bytes.some() && program.size() < kLongest) {
    const Instruction& instruction = chip.instructions[static_cast<size_t>(bytes.take(8)) % chip.instructions.size()];
    Word word = instruction.fixed_bits;
    for (const uint32_t index : written_fields(instruction)) {
      const Field& field = chip.formats[instruction.format].fields[index];
      put(field, bytes.take(field.width()), word);
    }
    program.push_back(word);
  }
  Limits limits{.steps = 5'000, .instructions = 100};
  Machine fast(chip, limits, one.compiled.get());
  limits.interpreted = true;
  Machine slow(chip, limits);
  for (Machine* machine : {&fast, &slow}) {
    std::mt19937_64 random(seed);
    fill(*machine, chip, random);
  }
  const RunResult a = fast.run(program), b = slow.run(program);
  if (const std::string what = difference(chip, a, fast, b, slow); !what.empty()) {
    std::fprintf(stderr, "%s: compiled %s (%s), interpreted %s (%s); different: %s\n", chip.name.c_str(),
                 std::string(to_string(a.outcome.kind)).c_str(), a.outcome.why.c_str(),
                 std::string(to_string(b.outcome.kind)).c_str(), b.outcome.why.c_str(), what.c_str());
    std::abort();
  }
  return 0;
}
