// The parts of the RISC-V lifter that the semantics gate cannot see: names in rows, symbols, calls, refusals. What
// single instructions compute is the gate's business (tests/semantics_gate).
#include <gtest/gtest.h>

#include "frontends/asm/reader.h"
#include "frontends/riscv64/lifter.h"

namespace portolan::riscv64 {
namespace {

using assembly::LiftResult;
using ir::Op;

LiftResult lift(const std::string& body) {
  const std::string text = "\t.text\n\t.globl f\n\t.type f, @function\nf:\n" + body + "\n";
  assembly::ReadOptions options;
  options.isa = Isa::riscv64;
  auto unit = assembly::read_unit(text, "test.s", options);
  EXPECT_TRUE(unit) << (unit ? "" : to_string(unit.error()));
  if (!unit) return {};
  for (const Diagnostic& d : unit->diagnostics) ADD_FAILURE() << to_string(d);
  const auto functions = unit->functions();
  EXPECT_EQ(functions.size(), 1u);
  return assembly::lift_function(assembly::CodeIndex(*unit), lifter(), functions.at(0));
}

std::vector<const ir::Instruction*> all(const ir::Function& function, Op op) {
  std::vector<const ir::Instruction*> found;
  for (const ir::Instruction& inst : function.values)
    if (inst.op == op) found.push_back(&inst);
  return found;
}

std::vector<Op> terminators(const ir::Function& function) {
  std::vector<Op> ops;
  for (const ir::Block& block : function.blocks) ops.push_back(block.terminator.op);
  return ops;
}

TEST(RiscvRows, NameOnlyWhatLlvmKnowsAndNothingTwice) {
  std::string names;
  for (const std::string& name : lifter().rows().unknown_names()) names += name + " ";
  EXPECT_EQ(names, "");
}

// Either way of writing an address is a high and a low part of the same symbol.
TEST(RiscvLift, AddressesAreHalvesOfSymbols) {
  for (const char* body : {"lui a0, %hi(data+8)\n addi a0, a0, %lo(data+8)\n ret", "lla a0, data+8\n ret",
                           "1: auipc a0, %pcrel_hi(data+8)\n ld a0, %pcrel_lo(1b)(a0)\n ret"}) {
    const LiftResult result = lift(body);
    ASSERT_TRUE(result.refusals.empty()) << to_string(result.refusals[0]);
    const auto& symbols = result.function.symbols;
    ASSERT_EQ(symbols.size(), 2u) << body;
    for (const ir::SymbolRef& symbol : symbols) {
      EXPECT_EQ(symbol.name, "data");
      EXPECT_EQ(symbol.addend, 8);
      EXPECT_EQ(symbol.kind, ir::AddressKind::address);
    }
    EXPECT_EQ(symbols[0].part, ir::AddressPart::high);
    EXPECT_EQ(symbols[1].part, ir::AddressPart::low);
  }
}

TEST(RiscvLift, GlobalOffsetTableAndThreadLocals) {
  LiftResult result = lift(".option pic\n la a0, data\n ret");
  ASSERT_TRUE(result.refusals.empty()) << to_string(result.refusals[0]);
  ASSERT_EQ(result.function.symbols.size(), 2u);
  EXPECT_EQ(result.function.symbols[0].kind, ir::AddressKind::got);
  EXPECT_EQ(all(result.function, Op::load).size(), 1u);

  result = lift("lui a0, %tprel_hi(x)\n add a0, a0, tp, %tprel_add(x)\n lw a0, %tprel_lo(x)(a0)\n ret");
  ASSERT_TRUE(result.refusals.empty()) << to_string(result.refusals[0]);
  EXPECT_EQ(all(result.function, Op::thread_pointer).size(), 1u);
  ASSERT_EQ(result.function.symbols.size(), 2u);
  EXPECT_EQ(result.function.symbols[0].kind, ir::AddressKind::tls_offset);
  EXPECT_EQ(result.function.symbols[1].part, ir::AddressPart::low);
}

TEST(RiscvLift, WhereTheReturnAddressGoesDecidesWhatAJumpIs) {
  LiftResult result = lift("call g\n jal g\n jalr a0\n jalr ra, 8(a1)\n ret");
  ASSERT_TRUE(result.refusals.empty()) << to_string(result.refusals[0]);
  ASSERT_EQ(result.function.calls.size(), 4u);
  EXPECT_EQ(result.function.calls[0].symbol.name, "g");
  EXPECT_EQ(result.function.calls[1].symbol.name, "g");
  EXPECT_TRUE(result.function.calls[2].indirect);
  EXPECT_EQ(terminators(result.function).back(), Op::ret);

  result = lift("tail g");
  ASSERT_TRUE(result.refusals.empty());
  EXPECT_EQ(terminators(result.function).back(), Op::tail_call);

  result = lift("jr a5");
  ASSERT_TRUE(result.refusals.empty());
  EXPECT_EQ(terminators(result.function).back(), Op::jump_indirect);

  for (const char* body : {"call t0, __riscv_save_3\n ret", "jalr t0, 0(a5)\n ret", "jal t0, g\n ret"}) {
    result = lift(body);
    ASSERT_EQ(result.refusals.size(), 1u) << body;
    EXPECT_NE(result.refusals[0].message.find("another register than ra"), std::string::npos);
  }
}

TEST(RiscvLift, RefusesWhatItDoesNotModel) {
  for (const char* body : {"frrm a0\n ret", "fsrm a0\n ret", "csrr a0, cycle\n ret", "ecall\n ret", "fence.i\n ret",
                           "mv tp, a0\n ret", "fadd.h fa0, fa0, fa1\n ret", "vsetvli a0, a1, e8, m1, ta, ma\n ret"}) {
    const LiftResult result = lift(body);
    ASSERT_EQ(result.refusals.size(), 1u) << body;
    EXPECT_EQ(result.refusals[0].location.line, 5u) << body;
    EXPECT_EQ(result.refusals[0].location.file, "test.s");
  }
}

// gcc's isless and its like. Anything else that looks at the exception flags is refused.
TEST(RiscvLift, QuietComparisons) {
  EXPECT_TRUE(lift("frflags a4\n flt.d a5, fa0, fa1\n fsflags a4\n ret").refusals.empty());
  for (const char* body :
       {"frflags a0\n ret", "frflags a4\n flt.d a5, fa0, fa1\n ret",
        "frflags a4\n flt.d a4, fa0, fa1\n fsflags a4\n ret", "frflags a4\n flt.d a5, fa0, fa1\n fsflags a5\n ret",
        "frflags a4\n fadd.d fa0, fa0, fa1\n fsflags a4\n ret", "fsflags a4\n ret"})
    EXPECT_FALSE(lift(body).refusals.empty()) << body;
}

TEST(RiscvLift, OrderingsOfAtomics) {
  const LiftResult result = lift(
      "amoadd.w a0, a1, (a2)\n amoadd.w.aq a0, a1, (a2)\n amoadd.w.rl a0, a1, (a2)\n amoadd.w.aqrl a0, a1, (a2)\n"
      "fence rw, rw\n fence r, rw\n fence rw, w\n fence.tso\n pause\n ret");
  ASSERT_TRUE(result.refusals.empty()) << to_string(result.refusals[0]);
  std::vector<ir::Ordering> orders;
  for (const ir::Instruction* inst : all(result.function, Op::atomic_rmw)) orders.push_back(inst->ordering);
  using enum ir::Ordering;
  EXPECT_EQ(orders, (std::vector{relaxed, acquire, release, sequential}));
  orders.clear();
  for (const ir::Instruction* inst : all(result.function, Op::fence)) orders.push_back(inst->ordering);
  EXPECT_EQ(orders, (std::vector{sequential, acquire, release, acquire_release}));
}

TEST(RiscvLift, TrapsEndBlocks) {
  LiftResult result = lift("ebreak");
  ASSERT_TRUE(result.refusals.empty());
  EXPECT_EQ(result.function.blocks.back().terminator.trap, ir::TrapKind::breakpoint);
  result = lift("unimp");
  ASSERT_TRUE(result.refusals.empty());
  EXPECT_EQ(result.function.blocks.back().terminator.trap, ir::TrapKind::illegal);
}

}  // namespace
}  // namespace portolan::riscv64
