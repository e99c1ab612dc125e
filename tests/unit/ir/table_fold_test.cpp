// A table lookup with known indices is folded to a shuffle: it must give what the same lookup gives unfolded, on random
// tables and indices of all widths that lifters use.
#include "ir/builder.h"
#include "ir/interpreter.h"
#include "test_support.h"

namespace portolan::ir {
namespace {

struct NoMemory : Environment {
  bool read(uint64_t, std::span<uint8_t>) override { return false; }
  bool write(uint64_t, std::span<const uint8_t>) override { return false; }
  std::optional<uint64_t> symbol_address(const SymbolRef&) override { return std::nullopt; }
  uint64_t thread_pointer() override { return 0; }
};

APInt random_bits(Random& random, uint32_t width) {
  APInt value = APInt::getZero(width);
  for (uint32_t at = 0; at < width; at += 8) {
    // Indices in and just outside the table, and anything.
    uint64_t byte = random.one_in(3) ? random.below(256) : random.below(66);
    value.insertBits(byte, at, std::min(8u, width - at));
  }
  return value;
}

// lookup(table, indices), with the indices as a parameter or, if given, as a constant.
Function lookup(uint32_t table_width, uint32_t index_width, uint16_t lanes, const APInt* indices) {
  Function f;
  const BlockId entry = f.add_block();
  const ValueId table = f.add_parameter(entry, table_width), unknown = f.add_parameter(entry, index_width);
  Builder b(f, entry);
  const ValueId result = b.permute(table, indices ? b.constant(*indices) : unknown, lanes);
  f.blocks[entry].terminator.op = Op::ret;
  f.blocks[entry].terminator.operands = {result};
  return f;
}

bool has(const Function& f, Op op) {
  for (ValueId v : f.blocks[0].instructions)
    if (f[v].op == op) return true;
  return false;
}

TEST(TableFold, KnownIndicesGiveTheSameAsUnknownOnes) {
  Random random;
  struct Shape {
    uint32_t table_width, index_width;
    uint16_t lanes;
  };
  const Shape shapes[] = {{128, 128, 16}, {128, 64, 8}, {256, 128, 16}, {512, 128, 16}, {512, 64, 8},
                          {64, 64, 8},    {64, 64, 16}, {128, 128, 4},  {128, 128, 2}};
  NoMemory nothing;
  for (const Shape& shape : shapes)
    for (int round = 0; round < 200; ++round) {
      const APInt table = random_bits(random, shape.table_width), indices = random_bits(random, shape.index_width);
      Start start;
      start.arguments = {table, indices};
      const Function folded = lookup(shape.table_width, shape.index_width, shape.lanes, &indices);
      const Function plain = lookup(shape.table_width, shape.index_width, shape.lanes, nullptr);
      EXPECT_TRUE(has(plain, Op::permute));
      EXPECT_FALSE(has(folded, Op::permute));
      const Outcome want = Interpreter(plain).run(nothing, start), got = Interpreter(folded).run(nothing, start);
      ASSERT_EQ(want.ending, Ending::returned);
      ASSERT_EQ(got.ending, Ending::returned);
      EXPECT_EQ(want.result, got.result) << "seed " << random.seed() << ", table " << shape.table_width << ", lanes "
                                         << shape.lanes;
    }
}

TEST(FrameFold, AConstantBehindAnIndexMovesToTheBase) {
  Function f;
  const BlockId entry = f.add_block();
  const ValueId index = f.add_parameter(entry, 64);
  Builder b(f, entry);
  Instruction base = instruction(Op::frame_address, 64);
  base.offset = -8;
  const ValueId frame = b.emit(std::move(base));
  const ValueId forward = b.add(b.add(frame, index), b.signed_constant(64, -72));
  const ValueId backward = b.add(b.add(index, frame), b.signed_constant(64, 16));
  f.blocks[entry].terminator.op = Op::ret;
  f.blocks[entry].terminator.operands = {forward, backward};
  const Instruction& sum = f[forward];
  ASSERT_EQ(sum.op, Op::add);
  EXPECT_EQ(f[sum.operands[0]].op, Op::frame_address);
  EXPECT_EQ(f[sum.operands[0]].offset, -80);
  Random random;
  NoMemory nothing;
  for (int round = 0; round < 100; ++round) {
    Start start;
    start.stack_pointer = 0x10000;
    start.arguments = {APInt(64, random.value(64))};
    const Outcome got = Interpreter(f).run(nothing, start);
    ASSERT_EQ(got.result.getBitWidth(), 128u);
    EXPECT_EQ(got.result.extractBits(64, 64) - got.result.trunc(64), APInt(64, 88)) << "seed " << random.seed();
  }
}

}  // namespace
}  // namespace portolan::ir
