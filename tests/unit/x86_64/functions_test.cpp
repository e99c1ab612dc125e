// Small hand-written functions, assembled into this test and run on the processor, against the interpreter on what the
// frontend makes of the same text: control flow, prefixes, string instructions, symbols. (Single instructions are the
// semantics gate's.)
#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "frontends/asm/lift.h"
#include "frontends/asm/reader.h"
#include "frontends/x86_64/lifter.h"
#include "ir/interpreter.h"

// A function uint64_t name(uint64_t, uint64_t, uint64_t, uint8_t* memory) as code and as text.
#define SNIPPET(name, body)                                                                           \
  asm(".text\n.globl snippet_" #name "\n.type snippet_" #name ",@function\nsnippet_" #name ":\n" body \
      "\n.size snippet_" #name ", .-snippet_" #name "\n");                                            \
  extern "C" uint64_t snippet_##name(uint64_t, uint64_t, uint64_t, uint8_t*);                         \
  constexpr const char* kText_##name = ".text\n.globl f\n.type f,@function\nf:\n" body "\n"

SNIPPET(
    rep_movs,
    "lea 16(%rcx), %rsi; lea 17(%rcx), %rdi; mov %rdx, %rcx; rep movsb; lea (%rdi,%rsi), %rax; add %rcx, %rax; ret");
SNIPPET(rep_stos, "mov %rdi, %rax; lea 32(%rcx), %rdi; mov $5, %ecx; rep stosl; mov %rdi, %rax; ret");
SNIPPET(strings,
        "lea (%rcx), %rsi; lea 64(%rcx), %rdi; xor %eax, %eax; cld; lodsw; stosl; movsq; cmpsb; setb %al; movzbl %al, "
        "%eax; scasw; adc "
        "$0, %rax; ret");
SNIPPET(lock_add,
        "mov $0, %eax; lock addl %edi, 8(%rcx); setc %al; lock xaddq %rsi, 16(%rcx); adc %rsi, %rax; lock; decw "
        "4(%rcx); sets %ah; ret");
SNIPPET(
    lock_bits,
    "lock btsq $9, (%rcx); sbb %rax, %rax; lock btrl %edx, 64(%rcx); adc %rax, %rax; lock xorb $0x55, 3(%rcx); ret");
SNIPPET(lock_compare,
        "mov %rdi, %rax; lock cmpxchgq %rsi, (%rcx); sete %dl; lock notb 9(%rcx); movzbl %dl, %edx; add %rdx, %rax; "
        "xchgl %esi, 20(%rcx); add %rsi, %rax; ret");
SNIPPET(wide_compare,
        "mov %rcx, %r8; push %rbx; mov (%r8), %rax; mov 8(%r8), %rdx; mov %rdi, %rbx; mov %rsi, %rcx; lock cmpxchg16b "
        "(%r8); sete %al; movzbl %al, %eax; pop %rbx; ret");
SNIPPET(loops,
        "mov %rdx, %rcx; and $15, %ecx; xor %eax, %eax; jrcxz 2f; 1: add %rdi, %rax; rol $7, %rax; loop 1b; 2: ret");
SNIPPET(loop_while_equal,
        "lea 100(%rcx), %r8; mov $20, %ecx; xor %eax, %eax; 1: inc %eax; cmpb $0, (%r8,%rcx); loope 1b; shl $8, %rax; "
        "or %rcx, %rax; rep; ret");
SNIPPET(conditions,
        "xor %eax, %eax; cmp %rsi, %rdi; jg 1f; or $1, %eax; 1: jbe 2f; or $2, %eax; 2: jno 3f; or $4, %eax; 3: jp 4f; "
        "or $8, %eax; 4: jge 5f; or $16, %eax; 5: js 6f; or $32, %eax; 6: ret");
SNIPPET(stack,
        "push %rdi; pushq $-3; pushw %si; movq %rsp, %rax; sub %rsp, %rax; push %rsp; pop %rdx; sub %rsp, %rdx; add "
        "%rdx, %rax; popw %dx; pop %r8; add %r8, %rax; pop (%rcx); add (%rcx), %rax; push %rbp; mov %rsp, %rbp; sub "
        "$64, %rsp; leave; ret");

namespace portolan::x86_64 {
namespace {

using llvm::APInt;
using Bytes = std::array<uint8_t, 256>;

// The test's own memory, so that the interpreter and the processor see the same addresses.
class Memory final : public ir::Environment {
 public:
  bool read(uint64_t address, std::span<uint8_t> bytes) override {
    std::memcpy(bytes.data(), reinterpret_cast<const void*>(address), bytes.size());
    return true;
  }
  bool write(uint64_t address, std::span<const uint8_t> bytes) override {
    std::memcpy(reinterpret_cast<void*>(address), bytes.data(), bytes.size());
    return true;
  }
};

assembly::ReadOptions options() {
  assembly::ReadOptions result;
  result.isa = Isa::x86_64;
  return result;
}

struct Result {
  uint64_t value = 0;
  Bytes memory{};
  bool operator==(const Result&) const = default;
};

Result interpret(const ir::Function& function, std::span<const uint64_t> arguments, Bytes& memory) {
  const assembly::Machine& machine = assembly::Machine::get(Isa::x86_64);
  std::vector<APInt> slots;
  for (const assembly::SlotInfo& info : machine.slots) slots.push_back(APInt(info.width, 0));
  alignas(16) std::array<uint8_t, 512> stack{};
  auto set = [&](const char* name, uint64_t value) { slots[machine.slot(name)] = APInt(64, value); };
  set("rsp", reinterpret_cast<uint64_t>(stack.data()) + 400);
  set("rdi", arguments[0]), set("rsi", arguments[1]), set("rdx", arguments[2]);
  set("rcx", reinterpret_cast<uint64_t>(memory.data()));
  Memory environment;
  ir::Start start;
  start.slots = slots;
  uint64_t steps = 100000;
  start.steps = &steps;
  ir::Outcome outcome = ir::Interpreter(function).run(environment, start);
  EXPECT_EQ(outcome.ending, ir::Ending::returned) << outcome.detail;
  return {slots[machine.slot("rax")].getZExtValue(), memory};
}

void compare(const char* name, const char* text, uint64_t (*native)(uint64_t, uint64_t, uint64_t, uint8_t*)) {
  auto unit = assembly::read_unit(text, name, options());
  ASSERT_TRUE(unit) << to_string(unit.error());
  ASSERT_TRUE(unit->diagnostics.empty()) << name << ": " << to_string(unit->diagnostics[0]);
  assembly::LiftResult lifted = assembly::lift_function(assembly::CodeIndex(*unit), lifter(), unit->functions()[0]);
  ASSERT_TRUE(lifted.refusals.empty()) << name << ": " << to_string(lifted.refusals[0]);
  const uint64_t values[] = {0, 1, 5, 0x7fffffffffffffff, 0x8000000000000000, ~uint64_t{0}, 0x0123456789abcdef, 200};
  alignas(16) Bytes memory;
  for (uint64_t a : values)
    for (uint64_t b : values)
      for (uint64_t c : {uint64_t{0}, uint64_t{3}, uint64_t{40}}) {
        auto fill = [&] {
          for (size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<uint8_t>(i * 37 + a + (i >> 3) * b);
          if (a == 5) std::memset(memory.data() + 100, 0, 24);
          std::memcpy(memory.data(), &a, 8);
        };
        fill();
        Result expected;
        expected.value = native(a, b, c, memory.data());
        expected.memory = memory;
        fill();
        const uint64_t arguments[] = {a, b, c};
        EXPECT_EQ(interpret(lifted.function, arguments, memory), expected) << name << " " << a << " " << b << " " << c;
      }
}

#define COMPARE(name) compare(#name, kText_##name, snippet_##name)

TEST(X86Functions, StringInstructions) {
  COMPARE(rep_movs);
  COMPARE(rep_stos);
  COMPARE(strings);
}

TEST(X86Functions, LockedInstructions) {
  COMPARE(lock_add);
  COMPARE(lock_bits);
  COMPARE(lock_compare);
  COMPARE(wide_compare);
}

TEST(X86Functions, ControlFlow) {
  COMPARE(loops);
  COMPARE(loop_while_equal);
  COMPARE(conditions);
}

TEST(X86Functions, Stack) {
  COMPARE(stack);
}

// One function of one line, and the reason why it is refused.
void refuses(const std::string& line, const std::string& reason) {
  auto unit = assembly::read_unit(".globl f\n.type f,@function\nf:\n" + line + "\nret\n", "refused.s", options());
  ASSERT_TRUE(unit) << to_string(unit.error());
  assembly::LiftResult lifted = assembly::lift_function(assembly::CodeIndex(*unit), lifter(), unit->functions()[0]);
  ASSERT_EQ(lifted.refusals.size(), 1u) << line;
  EXPECT_NE(lifted.refusals[0].message.find(reason), std::string::npos) << to_string(lifted.refusals[0]);
  EXPECT_EQ(lifted.refusals[0].location.line, 4u);
}

TEST(X86Functions, RefusesWhatItDoesNotModel) {
  refuses("std", "go down");
  refuses("movq %gs:16, %rax", "gs segment");
  refuses("movq %fs:48, %rax", "thread control block");
  refuses("movq %rax, %fs:40", "thread control block");  // only read: it is the stack protector's canary
  refuses("cpuid", "which processor");
  refuses("fldl (%rdi)", "x87");
  refuses("vaddpd %zmm0, %zmm1, %zmm2", "AVX-512");
  refuses("ldmxcsr (%rdi)", "floating-point mode");
  refuses("repne scasb", "loop within one instruction");
  refuses("rep addl %eax, %ecx", "rep prefix");
}

}  // namespace
}  // namespace portolan::x86_64
