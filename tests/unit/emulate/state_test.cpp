// Machine state beyond the plain registers: rounding, sticky exceptions, x87, thread-local storage, what may be
// executed.
#include <cstring>
#include <random>

#include "emulate/assemble.h"
#include "emulate/library_handler.h"
#include "engines.h"

namespace portolan::emulate {
namespace {

class StateTest : public EngineTest {};
INSTANTIATE_TEST_SUITE_P(All, StateTest, testing::ValuesIn(engine_cases()), case_name);

TEST_P(StateTest, RoundingAndStickyBits) {
  if (!engine_->capabilities().rounding_modes) GTEST_SKIP() << "this engine knows one rounding mode only";
  const Image image = image_of_assembly(isa(), by_isa(isa(), "f: divsd %xmm1, %xmm0\nret\n",
                                                      "f: fdiv d0, d0, d1\nret\n", "f: fdiv.d fa0, fa0, fa1\nret\n"));
  // Upwards, then downwards, in each ISA's control register; the bit for "inexact".
  const uint32_t up = by_isa(isa(), "x", "a", "r")[0] == 'x' ? 0x5f80 : isa() == Isa::aarch64 ? 1u << 22 : 3;
  const uint32_t down = isa() == Isa::x86_64 ? 0x3f80 : isa() == Isa::aarch64 ? 2u << 22 : 2;
  const uint32_t inexact = isa() == Isa::x86_64 ? 0x20 : isa() == Isa::aarch64 ? 0x10 : 1;
  auto divide = [&](uint32_t control, double a, double b) {
    Request request = request_for(image, "f");
    request.state.fp_control = control;
    std::memcpy(request.state.vector[float_arguments(isa())[0]].data(), &a, 8);
    std::memcpy(request.state.vector[float_arguments(isa())[1]].data(), &b, 8);
    const Outcome outcome = run(image, request);
    EXPECT_EQ(outcome.ending, Ending::returned) << describe(outcome);
    EXPECT_EQ(outcome.state.fp_control, control);
    double result = 0;
    std::memcpy(&result, outcome.state.vector[float_arguments(isa())[0]].data(), 8);
    return std::pair{result, outcome.state.fp_status};
  };
  EXPECT_GT(divide(up, 1, 3).first, divide(down, 1, 3).first);
  if (engine_->capabilities().fp_status) {
    EXPECT_EQ(divide(up, 1, 3).second & inexact, inexact);
    EXPECT_EQ(divide(up, 1, 2).second & inexact, 0u);
  }
}

TEST_P(StateTest, X87Stack) {
  if (!engine_->capabilities().x87) GTEST_SKIP() << "this engine has no x87 state";
  const Image image = image_of_assembly(isa(), "f: fld1\nfldpi\nret\n");
  const Outcome outcome = run(image, request_for(image, "f"));
  ASSERT_EQ(outcome.ending, Ending::returned) << describe(outcome);
  const long double expected[] = {3.14159265358979323846264338327950288L, 1};
  for (int i : {0, 1}) EXPECT_EQ(std::memcmp(outcome.state.x87.registers[i].data(), &expected[i], 10), 0) << i;
  // Pushed twice: top is 6, physical registers 6 and 7 are in use.
  EXPECT_EQ(outcome.state.x87.status >> 11 & 7, 6);
  EXPECT_EQ(outcome.state.x87.in_use, 0xc0);

  // What came out goes in again: pi - 1 pops one.
  const Image second = image_of_assembly(isa(), "g: fsubp\nfchs\nret\n");
  Request request = request_for(second, "g");
  request.state.x87 = outcome.state.x87;
  const Outcome difference = run(second, request);
  const long double value = expected[0] - expected[1];
  long double got = 0;
  std::memcpy(&got, difference.state.x87.registers[0].data(), 10);
  EXPECT_EQ(got < 0 ? -got : got, value);
  EXPECT_EQ(difference.state.x87.in_use, 0x80);
}

TEST_P(StateTest, UpperVectorHalves) {
  if (!engine_->capabilities().upper_vectors) GTEST_SKIP() << "this engine has no upper vector halves";
  const Image image = image_of_assembly(isa(), "f: vpaddb %ymm1, %ymm0, %ymm2\nret\n");
  Request request = request_for(image, "f");
  for (int i = 0; i < 32; ++i) {
    request.state.vector[0][i] = static_cast<uint8_t>(i);
    request.state.vector[1][i] = static_cast<uint8_t>(3 * i);
  }
  const Outcome outcome = run(image, request);
  ASSERT_EQ(outcome.ending, Ending::returned) << describe(outcome);
  for (int i = 0; i < 32; ++i) EXPECT_EQ(outcome.state.vector[2][i], static_cast<uint8_t>(4 * i));
}

TEST_P(StateTest, VexCodeIsKeptFromUnicorn) {
  if (GetParam().engine != "unicorn" || isa() != Isa::x86_64) GTEST_SKIP() << "about Unicorn on x86-64 only";
  EXPECT_TRUE(engine_->refuses(image_of_assembly(isa(), "f: nop\nvpaddb %xmm1, %xmm0, %xmm2\nret\n")));
  EXPECT_TRUE(engine_->refuses(image_of_assembly(isa(), "f: vpaddd %zmm1, %zmm0, %zmm2\nret\n")));
  EXPECT_FALSE(engine_->refuses(image_of_assembly(isa(), "f: paddb %xmm1, %xmm0\npopq %rax\npushq %rax\nret\n")));
}

// Thread-local storage by every model that compilers emit, in the unit and outside it.
TEST_P(StateTest, ThreadLocalModels) {
  const std::string text =
      "static __thread int a = 3; __thread long b = 40; __thread char pad[100]; extern __thread int outside;"
      "int f(int n) { a += n; outside += 5; return a + (int)b + pad[7] + outside; }";
  for (const char* options : {"-O2", "-fPIC", "-fPIE", "-ftls-model=initial-exec"}) {
    const Image image = image_of_c(isa(), text, options);
    LibraryHandler handler(isa(), 0, 0, &image);
    Request request = request_for(image, "f", {10});
    request.externals = &handler;
    const Outcome outcome = run(image, request);
    ASSERT_EQ(outcome.ending, Ending::returned) << options << describe(outcome);
    EXPECT_EQ(static_cast<int>(result_of(isa(), outcome)), 58) << options;
    EXPECT_TRUE(outcome.calls.empty());
    EXPECT_EQ(outcome.changes.size(), 2u);
  }
}

TEST_P(StateTest, DataIsNotExecuted) {
  const Image image =
      image_of_assembly(isa(), by_isa(isa(), ".data\n.globl d\nd: ret\n.text\nf: leaq d(%rip), %rax\njmp *%rax\n",
                                      ".data\n.globl d\nd: ret\n.text\nf: adrp x0, d\nadd x0, x0, :lo12:d\nbr x0\n",
                                      ".data\n.globl d\nd: ret\n.text\nf: lla a0, d\njr a0\n"));
  const Outcome outcome = run(image, request_for(image, "f"));
  ASSERT_EQ(outcome.ending, Ending::trapped) << describe(outcome);
  EXPECT_EQ(outcome.trap.kind, TrapKind::segmentation);
  EXPECT_EQ(outcome.trap.address, *image.find_symbol("d"));
  EXPECT_EQ(outcome.trap.access, Access::execute);
}

// Code that is position dependent, position independent, and for large images reads the same data.
TEST_P(StateTest, CodeModels) {
  const std::string text =
      "static int t[] = {5, 6, 7}; int g = 8; extern int missing __attribute__((weak));"
      "int (*fp)(int); int h(int x) { return t[x]; } extern int variable;"
      "int f(int x) { fp = h; variable = 1; return fp(x) * 10 + g + (&missing != 0) + variable; }";
  std::vector<const char*> options = {"-O2", "-fPIC", "-fno-pic", "-fPIE"};
  if (isa() == Isa::x86_64) options.push_back("-mcmodel=large");
  if (isa() == Isa::aarch64) options.push_back("-mcmodel=tiny");
  if (isa() == Isa::riscv64) options.push_back("-mcmodel=medany");
  for (const char* option : options) {
    const Image image = image_of_c(isa(), text, option);
    const Outcome outcome = run(image, request_for(image, "f", {2}));
    ASSERT_EQ(outcome.ending, Ending::returned) << option << describe(outcome);
    EXPECT_EQ(static_cast<int>(result_of(isa(), outcome)), 79) << option;
  }
}

// Requests that make no sense are refused; the engine lives on.
TEST_P(StateTest, ImpossibleRequestsAreRefused) {
  const Image image = image_of_assembly(isa(), "f: ret\n");
  const Request good = request_for(image, "f");
  Request request = good;
  request.regions.push_back({0x1000, {1}, true});
  EXPECT_FALSE(engine_->run(image, request));
  request = good;
  request.regions.push_back({kArenaBase, {1, 2, 3}, true});
  request.regions.push_back({kArenaBase + 2, {1, 2, 3}, true});
  EXPECT_FALSE(engine_->run(image, request));
  request = good;
  request.regions.push_back({kArenaBase, {1}, true});
  request.regions.push_back({kArenaBase + 8, {1}, false});
  EXPECT_FALSE(engine_->run(image, request));
  request = good;
  request.stack_size = uint64_t{1} << 40;
  EXPECT_FALSE(engine_->run(image, request));
  EXPECT_EQ(run(image, good).ending, Ending::returned);
}

TEST(LinkTest, DamagedObjectsAreErrorsAtWorst) {
  std::mt19937 random(7);
  for (Isa isa : kIsas) {
    Expected<Object> object = assemble(isa, ".globl f\nf: nop\n.data\n.quad f, outside\n");
    ASSERT_TRUE(object);
    for (int round = 0; round < 25; ++round) {
      Object damaged = *object;
      for (int i = 0; i < 4; ++i) damaged[random() % damaged.size()] = static_cast<uint8_t>(random());
      (void)static_cast<bool>(link_image(isa, {&damaged, 1}));
    }
  }
}

}  // namespace
}  // namespace portolan::emulate
