// Calls between two instruction sets whose signature nobody stated, and values that nobody gave: what the target may
// choose, and what it may not.
#include "tests/unit/prove/pairs.h"
#include "verify/prove/leftovers.h"

namespace portolan::prove::testing {
namespace {

const std::string kSaveLink = "str x30, [sp, #-16]!\n", kRestoreLink = "ldr x30, [sp], #16\nret\n";

Text source(const std::string& body) {
  return {Isa::x86_64, "subq $8, %rsp\n" + body + "addq $8, %rsp\nret\n"};
}

Text target(const std::string& body) {
  return {Isa::aarch64, kSaveLink + body + kRestoreLink};
}

TEST(UnknownCallees, GetTheSameScalars) {
  const Boundary b = integers({32}, 32);
  const Text s = source("movl $7, %esi\ncall h\n");
  const Proof same = prove_pair(s, target("mov w1, #7\nbl h\n"), b);
  EXPECT_PROVED(same);
  EXPECT_TRUE(std::any_of(same.assumptions.begin(), same.assumptions.end(),
                          [](const Assumption& a) { return a.id == "unknown-callees"; }));
  EXPECT_NOT_PROVED(prove_pair(s, target("mov w1, #8\nbl h\n"), b));
  EXPECT_NOT_PROVED(prove_pair(s, target("bl h\n"), b));
  EXPECT_NOT_PROVED(prove_pair(s, target("mov w1, #7\nadd w0, w0, #1\nbl h\n"), b));
  EXPECT_NOT_PROVED(prove_pair(s, target("mov w1, #7\nbl g\n"), b));
  EXPECT_NOT_PROVED(prove_pair(s, target("mov w1, #7\nbl h\nadd w0, w0, #1\n"), b));
}

// What AArch64 passes in x6 and x7 is on the stack on x86-64, and the callee's to change there.
TEST(UnknownCallees, OwnTheirArgumentsOnTheStack) {
  std::string registers = "mov x6, x0\nmov x7, #7\n", others = "movq %rdi, (%rsp)\nmovq $7, 8(%rsp)\n";
  for (int n = 1; n < 6; ++n) {
    static const char* kRegisters[] = {"", "rsi", "rdx", "rcx", "r8", "r9"};
    registers += "mov x" + std::to_string(n) + ", #" + std::to_string(n) + "\n";
    others += "movq $" + std::to_string(n) + ", %" + kRegisters[n] + "\n";
  }
  const Text s{Isa::aarch64, "stp x30, x19, [sp, #-16]!\nmov x19, x0\n" + registers +
                                 "bl h\nmov x0, x19\nldp x30, x19, [sp], #16\nret\n"};
  auto kept_at = [&](const std::string& offset) {
    return Text{Isa::x86_64, "subq $24, %rsp\nmovq %rdi, 16(%rsp)\n" + others + "call h\nmovq " + offset +
                                 "(%rsp), %rax\naddq $24, %rsp\nret\n"};
  };
  const Boundary b = integers({64}, 64);
  EXPECT_PROVED(prove_pair(s, kept_at("16"), b));
  EXPECT_NOT_PROVED(prove_pair(s, kept_at("0"), b));
}

TEST(UnknownCallees, GetAnythingForWhatNobodyGave) {
  const Boundary b = integers({32}, 32);
  EXPECT_PROVED(prove_pair(source("call h\n"), target("mov x1, #1\nmov x2, #2\nfmov d0, #1.0\nbl h\n"), b));
  // Whoever inferred the prototype may have missed a parameter.
  Boundary inferred = b;
  inferred.origin = Boundary::Origin::inferred;
  EXPECT_NOT_PROVED(prove_pair(source("call h\n"), target("mov x1, #1\nbl h\n"), inferred));
}

Boundary nothing(const std::string& name) {
  Boundary b = integers({}, 0);
  b.name = b.target_name = name;
  return b;
}

TEST(UnknownCallees, GetOneThingForEachLeftover) {
  const Boundary b = integers({}, 32);
  const std::map<std::string, Boundary> others = {{"g", nothing("g")}};
  const Text s = source("call g\nmovq %rcx, %rdi\nmovq %rcx, %rsi\ncall h\n");
  EXPECT_PROVED(prove_pair(s, target("bl g\nmov x0, #5\nmov x1, #5\nbl h\n"), b, others));
  EXPECT_NOT_PROVED(prove_pair(s, target("bl g\nmov x0, #5\nmov x1, #6\nbl h\n"), b, others));
}

TEST(UnknownCallees, GetNothingElseForWhatDecidesAWay) {
  const Boundary b = integers({}, 32);
  const std::map<std::string, Boundary> others = {{"g", nothing("g")}};
  // Only numbers below 5 come to the call.
  const Text s = source("call g\nxorl %eax, %eax\ncmpq $5, %rcx\njae .L1\nmovq %rcx, %rdi\ncall h\n.L1:\n");
  EXPECT_NOT_PROVED(prove_pair(s, target("bl g\nmov x0, #9\nbl h\n"), b, others));
}

TEST(UnknownCallees, MayHaveArgumentsOnTheStack) {
  const Boundary b = integers({}, 32);
  std::string fill, same;
  for (const char* r : {"edi", "esi", "edx", "ecx", "r8d", "r9d"}) fill += std::string("movl $1, %") + r + "\n";
  for (const char* r : {"w0", "w1", "w2", "w3", "w4", "w5"}) same += std::string("mov ") + r + ", #1\n";
  const Text s{Isa::x86_64, "subq $24, %rsp\nmovq $2, (%rsp)\n" + fill + "call h\naddq $24, %rsp\nret\n"};
  EXPECT_PROVED(prove_pair(s, target(same + "mov x6, #2\nbl h\n"), b));
  EXPECT_NOT_PROVED(prove_pair(s, target(same + "mov x6, #3\nbl h\n"), b));
  EXPECT_NOT_PROVED(prove_pair(s, target(same + "bl h\n"), b));
  // The callee may change what it was given there.
  const Text keeps{Isa::x86_64,
                   "subq $24, %rsp\nmovq $2, (%rsp)\n" + fill + "call h\nmovq (%rsp), %rax\naddq $24, %rsp\nret\n"};
  EXPECT_NOT_PROVED(prove_pair(keeps, target(same + "mov x6, #2\nbl h\nmov x0, #2\n"), integers({}, 64)));
}

// `mp_init_multi(&a, &b, NULL)`.
TEST(UnknownCallees, MayBeVariadic) {
  const Boundary b = integers({}, 32);
  Boundary h = integers({64}, 32);
  h.name = h.target_name = "h";
  h.variadic = true;
  h.untestable = "it is variadic";
  const std::map<std::string, Boundary> others = {{"h", h}};
  auto passing = [](const std::string& vectors) {
    return source("movl $1, %edi\nmovl $2, %esi\n" + vectors + "call h\n");
  };
  const std::string same = "mov w0, #1\nmov w1, #2\n";
  EXPECT_PROVED(prove_pair(passing("xorl %eax, %eax\n"), target(same + "bl h\n"), b, others));
  EXPECT_NOT_PROVED(prove_pair(passing("xorl %eax, %eax\n"), target("mov w0, #1\nmov w1, #3\nbl h\n"), b, others));
  // RISC-V passes floating-point numbers otherwise where they are unnamed.
  auto riscv = [](const std::string& body) {
    return Text{Isa::riscv64, "addi sp, sp, -16\nsd ra, 8(sp)\n" + body + "ld ra, 8(sp)\naddi sp, sp, 16\nret\n"};
  };
  const std::string numbers = "li a0, 1\nli a1, 2\n";
  EXPECT_PROVED(prove_pair(passing("xorl %eax, %eax\n"), riscv(numbers + "call h\nsext.w a0, a0\n"), b, others));
  EXPECT_NOT_PROVED(prove_pair(passing("xorps %xmm0, %xmm0\nmovl $1, %eax\n"),
                               riscv(numbers + "fmv.d.x fa0, zero\ncall h\n"), b, others));
  // A structure by value, say, is none of all this.
  Boundary other = h;
  other.variadic = false;
  EXPECT_NOT_PROVED(prove_pair(passing("xorl %eax, %eax\n"), target(same + "bl h\n"), b, {{"h", other}}));
}

TEST(UnknownCallees, AreNoneOfThisUnit) {
  const Text s{Isa::x86_64, "subq $8, %rsp\ncall h\naddq $8, %rsp\nret\nh:\nret\n"};
  const Proof p = prove_pair(s, {Isa::aarch64, kSaveLink + "bl h\n" + kRestoreLink + "h:\nret\n"}, integers({}, 32));
  EXPECT_EQ(p.level, Proof::Level::unknown);
  EXPECT_EQ(p.reason, "unsupported");
}

TEST(UnknownCallees, ByPointer) {
  const Boundary b = integers({64, 32}, 32);
  const Text s = source("movq %rdi, %rax\nmovl %esi, %edi\ncall *%rax\n");
  EXPECT_PROVED(prove_pair(s, target("mov x8, x0\nmov w0, w1\nblr x8\n"), b));
  EXPECT_NOT_PROVED(prove_pair(s, target("mov x8, x0\nmov w0, #1\nblr x8\n"), b));
  EXPECT_NOT_PROVED(prove_pair(s, target("mov x8, x1\nmov w0, w1\nblr x8\n"), b));
}

// `f` is inferred to give two results, of which it leaves the second to what its callee left.
struct Leftover {
  Boundary f = integers({}, 64);
  Boundaries all;
  Leftover() {
    const Place second{Place::Kind::integer_result, 1};
    f.results.push_back({BoundaryValue::Kind::integer, 64, false, second, second});
    f.origin = Boundary::Origin::inferred;
    Boundary caller = f;
    caller.name = caller.target_name = "caller";
    Boundary g = nothing("g");
    all = {{"f", f}, {"caller", caller}, {"g", g}};
  }
  Proof prove(const std::string& name, const std::string& source, const std::string& target) {
    auto read = [](Isa isa, const std::string& body) {
      assembly::ReadOptions options;
      options.isa = isa;
      return *assembly::read_unit(".text\n.globl f\n.globl caller\n" + body, "f.s", options);
    };
    const assembly::Unit s = read(Isa::x86_64, source), t = read(Isa::aarch64, target);
    const assembly::CodeIndex si(s), ti(t);
    Clobbers clobbers(si);
    const Leftovers leftovers = find_leftovers(
        si, all, &clobbers,
        callee_of_unknown_signature(assembly::Machine::get(Isa::x86_64), assembly::Machine::get(Isa::aarch64)));
    return prove::prove({si, &clobbers, &leftovers}, {ti}, name, all, {});
  }
};

const std::string kSourceF = "f:\nsubq $8, %rsp\ncall g\nmovl $1, %eax\naddq $8, %rsp\nret\n";
const std::string kTargetF = "f:\nstr x30, [sp, #-16]!\nbl g\nmov x0, #1\nmov x1, #77\nldr x30, [sp], #16\nret\n";

TEST(Leftovers, AreNobodysResults) {
  Leftover pair;
  EXPECT_PROVED(pair.prove("f", kSourceF, kTargetF));
  EXPECT_NOT_PROVED(
      pair.prove("f", kSourceF + "nop\n", "f:\nstr x30, [sp, #-16]!\nbl g\nmov x0, #2\nldr x30, [sp], #16\nret\n"));
  // The stated prototype says that there is a second result.
  pair.all.at("f").origin = Boundary::Origin::prototype;
  EXPECT_NOT_PROVED(pair.prove("f", kSourceF, kTargetF));
}

TEST(Leftovers, ArePassedOnByNobodyWhoCountsOnThem) {
  Leftover pair;
  const std::string source =
      kSourceF + "caller:\nsubq $8, %rsp\ncall f\nmovq %rdx, %rax\nxorl %edx, %edx\naddq $8, %rsp\nret\n";
  const std::string target =
      kTargetF + "caller:\nstr x30, [sp, #-16]!\nbl f\nmov x0, x1\nmov x1, #0\nldr x30, [sp], #16\nret\n";
  EXPECT_NOT_PROVED(pair.prove("caller", source, target));
}

// What the caller has in rdx goes through `f`: it is f's to keep, though no parameter.
TEST(Leftovers, AreNotWhatTheCallerHas) {
  Leftover pair;
  EXPECT_NOT_PROVED(pair.prove("f", "f:\nmovl $1, %eax\nret\n", "f:\nmov x0, #1\nmov x1, #77\nret\n"));
}

}  // namespace
}  // namespace portolan::prove::testing
