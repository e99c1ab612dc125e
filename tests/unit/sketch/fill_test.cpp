// Filling holes of every kind for every target. The oracle is the judge (tester and prover), which knows nothing of
// sketches; where only one value is right by construction, it is compared too.
#include "translate/sketch/filling/fill.h"

#include <gtest/gtest.h>

#include <set>

#include "emulate/ir_code.h"
#include "frontends/asm/text_reader.h"
#include "translate/sketch/filling/history.h"
#include "translate/sketch/filling/layout.h"
#include "verify/judge/judge.h"
#include "verify/tester.h"

namespace portolan::sketch::filling {
namespace {

using verify::Boundary;
using verify::BoundaryValue;
using verify::Place;

// f(number, number, …) gives a number.
Boundary numbers(unsigned parameters, unsigned bits) {
  Boundary b;
  b.name = b.target_name = "f";
  b.origin = Boundary::Origin::prototype;
  auto value = [bits](Place::Kind kind, uint32_t index) {
    BoundaryValue v;
    v.bits = bits;
    v.is_signed = true;
    v.source = v.target = {kind, index};
    return v;
  };
  for (unsigned p = 0; p < parameters; ++p) b.parameters.push_back(value(Place::Kind::integer_argument, p));
  b.results.push_back(value(Place::Kind::integer_result, 0));
  return b;
}

std::string function(const std::string& body) {
  return "\t.text\n\t.globl f\n\t.type f, %function\nf:\n" + body + "\t.size f, .-f\n";
}

struct Question {
  std::string source;  // the body, for x86-64
  Isa isa;
  std::string sketch;  // the body
  unsigned parameters = 2, bits = 32;
  bool prove = true;
  std::map<std::string, std::string> signatures = {};  // of functions outside
};

Expected<FillResult> ask(const Question& q) {
  std::string source_text = function(q.source);
  source_text.replace(source_text.find('%'), 1, "@");
  const assembly::Unit source = assembly::read_text(source_text, "source.s", Isa::x86_64);
  const assembly::CodeIndex source_index(source);
  const auto object = verify::object_of_text(Isa::x86_64, source_text, "source.s");
  EXPECT_TRUE(object) << to_string(object.error());
  std::string sketch_text = function(q.sketch);
  if (q.isa != Isa::aarch64) sketch_text.replace(sketch_text.find('%'), 1, "@");
  const auto sketch = parse(sketch_text, "sketch.s", q.isa);
  if (!sketch) return sketch.error();
  const Boundary boundary = numbers(q.parameters, q.bits);
  auto judge = [&](const std::string& text, std::chrono::milliseconds) {
    Judgement judgement;
    const assembly::Unit target = assembly::read_text(text, "filled.s", q.isa);
    const assembly::CodeIndex target_index(target);
    auto target_object = verify::object_of_text(q.isa, text, "filled.s");
    if (!target_object) return judgement;
    judge::Options options;
    options.tests.tests = 60;
    options.tests.seed = 2;
    if (q.prove)
      options.prover = [&](const Boundary& b) {
        return prove::prove({source_index}, {target_index}, "f", {{"f", b}}, prove::Options());
      };
    auto report = judge::judge({Isa::x86_64, q.isa, *object, *target_object, {}}, {boundary}, options);
    judgement.verdicts = std::move(report.verdicts);
    judgement.level = judgement.verdicts.front().level;
    return judgement;
  };
  return fill(*sketch, {source,
                        *object,
                        [&](const std::string&) { return std::vector<Boundary>{boundary}; },
                        {},
                        judge,
                        q.prove ? judge::Level::bounded : judge::Level::tested,
                        std::chrono::seconds(300),
                        1,
                        q.signatures});
}

struct Case {
  const char* name;
  Question question;
  std::vector<std::string> values;  // "": any
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

class Filled : public testing::TestWithParam<Case> {};

TEST_P(Filled, AndProved) {
  auto result = ask(GetParam().question);
  ASSERT_TRUE(result) << to_string(result.error());
  ASSERT_EQ(result->status, FillResult::Status::filled) << result->reason;
  EXPECT_EQ(result->judgement.level, judge::Level::proved);
  for (size_t h = 0; h < GetParam().values.size(); ++h)
    if (!GetParam().values[h].empty()) {
      EXPECT_EQ(result->values[h], GetParam().values[h]);
    }
}

const char* const kLinear = "\tleal 7(%rdi,%rsi,4), %eax\n\tret\n";
const char* const kLess = "\tcmpl %esi, %edi\n\tjl .L2\n\tmovl $1, %eax\n\tret\n.L2:\n\tmovl $2, %eax\n\tret\n";
const char* const kUnsigned = "\tcmpl %esi, %edi\n\tsetb %al\n\tmovzbl %al, %eax\n\tret\n";
const char* const kSpill =
    "\tmovq %rdi, -8(%rsp)\n\tmovq %rsi, -16(%rsp)\n\tmovq -8(%rsp), %rax\n\tsubq -16(%rsp), %rax\n\tret\n";
const char* const kMixed = "\tmovl %edi, %eax\n\tandl %esi, %eax\n\txorl $-16, %eax\n\tret\n";
const char* const kHigh = "\tmovq %rdi, %rax\n\tshrq $32, %rax\n\tret\n";

// 0x12345678 in two parts: nothing near it stands in the source.
const char* const kConstant = "\tmovl $0x1234, %eax\n\tshll $16, %eax\n\torl $0x5678, %eax\n\txorl %edi, %eax\n\tret\n";

// The upper half of a product.
const char* const kProduct = "\tmovq %rdi, %rax\n\tmulq %rsi\n\tmovq %rdx, %rax\n\tret\n";

constexpr Isa kA = Isa::aarch64, kR = Isa::riscv64, kX = Isa::x86_64;
const Case kCases[] = {
    {"x86_64_product", {kProduct, kX, "\tmovq %rdi, %rax\n\t?seq:1\n\tmovq %rdx, %rax\n\tret\n", 2, 64}, {"mulq %rsi"}},
    {"aarch64_imm_reg", {kLinear, kA, "\tadd w8, w0, ?reg, lsl #2\n\tadd w0, w8, #?imm\n\tret\n"}, {"w1", "7"}},
    {"aarch64_shift", {kLinear, kA, "\tadd w8, w0, w1, ?shift\n\tadd w0, w8, #7\n\tret\n"}, {"lsl #2"}},
    {"aarch64_op", {kMixed, kA, "\t?op{add,sub,orr,and} w8, w0, w1\n\teor w0, w8, #?imm\n\tret\n"}, {"and"}},
    {"aarch64_cond_label",
     {kLess, kA,
      "\tcmp w0, w1\n\tb.?cond ?label\n\tmov w0, #1\n\tret\n.La:\n\tmov w0, #3\n\tret\n.Lb:\n\tmov w0, #2\n\tret\n"},
     {"lt", ".Lb"}},
    {"aarch64_flags", {kUnsigned, kA, "\tcmp ?reg, w1\n\tcset w0, ?cond\n\tret\n"}, {"w0", "lo"}},
    {"aarch64_memory",
     {kSpill, kA,
      "\tsub sp, sp, #16\n\tstr x0, [sp, #?imm{0,4,8}#a]\n\tstr ?reg, [sp]\n\tldr x0, [sp, #?imm#a]\n\tldr x1, [sp, "
      "#?imm]\n"
      "\tsub x0, x0, x1\n\tadd sp, sp, #?imm\n\tret\n",
      2, 64},
     {"8", "x1", "0", "16"}},
    {"aarch64_lane", {kHigh, kA, "\tfmov d0, x0\n\tumov w0, v0.s[?lane]\n\tret\n", 1, 64}, {"1"}},
    {"aarch64_seq", {kLinear, kA, "\tlsl w8, w1, #2\n\t?seq:1\n\tadd w0, w8, #7\n\tret\n"}, {}},
    {"riscv64_imm_reg",
     {kLinear, kR, "\tslliw a1, ?reg, 2\n\taddw a0, a0, a1\n\taddiw a0, a0, ?imm\n\tret\n"},
     {"a1", "7"}},
    {"riscv64_shift", {kLinear, kR, "\t?shift a1, a1, ?imm\n\taddw a0, a0, a1\n\taddiw a0, a0, 7\n\tret\n"}, {"", "2"}},
    {"riscv64_op", {kMixed, kR, "\t?op{add,sub,or,and} a0, a0, a1\n\txori a0, a0, ?imm\n\tret\n"}, {"and", "-16"}},
    {"riscv64_cond_label",
     {kLess, kR, "\tb?cond a0, a1, ?label\n\tli a0, 1\n\tret\n.La:\n\tli a0, 3\n\tret\n.Lb:\n\tli a0, 2\n\tret\n"},
     {"lt", ".Lb"}},
    {"riscv64_memory",
     {kSpill, kR,
      "\taddi sp, sp, -16\n\tsd a0, ?imm{0,4,8}#a(sp)\n\tsd ?reg, 0(sp)\n\tld a0, ?imm#a(sp)\n\tld a1, ?imm(sp)\n"
      "\tsub a0, a0, a1\n\taddi sp, sp, ?imm\n\tret\n",
      2, 64},
     {"8", "a1", "0", "16"}},
    {"riscv64_seq", {kLinear, kR, "\tslliw a1, a1, 2\n\t?seq:1\n\taddiw a0, a0, 7\n\tret\n"}, {}},
    {"x86_64_displacement", {kLinear, kX, "\tleal ?imm(%rdi,?reg,?shift), %eax\n\tret\n"}, {"7", "%rsi", "4"}},
    {"x86_64_op",
     {kMixed, kX, "\tmovl %edi, %eax\n\t?op{addl,subl,orl,andl} %esi, %eax\n\txorl $?imm, %eax\n\tret\n"},
     {"andl", "-16"}},
    {"x86_64_cond_label",
     {kLess, kX,
      "\tcmpl %esi, %edi\n\tj?cond ?label\n\tmovl $1, %eax\n\tret\n.La:\n\tmovl $3, %eax\n\tret\n.Lb:\n\tmovl $2, "
      "%eax\n\tret\n"},
     {"l", ".Lb"}},
    {"x86_64_flags", {kUnsigned, kX, "\tcmpl %esi, ?reg\n\tset?cond %al\n\tmovzbl %al, %eax\n\tret\n"}, {"%edi", "b"}},
    {"x86_64_stack_pointer",
     {kMixed, kX, "\tmovl %edi, %eax\n\tandl ?reg{%esp,%ebp,%esi}, ?reg{%esp,%ebx,%eax}\n\txorl $-16, %eax\n\tret\n"},
     {"%esi", "%eax"}},
    {"aarch64_link_register",
     {kMixed, kA, "\tand ?reg{w30,w2,w0}, w0, ?reg{w30,w3,w1}\n\teor w0, w0, #-16\n\tret\n"},
     {"w0", "w1"}},
    {"x86_64_lane",
     {kHigh, kX,
      "\tmovq %rdi, %xmm0\n\tpextrw $?lane, %xmm0, %eax\n\tpextrw $3, %xmm0, %ecx\n\tshll $16, %ecx\n\torl %ecx, "
      "%eax\n\tret\n",
      1, 64},
     {"2"}},
    {"x86_64_solved", {kConstant, kX, "\tmovl %edi, %eax\n\txorl $?imm, %eax\n\tret\n", 1}, {"305419896"}},
    // Each of its bits shows on some inputs only.
    {"x86_64_solved_mask",
     {"\tmovl %edi, %eax\n\tshll $9, %eax\n\tshrl $8, %eax\n\tret\n", kX,
      "\tleal (%rdi,%rdi), %eax\n\tandl $?imm, %eax\n\tret\n", 1},
     {"16777214"}},
    {"riscv64_address_in_parts",
     {"\tleaq .Ltable(%rip), %rax\n\tandl $3, %edi\n\tmovzbl (%rax,%rdi), %eax\n\tret\n.section .rodata\n.Ltable: "
      ".byte 5, 9, 200, 17\n.text\n",
      kR,
      "\tandi a0, a0, 3\n.Lhigh:\n\tauipc a1, %pcrel_hi(.Ltable)\n\taddi ?reg, a1, %pcrel_lo(.Lhigh)\n"
      "\tadd a0, a0, a1\n\t?op{lb,lbu,lh} a0, 0(a0)\n\tret\n.section .rodata\n.Ltable: .byte 5, 9, 200, 17\n.text\n",
      1},
     {"a1", "lbu"}},
    {"riscv64_upper_part",
     {"\tleaq .Ltable(%rip), %rax\n\tandl $3, %edi\n\tmovzbl (%rax,%rdi), %eax\n\tret\n.section .rodata\n.Ltable: "
      ".byte 5, 9, 200, 17\n.text\n",
      kR,
      "\tandi a0, a0, 3\n.Lhigh:\n\tauipc ?reg, %pcrel_hi(.Ltable)\n\taddi a1, a1, %pcrel_lo(.Lhigh)\n"
      "\tadd a0, a0, a1\n\t?op{lb,lbu,lh} a0, 0(a0)\n\tret\n.section .rodata\n.Ltable: .byte 5, 9, 200, 17\n.text\n",
      1},
     {"a1", "lbu"}},
    {"riscv64_address_from_the_table",
     {"\tmovq g@GOTPCREL(%rip), %rax\n\tmovl (%rax), %eax\n\taddl %edi, %eax\n\tret\n.data\n.globl g\ng: .long "
      "77\n.text\n",
      kR,
      ".Lhigh:\n\tauipc a1, %got_pcrel_hi(g)\n\t?op{lb,lh,lw,ld} a1, %pcrel_lo(.Lhigh)(a1)\n\tlw a1, 0(a1)\n"
      "\t?op{addw,subw,and} a0, a0, a1\n\tret\n.data\n.globl g\ng: .long 77\n.text\n",
      1},
     {"ld", "addw"}},
    {"riscv64_solved", {kConstant, kR, "\tli a1, ?imm\n\txor a0, a0, a1\n\tsext.w a0, a0\n\tret\n", 1}, {}},
    {"riscv64_solved_part",
     {kConstant, kR, "\tlui a1, ?imm\n\taddiw a1, a1, 1656\n\txor a0, a0, a1\n\tsext.w a0, a0\n\tret\n", 1},
     {"74565"}},
    {"x86_64_seq", {kMixed, kX, "\tmovl %edi, %eax\n\t?seq:1\n\txorl $-16, %eax\n\tret\n"}, {}},
    // The second reads what the first sets.
    {"aarch64_two_seq", {kLinear, kA, "\t?seq:1\n\t?seq:1\n\tadd w0, w8, #7\n\tret\n"}, {}},
    // Of two branches' lines one stands behind the other.
    {"riscv64_adjacent_seq",
     {"\tmovl %edi, %eax\n\tcmpl %esi, %edi\n\tcmovl %esi, %eax\n\tincl %eax\n\tret\n", kR,
      "\tbge a0, a1, .L4\n\t?seq:1\n.L4:\n\t?seq:1\n\tsext.w a0, a0\n\tret\n"},
     {}},
    // Of the registers that assemble here most cannot hold an entry of the table.
    {"aarch64_register_of_an_address",
     {"\tmovq g@GOTPCREL(%rip), %rax\n\tmovl (%rax), %eax\n\taddl %edi, %eax\n\tret\n.data\n.globl g\ng: .long "
      "77\n.text\n",
      kA,
      "\tadrp x8, :got:g\n\tldr ?reg, [x8, :got_lo12:g]\n\tldr w8, [x9]\n\tadd w0, w0, w8\n\tret\n.data\n.globl "
      "g\ng: .long 77\n.text\n",
      1},
     {"x9"}},
    // What a choice does not take rules nothing out.
    {"x86_64_choice",
     {"\tmovl $31, %eax\n\tmovl $127, %ecx\n\tcmpl $7, %edi\n\tcmovel %ecx, %eax\n\tret\n", kX,
      "\tcmpl $?imm, %edi\n\tmovl $?imm, %ecx\n\tmovl $31, %eax\n\tcmovel %ecx, %eax\n\tret\n", 1},
     {"7", "127"}},
    // Nothing but the return tells that the stack pointer is short of eight.
    // Which register fits depends on the mnemonic, and on the other register.
    {"x86_64_op_and_its_registers",
     {"\tmovq %rdi, %rax\n\timulq %rsi, %rax\n\tret\n", kX,
      "\t?op{movb,movw,movl,movq} ?reg, ?reg\n\timulq %rdi, %rax\n\tret\n", 2, 64},
     {"movq", "%rsi", "%rax"}},
    {"x86_64_stack",
     {kMixed, kX,
      "\tpushq %rbx\n\tpushq %rax\n\tmovl %edi, %ebx\n\tmovl %ebx, %eax\n\tandl ?reg, %eax\n\txorl $-16, "
      "%eax\n\t?seq:1\n\tpopq %rbx\n\tret\n"},
     {"%esi", "addq $8, %rsp"}},
    // The stack pointer lacks something on one of two ways that meet at the return.
    {"riscv64_balance",
     {"\txorl %eax, %eax\n\ttestl %edi, %edi\n\tje 1f\n\tmovl %esi, %eax\n1:\tret\n", kR,
      "\tbeqz a0, .Lend\n\t?seq:1\n\tsd ra, 8(sp)\n\tsd a1, 0(sp)\n\tlw a0, 0(sp)\n\tld ra, 8(sp)\n"
      "\taddi sp, sp, 16\n.Lend:\tret\n"},
     {"addi sp, sp, -16"}},
    {"aarch64_constant_in_data",
     {"\tmovl %edi, %eax\n\txorl .Lc(%rip), %eax\n\tret\n.section .rodata\n.Lc: .long 1115947008\n.text\n", kA,
      "\t?seq:1\n\teor w0, w0, w8\n\tret\n", 1},
     {"mov w8, 1115947008"}},
    // addw a3, a3, a6 does the same if what nobody set is -1.
    {"riscv64_unset_register",
     {"\tcmpl $1, %edi\n\tsbbl %ecx, %ecx\n\tnotl %ecx\n\tandl %esi, %ecx\n\tmovl $7, %eax\n\ttestl %esi, %esi\n"
      "\tje 1f\n\tleal (%rcx,%rdi), %eax\n1:\tret\n",
      kR,
      "\tseqz a3, a0\n\t?seq:1\n\tand a6, a3, a1\n\tbeqz a1, ?label\n\taddw a0, a0, a6\n\tret\n.Lz:\tli a0, "
      "7\n\tret\n"},
     {"addi a3, a3, -1", ".Lz"}},
    {"riscv64_two_seq", {kLinear, kR, "\t?seq:1\n\t?seq:1\n\taddiw a0, a0, 7\n\tret\n"}, {}},
};
INSTANTIATE_TEST_SUITE_P(Sketches, Filled, testing::ValuesIn(kCases), [](const auto& c) { return c.param.name; });

// Each variant stands where it is said to stand, also beside those that are empty or too long for their slot.
TEST(Layout, VariantsAreWhatTheirTextSays) {
  const auto sketch = parse("\t.text\nf:\n\t?seq:1\n\tret\n", "sketch.s", kR);
  ASSERT_TRUE(sketch) << to_string(sketch.error());
  std::vector<Domain> domains(1);
  domains[0].values = {"", "li a1, 0x123456789abcdef", "mv a2, a1", "mv a3, a1"};
  Mask shortened = 0;
  auto layout = lay_out(*sketch, domains, shortened);
  ASSERT_TRUE(layout) << to_string(layout.error());
  const auto image = emulate::link_image(kR, {&layout->object, 1});
  ASSERT_TRUE(image) << to_string(image.error());
  locate(*layout, *image);
  const std::vector<uint64_t>& variants = layout->sites.front().variants;
  EXPECT_NE(variants[0], 0u);
  EXPECT_EQ(variants[1], 0u);
  emulate::IrCode code(*image);
  const assembly::Machine& machine = assembly::Machine::get(kR);
  for (const auto& [variant, name] : {std::pair(2, "x12"), std::pair(3, "x13")}) {
    const emulate::IrStep* const step = code.at(variants[variant]);
    ASSERT_NE(step, nullptr);
    ASSERT_EQ(step->written.size(), 1u);
    EXPECT_EQ(machine.slots[step->written.front()].name, name);
  }
}

TEST(Fill, NothingFits) {
  auto result = ask({kLinear, kA, "\tadd w8, w0, w1, lsl #2\n\tadd w0, w8, #?imm{1,2,3}\n\tret\n"});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, FillResult::Status::nothing_fits);
  ASSERT_EQ(result->notes.size(), 1u);
  EXPECT_NE(result->notes[0].find("ruled out 3 times by f("), std::string::npos) << result->notes[0];
}

// The filled function differs for one argument of 2^64, which stands nowhere in it: tests agree with it, and only they.
const char* const kRare =
    "\tmov x8, #0x1234\n\tmovk x8, #0x5678, lsl #32\n\tadd x9, x0, x0, lsl #7\n\tcmp x9, x8\n"
    "\tcsel x0, x0, xzr, ?cond{ne,eq}\n\tret\n";

// The upper half of a register with a number of 32 bits may hold anything, zero too: the judge knows, and what it shows
// once rules out all that fail likewise.
TEST(Fill, WhatRefutesOneFillingRefutesItsLike) {
  const auto result = ask({"\txorl %eax, %eax\n\tret\n", kA,
                           "\tlsr x8, x0, #32\n\tcmp x8, #0\n\tcset w0, ?cond{eq,ls,le,lo}\n\tret\n", 1, 32});
  ASSERT_TRUE(result) << to_string(result.error());
  ASSERT_EQ(result->status, FillResult::Status::filled) << result->reason;
  EXPECT_EQ(result->values[0], "lo");
  EXPECT_LE(result->candidates, 2u);
}

TEST(Fill, AgreementOnTestsIsCalledTested) {
  auto result = ask({"\tmovq %rdi, %rax\n\tret\n", kA, kRare, 1, 64, false});
  ASSERT_TRUE(result);
  ASSERT_EQ(result->status, FillResult::Status::filled) << result->reason;
  EXPECT_EQ(result->judgement.level, judge::Level::tested);
}

TEST(Fill, AgreementOnTestsIsNotTakenForProof) {
  auto result = ask({"\tmovq %rdi, %rax\n\tret\n", kA, kRare, 1, 64});
  ASSERT_TRUE(result);
  if (result->status == FillResult::Status::filled) {
    EXPECT_LT(result->judgement.level, judge::Level::bounded);
  } else {
    EXPECT_EQ(result->status, FillResult::Status::nothing_fits);
  }
}

// Where the last function's file goes on with data, at odd addresses.
TEST(Fill, LabelsOfDataAreNoTargets) {
  auto result = ask({"\tmovl %edi, %eax\n\ttestl %edi, %edi\n\tjne 1f\n\tmovl $7, %eax\n1:\tret\n", kA,
                     "\tcbnz w0, ?label\n\tmov w0, #7\n.La:\n\tret\n\t.section .rodata\n.Lbyte:\n\t.byte 1\n.Lodd:\n"
                     "\t.byte 2\n\t.text\n",
                     1});
  ASSERT_TRUE(result);
  ASSERT_EQ(result->status, FillResult::Status::filled) << result->reason;
  EXPECT_EQ(result->values[0], ".La");
}

TEST(Fill, HolesThatNoInputReachesNeedAProof) {
  auto result = ask(
      {"\tmovl %edi, %eax\n\tret\n", kA, "\tcbnz wzr, .La\n\tret\n.La:\n\tadd w0, w0, #?imm\n\tret\n", 1, 32, false});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, FillResult::Status::unresolved);
}

// Hardly any two numbers go that way; which do is seen from what the source compares.
TEST(Fill, InputsAreFoundForRareWays) {
  auto result = ask({"\timull $1717, %edi, %eax\n\tcmpl %esi, %eax\n\tje .L2\n\tret\n.L2:\n\tnotl %eax\n\tret\n", kA,
                     "\tmov w8, #1717\n\tmul w0, w0, w8\n\tcmp w0, w1\n\tb.eq .La\n\tret\n.La:\n"
                     "\t?op{neg,mvn,clz} w0, w0\n\tret\n",
                     2, 32, false});
  ASSERT_TRUE(result) << to_string(result.error());
  ASSERT_EQ(result->status, FillResult::Status::filled) << result->reason;
  EXPECT_EQ(result->values[0], "mvn");
}

// No right filling is lost: all that the tester, run on each filling by itself, agrees with are found.
// How far it goes says a number behind the first words of a large object.
TEST(Fill, InputsAreFoundForCountsInLargeObjects) {
  const std::string object = "\t.comm q,8192,8\n";
  Question q{
      "\tmovl 4096+q(%rip), %eax\n\tdecl %eax\n\tsarl %eax\n\tjne .L2\n\tmovl %edi, %eax\n\tret\n"
      ".L2:\n\tleal 77(%rdi), %eax\n\tret\n" +
          object,
      kA,
      "\tadrp x8, q\n\tadd x8, x8, :lo12:q\n\tadd x8, x8, #1, lsl #12\n\tldr w9, [x8]\n"
      "\tsub w9, w9, #1\n\tasr w9, w9, #1\n\tcbz w9, .La\n\tadd w0, w0, #?imm\n.La:\n\tret\n" +
          object};
  q.prove = false;
  const auto result = ask(q);
  ASSERT_TRUE(result) << to_string(result.error());
  ASSERT_EQ(result->status, FillResult::Status::filled) << result->reason;
  EXPECT_EQ(result->values[0], "77");
}

// In the shortest runs the second parameter is zero, where most of what could stand in the sequence does the same.
TEST(Fill, LaterTestsTellApartWhatTheFirstDoesNot) {
  const Question q{"\ttestl %esi, %esi\n\tje .L2\n\taddl $77, %edi\n.L2:\n\tleal (%rdi,%rsi,8), %eax\n\tret\n", kA,
                   "\tcbz w1, .La\n\tadd w0, w0, #?imm\n.La:\n\t?seq:1\n\tadd w0, w0, w1\n\tret\n"};
  const auto result = ask(q);
  ASSERT_TRUE(result) << to_string(result.error());
  ASSERT_EQ(result->status, FillResult::Status::filled) << result->reason;
  EXPECT_EQ(result->judgement.level, judge::Level::proved);
  EXPECT_EQ(result->values[0], "77");
}

TEST(History, HoldsWhatChangesOneAfterTheOther) {
  emulate::Image image;
  emulate::Segment data;
  data.address = 0x2000, data.memory_size = 16;
  data.bytes = {4};
  image.segments.push_back(data);
  emulate::Request request;
  request.regions.push_back({0x1000, {0, 0, 5}});
  request.data.push_back({0x2001, {6}});
  const std::vector<WrittenByte> written = {{0x1000, 1}, {0x1002, 5}, {0x1000, 1}, {0x1000, 0},  // a lock
                                            {0x2000, 4}, {0x2001, 4}, {0x2002, 0}, {0x3000, 9}};
  const History expected = {{0x1000, {1, 0}}, {0x2001, {4}}};
  EXPECT_EQ(history_of(image, request, written), expected);
}

TEST(Fill, FindsAllThatAgree) {
  const std::string source = function(
      "\tmovl %edi, -4(%rsp)\n\tcmpl %esi, %edi\n\tjl .L2\n\tmovl %esi, -4(%rsp)\n.L2:\n\tmovl -4(%rsp), "
      "%eax\n\tret\n");
  const auto sketch =
      parse(function("\tsub sp, sp, #16\n\tstr w0, [sp, #?imm{4,12}]\n\tcmp ?reg{w0,w1}, w1\n\tb.?cond{lt,ge,le} .La\n"
                     "\tstr ?reg{w0,w1}, [sp, #12]\n.La:\n\tldr w0, [sp, #12]\n\tadd sp, sp, #16\n\tret\n"),
            "sketch.s", Isa::aarch64);
  ASSERT_TRUE(sketch) << to_string(sketch.error());
  std::string source_text = source;
  source_text.replace(source_text.find('%'), 1, "@");
  const assembly::Unit unit = assembly::read_text(source_text, "source.s", Isa::x86_64);
  const auto object = verify::object_of_text(Isa::x86_64, source_text, "source.s");
  ASSERT_TRUE(object);
  const std::vector<Boundary> boundaries = {numbers(2, 32)};
  std::set<std::string> found;
  auto collect = [&](const std::string& text, std::chrono::milliseconds) {
    found.insert(text);
    Judgement refuted;
    refuted.level = judge::Level::refuted;
    return refuted;
  };
  auto result = fill(*sketch, {unit,
                               *object,
                               [&](const std::string&) { return boundaries; },
                               {},
                               collect,
                               judge::Level::proved,
                               std::chrono::seconds(300),
                               1});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, FillResult::Status::nothing_fits);
  size_t agree = 0;
  for (const char* imm : {"4", "12"})
    for (const char* left : {"w0", "w1"})
      for (const char* cond : {"lt", "ge", "le"})
        for (const char* stored : {"w0", "w1"}) {
          const std::string text = instantiate(*sketch, {imm, left, cond, stored});
          const auto target = verify::object_of_text(Isa::aarch64, text, "filled.s");
          ASSERT_TRUE(target);
          const auto report = verify::test_unit({Isa::x86_64, Isa::aarch64, *object, *target, {}}, boundaries, {});
          if (report.results[0].level != verify::TestResult::Level::tested) continue;
          ++agree;
          EXPECT_EQ(found.count(text), 1u) << text;
        }
  EXPECT_GE(agree, 2u);  // lt and le
  EXPECT_EQ(found.size(), agree);
}

// What the source never stores in the caller's buffer is ruled out at once, and looked at again if nothing else fits.
TEST(Fill, MayStoreForAWhileWhatTheSourceDoesNot) {
  const std::string source_text =
      "\t.text\n\t.globl f\n\t.type f, @function\nf:\n\tmovq %rsi, (%rdi)\n\tmovl %esi, "
      "%eax\n\tret\n\t.size f, .-f\n";
  const auto sketch =
      parse(function("\tmvn x8, x1\n\tstr ?reg{x8}, [x0]\n\tstr ?reg{x1,x8}, [x0]\n\tmov w0, w1\n\tret\n"), "sketch.s",
            Isa::aarch64);
  ASSERT_TRUE(sketch) << to_string(sketch.error());
  const assembly::Unit unit = assembly::read_text(source_text, "source.s", Isa::x86_64);
  const auto object = verify::object_of_text(Isa::x86_64, source_text, "source.s");
  ASSERT_TRUE(object);
  Boundary boundary = numbers(2, 32);
  for (BoundaryValue& parameter : boundary.parameters) parameter.bits = 64;
  auto accept = [](const std::string&, std::chrono::milliseconds) {
    Judgement proved;
    proved.level = judge::Level::proved;
    return proved;
  };
  auto result = fill(*sketch, {unit,
                               *object,
                               [&](const std::string&) { return std::vector<Boundary>{boundary}; },
                               {},
                               accept,
                               judge::Level::proved,
                               std::chrono::seconds(300),
                               1});
  ASSERT_TRUE(result);
  ASSERT_EQ(result->status, FillResult::Status::filled) << result->reason;
  EXPECT_EQ(result->values[1], "x1");
}

// A line that runs again and again decides anew each time: what one pass shows does not rule a register out.
TEST(Fill, LoopsComeBackToTheirHoles) {
  auto result =
      ask({"\txorl %eax, %eax\n\tandl $15, %edi\n.L1:\n\taddl %edi, %eax\n\tsubl $1, %edi\n\tjg .L1\n\tret\n", kR,
           "\tandi a1, a0, 15\n\tli a0, 0\n\tli a2, 0\n.Lb:\n\taddw a0, a0, a1\n\taddiw a1, a1, -1\n"
           "\tb?cond ?reg, ?reg, .Lb\n\tret\n",
           1, 32, false});
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->status, FillResult::Status::filled) << result->reason;
}

// A function that nobody knows answers something, so that tests tell fillings apart, and the first that is judged is
// right.
TEST(Fill, FunctionsOutsideAreStoodInFor) {
  Question question{
      "\tsubq $8, %rsp\n\tcall mystery\n\taddq $8, %rsp\n\ttestl %eax, %eax\n\tje .L2\n\tmovl $1, %eax\n\tret\n"
      ".L2:\n\tmovl $2, %eax\n\tret\n",
      kA,
      "\tstr x30, [sp, #-16]!\n\tbl mystery\n\tldr x30, [sp], #16\n\t?op{cbnz,cbz} w0, .L2\n\tmov w0, #1\n\tret\n"
      ".L2:\n\tmov w0, #?imm\n\tret\n",
      1};
  question.signatures = {{"mystery", "ii"}};
  auto result = ask(question);
  ASSERT_TRUE(result) << to_string(result.error());
  ASSERT_EQ(result->status, FillResult::Status::filled) << result->reason;
  EXPECT_EQ(result->judgement.level, judge::Level::proved);
  EXPECT_EQ(result->values, (std::vector<std::string>{"cbz", "2"}));
  EXPECT_EQ(result->candidates, 1u);
}

struct Bad {
  Isa isa;
  const char* body;
  uint32_t line;
  const char* message;
};

TEST(Fill, WhatCannotBeFilledIsLocated) {
  const Bad bad[] = {
      {kA, "\tadd w0, w0, #?imm\n\tfrobnicate w0\n\tret\n", 6, ""},
      {kA, "\tadd w0, w0, #?imm{70000,99999}\n\tret\n", 5, "no candidate of ?imm{70000,99999} assembles"},
      {kA, "\tfrobnicate ?reg, w0\n\tret\n", 5, "the assembler says: unrecognized instruction mnemonic"},
      {kR, "\tadd a0, a0, ?lane\n\tret\n", 5, "riscv64 has no lanes"},
      {kA, "\tcset w0, ?cond{eq,banana}\n\tret\n", 5, "'banana' is nothing that ?cond can be for aarch64"},
      {kX, "\t?op{addl,banana} %edi, %eax\n\tret\n", 5, "'banana' is nothing that ?op can be for x86-64"},
      {kR, "\tadd a0, ?reg{a0,x99}, a1\n\tret\n", 5, "'x99' is nothing that ?reg can be for riscv64"},
  };
  for (const Bad& b : bad) {
    auto result = ask({kLinear, b.isa, b.body});
    ASSERT_FALSE(result) << b.body;
    EXPECT_EQ(result.error().location.line, b.line) << b.body;
    EXPECT_NE(result.error().message.find(b.message), std::string::npos) << result.error().message;
  }
}

}  // namespace
}  // namespace portolan::sketch::filling
