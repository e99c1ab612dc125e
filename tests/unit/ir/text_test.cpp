// The text form says everything and is read back as it was.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "ir/check.h"
#include "ir/parse.h"
#include "llvm/ADT/StringRef.h"
#include "tests/unit/ir/equal.h"
#include "tests/unit/ir/test_support.h"
#include "tests/unit/ir/world.h"

namespace portolan::ir {
namespace {

// Statements that use the op in every way it has, for a function whose entry takes
// %0:b64, %1:b64, %2:b1, %3:b128, %4:b32, %5:b4. Empty: nobody said how.
std::vector<std::string> statements(Op op) {
  const OpInfo& i = info(op);
  const bool floating = op >= Op::fadd && op <= Op::uint_to_f;
  auto line = [&](std::string_view attributes, std::string_view operands, unsigned width) {
    return fmt::format("%9:b{} = {} {} {}", width, i.name, attributes, operands);
  };
  const std::string_view operands = i.arity == 1 ? "%0" : i.arity == 2 ? "%0, %1" : "%0, %1, %0";
  const std::string_view wide = i.arity == 1 ? "%3" : i.arity == 2 ? "%3, %3" : "%3, %3, %3";
  switch (i.shape) {
    case Shape::Unary:
    case Shape::Binary:
    case Shape::Ternary:
      if (floating)
        return {line("format=f64", operands, 64), line("format=bf16 lanes=4 nan=aarch64", operands, 64),
                line("lanes=4 format=f32 rounding=toward_zero nan=x86", wide, 128)};
      if (!i.lanes) return {line("", operands, 64), line("", wide, 128)};
      return {line("", operands, 64), line("lanes=8", operands, 64), line("lanes=2", wide, 128)};
    case Shape::Compare:
      if (floating) return {line("format=f64", operands, 1), line("format=f16 lanes=8 nan=riscv", wide, 8)};
      return {line("", operands, 1), line("lanes=8", operands, 8)};
    case Shape::Carry:
      return {line("", "%0, %1, %2", 1)};
    case Shape::Reduce:
      return {line("lanes=4", "%3", 32)};
    default:
      break;
  }
  switch (op) {
    case Op::constant:
      return {"store %0, 0x123456789abcdef0fedcba9876543210:b128", "%9:b8 = add -1:b8, 255:b8"};
    case Op::undef:
      return {line("", "", 77), line("of=12", "", 64)};
    case Op::parameter:
      return {"jump -> b1(%0)\nb1(%9:b64) \"a \\\"name\\\\\\x0a\":"};
    case Op::get_slot:
      return {line("slot=3", "", 64)};
    case Op::set_slot:
      return {"set_slot slot=2 %0 @17", "set_slot slot=31 %0, %1"};
    case Op::symbol_address:
      return {line("symbol=\"data\"", "", 64),
              line("symbol=\"data\"-8", "", 64),
              line("symbol=\"data\"+4096 got", "", 64),
              line("symbol=\"data\" tls_offset high", "", 64),
              line("symbol=\"data\" tls_got low", "", 64),
              line("symbol=\"da ta\\x01\\\"\" tls_index", "", 64)};
    case Op::thread_pointer:
      return {line("", "", 64)};
    case Op::frame_address:
      return {line("offset=-24", "", 64), line("offset=0", "", 64)};
    case Op::zext:
    case Op::sext:
      return {line("", "%4", 100), line("lanes=4", "%4", 64), line("", "%0", 64)};
    case Op::extract:
      return {line("low=0", "%0", 64), line("low=60", "%0", 4), line("lanes=2 low=3", "%3", 6)};
    case Op::fconvert:
      return {line("format=f64 to=f32 nan=x86", "%0", 32), line("lanes=2 format=f32 to=f64 rounding=down", "%0", 128)};
    case Op::fto_sint:
    case Op::fto_uint:
      return {line("format=f64 rounding=nearest_away", "%0", 32), line("lanes=4 format=f32", "%3", 256)};
    case Op::sint_to_f:
    case Op::uint_to_f:
      return {line("to=f32 rounding=up", "%0", 32), line("lanes=2 to=f64", "%0", 128)};
    case Op::concat:
      return {line("", "%0, %4", 96), line("lanes=4", "%4, %4", 64)};
    case Op::select:
      return {line("", "%2, %0, %1", 64), line("lanes=4", "%5, %0, %1", 64)};
    case Op::splat:
      return {line("lanes=4", "%4", 128)};
    case Op::shuffle:
      return {line("lanes=2 mask=[0 -1 3 2]", "%0, %1", 128)};
    case Op::permute:
      return {line("lanes=16", "%3, %3", 128)};
    case Op::load:
      return {line("", "%0", 8), line("ordering=acquire align=8", "%0", 64)};
    case Op::store:
      return {"store %0, %4", "store ordering=sequential align=128 %0, %1"};
    case Op::atomic_rmw:
      return {line("ordering=acquire_release kind=bit_clear", "%0, %1", 64),
              line("ordering=relaxed kind=exchange", "%0, %4", 32),
              line("format=f32 nan=ptx ordering=relaxed kind=fadd_flush", "%0, %4", 32)};
    case Op::atomic_cas:
      return {line("ordering=sequential", "%0, %1, %1", 64)};
    case Op::identity:
      return {line("which=thread_x", "", 32), line("which=warp", "", 32)};
    case Op::active_lanes:
      return {line("", "", 32), line("", "", 64)};
    case Op::lane_read:
      return {line("", "%4, %1, %4", 64), line("", "%0, %3, %4", 128)};
    case Op::lane_ballot:
      return {line("", "%4, %2", 32)};
    case Op::lane_match:
      return {line("", "%4, %1", 32), line("", "%0, %5", 64)};
    case Op::lane_reduce:
      return {line("kind=umax", "%4, %4", 32)};
    case Op::block_barrier:
      return {line("", "%4, 0:b32, %2", 32)};
    case Op::fence:
      return {"fence ordering=release"};
    case Op::memory_copy:
      return {"memory_copy bytes=8 %0, %0, 2:b64"};
    case Op::memory_set:
      return {"memory_set bytes=4 %0, %4, 3:b64"};
    case Op::stack_allocate:
      return {line("", "%1", 64)};
    case Op::stack_release:
      return {"stack_release %0"};
    case Op::call:
      return {"call symbol=\"callee\"", "call indirect %0", line("symbol=\"callee\" signature=7", "%0, 5:b8, %2", 64),
              line("indirect signature=0", "%0, %4", 64)};
    case Op::trap_if:
      return {"trap_if trap=divide %2", "trap_if trap=illegal 0:b1"};
    case Op::jump:
      return {"jump -> b1(%0, %2)\nb1(%8:b64, %9:b1):"};
    case Op::branch:
      return {"branch %2 -> b1(%0), b2() @5\nb1(%8:b64):\n  ret %8\nb2():"};
    case Op::switch_:
      return {"switch %0 -> 0x0: b1(), 18446744073709551615: b2(), b2()\nb1():\n  ret\nb2():",
              "switch %0 -> b1()\nb1():"};
    case Op::jump_indirect:
      return {"jump_indirect %0 -> 0x10000000010: b1()\nb1():"};
    case Op::ret:
      return {"ret %0, %2 @3\nb1():"};
    case Op::tail_call:
      return {"tail_call symbol=\"callee\"+4 signature=3 %0\nb1():", "tail_call indirect %0\nb1():"};
    case Op::trap:
      return {"trap trap=breakpoint\nb1():"};
    case Op::unreachable:
      return {"unreachable @8\nb1():"};
    default:
      return {};
  }
}

std::string function_with(const std::string& statement) {
  return "function \"sample\" {\nb0(%0:b64, %1:b64, %2:b1, %3:b128, %4:b32, %5:b4):\n  " + statement + "\n  ret " +
         (statement.starts_with("%9") || statement.starts_with("jump ->") ? "%9" : "%0") + "\n}\n";
}

std::string read_and_printed(const std::string& text) {
  Expected<Function> f = parse_function(text, "again.ir");
  return f ? print(*f) : to_string(f.error());
}

std::string run(const Function& f) {
  World world;
  for (size_t n = 0; n < world.bytes.size(); ++n) world.bytes[n] = static_cast<uint8_t>(n * 7);
  world.symbols = {{"data", 0x1200}};
  std::vector<APInt> slots(32, APInt(64, 0x1111));
  uint64_t steps = 1000;
  Start start;
  start.slots = slots;
  start.arguments = {APInt(64, 0x1008),     APInt(64, 24),
                     APInt(1, 1),           APInt(128, llvm::StringRef("123456789abcdef01020304050607080"), 16),
                     APInt(32, 0x80000001), APInt(4, 6)};
  start.stack_pointer = 0x1f00;
  start.steps = &steps;
  Outcome outcome = Interpreter(f).run(world, start);
  std::string text =
      fmt::format("{} {:#x} {} {}:", static_cast<int>(outcome.ending), outcome.address, outcome.line, steps);
  for (unsigned w = 0; w < outcome.result.getNumWords(); ++w)
    text += fmt::format(" {:x}", outcome.result.getRawData()[w]);
  for (const APInt& slot : slots) text += fmt::format(" {:x}", slot.getLimitedValue());
  return text + std::string(world.bytes.begin(), world.bytes.end());
}

// A new op without statements here fails; so does one whose attributes the text form does not carry.
TEST(Text, EveryOpIsReadBackAsItWas) {
  for (unsigned n = 0; n < kOpCount; ++n) {
    const Op op = static_cast<Op>(n);
    SCOPED_TRACE(info(op).name);
    EXPECT_FALSE(statements(op).empty());
    for (const std::string& statement : statements(op)) {
      const std::string text = function_with(statement);
      SCOPED_TRACE(text);
      Expected<Function> f = parse_function(text, "sample.ir");
      ASSERT_TRUE(f) << to_string(f.error());
      bool present = op == Op::constant;
      for (const Block& block : f->blocks) {
        present |= block.terminator.op == op;
        for (ValueId v : block.instructions) present |= (*f)[v].op == op;
        for (ValueId v : block.parameters) present |= (*f)[v].op == op;
      }
      EXPECT_TRUE(present);
      Expected<Function> again = parse_function(print(*f), "again.ir");
      ASSERT_TRUE(again) << to_string(again.error());
      EXPECT_EQ(difference(*f, *again), "");
      EXPECT_EQ(print(*f), print(*again));
      EXPECT_EQ(run(*f), run(*again));
    }
  }
}

// Changing any field of an instruction that means something changes the text.
TEST(Text, SaysEveryAttribute) {
  const std::string text =
      "function \"f\" {\n"
      "b0(%0:b64, %1:b1) \"entry\":\n"
      "  %2:b64 = fadd lanes=2 format=f32 rounding=up nan=x86 %0, %0 @3\n"
      "  %3:b32 = fconvert format=f64 to=f32 %0\n"
      "  %4:b64 = load ordering=acquire align=4 %0\n"
      "  %5:b64 = atomic_rmw ordering=relaxed kind=smax %0, %4\n"
      "  trap_if trap=divide %1 @4\n"
      "  %6:b8 = extract low=5 %0\n"
      "  %7:b64 = symbol_address symbol=\"s\"+8 got high\n"
      "  %8:b128 = shuffle lanes=2 mask=[0 1 -1 3] %0, %2\n"
      "  %9:b64 = call symbol=\"g\" signature=2 %6, 0x7:b8 @5\n"
      "  memory_set bytes=1 %0, %6, %9\n"
      "  %10:b64 = frame_address offset=-8\n"
      "  branch %1 -> b1(%3), b2() @6\n"
      "b1(%11:b32):\n"
      "  switch %11 -> 0x5: b2(), b2()\n"
      "b2():\n"
      "  tail_call indirect signature=1 %10, %8 @7\n"
      "}\n";
  EXPECT_EQ(read_and_printed(text), text);
}

TEST(Text, NumbersDependOnTheFunctionOnly) {
  EXPECT_EQ(read_and_printed("function \"f\" { b0(%70:b8): %x1:b8 = add %70, 1:b8 ret %x1 }").find("expected"), 22u);
  EXPECT_EQ(read_and_printed("function \"f\" { b0(%70:b8): // two\n %51:b8 = add %70, -1:b8 ret %51 }"),
            "function \"f\" {\nb0(%0:b8):\n  %1:b8 = add %0, 0xFF:b8\n  ret %1\n}\n");
}

TEST(Text, SeveralFunctionsAndNone) {
  Expected<std::vector<Function>> two =
      parse_functions("function \"a\" { b0(): ret }\nfunction \"b\" { b0(): ret }\n", "two.ir");
  ASSERT_TRUE(two);
  EXPECT_EQ(two->size(), 2u);
  EXPECT_EQ((*two)[1].name, "b");
  Expected<std::vector<Function>> none = parse_functions("// nothing\n", "none.ir");
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
  EXPECT_FALSE(parse_function("// nothing\n", "none.ir"));
}

// What fuzzing starts from must be worth starting from.
TEST(Text, SeedsOfTheFuzzerAreRead) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PORTOLAN_IR_SEEDS)) {
    std::ifstream file(entry.path());
    const std::string text(std::istreambuf_iterator<char>(file), {});
    EXPECT_EQ(read_and_printed(text), text);
    ++count;
  }
  EXPECT_GE(count, 3u);
}

struct Bad {
  std::string_view text;
  unsigned line, column;
  std::string_view message;
};

const Bad kBad[] = {
    {"functio", 1, 1, "expected 'function'"},
    {"function f", 1, 10, "expected the function's name in quotes"},
    {"function \"f", 1, 10, "expected the function's name in quotes"},
    {"function \"f\\q\" {", 1, 10, "expected the function's name in quotes"},
    {"function \"f\" {\nb1():\n  ret\n}", 2, 1, "blocks are numbered in order: b0"},
    {"function \"f\" {\nb0(:\n", 2, 4, "expected a value like %1"},
    {"function \"f\" {\nb0(%0:c8):\n", 2, 7, "expected a type like b64"},
    {"function \"f\" {\nb0(%0:b0):\n", 2, 7, "types are b1 to b65536"},
    {"function \"f\" {\nb0(%0:b65537):\n", 2, 7, "types are b1 to b65536"},
    {"function \"f\" {\nb0(%0:b99999999999):\n", 2, 7, "expected a type like b64"},
    {"function \"f\" {\nb0():\n  frobnicate\n", 3, 3, "there is no operation 'frobnicate'"},
    {"function \"f\" {\nb0():\n  %1:b8 = jump -> b0()\n", 3, 3, "jump gives no value"},
    {"function \"f\" {\nb0():\n  %1:b8 = constant\n", 3, 3, "constants and parameters are no instructions"},
    {"function \"f\" {\nb0():\n  %1:b8 = undef\n  %1:b8 = undef\n", 4, 3, "%1 is defined twice"},
    {"function \"f\" {\nb0():\n  ret %1\n}", 3, 7, "%1 is defined nowhere"},
    {"function \"f\" {\nb0():\n  ret 256:b8\n}", 3, 7, "no constant of 8 bits"},
    {"function \"f\" {\nb0():\n  ret -129:b8\n}", 3, 7, "no constant of 8 bits"},
    {"function \"f\" {\nb0():\n  ret 0xg:b8\n}", 3, 7, "no constant of 8 bits"},
    {"function \"f\" {\nb0():\n  ret 5\n}", 4, 1, "expected ':'"},
    {"function \"f\" {\nb0():\n  %1:b8 = undef low=3\n", 3, 17, "undef has no attribute 'low'"},
    {"function \"f\" {\nb0():\n  %1:b8 = undef lanes=70000\n", 3, 23, "'lanes' cannot be this"},
    {"function \"f\" {\nb0():\n  %1:b8 = undef format=f8\n", 3, 24, "'format' cannot be this"},
    {"function \"f\" {\nb0():\n  %1:b64 = symbol_address\n  ret\n}", 4, 3, "expected 'symbol='"},
    {"function \"f\" {\nb0():\n  %1:b64 = symbol_address @3\n  ret\n}", 3, 27, "expected 'symbol='"},
    {"function \"f\" {\nb0():\n  call symbol=\"a\" symbol=\"b\"\n  ret\n}", 3, 19, "a second call target"},
    {"function \"f\" {\nb0():\n  call symbol=\"a\"+99999999999999999999\n", 3, 18, "expected an addend"},
    {"function \"f\" {\nb0():\n  %1:b8 = shuffle mask=[0 x]\n", 3, 27, "expected a lane's number or ']'"},
    {"function \"f\" {\nb0():\n  jump -> c0()\n", 3, 11, "expected a block like b1"},
    {"function \"f\" {\nb0():\n  trap trap=nothing\n", 3, 13, "expected a kind of trap"},
    {"function \"f\" {\nb0():\n  ret @x\n", 3, 8, "expected a line number"},
    {"function \"f\" {\nb0():\n  undef ; \n", 3, 9, "expected an operation"},
    {"function \"f\" {\nb0():\n", 3, 1, "expected an operation"},
    {"function \"f\" {\n}\n", 1, 1, "function 'f': no blocks"},
};

TEST(Text, BadTextIsRefusedWhereItIsBad) {
  for (const Bad& bad : kBad) {
    SCOPED_TRACE(bad.text);
    Expected<std::vector<Function>> f = parse_functions(bad.text, "bad.ir");
    ASSERT_FALSE(f);
    EXPECT_EQ(f.error().location.file, "bad.ir");
    EXPECT_EQ(f.error().location.line, bad.line) << to_string(f.error());
    EXPECT_EQ(f.error().location.column, bad.column) << to_string(f.error());
    EXPECT_EQ(f.error().message, bad.message);
  }
}

// Every prefix of a text is read or refused, and no byte changed at random crashes the reader.
TEST(Text, PrefixesAndChangedBytes) {
  std::string text;
  for (unsigned n = 0; n < kOpCount; ++n)
    for (const std::string& statement : statements(static_cast<Op>(n))) text += function_with(statement);
  Random random;
  for (size_t n = 0; n < text.size(); n += 1 + random.below(40)) {
    std::string part = text.substr(0, n);
    (void)parse_functions(part, "prefix.ir");
    for (int times = 3; times-- > 0 && !part.empty();)
      part[random.below(part.size())] = static_cast<char>(random.below(256));
    Expected<std::vector<Function>> changed = parse_functions(part, "changed.ir");
    if (!changed) continue;
    for (const Function& function : *changed) EXPECT_FALSE(check(function));
  }
}

}  // namespace
}  // namespace portolan::ir
