#include "ir/interpreter.h"

#include <chrono>

#include "ir/builder.h"
#include "tests/unit/ir/test_support.h"
#include "tests/unit/ir/world.h"

namespace portolan::ir {
namespace {

Terminator jump(BlockId to, std::vector<ValueId> arguments = {}) {
  Terminator t;
  t.op = Op::jump;
  t.edges = {{to, std::move(arguments)}};
  return t;
}
Terminator branch(ValueId bit, Edge one, Edge zero) {
  Terminator t;
  t.op = Op::branch;
  t.operands = {bit};
  t.edges = {std::move(one), std::move(zero)};
  return t;
}
Terminator ret(llvm::SmallVector<ValueId, 2> results = {}) {
  Terminator t;
  t.op = Op::ret;
  t.operands = std::move(results);
  return t;
}

// fibonacci(n): (a, b, i) = (b, a + b, i - 1), which swaps as it goes round.
Function fibonacci() {
  Function f;
  f.name = "fibonacci";
  const BlockId entry = f.add_block(), loop = f.add_block(), end = f.add_block();
  const ValueId n = f.add_parameter(entry, 64);
  const ValueId a = f.add_parameter(loop, 64), b = f.add_parameter(loop, 64), i = f.add_parameter(loop, 64);
  Builder first(f, entry), body(f, loop);
  const ValueId zero = first.constant(64, 0), one = first.constant(64, 1);
  f.blocks[entry].terminator = jump(loop, {zero, one, n});
  const ValueId sum = body.add(a, b), left = body.sub(i, body.constant(64, 1));
  const ValueId done = body.eq(left, body.constant(64, 0));
  f.blocks[loop].terminator = branch(done, {end, {}}, {loop, {b, sum, left}});
  f.blocks[end].terminator = ret({b});
  return f;
}

TEST(Interpreter, LoopWithBlockParametersAndCoverage) {
  const Function f = fibonacci();
  World world;
  Interpreter interpreter(f);
  Start start;
  start.arguments = {APInt(64, 1)};
  Outcome outcome = interpreter.run(world, start);
  EXPECT_EQ(outcome.ending, Ending::returned);
  EXPECT_EQ(outcome.result.getZExtValue(), 1u);
  EXPECT_EQ(interpreter.edges(), 3u);
  EXPECT_EQ(interpreter.edges_taken(), 2u);
  EXPECT_FALSE(interpreter.taken(1, 1));
  start.arguments = {APInt(64, 50)};
  outcome = interpreter.run(world, start);
  EXPECT_EQ(outcome.result.getZExtValue(), 12586269025u);
  EXPECT_EQ(interpreter.edges_taken(), 3u);
}

TEST(Interpreter, StepLimit) {
  const Function f = fibonacci();
  World world;
  uint64_t steps = 100;
  Start start;
  start.arguments = {APInt(64, 0)};
  start.steps = &steps;
  EXPECT_EQ(Interpreter(f).run(world, start).ending, Ending::step_limit);
  EXPECT_EQ(steps, 0u);
}

TEST(Interpreter, SlotsMemoryAndFaults) {
  Function f;
  const BlockId block = f.add_block();
  Builder b(f, block);
  b.set_line(7);
  const ValueId address = b.get_slot(0, 64);
  const ValueId loaded = b.load(address, 128);
  b.store(b.add(address, b.constant(64, 3)), b.extract(loaded, 64, 24));
  b.set_slot(1, b.extract(loaded, 120, 8));
  f.blocks[block].terminator = ret();
  World world;
  for (unsigned i = 0; i < 256; ++i) world.bytes[i] = i;
  std::vector<APInt> slots = {APInt(64, 0x1010), APInt(8, 0)};
  Start start;
  start.slots = slots;
  Interpreter interpreter(f);
  EXPECT_EQ(interpreter.run(world, start).ending, Ending::returned);
  EXPECT_EQ(slots[1].getZExtValue(), 0x1fu);
  const std::vector<uint8_t> expected = {0x10, 0x11, 0x12, 0x18, 0x19, 0x1a, 0x16, 0x17};
  EXPECT_EQ(std::vector<uint8_t>(&world.bytes[0x10], &world.bytes[0x18]), expected);
  slots[0] = APInt(64, 0x1ff8);
  const Outcome outcome = interpreter.run(world, start);
  EXPECT_EQ(outcome.ending, Ending::faulted);
  EXPECT_EQ(outcome.address, 0x1ff8u);
  EXPECT_FALSE(outcome.write);
  EXPECT_EQ(outcome.line, 7u);
}

TEST(Interpreter, AtomicsAndBlockCopies) {
  Function f;
  const BlockId block = f.add_block();
  Builder b(f, block);
  const ValueId at = b.constant(64, 0x1000), next = b.constant(64, 0x1001);
  const ValueId old = b.atomic_rmw(RmwKind::bit_clear, at, b.constant(32, 0xf0), Ordering::sequential);
  const ValueId seen = b.atomic_cas(at, b.constant(32, 0x0f), b.constant(32, 0x11223344), Ordering::sequential);
  const ValueId kept = b.atomic_cas(at, b.constant(32, 0x0f), b.constant(32, 0), Ordering::sequential);
  b.memory_copy(next, at, b.constant(64, 5), 1);  // overlapping, ascending: repeats the first byte
  b.memory_set(b.constant(64, 0x1010), b.constant(16, 0xbeef), b.constant(64, 2));
  f.blocks[block].terminator = ret({old, seen});
  f.blocks[block].terminator.operands.push_back(kept);
  World world;
  world.bytes[0] = 0xff;
  const Outcome outcome = Interpreter(f).run(world, Start());
  EXPECT_EQ(outcome.ending, Ending::returned);
  EXPECT_EQ(outcome.result.extractBitsAsZExtValue(32, 0), 0xffu);
  EXPECT_EQ(outcome.result.extractBitsAsZExtValue(32, 32), 0x0fu);
  EXPECT_EQ(outcome.result.extractBitsAsZExtValue(32, 64), 0x11223344u);
  for (unsigned i = 0; i < 6; ++i) EXPECT_EQ(world.bytes[i], 0x44);
  EXPECT_EQ(world.bytes[0x13], 0xbe);
  EXPECT_EQ(world.bytes[0x14], 0);
}

TEST(Interpreter, CallsSymbolsAndTraps) {
  const Function callee = fibonacci();
  Function f;
  const BlockId block = f.add_block();
  Builder b(f, block);
  const ValueId symbol = b.symbol_address({"table", 8});
  f.calls.push_back({{"fibonacci"}});
  Instruction call;
  call.op = Op::call;
  call.width = 64;
  call.operands = {b.constant(64, 10)};
  const ValueId result = b.emit(call);
  b.trap_if(b.ult(result, symbol), TrapKind::divide);
  f.blocks[block].terminator = ret({b.add(result, b.thread_pointer())});
  World world;
  world.functions["fibonacci"] = &callee;
  EXPECT_EQ(Interpreter(f).run(world, Start()).ending, Ending::unsupported);  // no such symbol
  world.symbols["table"] = 2;
  Outcome outcome = Interpreter(f).run(world, Start());
  EXPECT_EQ(outcome.ending, Ending::returned);
  EXPECT_EQ(outcome.result.getZExtValue(), 0x7000u + 55);
  world.symbols["table"] = 2000;
  outcome = Interpreter(f).run(world, Start());
  EXPECT_EQ(outcome.ending, Ending::trapped);
  EXPECT_EQ(outcome.trap, TrapKind::divide);
  world.functions.clear();
  EXPECT_EQ(Interpreter(f).run(world, Start()).ending, Ending::unsupported);
}

TEST(Interpreter, UndefIsAnotherValueEachTimeAndRepeatsWithTheSeed) {
  Function f;
  const BlockId block = f.add_block();
  Builder b(f, block);
  const ValueId first = b.undef(64), second = b.undef(64);
  f.blocks[block].terminator = ret({first, second});
  World world;
  Start start;
  const APInt a = Interpreter(f).run(world, start).result;
  EXPECT_NE(a.extractBits(64, 0), a.extractBits(64, 64));
  EXPECT_EQ(Interpreter(f).run(world, start).result, a);
  start.undef_seed = 1;
  EXPECT_NE(Interpreter(f).run(world, start).result, a);
}

// Not a benchmark: catches an allocation for each op.
TEST(Interpreter, RunsMillionsOfOpsASecond) {
  const Function f = fibonacci();
  World world;
  Interpreter interpreter(f);
  uint64_t steps = 4'000'000;
  Start start;
  start.arguments = {APInt(64, 0)};
  start.steps = &steps;
  const auto begin = std::chrono::steady_clock::now();
  interpreter.run(world, start);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  RecordProperty("ops_per_second", std::to_string(4e6 / seconds));
  std::printf("%.1f M ops/s\n", 4 / seconds);
  EXPECT_LT(seconds, 4);  // 1 M ops/s even on a loaded machine
}

}  // namespace
}  // namespace portolan::ir
