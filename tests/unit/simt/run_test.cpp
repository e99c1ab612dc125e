// Whole kernels from PTX on the SIMT engine; what they compute is computed here again in C++.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "emulate/simt/ptx_program.h"
#include "frontends/ptx/parser.h"
#include "ir/check.h"

namespace portolan::simt {
namespace {

constexpr const char* kHead = ".version 9.0\n.target sm_90\n.address_size 64\n";

std::string found(const Outcome& outcome) {
  std::string all;
  for (const Finding& f : outcome.findings) all += to_string(f) + "\n";
  return all;
}

// A module that is lifted without refusals, its memory, and a launch of it.
struct Kernel {
  explicit Kernel(const std::string& text) {
    Expected<ptx::Module> module = ptx::parse_module(kHead + text, "kernel.ptx");
    if (!module) {
      ADD_FAILURE() << to_string(module.error());
      return;
    }
    lifted = ptx::lift(*module);
    for (const Diagnostic& d : lifted.refusals) ADD_FAILURE() << to_string(d);
    for (const ptx::LiftedFunction& f : lifted.functions) EXPECT_FALSE(ir::check(f.code));
    Expected<Program> loaded = load(lifted, memory);
    if (loaded) program = *std::move(loaded);
    launch.kernel = "k";
    launch.shared_bytes = lifted.static_shared_bytes;
  }

  uint64_t words(std::vector<uint32_t> contents) {
    std::vector<uint8_t> bytes(contents.size() * 4);
    std::memcpy(bytes.data(), contents.data(), bytes.size());
    return memory.allocate("words", bytes.size(), bytes);
  }
  std::vector<uint32_t> read(uint64_t address) {
    const Allocation* a = memory.at(address);
    std::vector<uint32_t> contents(a->bytes.size() / 4);
    std::memcpy(contents.data(), a->bytes.data(), contents.size() * 4);
    return contents;
  }
  void pass(uint64_t value) {
    for (unsigned n = 0; n < 8; ++n) launch.parameters.push_back(static_cast<uint8_t>(value >> (8 * n)));
  }
  // By the interpreter, and compiled: the same comes of it.
  Outcome go() {
    Memory copy = memory;
    launch.mode = Mode::interpreted;
    const Outcome expected = run(program, copy, launch);
    launch.mode = Mode::compiled;
    Outcome outcome = run(program, memory, launch);
    EXPECT_EQ(found(outcome), found(expected));
    EXPECT_EQ(outcome.completed, expected.completed);
    EXPECT_EQ(outcome.instructions, expected.instructions);
    EXPECT_EQ(outcome.source_instructions, expected.source_instructions);
    EXPECT_EQ(outcome.global_bytes, expected.global_bytes);
    EXPECT_EQ(outcome.coverage, expected.coverage);
    EXPECT_TRUE(memory.same_contents(copy));
    return outcome;
  }

  ptx::Program lifted;
  Memory memory;
  Program program;
  Launch launch;
};

// Each block sums its part of the input in shared memory, then adds its sum to the result.
const char* kReduce = R"(
.entry k(.param .u64 in, .param .u64 out, .param .u64 count)
{
  .reg .pred %p<3>; .reg .b32 %r<12>; .reg .b64 %rd<10>;
  .shared .align 4 .b8 tile[512];
  ld.param.u64 %rd1, [in];
  ld.param.u64 %rd2, [out];
  ld.param.u32 %r1, [count];
  mov.u32 %r2, %tid.x;
  mov.u32 %r3, %ctaid.x;
  mov.u32 %r4, %ntid.x;
  mad.lo.s32 %r5, %r3, %r4, %r2;
  mov.u32 %r6, 0;
  setp.ge.u32 %p1, %r5, %r1;
  @%p1 bra PUT;
  mul.wide.u32 %rd3, %r5, 4;
  add.s64 %rd4, %rd1, %rd3;
  ld.global.u32 %r6, [%rd4];
PUT:
  mov.u32 %r7, tile;
  shl.b32 %r8, %r2, 2;
  add.s32 %r9, %r7, %r8;
  st.shared.u32 [%r9], %r6;
  shr.u32 %r10, %r4, 1;
LOOP:
  BARRIER
  setp.ge.u32 %p2, %r2, %r10;
  @%p2 bra SKIP;
  {
    .reg .b32 far, mine;
    shl.b32 far, %r10, 2;
    add.s32 far, %r9, far;
    ld.shared.u32 far, [far];
    ld.shared.u32 mine, [%r9];
    add.s32 mine, mine, far;
    st.shared.u32 [%r9], mine;
  }
SKIP:
  shr.u32 %r10, %r10, 1;
  setp.ne.u32 %p2, %r10, 0;
  @%p2 bra LOOP;
  setp.ne.u32 %p1, %r2, 0;
  @%p1 ret;
  ld.shared.u32 %r11, [tile];
  red.global.add.u32 [%rd2], %r11;
  ret;
}
)";

std::string reduce(const std::string& barrier) {
  std::string text = kReduce;
  text.replace(text.find("BARRIER"), 7, barrier);
  return text;
}

TEST(Simt, ReductionOverSharedMemory) {
  for (uint32_t count : {1u, 31u, 128u, 300u}) {
    Kernel k(reduce("bar.sync 0;"));
    std::vector<uint32_t> in(count);
    std::iota(in.begin(), in.end(), 7u);
    const uint64_t result = k.words({0});
    k.pass(k.words(in)), k.pass(result), k.pass(count);
    k.launch.block.x = 128;
    k.launch.grid.x = (count + 127) / 128;
    const Outcome outcome = k.go();
    EXPECT_TRUE(outcome.completed && outcome.findings.empty()) << found(outcome);
    EXPECT_EQ(k.read(result)[0], std::accumulate(in.begin(), in.end(), 0u)) << count;
  }
}

TEST(Simt, AMissingBarrierIsARace) {
  Kernel k(reduce(""));
  const uint64_t result = k.words({0});
  k.pass(k.words(std::vector<uint32_t>(128, 1))), k.pass(result), k.pass(128);
  k.launch.block.x = 128;
  const Outcome outcome = k.go();
  const auto race = std::find_if(outcome.findings.begin(), outcome.findings.end(),
                                 [](const Finding& f) { return f.kind == FindingKind::race; });
  ASSERT_NE(race, outcome.findings.end()) << found(outcome);
  EXPECT_NE(race->other_line, 0u);
}

// Every lane sums its warp's lanes with butterflies; each block writes one word a thread.
const char* kButterfly = R"(
.func (.param .b32 result) twice(.param .b32 value)
{
  .reg .b32 a;
  ld.param.u32 a, [value];
  add.u32 a, a, a;
  st.param.b32 [result], a;
  ret;
}
.const .align 4 .u32 factor[2] = {5, 3};
.extern .shared .align 16 .b8 dynamic[];
.entry k(.param .u64 out)
{
  .reg .pred %p<2>; .reg .b32 %r<12>; .reg .b64 %rd<6>;
  ld.param.u64 %rd1, [out];
  mov.u32 %r1, %tid.x;
  mov.u32 %r2, %r1;
  mov.u32 %r3, 16;
LOOP:
  shfl.sync.bfly.b32 %r4, %r2, %r3, 31, 0xffffffff;
  add.u32 %r2, %r2, %r4;
  shr.u32 %r3, %r3, 1;
  setp.ne.u32 %p1, %r3, 0;
  @%p1 bra LOOP;
  {
    .param .b32 argument; .param .b32 back;
    st.param.b32 [argument], %r2;
    call.uni (back), twice, (argument);
    ld.param.b32 %r5, [back];
  }
  ld.const.u32 %r6, [factor+4];
  mul.lo.u32 %r5, %r5, %r6;
  mov.u32 %r7, dynamic;
  mad.lo.u32 %r8, %r1, 4, %r7;
  st.shared.u32 [%r8], %r5;
  bar.sync 0;
  xor.b32 %r9, %r1, 1;
  mad.lo.u32 %r9, %r9, 4, %r7;
  ld.shared.u32 %r10, [%r9];
  mul.wide.u32 %rd2, %r1, 4;
  add.u64 %rd3, %rd1, %rd2;
  st.global.u32 [%rd3], %r10;
  ret;
}
)";

TEST(Simt, ShufflesCallsConstantsAndDynamicSharedMemory) {
  Kernel k(kButterfly);
  const uint64_t out = k.words(std::vector<uint32_t>(64));
  k.pass(out);
  k.launch.block.x = 64;
  k.launch.shared_bytes += 64 * 4;
  const Outcome outcome = k.go();
  EXPECT_TRUE(outcome.completed && outcome.findings.empty()) << found(outcome);
  const std::vector<uint32_t> got = k.read(out);
  for (uint32_t n = 0; n < 64; ++n) {
    const uint32_t first = n / 32 * 32;  // of the warp: lanes first … first + 31
    EXPECT_EQ(got[n], (32 * first + 31 * 32 / 2) * 2 * 3) << n;
  }
}

std::string small(const std::string& body) {
  return ".entry k(.param .u64 p)\n{\n.reg .pred %p<4>; .reg .b32 %r<8>; .reg .b64 %rd<8>;\n.shared .align 4 .b8 "
         "s[64];\n"
         "ld.param.u64 %rd1, [p];\nmov.u32 %r1, %tid.x;\nsetp.lt.u32 %p1, %r1, 8;\n" +
         body + "\nret;\n}\n";
}

struct Fault {
  std::string body;
  FindingKind kind;
};

TEST(Simt, FaultsAreFound) {
  const Fault faults[] = {
      {"ld.global.u32 %r2, [%rd1+64];", FindingKind::out_of_bounds},
      {"ld.global.u32 %r2, [%rd1+-4];", FindingKind::out_of_bounds},
      {"st.shared.u32 [s+64], %r1;", FindingKind::out_of_bounds},
      {"ld.global.u32 %r2, [%rd1+2];", FindingKind::misaligned},
      {"ld.shared.u32 %r2, [s];", FindingKind::uninitialised},
      {"@%p1 bar.sync 0;\n@!%p1 bar.sync 0;", FindingKind::barrier_divergence},
      {"@%p1 shfl.sync.idx.b32 %r2, %r1, 0, 31, 0xffffffff;", FindingKind::lane_divergence},
      {"@%p1 bar.sync 1, 32;", FindingKind::barrier_divergence},
      {"A: bra A;", FindingKind::step_limit},
      {"trap;", FindingKind::trapped},
      {"st.shared.u32 [s], %r1;", FindingKind::race},
  };
  for (const Fault& fault : faults) {
    Kernel k(small(fault.body));
    k.pass(k.words(std::vector<uint32_t>(16, 1)));
    k.launch.block.x = 32;
    k.launch.steps = 100'000;
    const Outcome outcome = k.go();
    ASSERT_FALSE(outcome.findings.empty()) << fault.body;
    EXPECT_EQ(outcome.findings[0].kind, fault.kind) << fault.body << "\n" << found(outcome);
    EXPECT_TRUE(outcome.findings[0].line >= 11 || fault.kind == FindingKind::step_limit) << found(outcome);
  }
}

// Threads may leave early: the barrier waits for those that are left. Lanes may wait for some of the warp only.
TEST(Simt, WhatIsNoFault) {
  const std::string bodies[] = {
      "@%p1 ret;\nbar.sync 0;",
      "@%p1 shfl.sync.idx.b32 %r2, %r1, 0, 31, 0xff;",
      "@%p1 st.shared.u32 [s], 1;\n@%p1 bra END;\nEND:\nbar.warp.sync 0xffffffff;",
      "atom.shared.exch.b32 %r2, [s], %r1;",
      "@%p1 bar.warp.sync 0xff;\nactivemask.b32 %r3;",
  };
  for (const std::string& body : bodies) {
    Kernel k(small(body));
    k.launch.check_uninitialised = false;
    k.pass(k.words(std::vector<uint32_t>(16, 1)));
    k.launch.block.x = 32;
    const Outcome outcome = k.go();
    const bool races = body.find("st.shared") != std::string::npos;
    EXPECT_TRUE(outcome.completed && outcome.findings.empty() != races) << body << "\n" << found(outcome);
  }
}

// The last thread goes first, and each waits for the one behind it: spinning threads have their turns.
TEST(Simt, SpinningThreadsHaveTheirTurns) {
  Kernel k(
      small("sub.u32 %r1, 3, %r1;\nAGAIN:\natom.global.cas.b32 %r2, [%rd1], %r1, 100;\nsetp.ne.u32 %p2, %r2, %r1;\n"
            "@%p2 bra AGAIN;\nadd.u32 %r3, %r1, 1;\natom.global.exch.b32 %r4, [%rd1], %r3;"));
  const uint64_t lock = k.words({0});
  k.pass(lock);
  k.launch.block.x = 4;
  const Outcome outcome = k.go();
  EXPECT_TRUE(outcome.completed && outcome.findings.empty()) << found(outcome);
  EXPECT_EQ(k.read(lock)[0], 4u);
}

}  // namespace
}  // namespace portolan::simt
