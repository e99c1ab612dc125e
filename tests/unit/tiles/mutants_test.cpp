// Programs with one thing wrong are never proved: words with another bit, left out, twice or exchanged with the next.
#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>

#include "frontends/accelerator/specification.h"
#include "translate/mapping/kernel.h"
#include "translate/mapping/tile_program.h"

namespace portolan {
namespace {

using namespace accelerator;

std::string contents(const std::string& path) {
  std::ifstream in(std::string(PORTOLAN_SOURCE) + "/corpus/" + path);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

struct Case {
  std::string chip, specification;
  ParameterValues sizes;
};

std::vector<Word> mutant(const Description& chip, std::vector<Word> words, std::mt19937_64& random) {
  const size_t at = random() % words.size();
  switch (random() % 6) {
    case 0:
      words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case 1:
      words.insert(words.begin() + static_cast<std::ptrdiff_t>(at), words[at]);
      break;
    case 2:
      if (at + 1 < words.size()) std::swap(words[at], words[at + 1]);
      break;
    default: {
      const size_t part = random() % words[at].size();
      words[at][part] ^= UnsignedNumber{1} << (random() % chip.containers[part].width);
    }
  }
  return words;
}

class Mutants : public testing::TestWithParam<Case> {};

TEST_P(Mutants, NoneThatDiffersIsProved) {
  const Case& c = GetParam();
  const Loaded chip = load_description(contents("accelerators/" + c.chip + ".isa"), c.chip);
  const Loaded specification =
      load_specification(contents("specifications/" + c.specification), c.specification, c.sizes);
  ASSERT_TRUE(chip.description && specification.description);
  const auto kernel = mapping::map_kernel(*chip.description, *specification.description, 1);
  ASSERT_TRUE(kernel) << to_string(kernel.error());
  mapping::Program program = kernel->program;
  const auto prove = [&] {
    tiles::TileLimits limits;
    limits.questions = 4;
    limits.time = std::chrono::milliseconds(500);
    return tiles::prove(*chip.description, *specification.description, *mapping::tile_program(program), 1, limits);
  };
  const tiles::TileProof whole = prove();
  ASSERT_TRUE(whole.proved) << whole.why;
  std::mt19937_64 random(7);
  size_t differ = 0, same = 0;
  for (int n = 0; n < 45; ++n) {
    program.words = mutant(*chip.description, kernel->program.words, random);
    if (program.words == kernel->program.words) continue;
    const bool proved = prove().proved;
    const mapping::TestCounts tests =
        mapping::test_program(*chip.description, *specification.description, program, 99, 1);
    (tests.failed != 0 ? differ : same) += 1;
    EXPECT_FALSE(proved && tests.failed != 0) << "mutant " << n << ": " << tests.first_failure;
  }
  RecordProperty("differ", static_cast<int>(differ));
  RecordProperty("same", static_cast<int>(same));
  EXPECT_GE(differ, 15u) << same;
}

// cases.txt: a chip of corpus/accelerators, a specification of corpus/specifications, sizes.
std::vector<Case> cases() {
  std::vector<Case> all;
  std::ifstream in(std::string(PORTOLAN_SOURCE) + "/tests/unit/tiles/cases.txt");
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    Case one;
    words >> one.chip >> one.specification;
    for (std::string size; words >> size;)
      one.sizes[size.substr(0, size.find('='))] = std::stoi(size.substr(size.find('=') + 1));
    all.push_back(std::move(one));
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Tiles, Mutants, testing::ValuesIn(cases()));

}  // namespace
}  // namespace portolan
