// What a pass gives means what it was given: random functions run before and after, over the concrete domain.
#include <fmt/format.h>

#include "ir/builder.h"
#include "ir/check.h"
#include "ir/demand.h"
#include "ir/parse.h"
#include "ir/ssa.h"
#include "llvm/ADT/SmallString.h"
#include "tests/unit/ir/equal.h"
#include "tests/unit/ir/random_function.h"
#include "tests/unit/ir/world.h"

namespace portolan::ir {
namespace {

constexpr uint64_t kSteps = 3000;

struct RunResult {
  Outcome outcome;
  std::vector<uint8_t> memory;
  std::vector<APInt> slots;
};

RunResult run(const Function& f, const std::vector<APInt>& arguments, std::vector<APInt> slots = {},
              uint64_t steps = kSteps) {
  World world;
  RunResult result;
  result.slots = std::move(slots);
  for (size_t n = 0; n < world.bytes.size(); ++n) world.bytes[n] = static_cast<uint8_t>(n * 37 + n / 256);
  Start start;
  start.arguments = arguments;
  start.slots = result.slots;
  start.stack_pointer = 0x40000000;
  start.steps = &steps;
  result.outcome = Interpreter(f).run(world, start);
  result.memory = std::move(world.bytes);
  return result;
}

std::string hex(const APInt& value) {
  llvm::SmallString<64> text;
  value.toString(text, 16, false);
  return std::string(text);
}

std::string well_formed(const Function& f) {
  std::optional<Defect> d = check(f);
  return d ? d->message : "";
}

// Runs both on the same arguments wherever `before` comes to an end; `kept` says which bits of the result count.
void expect_same(Random& random, const Function& before, const Function& after, const APInt* kept = nullptr) {
  ASSERT_EQ(well_formed(before), "") << print(before);
  ASSERT_EQ(well_formed(after), "") << print(before) << print(after);
  for (int times = 0; times < 6; ++times) {
    const std::vector<APInt> arguments = random_arguments(random, before);
    const RunResult x = run(before, arguments);
    if (x.outcome.ending == Ending::step_limit) continue;
    const RunResult y = run(after, arguments, {}, 10 * kSteps);
    std::string called;
    for (const APInt& a : arguments) called += " " + hex(a);
    ASSERT_EQ(x.outcome.ending, y.outcome.ending) << called << "\n" << print(before) << print(after);
    APInt a = x.outcome.result, b = y.outcome.result;
    if (kept) a &= *kept, b &= *kept;
    ASSERT_TRUE(a == b) << called << "\n" << hex(a) << "\n" << hex(b) << "\n" << print(before) << print(after);
    ASSERT_TRUE(x.memory == y.memory) << called << "\n" << print(before) << print(after);
  }
}

RandomShape shape_for(Random& random) {
  RandomShape shape;
  shape.blocks = random.one_in(2) ? 1 : 2 + static_cast<unsigned>(random.below(6));
  shape.instructions = 4 + static_cast<unsigned>(random.below(16));
  shape.memory = random.one_in(3);
  return shape;
}

// The same instructions through a builder, which folds each of them.
Function rebuilt(const Function& f) {
  Function result;
  result.name = f.name;
  std::vector<ValueId> as(f.values.size(), kNoValue);
  result.add_block();
  for (ValueId p : f.blocks[0].parameters) as[p] = result.add_parameter(0, f.width(p));
  Builder b(result, 0);
  for (ValueId v : f.blocks[0].instructions) {
    Instruction copy = f[v];
    for (ValueId& operand : copy.operands) operand = as[operand];
    if (copy.op == Op::constant) {
      as[v] = b.constant(f.constants[copy.index]);
      continue;
    }
    if (copy.op == Op::shuffle) {
      result.masks.push_back(f.masks[copy.index]);
      copy.index = static_cast<uint32_t>(result.masks.size() - 1);
    }
    b.set_line(copy.line);
    as[v] = b.emit(std::move(copy));
  }
  result.blocks[0].terminator = f.blocks[0].terminator;
  for (ValueId& v : result.blocks[0].terminator.operands) v = as[v];
  return result;
}

TEST(Passes, FoldKeepsTheMeaning) {
  Random random;
  size_t fewer = 0;
  for (int round = 0; round < 6000 && !HasFatalFailure(); ++round) {
    RandomShape shape = shape_for(random);
    shape.blocks = 1;
    const Function before = random_function(random, shape), after = rebuilt(before);
    fewer += after.blocks[0].instructions.size() != before.blocks[0].instructions.size();
    expect_same(random, before, after);
  }
  EXPECT_GT(fewer, 2500u);  // else the functions give the rules nothing to do
}

TEST(Passes, SimplifyKeepsTheMeaning) {
  Random random;
  for (int round = 0; round < 4000 && !HasFatalFailure(); ++round) {
    const Function before = random_function(random, shape_for(random));
    expect_same(random, before, simplify(before));
  }
}

TEST(Passes, NarrowKeepsTheBitsInDemand) {
  Random random;
  size_t narrowed = 0;
  for (int round = 0; round < 5000 && !HasFatalFailure(); ++round) {
    const Function before = random_function(random, shape_for(random));
    Demand demand(before);
    demand.require_effects();
    // The same bits of each returned value in all blocks, so that one mask serves every way out.
    APInt kept;
    bool first = true, comparable = true;
    for (const Block& block : before.blocks) {
      if (block.terminator.op != Op::ret) continue;
      uint32_t width = 0;
      for (ValueId v : block.terminator.operands) width += before.width(v);
      if (first) kept = APInt::getLowBitsSet(width, 1 + random.below(width)) & random_bits(random, width);
      first = false;
      comparable &= kept.getBitWidth() == width;
      if (!comparable) break;
      uint32_t low = 0;
      for (ValueId v : block.terminator.operands) {
        demand.require(v, kept.extractBits(before.width(v), low));
        low += before.width(v);
      }
    }
    if (first || !comparable) continue;
    demand.run([](ValueId) {});
    const Function after = narrow(before, demand);
    narrowed += !difference(before, after).empty();
    expect_same(random, before, after, &kept);
    expect_same(random, before, simplify(after), &kept);
  }
  EXPECT_GT(narrowed, 800u);
}

TEST(Passes, SsaKeepsWhatIsInTheSlots) {
  Random random;
  SlotConvention convention;
  for (uint32_t slot = 0; slot <= kRandomSlots; ++slot) {
    convention.widths.push_back(random_widths()[slot % random_widths().size()]);
    if (slot < kRandomSlots) convention.return_reads.push_back(slot);
  }
  convention.widths.back() = 64;
  convention.stack_pointer = kRandomSlots;
  for (int round = 0; round < 3000; ++round) {
    RandomShape shape = shape_for(random);
    shape.slots = true;
    const Function before = random_function(random, shape);
    const Function ssa = construct_ssa(before, convention), after = simplify(ssa);
    ASSERT_EQ(well_formed(before), "") << print(before);
    ASSERT_EQ(well_formed(ssa), "") << print(before) << print(ssa);
    ASSERT_EQ(well_formed(after), "") << print(before) << print(after);
    for (int times = 0; times < 4; ++times) {
      std::vector<APInt> slots;
      for (uint32_t width : convention.widths) slots.push_back(random_bits(random, width));
      const RunResult x = run(before, {}, slots);
      if (x.outcome.ending != Ending::returned) continue;
      for (const Function* f : {&ssa, &after}) {
        const RunResult y = run(*f, {}, slots, 10 * kSteps);
        ASSERT_EQ(y.outcome.ending, Ending::returned);
        uint32_t low = 0;
        for (uint32_t slot : convention.return_reads) {
          const APInt got = y.outcome.result.extractBits(convention.widths[slot], low);
          ASSERT_TRUE(got == x.slots[slot]) << slot << "\n" << print(before) << print(*f);
          low += convention.widths[slot];
        }
        ASSERT_TRUE(x.memory == y.memory);
      }
    }
  }
}

TEST(Passes, RandomFunctionsAreReadBack) {
  Random random;
  for (int round = 0; round < 500; ++round) {
    const Function f = random_function(random, shape_for(random));
    Expected<Function> again = parse_function(print(f), "random.ir");
    ASSERT_TRUE(again) << to_string(again.error());
    ASSERT_EQ(difference(f, *again), "");
    ASSERT_EQ(print(*again), print(f));
  }
}

}  // namespace
}  // namespace portolan::ir
