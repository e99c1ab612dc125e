// The rules of simplification one by one, text to text. What comes out is written by hand; that it means the same is
// tried on boundary values.
#include <fmt/format.h>

#include "ir/parse.h"
#include "ir/ssa.h"
#include "tests/unit/ir/random_function.h"
#include "tests/unit/ir/world.h"

namespace portolan::ir {
namespace {

struct Rule {
  std::string_view name;
  std::string_view before;
  std::string_view after;
};

// Bodies of a function of (%0:b64, %1:b64, %2:b32, %3:b32, %4:b1, %5:b8, %6:b128).
const Rule kRules[] = {
    {"signed less from sign and overflow",
     "%10:b32 = sub %2, %3\n %11:b1 = slt %10, 0:b32\n %12:b1 = sub_overflow %2, %3, 0:b1\n"
     "%13:b1 = bit_xor %11, %12\n ret %13",
     "%10:b1 = slt %2, %3\n ret %10"},
    {"signed less than a constant, whose subtraction has become an addition",
     "%10:b32 = add %2, -5:b32\n %11:b1 = slt %10, 0:b32\n %12:b1 = sub_overflow %2, 5:b32, 0:b1\n"
     "%13:b1 = bit_xor %12, %11\n ret %13",
     "%10:b1 = slt %2, 5:b32\n ret %10"},
    {"the overflow of another difference",
     "%10:b32 = sub %2, %3\n %11:b1 = slt %10, 0:b32\n %12:b1 = sub_overflow %3, %2, 0:b1\n"
     "%13:b1 = bit_xor %11, %12\n ret %13",
     "%10:b32 = sub %2, %3\n %11:b1 = slt %10, 0:b32\n %12:b1 = sub_overflow %3, %2, 0:b1\n"
     "%13:b1 = bit_xor %11, %12\n ret %13"},
    {"less or equal from its halves", "%10:b1 = ult %2, %3\n %11:b1 = eq %3, %2\n %12:b1 = bit_or %11, %10\n ret %12",
     "%10:b1 = ule %2, %3\n ret %10"},
    {"less from less or equal and not equal",
     "%10:b1 = sle %2, %3\n %11:b1 = ne %2, %3\n %12:b1 = bit_and %10, %11\n ret %12", "%10:b1 = slt %2, %3\n ret %10"},
    {"borrow without a borrow", "%10:b1 = sub_borrow %0, %1, 0:b1\n ret %10", "%10:b1 = ult %0, %1\n ret %10"},
    {"carry without a carry stays", "%10:b1 = add_carry %0, %1, 0:b1\n ret %10",
     "%10:b1 = add_carry %0, %1, 0:b1\n ret %10"},
    {"a sum taken back", "%10:b64 = add %0, %1\n %11:b64 = sub %10, %0\n ret %11", "ret %1"},
    {"additions of constants", "%10:b64 = add %0, 5:b64\n %11:b64 = sub %10, 7:b64\n ret %11",
     "%10:b64 = add %0, -2:b64\n ret %10"},
    {"parts put together",
     "%10:b32 = extract low=0 %0\n %11:b32 = extract low=32 %0\n %12:b64 = concat %11, %10\n ret %12", "ret %0"},
    {"the sign smeared", "%10:b32 = ashr %2, 31:b32\n %11:b64 = concat %10, %2\n ret %11",
     "%10:b64 = sext %2\n ret %10"},
    {"a shift that is not the sign", "%10:b32 = ashr %2, 30:b32\n %11:b64 = concat %10, %2\n ret %11",
     "%10:b32 = ashr %2, 30:b32\n %11:b64 = concat %10, %2\n ret %11"},
    {"parts of an extension", "%10:b64 = sext %2\n %11:b8 = extract low=28 %10\n ret %11",
     "%10:b4 = extract low=28 %2\n %11:b8 = sext %10\n ret %11"},
    {"parts of parts, lane by lane, stay", "%10:b32 = extract lanes=2 low=8 %0\n %11:b8 = extract low=4 %10\n ret %11",
     "%10:b32 = extract lanes=2 low=8 %0\n %11:b8 = extract low=4 %10\n ret %11"},
    {"an extension of lanes is none of the whole", "%10:b64 = zext lanes=2 %2\n %11:b128 = zext %10\n ret %11",
     "%10:b64 = zext lanes=2 %2\n %11:b128 = zext %10\n ret %11"},
    // x86 idiv: the low quotient, the low remainder and the check that the quotient fits.
    {"division in the narrow width",
     "%10:b64 = sext %2\n %11:b64 = sext %3\n %12:b64 = sdiv %10, %11\n %13:b32 = extract low=0 %12\n ret %13",
     "%10:b32 = sdiv %2, %3\n ret %10"},
    {"remainder in the narrow width",
     "%10:b64 = sext %2\n %11:b64 = sext %3\n %12:b64 = srem %10, %11\n %13:b32 = extract low=0 %12\n ret %13",
     "%10:b32 = srem %2, %3\n ret %10"},
    {"the quotient that does not fit",
     "%10:b64 = sext %2\n %11:b64 = sext %3\n %12:b64 = sdiv %10, %11\n %13:b32 = extract low=0 %12\n"
     "%14:b64 = sext %13\n %15:b1 = ne %14, %12\n ret %15",
     "%10:b1 = eq %2, 0x80000000:b32\n %11:b1 = eq %3, -1:b32\n %12:b1 = bit_and %10, %11\n ret %12"},
    // The same with lanes: extended lane by lane, the halves of the dividend are not its sign.
    {"division of lanes stays",
     "%10:b64 = sext lanes=2 %2\n %11:b64 = sext lanes=2 %3\n %12:b64 = sdiv %10, %11\n %13:b32 = extract low=0 %12\n"
     "ret %13",
     "%10:b64 = sext lanes=2 %2\n %11:b64 = sext lanes=2 %3\n %12:b64 = sdiv %10, %11\n %13:b32 = extract low=0 %12\n"
     "ret %13"},
    {"remainder of lanes stays",
     "%10:b64 = sext lanes=4 %2\n %11:b64 = sext lanes=4 %3\n %12:b64 = srem %10, %11\n %13:b32 = extract low=0 %12\n"
     "ret %13",
     "%10:b64 = sext lanes=4 %2\n %11:b64 = sext lanes=4 %3\n %12:b64 = srem %10, %11\n %13:b32 = extract low=0 %12\n"
     "ret %13"},
    {"the quotient of lanes that does not fit stays",
     "%10:b64 = sext lanes=2 %2\n %11:b64 = sext lanes=2 %3\n %12:b64 = sdiv %10, %11\n %13:b32 = sdiv %2, %3\n"
     "%14:b64 = sext %13\n %15:b1 = ne %12, %14\n ret %15",
     "%10:b64 = sext lanes=2 %2\n %11:b64 = sext lanes=2 %3\n %12:b64 = sdiv %10, %11\n %13:b32 = sdiv %2, %3\n"
     "%14:b64 = sext %13\n %15:b1 = ne %12, %14\n ret %15"},
    {"the quotient extended by lanes stays",
     "%10:b64 = sext %2\n %11:b64 = sext %3\n %12:b64 = sdiv %10, %11\n %13:b32 = sdiv %2, %3\n"
     "%14:b64 = sext lanes=2 %13\n %15:b1 = ne %12, %14\n ret %15",
     "%10:b64 = sext %2\n %11:b64 = sext %3\n %12:b64 = sdiv %10, %11\n %13:b32 = sdiv %2, %3\n"
     "%14:b64 = sext lanes=2 %13\n %15:b1 = ne %12, %14\n ret %15"},
    {"a select of bits", "%10:b1 = select %4, 0:b1, 1:b1\n ret %10", "%10:b1 = bit_not %4\n ret %10"},
    {"a select turned", "%10:b1 = bit_not %4\n %11:b64 = select %10, %0, %1\n ret %11",
     "%10:b64 = select %4, %1, %0\n ret %10"},
    {"the frame's alignment", "%10:b64 = frame_address offset=-40\n %11:b64 = bit_and %10, -32:b64\n ret %11",
     "%10:b64 = frame_address offset=-64\n ret %10"},
    {"more alignment than the frame has",
     "%10:b64 = frame_address offset=-40\n %11:b64 = bit_and %10, -128:b64\n ret %11",
     "%10:b64 = frame_address offset=-40\n %11:b64 = bit_and %10, -128:b64\n ret %11"},
    {"distances in the frame",
     "%10:b64 = frame_address offset=-40\n %11:b64 = add %10, 24:b64\n %12:b64 = sub %11, %10\n ret %11, %12",
     "%10:b64 = frame_address offset=-16\n ret %10, 24:b64"},
    {"lanes of an address are no address",
     "%10:b64 = frame_address offset=-40\n %11:b64 = add lanes=2 %10, 0x100000001:b64\n ret %11",
     "%10:b64 = frame_address offset=-40\n %11:b64 = add lanes=2 %10, 0x100000001:b64\n ret %11"},
};

Expected<Function> function(std::string_view body) {
  return parse_function(
      fmt::format("function \"f\" {{\nb0(%0:b64, %1:b64, %2:b32, %3:b32, %4:b1, %5:b8, %6:b128):\n{}\n}}\n", body),
      "rule.ir");
}

// Symbols are at an address whose parts are as AArch64 has them: the page, and the place within it.
class SplitWorld : public World {
 public:
  explicit SplitWorld(uint64_t base) : base_(base) {}
  std::optional<uint64_t> symbol_address(const SymbolRef& symbol) override {
    const uint64_t whole = base_ + symbol.addend;
    return symbol.part == AddressPart::high  ? whole & ~uint64_t{4095}
           : symbol.part == AddressPart::low ? whole & 4095
                                             : whole;
  }

 private:
  uint64_t base_;
};

APInt run(const Function& f, Environment& world, const std::vector<APInt>& arguments) {
  Start start;
  start.arguments = arguments;
  start.stack_pointer = 0x40000000;
  Outcome outcome = Interpreter(f).run(world, start);
  EXPECT_EQ(outcome.ending, Ending::returned);
  return outcome.result;
}

TEST(Fold, Rules) {
  Random random;
  for (const Rule& rule : kRules) {
    SCOPED_TRACE(rule.name);
    Expected<Function> before = function(rule.before), expected = function(rule.after);
    ASSERT_TRUE(before) << to_string(before.error());
    ASSERT_TRUE(expected) << to_string(expected.error());
    const Function after = simplify(*before);
    EXPECT_EQ(print(after), print(*expected));
    World world;
    for (int times = 0; times < 500; ++times) {
      const std::vector<APInt> arguments = random_arguments(random, *before);
      ASSERT_TRUE(run(*before, world, arguments) == run(*expected, world, arguments)) << print(*before);
    }
  }
}

struct Parts {
  int64_t high, low;
  std::optional<int64_t> joined;  // the whole address's addend
};

// High and low parts join when the sum is known: the same addend, whole pages apart, or less than a page apart, where
// the symbol's alignment must keep both on one page.
TEST(Fold, PartsOfAnAddress) {
  const Parts kParts[] = {{0, 0, 0},
                          {40000, 40000, 40000},
                          {0, 8, 8},
                          {8, 16, 16},
                          {16, 8, 8},
                          {4096, 0, 4096},
                          {-8192, 0, -8192},
                          {4104, 8, 4104},
                          {0, 4096, 0},
                          {5000, 0, std::nullopt},
                          {0, 5000, std::nullopt}};
  for (const Parts& parts : kParts)
    for (bool indexed : {false, true}) {
      const std::string body = fmt::format(
          "%10:b64 = symbol_address symbol=\"s\"{:+} high\n %11:b64 = add %10, {}\n"
          "%12:b64 = symbol_address symbol=\"s\"{:+} low\n %13:b64 = add %11, %12\n ret %13",
          parts.high, indexed ? "%0" : "0:b64", parts.low);
      SCOPED_TRACE(body);
      Expected<Function> before = function(body);
      ASSERT_TRUE(before) << to_string(before.error());
      const Function after = simplify(*before);
      const std::string text = print(after);
      EXPECT_EQ(text.find(" high") == std::string::npos, parts.joined.has_value()) << text;
      // On a page-aligned symbol every pair that is joined is what the instructions compute, wherever it is.
      for (uint64_t base : {uint64_t{0x10000}, uint64_t{0x7ffff000}}) {
        SplitWorld world(base);
        const std::vector<APInt> arguments = {APInt(64, 24)};
        EXPECT_EQ(run(after, world, arguments).getZExtValue(), run(*before, world, arguments).getZExtValue()) << text;
        if (!parts.joined) continue;
        EXPECT_EQ(run(after, world, arguments).getZExtValue(), base + *parts.joined + (indexed ? 24 : 0));
      }
    }
}

TEST(Fold, PartsOfDifferentSymbolsStay) {
  for (const char* other : {"\"t\" low", "\"s\" tls_offset low", "\"s\" high"}) {
    Expected<Function> before =
        function(fmt::format("%10:b64 = symbol_address symbol=\"s\" high\n %11:b64 = symbol_address symbol={}\n "
                             "%12:b64 = add %10, %11\n ret %12",
                             other));
    ASSERT_TRUE(before) << to_string(before.error());
    EXPECT_EQ(print(simplify(*before)), print(*before));
  }
}

TEST(Fold, SlotsOfTheLinkerAreLoadedAway) {
  Expected<Function> before =
                         function("%10:b64 = symbol_address symbol=\"s\" got\n %11:b64 = load align=8 %10\n ret %11"),
                     after = function("%10:b64 = symbol_address symbol=\"s\"\n ret %10");
  ASSERT_TRUE(before && after);
  EXPECT_EQ(print(simplify(*before)), print(*after));
}

TEST(Simplify, ControlFlow) {
  const Rule kFlow[] = {
      {"a branch on a constant", "branch 1:b1 -> b1(%0), b2()\nb1(%7:b64):\n ret %7\nb2():\n ret %1", "ret %0"},
      {"a switch on a constant", "switch 2:b8 -> 1: b1(), 2: b2(), b1()\nb1():\n ret %0\nb2():\n ret %1", "ret %1"},
      {"a branch to one place", "branch %4 -> b1(%0), b1(%0)\nb1(%7:b64):\n ret %7", "ret %0"},
      {"a branch on a bit turned", "%10:b1 = bit_not %4\n branch %10 -> b1(), b2()\nb1():\n ret %0\nb2():\n ret %1",
       "branch %4 -> b2(), b1()\nb1():\n ret %0\nb2():\n ret %1"},
      {"a value that loops only pass on",
       "jump -> b1(%0, 0:b8)\nb1(%7:b64, %8:b8):\n %9:b8 = add %8, 1:b8\n %10:b1 = ult %9, %5\n"
       "branch %10 -> b1(%7, %9), b2()\nb2():\n ret %7",
       "jump -> b1(0:b8)\nb1(%8:b8):\n %9:b8 = add %8, 1:b8\n %10:b1 = ult %9, %5\n"
       "branch %10 -> b1(%9), b2()\nb2():\n ret %0"},
      {"a stack pointer that comes back",
       "%10:b64 = frame_address offset=-8\n jump -> b1(%10, 0:b8)\nb1(%7:b64, %8:b8):\n %11:b64 = add %7, -16:b64\n"
       "store %11, %5\n %12:b64 = add %11, 16:b64\n %9:b8 = add %8, 1:b8\n %13:b1 = ult %9, %5\n"
       "branch %13 -> b1(%12, %9), b2()\nb2():\n ret %7",
       "jump -> b1(0:b8)\nb1(%8:b8):\n %11:b64 = frame_address offset=-24\n store %11, %5\n %9:b8 = add %8, 1:b8\n"
       "%10:b1 = ult %9, %5\n branch %10 -> b1(%9), b2()\nb2():\n %12:b64 = frame_address offset=-8\n ret %12"},
  };
  for (const Rule& rule : kFlow) {
    SCOPED_TRACE(rule.name);
    Expected<Function> before = function(rule.before), after = function(rule.after);
    ASSERT_TRUE(before) << to_string(before.error());
    ASSERT_TRUE(after) << to_string(after.error());
    EXPECT_EQ(print(simplify(*before)), print(*after));
  }
}

}  // namespace
}  // namespace portolan::ir
