#include "ir/check.h"

#include "ir/cfg.h"
#include "ir/parse.h"
#include "tests/unit/ir/test_support.h"

namespace portolan::ir {
namespace {

struct Broken {
  std::string_view body;     // of a function whose first line is "function"
  unsigned line, column;     // where the error is said to be; bodies start at line 2
  std::string_view message;  // part of it
};

// Each is well-formed but for one thing.
const Broken kBroken[] = {
    // Widths by shape
    {"b0(%0:b8, %1:b16):\n  %2:b8 = add %0, %1\n  ret", 3, 3, "operands of different widths"},
    {"b0(%0:b8):\n  %1:b16 = add %0, %0\n  ret", 3, 3, "result and operands differ in width (operands of 8, 8 bits"},
    {"b0(%0:b8):\n  %1:b8 = add %0\n  ret", 3, 3, "wrong number of operands"},
    {"b0(%0:b8):\n  add %0, %0\n  ret", 3, 3, "result and operands differ"},
    {"b0(%0:b12):\n  %1:b12 = byte_swap %0\n  ret", 3, 3, "not whole bytes"},
    {"b0(%0:b8):\n  %1:b8 = eq %0, %0\n  ret", 3, 3, "one bit a lane"},
    {"b0(%0:b8):\n  %1:b1 = eq lanes=2 %0, %0\n  ret", 3, 3, "one bit a lane"},
    {"b0(%0:b8):\n  %1:b1 = add_carry %0, %0, %0\n  ret", 3, 3, "carries are one bit"},
    {"b0(%0:b32):\n  %1:b16 = reduce_add lanes=4 %0\n  ret", 3, 3, "one lane"},
    {"b0(%0:b32):\n  %1:b16 = zext %0\n  ret", 3, 3, "narrower"},
    {"b0(%0:b32):\n  %1:b16 = extract low=17 %0\n  ret", 3, 3, "bits outside"},
    {"b0(%0:b32):\n  %1:b16 = extract lanes=2 low=9 %0\n  ret", 3, 3, "bits outside"},
    {"b0(%0:b32):\n  %1:b63 = concat %0, %0\n  ret", 3, 3, "as wide as both"},
    {"b0(%0:b32):\n  %1:b32 = select %0, %0, %0\n  ret", 3, 3, "one bit a lane"},
    {"b0(%0:b32, %1:b1):\n  %2:b32 = select %1, %0, %1\n  ret", 3, 3, "width of both"},
    {"b0(%0:b8):\n  %1:b24 = splat lanes=4 %0\n  ret", 3, 3, "each lane is the operand"},
    {"b0(%0:b32):\n  %1:b16 = shuffle lanes=4 mask=[0 8] %0, %0\n  ret", 3, 3, "mask names no lane"},
    {"b0(%0:b32):\n  %1:b16 = shuffle lanes=4 mask=[0] %0, %0\n  ret", 3, 3, "a lane for each"},
    {"b0(%0:b32, %1:b24):\n  %2:b24 = permute lanes=2 %0, %1\n  ret", 3, 3, "whole lanes"},
    // Lanes
    {"b0(%0:b32):\n  %1:b32 = add lanes=5 %0, %0\n  ret", 3, 3, "lanes do not divide"},
    {"b0(%0:b32):\n  %1:b32 = udiv lanes=4 %0, %0\n  ret", 3, 3, "lanes"},
    {"b0(%0:b32):\n  %1:b32 = add lanes=0 %0, %0\n  ret", 3, 3, "lanes"},
    {"b0(%0:b64):\n  %1:b64 = load lanes=2 %0\n  ret", 3, 3, "lanes"},
    // Attributes
    {"b0(%0:b32):\n  %1:b32 = fadd %0, %0\n  ret", 3, 3, "format"},
    {"b0(%0:b32):\n  %1:b32 = fadd format=f64 %0, %0\n  ret", 3, 3, "width is not the format's"},
    {"b0(%0:b32):\n  %1:b32 = add format=f32 %0, %0\n  ret", 3, 3, "format"},
    {"b0(%0:b32):\n  %1:b64 = fconvert format=f32 %0\n  ret", 3, 3, "to ("},
    {"b0(%0:b32):\n  %1:b32 = fconvert format=f32 to=f64 %0\n  ret", 3, 3, "width is not the format's"},
    {"b0(%0:b32):\n  %1:b32 = add rounding=up %0, %0\n  ret", 3, 3, "rounding"},
    {"b0(%0:b32):\n  %1:b32 = add nan=x86 %0, %0\n  ret", 3, 3, "nan"},
    {"b0(%0:b32):\n  %1:b32 = add ordering=acquire %0, %0\n  ret", 3, 3, "ordering"},
    {"b0(%0:b64):\n  %1:b64 = load ordering=release %0\n  ret", 3, 3, "ordering of a load"},
    {"b0(%0:b64):\n  store ordering=acquire %0, %0\n  ret", 3, 3, "ordering of a store"},
    {"b0():\n  fence\n  ret", 3, 3, "fence without ordering"},
    {"b0(%0:b1):\n  trap_if %0\n  ret", 3, 3, "trap"},
    {"b0(%0:b64):\n  %1:b64 = load align=3 %0\n  ret", 3, 3, "align"},
    {"b0(%0:b64):\n  %1:b64 = atomic_rmw kind=add align=8 %0, %0\n  ret", 3, 3, "align"},
    // Memory and effects
    {"b0(%0:b32):\n  %1:b64 = load %0\n  ret", 3, 3, "addresses have 64 bits"},
    {"b0(%0:b64):\n  %1:b12 = load %0\n  ret", 3, 3, "whole bytes"},
    {"b0(%0:b64):\n  %1:b64 = store %0, %0\n  ret", 3, 3, "gives no result"},
    {"b0(%0:b64, %1:b32):\n  %2:b64 = atomic_rmw kind=add %0, %1\n  ret", 3, 3, "gives the old value"},
    {"b0(%0:b64, %1:b32):\n  %2:b32 = atomic_cas %0, %1, %0\n  ret", 3, 3, "gives the old value"},
    {"b0(%0:b64):\n  memory_copy bytes=0 %0, %0, %0\n  ret", 3, 3, "bytes"},
    {"b0(%0:b64):\n  memory_set bytes=4 %0, %0, %0\n  ret", 3, 3, "bytes"},
    {"b0(%0:b32):\n  %1:b64 = stack_allocate %0\n  ret", 3, 3, "64 bits"},
    {"b0(%0:b32):\n  trap_if trap=divide %0\n  ret", 3, 3, "one bit decides"},
    {"b0():\n  call indirect\n  ret", 3, 3, "no address to call"},
    {"b0():\n  %0:b32 = symbol_address symbol=\"x\"\n  ret", 3, 3, "64 bits"},
    {"b0(%0:b64, %1:b32):\n  set_slot slot=1 %0, %1\n  ret", 3, 3, "operands of different widths"},
    // Definitions
    {"b0():\n  %1:b8 = bit_not %2\n  %2:b8 = bit_not 1:b8\n  ret", 3, 3, "not defined on every way here"},
    {"b0():\n  %1:b8 = bit_not %1\n  ret", 3, 3, "not defined on every way here"},
    {"b0(%0:b1):\n  branch %0 -> b1(), b2()\nb1():\n  %1:b8 = undef\n  jump -> b2()\nb2():\n  ret %1", 8, 3,
     "not defined on every way here"},
    {"b0():\n  store 0:b64, %1\n  %1:b8 = undef\n  ret", 3, 3, "not defined"},
    {"b0(%0:b8):\n  jump -> b1(%1)\nb1(%1:b8):\n  ret %1", 3, 3, "not defined on every way here"},
    // Edges and terminators
    {"b0():\n  jump -> b1()", 3, 3, "an edge to no block"},
    {"b0():\n  jump", 3, 3, "an ill-formed jump"},
    {"b0():\n  jump -> b1()\nb1(%0:b8):\n  ret", 3, 3, "too many or too few arguments"},
    {"b0():\n  jump -> b1(1:b16)\nb1(%0:b8):\n  ret", 3, 3, "an argument of another width"},
    {"b0(%0:b8):\n  jump -> b0(%0)", 3, 3, "an edge back to the entry"},
    {"b0(%0:b8):\n  branch %0 -> b1(), b1()\nb1():\n  ret", 3, 3, "an ill-formed branch"},
    {"b0(%0:b1):\n  branch %0 -> b1()\nb1():\n  ret", 3, 3, "an ill-formed branch"},
    {"b0(%0:b8):\n  switch %0 -> 1: b1(), 2: b1()\nb1():\n  ret", 3, 3, "an ill-formed switch"},
    {"b0(%0:b8):\n  switch %0 -> 1: b1(), 1: b1(), b1()\nb1():\n  ret", 3, 3, "two cases are one"},
    {"b0(%0:b8):\n  switch %0 -> 256: b1(), b1()\nb1():\n  ret", 3, 3, "a case that its operand cannot be"},
    {"b0(%0:b64):\n  jump_indirect %0 -> b1()\nb1():\n  ret", 3, 3, "an ill-formed jump_indirect"},
    {"b0():\n  trap", 3, 3, "an ill-formed trap"},
    {"b0():\n  ret trap=abort", 3, 3, "an ill-formed ret"},
    {"b0():\n  tail_call indirect", 3, 3, "an ill-formed tail_call"},
    {"b0():\n  ret -> b1()\nb1():\n  ret", 3, 3, "an ill-formed ret"},
};

TEST(Check, RefusesWithPlaceAndReason) {
  for (const Broken& broken : kBroken) {
    std::string text = "function \"f\" {\n" + std::string(broken.body) + "\n}\n";
    SCOPED_TRACE(text);
    Expected<Function> f = parse_function(text, "broken.ir");
    ASSERT_FALSE(f);
    EXPECT_EQ(f.error().location.line, broken.line) << to_string(f.error());
    EXPECT_EQ(f.error().location.column, broken.column) << to_string(f.error());
    EXPECT_NE(f.error().message.find(broken.message), std::string::npos) << to_string(f.error());
    EXPECT_NE(f.error().message.find("function 'f', block b"), std::string::npos) << to_string(f.error());
  }
}

TEST(Check, AcceptsUsesAcrossBlocksAndUnreachableCode) {
  Expected<Function> f = parse_function(
      "function \"f\" {\n"
      "b0(%0:b8, %1:b1):\n  %2:b8 = bit_not %0\n  branch %1 -> b1(%0), b2()\n"
      "b1(%3:b8):\n  %4:b8 = add %3, %2\n  %5:b1 = eq %4, %3\n  branch %5 -> b1(%4), b2()\n"
      "b2():\n  ret %2\n"
      "b3():\n  %6:b8 = bit_not %4\n  jump -> b2()\n}\n",
      "test.ir");
  EXPECT_TRUE(f) << to_string(f.error());
}

// What no text can say.
TEST(Check, RefusesBrokenArenas) {
  auto message = [](auto breaks) {
    Expected<Function> f = parse_function(
        "function \"f\" {\nb0(%0:b64):\n  %1:b64 = add %0, 5:b64 @7\n"
        "  %2:b64 = symbol_address symbol=\"x\"\n  %3:b16 = shuffle lanes=4 mask=[0] %0, %0\n"
        "  call symbol=\"y\"\n  tail_call symbol=\"z\"\n}\n",
        "test.ir");
    EXPECT_TRUE(f) << to_string(f.error());
    EXPECT_FALSE(check(*f));
    breaks(*f);
    std::optional<Defect> d = check(*f);
    return d ? d->message : "nothing";
  };
  auto find = [](Function& f, Op op) -> Instruction& {
    for (Instruction& i : f.values)
      if (i.op == op) return i;
    return f.values[0];
  };
  EXPECT_EQ(message([](Function& f) { f.blocks.clear(); }), "function 'f': no blocks");
  EXPECT_EQ(message([&](Function& f) { find(f, Op::add).operands[1] = 99; }),
            "function 'f', block b0, instruction 3 (add): an operand that no block defines");
  EXPECT_EQ(message([&](Function& f) { f.values.emplace_back(), find(f, Op::add).operands[1] = f.values.size() - 1; }),
            "function 'f', block b0, instruction 3 (add): an operand that no block defines");
  EXPECT_EQ(message([](Function& f) { f.blocks[0].instructions.push_back(77); }),
            "function 'f', block b0: no such value");
  EXPECT_EQ(message([](Function& f) { f.blocks[0].instructions.push_back(f.blocks[0].instructions[0]); }),
            "function 'f', block b0, instruction 7 (constant): defined twice");
  EXPECT_EQ(message([&](Function& f) { find(f, Op::add).block = 3; }),
            "function 'f', block b0, instruction 3 (add): it names another block as its own");
  EXPECT_EQ(message([](Function& f) { f.blocks[0].instructions.push_back(f.add_parameter(0, 8)); }),
            "function 'f', block b0, instruction 8 (parameter): defined twice");
  EXPECT_EQ(message([](Function& f) { f.append(0, instruction(Op::parameter, 8)); }),
            "function 'f', block b0, instruction 7 (parameter): a parameter among the instructions, or the reverse");
  EXPECT_EQ(message([](Function& f) { f.append(0, instruction(Op::jump, 0)); }),
            "function 'f', block b0, instruction 7 (jump): ends a block and is no instruction "
            "(result 0 bits, 1 lanes)");
  EXPECT_EQ(message([](Function& f) { f.blocks[0].terminator.op = Op::add; }),
            "function 'f', block b0: add does not end a block");
  EXPECT_EQ(message([](Function& f) { f.blocks[0].terminator.index = 7; }),
            "function 'f', block b0: an ill-formed tail_call");
  EXPECT_NE(message([](Function& f) { f.constants.clear(); }).find("no such constant"), std::string::npos);
  EXPECT_NE(message([](Function& f) { f.symbols.clear(); }).find("no such symbol"), std::string::npos);
  EXPECT_NE(message([](Function& f) { f.masks.clear(); }).find("no such mask"), std::string::npos);
  EXPECT_NE(message([](Function& f) { f.calls.clear(); }).find("no such call target"), std::string::npos);
  EXPECT_NE(message([](Function& f) { f.constants[0] = APInt(8, 1); }).find("not the constant's width"),
            std::string::npos);
}

TEST(Check, NamesTheSourceLine) {
  Function f;
  f.name = "f";
  BlockId block = f.add_block();
  ValueId a = f.add_parameter(block, 8), b = f.add_parameter(block, 16);
  Instruction i = instruction(Op::add, 8);
  i.operands = {a, b};
  i.line = 42;
  f.append(block, i);
  f.blocks[block].terminator.op = Op::ret;
  std::optional<Defect> d = check(f);
  ASSERT_TRUE(d);
  EXPECT_EQ(d->line, 42u);
  EXPECT_EQ(d->block, block);
  EXPECT_EQ(d->value, 2u);
}

// Against the definition: a block is above another if no way from the entry avoids it.
TEST(Check, DominatorsAgreeWithTheirDefinition) {
  Random random;
  for (int round = 0; round < 300; ++round) {
    Function f;
    const size_t count = 1 + random.below(9);
    for (size_t n = 0; n < count; ++n) f.add_block();
    for (Block& block : f.blocks)
      for (size_t n = random.below(3); n-- > 0;)
        block.terminator.edges.push_back({static_cast<BlockId>(random.below(count)), {}});
    Dominators dominators(f);
    auto reach = [&](BlockId avoided) {
      std::vector<bool> seen(count);
      std::vector<BlockId> todo;
      if (avoided != 0) todo.push_back(0);
      while (!todo.empty()) {
        BlockId block = todo.back();
        todo.pop_back();
        if (seen[block]) continue;
        seen[block] = true;
        for (const Edge& edge : f.blocks[block].terminator.edges)
          if (edge.target != avoided) todo.push_back(edge.target);
      }
      return seen;
    };
    const std::vector<bool> reachable = reach(kNoBlock);
    for (BlockId above = 0; above < count; ++above) {
      EXPECT_EQ(dominators.reachable(above), reachable[above]);
      const std::vector<bool> without = reach(above);
      for (BlockId below = 0; below < count; ++below)
        if (reachable[above] && reachable[below]) {
          EXPECT_EQ(dominators.dominates(above, below), !without[below]);
        }
    }
  }
}

}  // namespace
}  // namespace portolan::ir
