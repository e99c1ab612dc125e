// Every engine on every ISA it knows: results, traps, guard pages, limits, what a run leaves behind.
#include <cstring>

#include "emulate/arena.h"
#include "engines.h"

namespace portolan::emulate {
namespace {

INSTANTIATE_TEST_SUITE_P(All, EngineTest, testing::ValuesIn(engine_cases()), case_name);

TEST_P(EngineTest, AddsTwoNumbers) {
  const Image image = image_of_assembly(
      isa(), by_isa(isa(), "f: leaq (%rdi,%rsi), %rax\nret\n", "f: add x0, x0, x1\nret\n", "f: add a0, a0, a1\nret\n"));
  const Outcome outcome = run(image, request_for(image, "f", {40, 2}));
  ASSERT_EQ(outcome.ending, Ending::returned) << describe(outcome);
  EXPECT_EQ(result_of(isa(), outcome), 42u);
}

// Every register goes in and comes out.
TEST_P(EngineTest, KeepsAllRegisters) {
  const Image image = image_of_assembly(isa(), "f: ret\n");
  Request request = request_for(image, "f");
  const unsigned width = engine_->capabilities().upper_vectors || isa() != Isa::x86_64 ? vector_bytes(isa()) : 16;
  for (unsigned i = 0; i < general_count(isa()); ++i) request.state.general[i] = 0x1111111111111111 * i + 7;
  for (unsigned i = 0; i < vector_count(isa()); ++i)
    for (unsigned b = 0; b < width; ++b) request.state.vector[i][b] = static_cast<uint8_t>(i * 37 + b * 11 + 1);
  std::vector<uint8_t> stack;
  MachineState expected = entry_state(image, request, stack);
  expected.pc = kReturnAddress;
  if (isa() == Isa::x86_64) expected.general[4] += 8;
  const Outcome outcome = run(image, request);
  ASSERT_EQ(outcome.ending, Ending::returned) << describe(outcome);
  EXPECT_EQ(outcome.state.general, expected.general);
  for (unsigned i = 0; i < vector_count(isa()); ++i) EXPECT_EQ(outcome.state.vector[i], expected.vector[i]) << i;
  EXPECT_EQ(outcome.state.flags, expected.flags);
  EXPECT_EQ(outcome.state.fp_control, expected.fp_control);
}

TEST_P(EngineTest, FlagsGoInAndOut) {
  if (isa() == Isa::riscv64) GTEST_SKIP() << "no flags";
  const Image image = image_of_assembly(isa(), "f: ret\n");
  for (int i = 0; i < 16; ++i) {
    Request request = request_for(image, "f");
    // x86-64: CF PF ZF SF from the bits of i; AArch64: V C Z N.
    request.state.flags = isa() == Isa::x86_64
                              ? 0x202 | (i & 1) | (i & 2 ? 4 : 0) | (i & 4 ? 0x40 : 0) | (i & 8 ? 0x880 : 0)
                              : static_cast<uint64_t>(i) << 28;
    const Outcome outcome = run(image, request);
    EXPECT_EQ(outcome.state.flags, request.state.flags) << i;
  }
}

TEST_P(EngineTest, ReadsAndWritesBuffers) {
  const Image image = image_of_c(isa(),
                                 "void f(unsigned char* to, const unsigned char* from, long n) {"
                                 "  for (long i = 0; i < n; ++i) to[i] = from[i] + 1; }");
  Arena arena;
  Request request =
      request_for(image, "f", {arena.place(100, Arena::Edge::end), arena.place(100, Arena::Edge::start), 100});
  const auto arguments = integer_arguments(isa());
  request.regions.push_back({request.state.general[arguments[0]], std::vector<uint8_t>(100, 9), true});
  request.regions.push_back({request.state.general[arguments[1]], std::vector<uint8_t>(100, 5), false});
  Outcome outcome = run(image, request);
  ASSERT_EQ(outcome.ending, Ending::returned) << describe(outcome);
  EXPECT_EQ(outcome.regions[0], std::vector<uint8_t>(100, 6));
  EXPECT_EQ(outcome.regions[1], std::vector<uint8_t>(100, 5));
  EXPECT_TRUE(outcome.stray_writes.empty());

  // One byte more runs over the end of the first buffer, onto its guard page.
  request.state.general[arguments[2]] = 101;
  request.regions[1].bytes.resize(101, 5);
  outcome = run(image, request);
  ASSERT_EQ(outcome.ending, Ending::trapped) << describe(outcome);
  EXPECT_EQ(outcome.trap.kind, TrapKind::segmentation);
  EXPECT_EQ(outcome.trap.address, request.regions[0].address + 100);
  if (engine_->capabilities().access_kind) {
    EXPECT_EQ(outcome.trap.access, Access::write);
  }
  EXPECT_EQ(outcome.regions[0], std::vector<uint8_t>(100, 6));

  // The read-only buffer can't be written.
  std::swap(request.state.general[arguments[0]], request.state.general[arguments[1]]);
  request.state.general[arguments[2]] = 100;
  outcome = run(image, request);
  ASSERT_EQ(outcome.ending, Ending::trapped) << describe(outcome);
  EXPECT_EQ(outcome.trap.address, request.regions[1].address);

  // Within a page but outside the buffer: seen afterwards.
  request.regions[1].writable = true;
  request.state.general[arguments[2]] = 102;
  request.regions[0].address -= 10;
  request.state.general[arguments[1]] -= 10;
  outcome = run(image, request);
  ASSERT_EQ(outcome.ending, Ending::returned) << describe(outcome);
  EXPECT_EQ(outcome.stray_writes, (std::vector<uint64_t>{request.regions[1].address + 101}));
}

TEST_P(EngineTest, RestoresGlobalsBetweenRuns) {
  const Image image = image_of_c(isa(),
                                 "int counter = 5; char big[20000]; __thread int mine = 7;"
                                 "int f(void) { big[12345] = 1; mine += 1; return ++counter + mine * 100; }");
  const std::vector<Request> requests(3, request_for(image, "f"));
  Expected<std::vector<Outcome>> outcomes = engine_->run_all(image, requests);
  ASSERT_TRUE(outcomes) << to_string(outcomes.error());
  for (const Outcome& outcome : *outcomes) {
    ASSERT_EQ(outcome.ending, Ending::returned) << describe(outcome);
    EXPECT_EQ(static_cast<uint32_t>(result_of(isa(), outcome)), 806u);
    ASSERT_EQ(outcome.changes.size(), 3u);
    std::map<uint64_t, std::vector<uint8_t>> changes;
    for (const MemoryChange& change : outcome.changes) changes[change.address] = change.bytes;
    EXPECT_EQ(changes[*image.find_symbol("counter")], std::vector<uint8_t>{6});
    EXPECT_EQ(changes[*image.find_symbol("big") + 12345], std::vector<uint8_t>{1});
    EXPECT_EQ(changes[*image.find_symbol("mine")], std::vector<uint8_t>{8});
  }
}

// What a request puts into data is there for this request only, and counts as a change of the image.
TEST_P(EngineTest, DataOfARequest) {
  const Image image = image_of_c(isa(),
                                 "int counter = 5; static int limit = 9; int table[3000]; const int fixed = 1;"
                                 "int f(void) { limit += table[2999]; return ++counter + limit + fixed; }");
  std::map<std::string, std::pair<uint64_t, bool>> objects;
  for (const DataObject& object : image.objects) objects[object.name] = {object.size, object.local};
  EXPECT_EQ(objects["counter"], (std::pair<uint64_t, bool>{4, false}));
  EXPECT_EQ(objects["limit"], (std::pair<uint64_t, bool>{4, true}));
  EXPECT_EQ(objects["table"], (std::pair<uint64_t, bool>{12000, false}));
  EXPECT_EQ(objects.count("fixed"), 0u);
  std::vector<Request> requests(3, request_for(image, "f"));
  const uint64_t counter = *image.find_symbol("counter"), last = *image.find_symbol("table") + 4 * 2999;
  requests[1].data = {{counter, {40, 0, 0, 0}}, {last, {7, 0, 0, 0}}};
  Expected<std::vector<Outcome>> outcomes = engine_->run_all(image, requests);
  ASSERT_TRUE(outcomes) << to_string(outcomes.error());
  const uint32_t expected[] = {6 + 9 + 1, 41 + 16 + 1, 6 + 9 + 1};
  for (size_t n = 0; n < 3; ++n) {
    ASSERT_EQ((*outcomes)[n].ending, Ending::returned) << describe((*outcomes)[n]);
    EXPECT_EQ(static_cast<uint32_t>(result_of(isa(), (*outcomes)[n])), expected[n]);
  }
  std::map<uint64_t, std::vector<uint8_t>> changes;
  for (const MemoryChange& change : (*outcomes)[1].changes) changes[change.address] = change.bytes;
  EXPECT_EQ(changes[counter], std::vector<uint8_t>{41});
  EXPECT_EQ(changes[last], std::vector<uint8_t>{7});
  // Nowhere but in writable data.
  requests[1].data = {{*image.find_symbol("fixed"), {1}}};
  EXPECT_FALSE(engine_->run_all(image, requests));
}

TEST_P(EngineTest, StackArgumentsAndFill) {
  const Image image = image_of_assembly(
      isa(), by_isa(isa(), "f: movq 8(%rsp), %rax\nmovq -64(%rsp), %rdx\nret\n",
                    "f: ldr x0, [sp]\nldur x1, [sp, #-64]\nret\n", "f: ld a0, 0(sp)\nld a1, -64(sp)\nret\n"));
  Request request = request_for(image, "f");
  request.stack_arguments = {1, 2, 3, 4, 5, 6, 7, 8};
  request.fill = 0x3c;
  const Outcome outcome = run(image, request);
  ASSERT_EQ(outcome.ending, Ending::returned) << describe(outcome);
  EXPECT_EQ(result_of(isa(), outcome), 0x0807060504030201u);
  const unsigned second = isa() == Isa::x86_64 ? 2 : isa() == Isa::aarch64 ? 1 : 11;
  EXPECT_EQ(outcome.state.general[second], 0x3c3c3c3c3c3c3c3cu);
}

TEST_P(EngineTest, StackOverflowIsCaught) {
  const Image image =
      image_of_c(isa(), "int f(int n) { volatile char room[512]; room[0] = n; return f(n + 1) + room[0]; }", "-O0");
  const Outcome outcome = run(image, request_for(image, "f", {1}));
  ASSERT_EQ(outcome.ending, Ending::trapped) << describe(outcome);
  EXPECT_EQ(outcome.trap.kind, TrapKind::segmentation);
  EXPECT_LT(outcome.trap.address, kStackTop - 64 * 1024);
  EXPECT_GE(outcome.trap.address, kStackTop - 64 * 1024 - kPageSize);
}

TEST_P(EngineTest, ClobberedCalleeSavedRegisterIsVisible) {
  const unsigned saved = callee_saved_general(isa()).back();
  const Image image = image_of_assembly(
      isa(), by_isa(isa(), "f: incq %r15\nret\n", "f: add x29, x29, #1\nret\n", "f: addi s11, s11, 1\nret\n"));
  Request request = request_for(image, "f");
  request.state.general[saved] = 99;
  EXPECT_EQ(run(image, request).state.general[saved], 100u);
}

TEST_P(EngineTest, UnknownExternalIsNamed) {
  const Image image = image_of_assembly(isa(), by_isa(isa(), "f: subq $8, %rsp\ncall outside@PLT\naddq $8, %rsp\nret\n",
                                                      "f: bl outside\nret\n", "f: call outside\nret\n"));
  const Outcome outcome = run(image, request_for(image, "f"));
  EXPECT_EQ(outcome.ending, Ending::external_unhandled) << describe(outcome);
  ASSERT_EQ(outcome.calls.size(), 1u);
  EXPECT_EQ(outcome.calls[0].name, "outside");
}

class Doubler : public ExternalHandler {
 public:
  explicit Doubler(Isa isa) : isa_(isa) {}
  void start_request() override {}
  Result on_external(const std::string& name, MachineState& state, MemoryAccess& memory) override {
    const uint64_t pointer = state.general[integer_arguments(isa_)[0]];
    uint64_t value = 0;
    uint8_t bytes[8];
    if (name != "twice" || !memory.read(pointer, bytes)) return {Action::fault, 0, pointer, {}, false};
    std::memcpy(&value, bytes, 8);
    value *= 2;
    std::memcpy(bytes, &value, 8);
    if (!memory.write(pointer, bytes)) return {Action::fault, 0, pointer, {}, false};
    state.general[isa_ == Isa::riscv64 ? 10 : 0] = value;
    return {Action::handled, value, 0, {}, false};
  }

 private:
  Isa isa_;
};

TEST_P(EngineTest, HandlerActsOnRegistersAndMemory) {
  if (!engine_->capabilities().externals) GTEST_SKIP() << "this engine runs no external calls";
  const Image image = image_of_c(isa(),
                                 "long twice(long*); long g = 3;"
                                 "long f(long n) { long sum = 0; for (long i = 0; i < n; ++i) sum += twice(&g); "
                                 "long here = n; twice(&here); return sum * 100 + here; }"
                                 "long bad(void) { return twice((long*)16); }");
  Doubler handler(isa());
  std::vector<Request> requests(2, request_for(image, "f", {3}));
  requests.push_back(request_for(image, "bad"));
  for (Request& request : requests) request.externals = &handler;
  Expected<std::vector<Outcome>> outcomes = engine_->run_all(image, requests);
  ASSERT_TRUE(outcomes) << to_string(outcomes.error());
  for (int i = 0; i < 2; ++i) {
    const Outcome& outcome = (*outcomes)[i];
    ASSERT_EQ(outcome.ending, Ending::returned) << describe(outcome);
    EXPECT_EQ(result_of(isa(), outcome), (6u + 12 + 24) * 100 + 6);
    EXPECT_EQ(outcome.calls, (std::vector<ExternalCall>{{"twice", 6}, {"twice", 12}, {"twice", 24}, {"twice", 6}}));
    ASSERT_EQ(outcome.changes.size(), 1u);
    EXPECT_EQ(outcome.changes[0].bytes, std::vector<uint8_t>{24});
  }
  EXPECT_EQ((*outcomes)[2].ending, Ending::trapped);
  EXPECT_EQ((*outcomes)[2].trap.address, 16u);
}

// The request that never ends is cut off; those around it are not harmed.
TEST_P(EngineTest, EndlessLoopHitsTheLimit) {
  const Image image = image_of_assembly(isa(), by_isa(isa(), "f: jmp f\ng: movl $7, %eax\nret\n",
                                                      "f: b f\ng: mov x0, #7\nret\n", "f: j f\ng: li a0, 7\nret\n"));
  std::vector<Request> requests = {request_for(image, "g"), request_for(image, "f"), request_for(image, "g")};
  for (Request& request : requests) request.limits.time = std::chrono::milliseconds(50);
  Expected<std::vector<Outcome>> outcomes = engine_->run_all(image, requests);
  ASSERT_TRUE(outcomes) << to_string(outcomes.error());
  EXPECT_EQ((*outcomes)[0].ending, Ending::returned) << describe((*outcomes)[0]);
  EXPECT_EQ((*outcomes)[1].ending, Ending::limit) << describe((*outcomes)[1]);
  EXPECT_EQ((*outcomes)[2].ending, Ending::returned) << describe((*outcomes)[2]);
  EXPECT_EQ(result_of(isa(), (*outcomes)[2]), 7u);
}

// So is one that comes back from each call in time.
TEST_P(EngineTest, EndlessCallsHitTheLimit) {
  if (!engine_->capabilities().externals) GTEST_SKIP() << "this engine runs no external calls";
  const Image image = image_of_c(
      isa(), "long twice(long*); long g = 1; void f(void) { for (;;) twice(&g); } long h(void) { return 7; }");
  Doubler handler(isa());
  std::vector<Request> requests = {request_for(image, "f"), request_for(image, "h")};
  for (Request& request : requests) request.limits.time = std::chrono::milliseconds(50), request.externals = &handler;
  Expected<std::vector<Outcome>> outcomes = engine_->run_all(image, requests);
  ASSERT_TRUE(outcomes) << to_string(outcomes.error());
  EXPECT_EQ((*outcomes)[0].ending, Ending::limit) << describe((*outcomes)[0]);
  EXPECT_EQ((*outcomes)[1].ending, Ending::returned) << describe((*outcomes)[1]);
  EXPECT_EQ(result_of(isa(), (*outcomes)[1]), 7u);
}

class Idle : public ExternalHandler {
 public:
  void start_request() override {}
  Result on_external(const std::string&, MachineState&, MemoryAccess&) override {
    return {Action::handled, 0, 0, {}, false};
  }
};

// It never comes back to the image: no instruction is counted meanwhile.
TEST_P(EngineTest, ACallThatReturnsToItselfHitsTheLimit) {
  if (!engine_->capabilities().externals) GTEST_SKIP() << "this engine runs no external calls";
  if (isa() == Isa::x86_64) GTEST_SKIP() << "return addresses stand on the stack, which ends";
  const Image image =
      image_of_assembly(isa(), by_isa(isa(), "", "f: adrp x30, outside\nadd x30, x30, :lo12:outside\nb outside\n",
                                      "f: la ra, outside\ntail outside\n"));
  Idle handler;
  Request request = request_for(image, "f");
  request.externals = &handler;
  request.limits.time = std::chrono::milliseconds(50);
  EXPECT_EQ(run(image, request).ending, Ending::limit);
  request.limits = {.instructions = 1000, .time = std::chrono::seconds(20)};
  const Outcome outcome = run(image, request);
  EXPECT_EQ(outcome.ending, Ending::limit);
  EXPECT_LE(outcome.calls.size(), 1u << 16);
}

struct TrapCase {
  const char *x86, *aarch64, *riscv64;  // nullptr: the ISA has no such trap
  TrapKind kind;
  std::optional<uint64_t> address;
};

TEST_P(EngineTest, TrapsAreNamed) {
  const TrapCase cases[] = {
      {"xorl %edx, %edx\nxorl %ecx, %ecx\n.globl t\nt: divl %ecx\n", nullptr, nullptr, TrapKind::divide, std::nullopt},
      {".globl t\nt: ud2\n", ".globl t\nt: udf #0\n", ".globl t\nt: unimp\n", TrapKind::illegal, std::nullopt},
      {".globl t\nt: int3\n", ".globl t\nt: brk #1\n", ".globl t\nt: ebreak\n", TrapKind::breakpoint, std::nullopt},
      {"movl $0x1238, %ecx\n.globl t\nt: movq (%rcx), %rax\n", "mov x1, #0x1238\n.globl t\nt: ldr x0, [x1]\n",
       "li a1, 0x1238\n.globl t\nt: ld a0, 0(a1)\n", TrapKind::segmentation, 0x1238},
      {"leaq t(%rip), %rcx\n.globl t\nt: movb $1, (%rcx)\n", "adr x1, t\n.globl t\nt: strb w0, [x1]\n",
       "lla a1, t\n.globl t\nt: sb a0, 0(a1)\n", TrapKind::segmentation, 0},
      {"movl $0x123000, %ecx\njmp *%rcx\n", "mov x1, #0x120000\nbr x1\n", "li a1, 0x123000\njr a1\n",
       TrapKind::segmentation, std::nullopt},
  };
  for (const TrapCase& trap : cases) {
    const char* const texts[] = {trap.x86, trap.aarch64, trap.riscv64};
    const char* text = texts[static_cast<size_t>(isa())];
    if (text == nullptr) continue;
    const Image image = image_of_assembly(isa(), std::string("f: ") + text);
    const Outcome outcome = run(image, request_for(image, "f"));
    ASSERT_EQ(outcome.ending, Ending::trapped) << text << describe(outcome);
    EXPECT_EQ(outcome.trap.kind, trap.kind) << text << describe(outcome);
    const uint64_t* where = image.find_symbol("t");
    if (where != nullptr) {
      EXPECT_EQ(outcome.state.pc, *where) << text;
    } else {
      EXPECT_EQ(outcome.trap.access, Access::execute) << text;
    }
    if (trap.address) {
      EXPECT_EQ(outcome.trap.address, *trap.address == 0 ? *where : *trap.address) << text;
    }
  }
}

// A write to a file descriptor must reach nobody.
TEST_P(EngineTest, SystemCallsAreStopped) {
  const Image image = image_of_assembly(isa(), by_isa(isa(), "f: movl $39, %eax\nsyscall\nret\n",
                                                      "f: mov x8, #172\nsvc #0\nret\n", "f: li a7, 172\necall\nret\n"));
  if (std::optional<std::string> reason = engine_->refuses(image)) {
    EXPECT_NE(reason->find("system call"), std::string::npos);
    EXPECT_FALSE(engine_->run(image, request_for(image, "f")));
    return;
  }
  const Outcome outcome = run(image, request_for(image, "f"));
  ASSERT_EQ(outcome.ending, Ending::trapped) << describe(outcome);
  EXPECT_EQ(outcome.trap.kind, TrapKind::system_call) << describe(outcome);
}

}  // namespace
}  // namespace portolan::emulate
