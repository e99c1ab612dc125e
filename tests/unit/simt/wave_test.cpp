// Lanes in step that have to go on one by one, and what a wave does once for all its lanes: the same as interpreted.
#include <gtest/gtest.h>

#include "emulate/simt/module.h"

namespace portolan::simt {
namespace {

// One argument: the address of a word for each thread.
std::string kernel(const std::string& body) {
  return R"(	.amdgcn_target "amdgcn-amd-amdhsa--gfx1100"
	.amdhsa_code_object_version 5
	.text
	.protected	k
	.globl	k
	.p2align	8
	.type	k,@function
k:
	s_load_b64 s[6:7], s[0:1], 0x0
	v_lshlrev_b32_e32 v1, 2, v0
	v_readfirstlane_b32 s3, v0
)" + body +
         R"(
	global_store_b32 v1, v2, s[6:7]
	s_endpgm
	.section	.rodata,"a",@progbits
	.p2align	6, 0x0
	.amdhsa_kernel k
		.amdhsa_group_segment_fixed_size 512
		.amdhsa_kernarg_size 8
		.amdhsa_user_sgpr_count 15
		.amdhsa_user_sgpr_kernarg_segment_ptr 1
		.amdhsa_wavefront_size32 1
		.amdhsa_next_free_vgpr 8
		.amdhsa_next_free_sgpr 20
		.amdhsa_float_denorm_mode_32 3
		.amdhsa_float_denorm_mode_16_64 3
	.end_amdhsa_kernel
	.amdgpu_metadata
---
amdhsa.kernels:
  - .args:
      - .address_space:  global
        .offset:         0
        .size:           8
        .value_kind:     global_buffer
    .group_segment_fixed_size: 512
    .kernarg_segment_align: 8
    .kernarg_segment_size: 8
    .max_flat_workgroup_size: 1024
    .name:           k
    .private_segment_fixed_size: 0
    .sgpr_count:     20
    .symbol:         k.kd
    .vgpr_count:     8
    .wavefront_size: 32
amdhsa.target:   amdgcn-amd-amdhsa--gfx1100
amdhsa.version:
  - 1
  - 2
...
	.end_amdgpu_metadata
)";
}

struct Ran {
  std::string findings;
  std::vector<uint8_t> words;
  uint64_t instructions = 0;
};

Ran run_in(Mode mode, const std::string& body, bool descending) {
  auto module = load_module("k.s", kernel(body));
  EXPECT_TRUE(module) << (module ? "" : to_string(module.error()));
  if (!module) return {};
  for (const Diagnostic& d : module->refusals) ADD_FAILURE() << to_string(d);
  constexpr uint32_t kThreads = 96;
  const uint64_t out = module->memory.allocate("out", 4 * kThreads);
  std::vector<uint8_t> arguments;
  for (unsigned n = 0; n < 8; ++n) arguments.push_back(static_cast<uint8_t>(out >> (8 * n)));
  Launch launch = make_launch(*module, "k", {1, 1, 1}, {kThreads, 1, 1}, 0, arguments);
  launch.mode = mode;
  launch.descending = descending;
  const Outcome outcome = run(module->program, module->memory, launch);
  Ran ran;
  for (const Finding& f : outcome.findings) ran.findings += to_string(f) + "\n";
  ran.words = module->memory.at(out)->bytes;
  ran.instructions = outcome.completed ? outcome.source_instructions : 0;
  return ran;
}

// What both do; empty findings: it completes.
Ran run_both(const std::string& body) {
  Ran ran;
  for (const bool descending : {true, false}) {
    const Ran expected = run_in(Mode::interpreted, body, descending);
    ran = run_in(Mode::compiled, body, descending);
    EXPECT_EQ(ran.findings, expected.findings);
    EXPECT_EQ(ran.words, expected.words);
    EXPECT_EQ(ran.instructions, expected.instructions);
  }
  return ran;
}

uint32_t word(const Ran& ran, size_t n) {
  return ran.words[4 * n] | ran.words[4 * n + 1] << 8 | ran.words[4 * n + 2] << 16 |
         static_cast<uint32_t>(ran.words[4 * n + 3]) << 24;
}

TEST(Waves, WaitAtDifferentBarriers) {
  const Ran ran = run_both(R"(
	s_mov_b32 s2, 7
	v_mov_b32_e32 v2, s2
	s_cmp_lt_u32 s3, 64
	s_cbranch_scc1 .first
	s_barrier
	s_branch .both
.first:
	s_barrier
.both:)");
  EXPECT_TRUE(ran.findings.starts_with("barrier divergence")) << ran.findings;
}

// The address of shared memory in a scalar load, which no compiler writes: lanes read it one by one, and everything
// that was computed once for all of them before has to be there.
TEST(Waves, ReadSharedMemoryAlike) {
  const Ran ran = run_both(R"(
	s_mov_b32 s4, 16
	s_mov_b32 s5, 0x7e000000
	s_add_i32 s8, s4, 5
	v_add_nc_u32_e32 v3, 100, v0
	ds_store_b32 v1, v3
	s_barrier
	s_load_b32 s9, s[4:5], 0x0
	s_add_i32 s9, s9, s8
	v_add_nc_u32_e32 v2, s9, v0)");
  EXPECT_EQ(ran.findings, "");
  for (uint32_t n : {0u, 31u, 40u, 95u}) EXPECT_EQ(word(ran, n), 104 + 21 + n);
}

// Uniform and varying values meet in masked registers, within loops and behind them.
TEST(Waves, MixWhatLanesShare) {
  const Ran ran = run_both(R"(
	s_mov_b32 s4, 0
	v_mov_b32_e32 v2, 1
	v_mov_b32_e32 v4, 10
.loop:
	s_add_i32 s4, s4, 1
	s_mov_b32 s5, exec_lo
	v_cmpx_lt_u32_e32 s4, v0
	v_add_nc_u32_e32 v2, s4, v2
	v_mov_b32_e32 v4, s4
	s_mov_b32 exec_lo, s5
	s_cmp_lt_u32 s4, 40
	s_cbranch_scc1 .loop
	v_add_nc_u32_e32 v2, v2, v4
	s_cmp_eq_u32 s3, 32
	s_cmov_b32 s4, 1000
	v_add_nc_u32_e32 v2, s4, v2)");
  EXPECT_EQ(ran.findings, "");
  for (uint32_t n : {0u, 1u, 2u, 20u, 39u, 95u}) {
    const uint32_t turns = n == 0 ? 0 : std::min(n - 1, 40u), last = turns == 0 ? 10 : turns;
    EXPECT_EQ(word(ran, n), 1 + turns * (turns + 1) / 2 + last + (n / 32 == 1 ? 1000 : 40)) << n;
  }
}

// Where a branch does not reach, LLVM computes the address of the target from that of the next instruction.
std::string far_jump(const std::string& to, const std::string& label) {
  return "\ts_getpc_b64 s[8:9]\n" + label + ":\n\ts_add_u32 s8, s8, (" + to + "-" + label +
         ")&4294967295\n\ts_addc_u32 s9, s9, (" + to + "-" + label + ")>>32\n\ts_setpc_b64 s[8:9]\n";
}
std::string far_jumps() {
  return "\n" + far_jump(".start", ".first") + ".far:\n\tv_mov_b32_e32 v2, 2\n" + far_jump(".join", ".second") +
         // 200 kilobytes that nobody runs; a branch reaches 128.
         "\t.fill 50000, 4, 0xbf9f0000\n.start:\n\tv_mov_b32_e32 v2, 1\n\ts_cmp_lt_u32 s3, 32\n"
         "\ts_cbranch_scc1 .join\n" +
         far_jump(".far", ".third") + ".join:";
}

TEST(Waves, JumpFar) {
  const Ran ran = run_both(far_jumps());
  EXPECT_EQ(ran.findings, "");
  for (uint32_t n : {0u, 31u, 32u, 95u}) EXPECT_EQ(word(ran, n), n < 32 ? 1u : 2u);
}

// What is not exactly that is a jump to nobody knows where.
TEST(Waves, JumpNowhereElse) {
  const std::pair<std::string, std::string> changes[] = {
      {"s_add_u32 s8, s8, (.far", "s_add_u32 s8, s6, (.far"},
      {"s_addc_u32 s9, s9, (.far-.third)>>32", "s_addc_u32 s9, s9, s3"},
      {"s_add_u32 s8, s8, (.far", "s_sub_u32 s8, s8, (.far"},
      {"s_cbranch_scc1 .join", "s_cbranch_scc1 .third"},
      {"\ts_addc_u32 s9, s9, (.far-.third)>>32", "\ts_nop 0\n\ts_addc_u32 s9, s9, (.far-.third)>>32"},
      {"s_addc_u32 s9, s9, (.far-.third)>>32\n\ts_setpc_b64 s[8:9]", "s_addc_u32 s9, s9, 0\n\ts_setpc_b64 s[6:7]"},
      {"s_addc_u32 s9, s9, (.far-.third)>>32\n", "s_addc_u32 s9, s9, 5\n"},  // outside
  };
  for (const auto& [from, to] : changes) {
    std::string body = far_jumps();
    const size_t at = body.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    const auto module = load_module("k.s", kernel(body.replace(at, from.size(), to)));
    ASSERT_TRUE(module) << to_string(module.error());
    ASSERT_EQ(module->refusals.size(), 1u) << to;
    EXPECT_NE(module->refusals[0].message.find("calls and jumps to addresses"), std::string::npos)
        << module->refusals[0].message;
  }
}

}  // namespace
}  // namespace portolan::simt
