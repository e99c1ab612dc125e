// What the lifters say against what processors do, on sequences that single-instruction tests cannot hold: exclusive
// pairs, flags moved through registers, calls, tables, quiet comparisons. Every engine of the ISA is asked.
#include "emulate/ir_engine.h"

#include <fmt/format.h>

#include "emulate/arena.h"
#include "engines.h"

namespace portolan::emulate {
namespace {

struct Sequence {
  Isa isa;
  const char* name;
  const char* text;  // the function f(buffer, number)
};

const Sequence kSequences[] = {
    {Isa::aarch64, "exclusive add",
     "f: 1: ldxr x2, [x0]\nadd x2, x2, x1\nstxr w3, x2, [x0]\ncbnz w3, 1b\nmov x0, x2\nret\n"},
    {Isa::aarch64, "exclusive byte, acquire and release",
     "f: 1: ldaxrb w2, [x0]\neor w2, w2, w1\nstlxrb w3, w2, [x0]\ncbnz w3, 1b\nmov w0, w2\nret\n"},
    {Isa::aarch64, "exclusive halfword and word",
     "f: ldxrh w2, [x0]\nstxrh w3, w1, [x0]\nldaxr w4, [x0, #0]\nadd w4, w4, #1\nstlxr w5, w4, [x0]\nret\n"},
    {Isa::aarch64, "exclusive pair", "f: ldxp x2, x3, [x0]\nadd x2, x2, x1\nstxp w4, x3, x2, [x0]\nret\n"},
    {Isa::aarch64, "no reservation left", "f: ldxr x2, [x0]\nclrex\nstxr w3, x1, [x0]\nmov w0, w3\nret\n"},
    {Isa::aarch64, "reservation elsewhere", "f: ldxr x2, [x0]\nadd x4, x0, #64\nstxr w3, x1, [x4]\nmov w0, w3\nret\n"},
    {Isa::aarch64, "a reservation is used once",
     "f: ldxr x2, [x0]\nstxr w3, x1, [x0]\nstxr w4, x2, [x0]\nadd w0, w3, w4, lsl #4\nret\n"},
    {Isa::aarch64, "flags through a register",
     "f: cmp x1, #5\nmrs x2, nzcv\neor x3, x2, #0xf0000000\nmsr nzcv, x3\nmrs x4, nzcv\ncset x5, eq\ncset x6, lt\n"
     "cset x7, hi\nmsr nzcv, x1\nmrs x8, nzcv\nret\n"},
    {Isa::aarch64, "calls and a table",
     "f: stp x29, x30, [sp, #-16]!\nand x1, x1, #3\nadr x2, 9f\nldrsw x3, [x2, x1, lsl #2]\nadd x3, x3, x2\nblr x3\n"
     "ldp x29, x30, [sp], #16\nret\n1: mov x0, #10\nret\n2: mov x0, #20\nret\n"
     "9: .word 1b-9b, 2b-9b, 1b-9b, 2b-9b\n"},
    {Isa::riscv64, "load-reserved and store-conditional",
     "f: 1: lr.d a2, (a0)\nadd a2, a2, a1\nsc.d a3, a2, (a0)\nbnez a3, 1b\nlr.w a4, (a0)\nsc.w a5, a1, (a0)\nret\n"},
    {Isa::riscv64, "a reservation is used once",
     "f: lr.w a2, (a0)\nsc.w a3, a1, (a0)\nsc.w a4, a2, (a0)\nsnez a4, a4\nret\n"},
    {Isa::riscv64, "a quiet comparison",
     "f: fcvt.d.l fa0, a1\nfcvt.d.w fa1, zero\nfrflags a5\nflt.d a2, fa1, fa0\nfsflags a5\nli a5, 0\nret\n"},
    {Isa::riscv64, "calls and a table",
     "f: addi sp, sp, -16\nsd ra, 8(sp)\nandi a1, a1, 3\nslli a1, a1, 2\nlla a2, 9f\nadd a3, a1, a2\nlw a3, (a3)\n"
     "add a3, a3, a2\njalr a3\nld ra, 8(sp)\naddi sp, sp, 16\nret\n1: li a0, 10\nret\n2: li a0, 20\nret\n"
     ".align 2\n9: .word 1b-9b, 2b-9b, 1b-9b, 2b-9b\n"},
    {Isa::x86_64, "locked operations",
     "f: movq %rsi, %rax\nlock xaddq %rax, (%rdi)\nmovq 8(%rdi), %rax\nlock cmpxchgq %rsi, 8(%rdi)\nsetz %cl\n"
     "movzbl %cl, %ecx\nxchgq %rsi, 16(%rdi)\nmovq %rcx, %rax\ncmpq %rax, %rax\nret\n"},
    {Isa::x86_64, "calls and a table",
     "f: andl $3, %esi\nleaq 9f(%rip), %rdx\nmovslq (%rdx,%rsi,4), %rcx\naddq %rdx, %rcx\ncall *%rcx\ntestq %rax, "
     "%rax\n"
     "ret\n1: movl $10, %eax\nret\n2: movl $20, %eax\nret\n9: .long 1b-9b, 2b-9b, 1b-9b, 2b-9b\n"},
    {Isa::x86_64, "strings and the stack",
     "f: pushq %rbx\nmovq %rdi, %rbx\nleaq 32(%rdi), %rdi\nmovq %rbx, %rsi\nmovl $9, %ecx\nrep movsb\nmovb $7, %al\n"
     "movl $5, %ecx\nrep stosb\nsubq %rbx, %rdi\nmovq %rdi, %rax\npopq %rbx\ncmpq %rax, %rax\nret\n"},
};

// x86-64: the flags that the last comparison defines; af among them.
void expect_equal(const Sequence& s, const Outcome& ir, const Outcome& other) {
  ASSERT_EQ(ir.ending, Ending::returned) << describe(ir);
  ASSERT_EQ(other.ending, Ending::returned) << describe(other);
  for (unsigned i = 0; i < general_count(s.isa); ++i)
    EXPECT_EQ(ir.state.general[i], other.state.general[i]) << "register " << i;
  for (unsigned i = 0; i < vector_count(s.isa); ++i)
    for (unsigned b = 0; b < std::min(16u, vector_bytes(s.isa)); ++b)
      EXPECT_EQ(ir.state.vector[i][b], other.state.vector[i][b]) << "vector register " << i;
  EXPECT_EQ(ir.state.flags, other.state.flags);
  EXPECT_EQ(ir.regions, other.regions);
  EXPECT_EQ(ir.stray_writes, other.stray_writes);
}

TEST(IrEngine, SequencesDoWhatOtherEnginesSay) {
  for (const Sequence& s : kSequences) {
    const Image image = image_of_assembly(s.isa, std::string(".globl f\n") + s.text);
    Expected<std::unique_ptr<Engine>> ir = make_engine("ir", s.isa);
    ASSERT_TRUE(ir);
    unsigned compared = 0;
    for (const char* name : {"native", "unicorn", "qemu"}) {
      Expected<std::unique_ptr<Engine>> engine = make_engine(name, s.isa);
      if (!engine || (*engine)->refuses(image)) continue;
      ++compared;
      for (uint64_t number : {uint64_t{0}, uint64_t{3}, uint64_t{5}, ~uint64_t{0}, uint64_t{0x60000000}}) {
        SCOPED_TRACE(fmt::format("{} {}: {} ({:#x})", to_string(s.isa), name, s.name, number));
        Arena arena;
        Request request = request_for(image, "f", {arena.place(128, Arena::Edge::start), number});
        Region region{kArenaBase + kPageSize, std::vector<uint8_t>(128), true};
        for (size_t n = 0; n < 128; ++n) region.bytes[n] = static_cast<uint8_t>(n * 29 + 5);
        request.regions.push_back(region);
        Expected<Outcome> a = (*ir)->run(image, request), b = (*engine)->run(image, request);
        ASSERT_TRUE(a && b);
        expect_equal(s, *a, *b);
      }
    }
    EXPECT_GT(compared, 0u) << "no other engine for " << to_string(s.isa);
  }
}

// What is not lifted is told where it would run, and nowhere else.
TEST(IrEngine, UnliftedInstructionsStopWhereTheyRun) {
  const Image image =
      image_of_assembly(Isa::x86_64, ".globl f\nf: testl %edi, %edi\njz 1f\ncpuid\n1: movl $7, %eax\nret\n");
  Expected<std::unique_ptr<Engine>> ir = make_engine("ir", Isa::x86_64);
  ASSERT_TRUE(ir);
  Expected<Outcome> passed = (*ir)->run(image, request_for(image, "f", {0}));
  ASSERT_TRUE(passed);
  EXPECT_EQ(passed->ending, Ending::returned) << describe(*passed);
  EXPECT_EQ(result_of(Isa::x86_64, *passed), 7u);
  Expected<Outcome> stopped = (*ir)->run(image, request_for(image, "f", {1}));
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->ending, Ending::unsupported);
  EXPECT_NE(stopped->detail.find("cpuid"), std::string::npos) << stopped->detail;
}

// A faulting instruction has changed nothing, also where it writes a register first.
TEST(IrEngine, FaultsLeaveTheStateBefore) {
  const Sequence kFaults[] = {
      {Isa::x86_64, "push", "f: movl $0x1000, %esp\npushq %rdi\nret\n"},
      {Isa::aarch64, "pre-index", "f: mov x1, #4096\nstr x0, [x1, #-8]!\nret\n"},
      {Isa::aarch64, "pair", "f: mov x1, #4096\nldp x2, x3, [x1], #16\nret\n"},
      {Isa::riscv64, "load", "f: lui a1, 1\nld a1, 0(a1)\nret\n"},
  };
  for (const Sequence& s : kFaults) {
    const Image image = image_of_assembly(s.isa, std::string(".globl f\n") + s.text);
    Request request = request_for(image, "f", {9});
    for (const char* name : {"native", "qemu"}) {
      Expected<std::unique_ptr<Engine>> ir = make_engine("ir", s.isa), engine = make_engine(name, s.isa);
      if (!engine) continue;
      SCOPED_TRACE(fmt::format("{} {}: {}", to_string(s.isa), name, s.name));
      Expected<Outcome> a = (*ir)->run(image, request), b = (*engine)->run(image, request);
      ASSERT_TRUE(a && b);
      ASSERT_EQ(a->ending, Ending::trapped) << describe(*a);
      ASSERT_EQ(b->ending, Ending::trapped) << describe(*b);
      EXPECT_EQ(a->trap.kind, b->trap.kind);
      EXPECT_EQ(a->trap.address, b->trap.address);
      EXPECT_EQ(a->state.pc, b->state.pc);
      EXPECT_EQ(a->state.general, b->state.general);
    }
  }
}

// Takes a mark before the instruction with this number, once, and changes nothing.
class Marker : public IrObserver {
 public:
  std::optional<uint64_t> before(uint64_t pc, std::span<const llvm::APInt>, MemoryAccess&) override {
    if (wanted == count++) mark = engine->mark();
    return pc;
  }
  void after(const IrStep&, std::span<const llvm::APInt>, std::span<const Access>, bool) override {}
  void called_outside() override {}

  IrEngine* engine = nullptr;
  std::unique_ptr<IrEngine::Mark> mark;
  int count = 0, wanted = -1;
};

// Registers, flags, stack and buffers are what they were, however often a run is gone back in.
TEST(IrEngine, GoingBackEndsAsTheRunDid) {
  const Image image =
      image_of_assembly(Isa::x86_64,
                        ".globl f\nf: pushq %rdi\nmovl (%rdi), %eax\naddl $3, (%rdi)\nadcl (%rdi), %eax\npushq %rax\n"
                        "addl %eax, 4(%rdi)\npopq %rdx\npopq %rcx\nsetc %cl\naddl (%rdi), %eax\nret\n");
  Marker marker;
  const auto ir = make_ir_engine(Isa::x86_64, &marker);
  marker.engine = ir.get();
  Arena arena;
  Request request = request_for(image, "f", {arena.place(128, Arena::Edge::start)});
  request.regions.push_back({kArenaBase + kPageSize, std::vector<uint8_t>(128, 0xe7), true});
  for (int n = 0; n < 11; ++n) {
    SCOPED_TRACE(n);
    marker.count = 0, marker.wanted = n;
    const Expected<Outcome> first = ir->run(image, request);
    ASSERT_TRUE(first);
    ASSERT_EQ(first->ending, Ending::returned) << describe(*first);
    ASSERT_TRUE(marker.mark);
    for (int again = 0; again < 2; ++again) {
      const std::optional<Outcome> second = ir->resume(*marker.mark);
      ASSERT_TRUE(second);
      EXPECT_EQ(second->ending, first->ending);
      EXPECT_EQ(second->state.general, first->state.general);
      EXPECT_EQ(second->state.flags, first->state.flags);
      EXPECT_EQ(second->regions, first->regions);
      EXPECT_EQ(second->instructions, first->instructions);
    }
  }
  const std::unique_ptr<IrEngine::Mark> old = std::move(marker.mark);
  ASSERT_TRUE(ir->run(image, request));
  EXPECT_FALSE(ir->resume(*old)) << "of another run";
}

}  // namespace
}  // namespace portolan::emulate
