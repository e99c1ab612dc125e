// Random programs of stores and loads against a map of bytes, under valuations where the bases overlap or not.
#include <deque>
#include <map>

#include "test_support.h"

namespace portolan::terms {
namespace {

struct Machine {
  std::map<uint64_t, uint8_t> bytes;
  Evaluation* evaluation;
  Term initial;

  uint8_t read(uint64_t address) {
    const auto found = bytes.find(address);
    return found == bytes.end() ? evaluation->memory_byte(initial, address) : found->second;
  }
};

class Program {
 public:
  explicit Program(Random& random, bool objects) : random_(random) {
    memory_ = initial_ = pool_.memory("m");
    for (const char* name : {"p", "q", "r"}) bases_.push_back(pool_.variable(name, 64));
    if (objects) {
      pool_.declare_object(bases_[0], {-64, 64, true});
      pool_.declare_object(bases_[1], {-64, 64, false});
    }
    for (uint64_t i = 0; i < kRuns; ++i) {
      Evaluation& evaluation = evaluations_.emplace_back(pool_, i);
      // Objects lie apart, and nobody else points to the hidden one.
      const uint64_t p = 0x1000 + random_.below(16),
                     q = objects ? 0x3000 + random_.below(16) : p + random_.below(24) - 12;
      evaluation.set(bases_[0], APInt(64, p));
      evaluation.set(bases_[1], APInt(64, q));
      evaluation.set(bases_[2], APInt(64, objects ? q + random_.below(24) - 12 : p + random_.below(24) - 12));
      machines_.push_back({{}, &evaluation, initial_});
    }
  }

  void step() {
    const unsigned width = 8u << random_.below(4);
    const Term address = some_address();
    if (random_.below(5) == 0) choose();
    if (random_.below(2) == 0) {
      values_.push_back(pool_.load(memory_, address, width));
      for (uint64_t i = 0; i < kRuns; ++i) {
        const uint64_t at = evaluations_[i](address).getZExtValue();
        APInt expected(width, 0);
        for (unsigned k = 0; k < width / 8; ++k) expected.insertBits(machines_[i].read(at + k), 8 * k, 8);
        ASSERT_EQ(evaluations_[i](values_.back()), expected) << pool_.print(values_.back());
      }
      return;
    }
    const Term value = some_value(width);
    memory_ = pool_.store(memory_, address, value);
    for (uint64_t i = 0; i < kRuns; ++i) {
      const uint64_t at = evaluations_[i](address).getZExtValue();
      const APInt bits = evaluations_[i](value);
      for (unsigned k = 0; k < width / 8; ++k)
        machines_[i].bytes[at + k] = static_cast<uint8_t>(bits.extractBitsAsZExtValue(8, 8 * k));
    }
  }

  void expect_same_memory() {
    for (uint64_t i = 0; i < kRuns; ++i)
      for (uint64_t base : {0x1000, 0x3000})
        for (uint64_t at = base - 100; at < base + 120; ++at)
          ASSERT_EQ(evaluations_[i].memory_byte(memory_, at), machines_[i].read(at));
  }

 private:
  // One of two stores, by a bit.
  void choose() {
    const Term bit = pool_.variable("bit" + std::to_string(values_.size()), 1);
    const Term address = some_address(), value = some_value(16);
    const Term other = pool_.store(memory_, address, value);
    memory_ = pool_.select(bit, other, memory_);
    for (uint64_t i = 0; i < kRuns; ++i) {
      if (evaluations_[i](bit).isZero()) continue;
      const uint64_t at = evaluations_[i](address).getZExtValue();
      for (unsigned k = 0; k < 2; ++k)
        machines_[i].bytes[at + k] = evaluations_[i](value).extractBitsAsZExtValue(8, 8 * k);
    }
  }

  Term some_address() {
    const Term base = bases_[random_.below(bases_.size())];
    return pool_.add(base, pool_.constant(APInt(64, random_.below(24) - 12, true)));
  }

  Term some_value(unsigned width) {
    if (!values_.empty() && random_.below(2)) {
      const Term v = values_[random_.below(values_.size())];
      return pool_.width(v) >= width ? pool_.extract(v, 0, width) : pool_.sext(v, width);
    }
    return pool_.variable("v" + std::to_string(random_.below(4)) + "_" + std::to_string(width), width);
  }

  static constexpr uint64_t kRuns = 4;
  Random& random_;
  Pool pool_;
  Term initial_, memory_;
  std::vector<Term> bases_, values_;
  std::deque<Evaluation> evaluations_;
  std::vector<Machine> machines_;
};

void run_programs(bool objects) {
  Random random;
  SCOPED_TRACE("seed " + std::to_string(random.seed()));
  for (unsigned round = 0; round < 200; ++round) {
    Program program(random, objects);
    for (unsigned i = 0; i < 25; ++i) ASSERT_NO_FATAL_FAILURE(program.step()) << "round " << round;
    ASSERT_NO_FATAL_FAILURE(program.expect_same_memory()) << "round " << round;
  }
}

TEST(TermMemory, RandomProgramsWithAliases) {
  run_programs(false);
}

TEST(TermMemory, RandomProgramsWithObjects) {
  run_programs(true);
}

class MemoryRules : public ::testing::Test {
 protected:
  Term at(Term base, int64_t offset) { return pool.add(base, pool.constant(APInt(64, offset, true))); }
  Pool pool;
  Term m = pool.memory("m"), p = pool.variable("p", 64), q = pool.variable("q", 64);
  Term x = pool.variable("x", 64), y = pool.variable("y", 64), n = pool.variable("n", 8);
};

TEST_F(MemoryRules, StoresToOneBaseCommuteAndMerge) {
  const Term low = pool.extract(x, 0, 32), high = pool.extract(x, 32, 32);
  EXPECT_EQ(pool.store(m, p, x), pool.store(pool.store(m, at(p, 4), high), p, low));
  EXPECT_EQ(pool.store(pool.store(m, p, x), at(p, 8), y), pool.store(pool.store(m, at(p, 8), y), p, x));
  EXPECT_NE(pool.store(pool.store(m, p, x), at(p, 7), y), pool.store(pool.store(m, at(p, 7), y), p, x));
}

TEST_F(MemoryRules, OverwrittenBytesVanish) {
  EXPECT_EQ(pool.store(pool.store(m, p, y), p, x), pool.store(m, p, x));
}

TEST_F(MemoryRules, LoadsHitAndMiss) {
  const Term memory = pool.store(m, at(p, 8), x);
  EXPECT_EQ(pool.load(memory, at(p, 8), 64), x);
  EXPECT_EQ(pool.load(memory, at(p, 12), 32), pool.extract(x, 32, 32));
  EXPECT_EQ(pool.load(memory, p, 64), pool.load(m, p, 64));
  EXPECT_EQ(pool.load(memory, at(p, 4), 64), pool.concat(pool.extract(x, 0, 32), pool.load(m, at(p, 4), 32)));
}

TEST_F(MemoryRules, UnknownBasesMayOverlap) {
  const Term memory = pool.store(pool.store(m, p, x), q, y);
  EXPECT_NE(pool.load(memory, p, 64), x);
  EXPECT_NE(memory, pool.store(pool.store(m, q, y), p, x));
}

TEST_F(MemoryRules, ObjectsLieApart) {
  pool.declare_object(p, {0, 8, false});
  pool.declare_object(q, {0, 8, false});
  EXPECT_EQ(pool.load(pool.store(m, q, y), p, 64), pool.load(m, p, 64));
  EXPECT_EQ(pool.store(pool.store(m, p, x), q, y), pool.store(pool.store(m, q, y), p, x));
  // Beyond the object anything may be.
  EXPECT_NE(pool.load(pool.store(m, q, y), at(p, 1), 64), pool.load(m, at(p, 1), 64));
  // Somebody may know an object that is not hidden.
  EXPECT_NE(pool.load(pool.store(m, x, y), p, 64), pool.load(m, p, 64));
}

TEST_F(MemoryRules, HiddenObjectsAreReachedThroughTheirBaseOnly) {
  pool.declare_object(p, {-64, 0, true});
  EXPECT_EQ(pool.load(pool.store(m, x, y), at(p, -8), 64), pool.load(m, at(p, -8), 64));
  EXPECT_EQ(pool.load(pool.store(m, at(p, -8), y), x, 64), pool.load(m, x, 64));
  const Term through = pool.add(p, x), masked = pool.bit_and(at(p, 5), pool.constant(APInt(64, -16, true)));
  EXPECT_NE(pool.load(pool.store(m, through, y), at(p, -8), 64), pool.load(m, at(p, -8), 64));
  EXPECT_NE(pool.load(pool.store(m, masked, y), at(p, -8), 64), pool.load(m, at(p, -8), 64));
  // The address may have been stored and loaded again.
  const Term escaped = pool.load(pool.store(m, x, p), q, 64);
  EXPECT_NE(pool.load(pool.store(m, escaped, y), at(p, -8), 64), pool.load(m, at(p, -8), 64));
}

TEST_F(MemoryRules, AlignedAddressesTakeOrForAdd) {
  const Term frame = pool.variable("aligned", 64);
  pool.declare_alignment(frame, 4);
  const auto number = [&](uint64_t value) { return pool.constant(64, value); };
  EXPECT_EQ(pool.bit_or(frame, number(12)), at(frame, 12));
  EXPECT_EQ(pool.bit_and(at(frame, 5), number(15)), number(5));
  EXPECT_NE(pool.bit_or(frame, number(16)), at(frame, 16));
  EXPECT_NE(pool.bit_or(p, number(8)), at(p, 8));
  // Whatever fits below the lowest bit that may be set.
  const Term index = pool.zext(pool.variable("index", 4), 64), wide = pool.zext(pool.variable("wide", 5), 64);
  EXPECT_EQ(pool.bit_or(at(frame, -320), index), pool.add(at(frame, -320), index));
  EXPECT_EQ(pool.bit_xor(index, frame), pool.add(frame, index));
  EXPECT_NE(pool.bit_or(frame, wide), pool.add(frame, wide));
  EXPECT_NE(pool.bit_or(at(frame, 8), index), pool.add(at(frame, 8), index));
}

TEST_F(MemoryRules, PartsOfReadsAreReads) {
  const Term wide = pool.load(m, p, 64);
  EXPECT_EQ(pool.extract(wide, 16, 16), pool.load(m, at(p, 2), 16));
  EXPECT_EQ(pool.concat(pool.load(m, at(p, 4), 32), pool.load(m, p, 32)), wide);
  EXPECT_EQ(pool.concat(pool.extract(wide, 12, 40), pool.extract(wide, 2, 10)), pool.extract(wide, 2, 50));
}

TEST_F(MemoryRules, IndicesDontMatterForOffsets) {
  const Term index = pool.add(p, pool.shl(pool.zext(n, 64), pool.constant(64, 3)));
  const Term next = pool.add(p, pool.mul(pool.add(pool.zext(n, 64), pool.constant(64, 1)), pool.constant(64, 8)));
  EXPECT_EQ(pool.load(pool.store(m, index, x), next, 64), pool.load(m, next, 64));
  EXPECT_EQ(pool.load(pool.store(m, next, x), at(index, 8), 64), x);
}

TEST(TermSubstitution, VariablesMayChangePlaces) {
  Pool pool;
  const Term x = pool.variable("x", 32), y = pool.variable("y", 32), b = pool.variable("b", 1);
  Substitution swap(pool);
  swap.replace(x, y);
  swap.replace(y, x);
  EXPECT_EQ(swap(pool.sub(x, y)), pool.sub(y, x));
  swap.replace(b, pool.bit(true));
  EXPECT_EQ(swap(pool.select(b, pool.bit_and(x, y), pool.add(y, y))), pool.bit_and(x, y));
}

TEST(TermSubstitution, MemoryIsResolvedAgain) {
  Pool pool;
  const Term m = pool.memory("m"), p = pool.variable("p", 64), q = pool.variable("q", 64), x = pool.variable("x", 64);
  const Term loaded = pool.load(pool.store(m, p, x), q, 64);
  Substitution same(pool);
  same.replace(q, p);
  EXPECT_EQ(same(loaded), x);
  Substitution apart(pool);
  apart.replace(q, pool.add(p, pool.constant(64, 8)));
  EXPECT_EQ(apart(loaded), pool.load(m, pool.add(p, pool.constant(64, 8)), 64));
  Substitution stored(pool);
  stored.replace(m, pool.store(m, q, x));
  EXPECT_EQ(stored(pool.load(m, q, 64)), x);
}

TEST(TermSubstitution, AssumptionsHold) {
  Pool pool;
  const Term x = pool.variable("x", 32), y = pool.variable("y", 32), z = pool.variable("z", 32);
  Substitution facts(pool);
  facts.assume(pool.bit_and(pool.ult(x, y), pool.bit_not(pool.slt(y, z))));
  EXPECT_EQ(facts(pool.select(pool.ult(x, y), x, y)), x);
  EXPECT_EQ(facts(pool.slt(y, z)), pool.bit(false));
  EXPECT_EQ(facts(pool.eq(x, y)), pool.bit(false));
  EXPECT_EQ(facts(pool.ult(y, x)), pool.bit(false));
  facts.assume(pool.eq(z, pool.constant(32, 7)));
  EXPECT_EQ(facts(pool.add(z, z)), pool.constant(32, 14));
  EXPECT_FALSE(facts.contradictory());
  facts.assume(pool.ult(y, x));
  EXPECT_TRUE(facts.contradictory());
}

TEST(TermSubstitution, TwoDenialsLeaveTheThird) {
  Pool pool;
  const Term x = pool.variable("x", 32), y = pool.variable("y", 32);
  Substitution facts(pool);
  facts.assume(pool.bit_not(pool.ult(x, y)));
  EXPECT_EQ(facts(pool.ult(y, x)), pool.ult(y, x));
  facts.assume(pool.bit_not(pool.eq(x, y)));
  EXPECT_EQ(facts(pool.ult(y, x)), pool.bit(true));
  EXPECT_EQ(facts(pool.slt(y, x)), pool.slt(y, x));
  Substitution equal(pool);
  equal.assume(pool.bit_not(pool.slt(x, y)));
  equal.assume(pool.bit_not(pool.slt(y, x)));
  EXPECT_EQ(equal(pool.eq(x, y)), pool.bit(true));
}

TEST(TermEvaluation, LongChainsNeedNoStack) {
  Pool pool;
  Term value = pool.variable("x", 64), memory = pool.memory("m");
  const Term y = pool.variable("y", 64);
  for (unsigned i = 0; i < 20000; ++i) {
    value = pool.bit_xor(pool.udiv(value, y), pool.add(value, y));
    if (i % 8 == 0) memory = pool.store(memory, pool.mul(value, y), value);
  }
  Evaluation evaluation(pool, 1);
  EXPECT_EQ(evaluation(value).getBitWidth(), 64u);
  EXPECT_EQ(evaluation(pool.load(memory, y, 64)).getBitWidth(), 64u);
  Substitution substitution(pool);
  substitution.replace(y, pool.constant(64, 3));
  EXPECT_TRUE(pool.width(substitution(value)) == 64);
}

}  // namespace
}  // namespace portolan::terms
