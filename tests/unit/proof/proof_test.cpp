// Which pairs of kernels are proved to be the same, and why others are not. Wrong pairs are never proved: each case
// says by hand what is right.
#include "gpu/proof/nan_bits.h"
#include "gpu/proof/races.h"
#include "tests/unit/proof/kernel_pair.h"

namespace portolan::proof {
namespace {

TEST(Proof, WhatIsTheSameIsProvedForMoreThanOneBlockAndATail) {
  const Proof p =
      proved(" add.u32 %r6, %r4, %r8;\n", " add.u32 %r9, %r8, 7;\n add.u32 %r9, %r9, %r4;\n sub.u32 %r6, %r9, 7;\n");
  ASSERT_TRUE(p.proved) << p.reason << p.detail;
  EXPECT_NE(p.claim().find("n=100, grid 2,1,1, block 64,1,1"), std::string::npos) << p.claim();
  EXPECT_EQ(p.launches[0].elements, 200u);
  EXPECT_EQ(p.blocks_followed, p.blocks);
}

TEST(Proof, OneElementThatDiffersForOneValueIsNotProved) {
  const Proof p = proved(" add.u32 %r6, %r4, 1;\n",
                         " add.u32 %r6, %r4, 1;\n setp.eq.u32 %p2, %r4, 123456789;\n selp.b32 %r6, 0, %r6, %p2;\n");
  EXPECT_FALSE(p.proved);
  EXPECT_NE(p.detail.find("out[0] was not shown to be the same"), std::string::npos) << p.detail;
}

TEST(Proof, NothingIsSaidOfControlAndAddressesThatDependOnData) {
  const char* const by_branch =
      " mov.u32 %r6, 1;\n setp.eq.u32 %p2, %r4, 5;\n @%p2 bra DONE;\n mov.u32 %r6, 2;\nDONE:\n";
  const Proof p = proved(by_branch, by_branch);
  EXPECT_EQ(p.reason, "data-dependent") << p.detail;
  const char* const by_address =
      " and.b32 %r9, %r4, 63;\n mul.wide.u32 %d8, %r9, 4;\n mov.u64 %d3, s;\n add.s64 %d3, %d3, %d8;\n"
      " st.shared.u32 [%d4], %r2;\n bar.sync 0;\n ld.shared.u32 %r6, [%d3];\n";
  EXPECT_EQ(proved(by_address, by_address).reason, "data-dependent");
  const char* const by_lane = " shfl.sync.idx.b32 %r6, %r2, %r4, 31, -1;\n";
  EXPECT_FALSE(proved(by_lane, by_lane).proved);
}

constexpr const char* kThroughShared = " st.shared.u32 [%d4], %r4;\n bar.sync 0;\n ld.shared.u32 %r6, [%d6];\n";

TEST(Proof, ThroughSharedMemoryAndLanes) {
  EXPECT_TRUE(proved(kThroughShared, kThroughShared).proved);
  // A number and its neighbour, by the two ways to get there.
  const Proof p =
      proved(" shfl.sync.bfly.b32 %r9, %r4, 1, 31, -1;\n add.u32 %r6, %r4, %r9;\n",
             " xor.b32 %r10, %r2, 1;\n and.b32 %r10, %r10, 31;\n shfl.sync.idx.b32 %r9, %r4, %r10, 31, -1;\n"
             " add.u32 %r6, %r9, %r4;\n");
  EXPECT_TRUE(p.proved) << p.detail;
  EXPECT_FALSE(
      proved(" shfl.sync.bfly.b32 %r6, %r4, 1, 31, -1;\n", " shfl.sync.bfly.b32 %r6, %r4, 2, 31, -1;\n").proved);
}

TEST(Proof, RacesAreFoundInSharedAndInGlobalMemory) {
  const Proof p = proved(kThroughShared, " st.shared.u32 [%d4], %r4;\n ld.shared.u32 %r6, [%d6];\n");
  EXPECT_EQ(p.reason, "race") << p.detail;
  EXPECT_NE(p.detail.find("target: lines"), std::string::npos) << p.detail;
  // All threads write one number to one place: nothing orders them, whatever number it is.
  const char* const all_write = " mov.u32 %r6, 3;\n";
  const Proof global = proved(all_write, all_write, "u32", " st.global.u32 [%d7], %r6;\n ret;\n}\n");
  EXPECT_EQ(global.reason, "race") << global.detail;
}

TEST(Proof, AtomicAdditionsAreOneSum) {
  const char* const tail = " @%p1 red.global.add.u32 [%d7], %r6;\n ret;\n}\n";
  EXPECT_TRUE(proved(" mov.u32 %r6, %r4;\n", " xor.b32 %r9, %r4, -1;\n xor.b32 %r6, %r9, -1;\n", "u32", tail).proved);
  EXPECT_FALSE(proved(" mov.u32 %r6, %r4;\n", " mov.u32 %r6, %r2;\n", "u32", tail).proved);
  // What was there before depends on who comes first, and so does what an exchange leaves.
  const char* const old = " @%p1 atom.global.add.u32 %r9, [%d7], 1;\n @%p1 st.global.u32 [%d2], %r9;\n ret;\n}\n";
  EXPECT_FALSE(proved("", "", "u32", old).proved);
  EXPECT_EQ(proved("", "", "u32", " @%p1 atom.global.exch.b32 %r9, [%d7], %r4;\n ret;\n}\n").reason, "unsupported");
}

TEST(Proof, FloatingPointKeepsItsOrder) {
  const char* const one = " add.f32 %f2, %f1, 0f3F800000;\n add.f32 %f3, %f2, 0f40000000;\n mov.b32 %r6, %f3;\n";
  const char* const turned = " add.f32 %f2, 0f3F800000, %f1;\n add.f32 %f3, 0f40000000, %f2;\n mov.b32 %r6, %f3;\n";
  const char* const other = " add.f32 %f2, %f1, 0f40000000;\n add.f32 %f3, %f2, 0f3F800000;\n mov.b32 %r6, %f3;\n";
  EXPECT_TRUE(proved(one, turned, "f32").proved);
  EXPECT_NE(proved(one, other, "f32").arithmetic, Arithmetic::bits);
  const char* const fused = " fma.rn.f32 %f3, %f1, %f1, 0f3F800000;\n mov.b32 %r6, %f3;\n";
  const char* const apart = " mul.rn.f32 %f2, %f1, %f1;\n add.rn.f32 %f3, %f2, 0f3F800000;\n mov.b32 %r6, %f3;\n";
  EXPECT_NE(proved(fused, apart, "f32").arithmetic, Arithmetic::bits);
  const char* const negative = " neg.f32 %f2, %f1;\n fma.rn.f32 %f3, %f2, %f2, 0f3F800000;\n mov.b32 %r6, %f3;\n";
  EXPECT_TRUE(proved(fused, negative, "f32").proved);
}

TEST(Proof, BitsOfNansThatWereComputedAreNobodys) {
  const char* const sum = " add.f32 %f2, %f1, 0f3F800000;\n mov.b32 %r6, %f2;\n";
  EXPECT_TRUE(proved(sum, sum, "f32").proved);
  const Proof p = proved(sum, sum, "u32");
  EXPECT_EQ(p.arithmetic, Arithmetic::without_nans) << p.detail;
  EXPECT_NE(p.claim().find("by which no operation and no comparison takes or makes a NaN"), std::string::npos)
      << p.claim();
  // A NaN that stands in the code and comes through a sum is no longer that one.
  const std::string through =
      " setp.lt.f32 %p2, %f1, 0f00000000;\n selp.f32 %f2, 0f7FFFFFFF, %f1, %p2;\n"
      " add.f32 %f2, %f2, 0f3F800000;\n mov.b32 %r6, %f2;\n";
  EXPECT_EQ(proved(through, through, "f32").arithmetic, Arithmetic::bits);
  EXPECT_EQ(proved(through, through, "u32").arithmetic, Arithmetic::without_nans);
}

// The choice may be made before or after the operation, by comparisons of any width; of what follows from it nothing
// else may differ.
TEST(Proof, ANanComesThroughOperations) {
  const std::string before =
      " setp.lt.f32 %p2, %f1, 0f00000000;\n selp.f32 %f2, 0f7FFFFFFF, %f1, %p2;\n"
      " fma.rn.f32 %f2, %f2, 0f40000000, 0f3F800000;\n mov.b32 %r6, %f2;\n";
  const std::string after =
      " cvt.f64.f32 %d8, %f1;\n setp.lt.f64 %p2, %d8, 0d0000000000000000;\n"
      " fma.rn.f32 %f2, %f1, 0f40000000, 0f3F800000;\n selp.f32 %f2, 0f7FC00000, %f2, %p2;\n mov.b32 %r6, %f2;\n";
  EXPECT_TRUE(proved(before, after, "f32").proved);
  auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = after;
    return text.replace(text.find(from), from.size(), to);
  };
  EXPECT_FALSE(proved(before, changed("0f7FC00000", "0f7F800000"), "f32").proved);
  EXPECT_FALSE(proved(before, changed("setp.lt", "setp.le"), "f32").proved);
  EXPECT_FALSE(proved(before, changed("0d0000000000000000", "0d3FF0000000000001"), "f32").proved);
  EXPECT_FALSE(proved(before, changed("0f40000000", "0f40000001"), "f32").proved);
}

TEST(NanBits, SignsAndChoicesDoNotLook) {
  Pool pool;
  const Term x = pool.variable("x", 32), y = pool.variable("y", 32);
  ir::Instruction add;
  add.op = ir::Op::fadd, add.format = ir::FloatFormat::f32, add.width = 32;
  const Term operands[] = {x, y};
  const Term sum = evaluate(pool, ir::Function(), add, operands);
  const Term magnitude = pool.bit_and(sum, pool.constant(32, 0x7fffffff));
  const Term negative = pool.bit_xor(sum, pool.constant(32, 0x80000000));
  NanBits bits(pool);
  EXPECT_FALSE(bits.looked_at(sum, true));
  EXPECT_TRUE(bits.looked_at(sum, false));
  EXPECT_FALSE(bits.looked_at(magnitude, true));
  EXPECT_FALSE(bits.looked_at(negative, true));
  EXPECT_FALSE(bits.looked_at(pool.select(pool.variable("c", 1), negative, x), true));
  EXPECT_TRUE(bits.looked_at(pool.select(pool.extract(sum, 31, 1), x, y), true));
  EXPECT_TRUE(bits.looked_at(pool.add(sum, pool.constant(32, 1)), true));
  EXPECT_FALSE(bits.looked_at(pool.add(x, pool.constant(32, 1)), false));
}

simt::Touch touch(simt::Touch::Kind kind, uint32_t thread, uint32_t epoch, uint64_t block = 0) {
  simt::Touch t;
  t.kind = kind, t.thread = thread, t.warp = thread / 32, t.block = block, t.block_epoch = epoch;
  t.address = 0x1000, t.size = 4;
  return t;
}

TEST(Races, ALaterAccessOfTheSameThreadHidesNothing) {
  using simt::Touch;
  // Thread 1 writes plainly, then atomically; thread 2 adds atomically: its addition races with the plain write.
  Races races;
  races.note(touch(Touch::write, 1, 0));
  races.note(touch(Touch::modify, 1, 0));
  EXPECT_FALSE(races.found());
  races.note(touch(Touch::modify, 2, 0));
  EXPECT_TRUE(races.found());
}

TEST(Races, BarriersOrderABlockAndNothingOrdersTwo) {
  using simt::Touch;
  Races races;
  races.note(touch(Touch::write, 1, 0));
  races.note(touch(Touch::read, 2, 1));
  races.note(touch(Touch::read, 3, 1));
  EXPECT_FALSE(races.found());
  races.note(touch(Touch::read, 1, 5, 1));
  ASSERT_TRUE(races.found());
  EXPECT_EQ(races.found()->first.block, 0u);
}

}  // namespace
}  // namespace portolan::proof
