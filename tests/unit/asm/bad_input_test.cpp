// What cannot be read is said where it stands, costs only its own function, and never crashes.
#include <gtest/gtest.h>

#include <random>

#include "frontends/asm/reader.h"
#include "tests/unit/asm/programs.h"
#include "tests/unit/asm/toolchain.h"

namespace portolan::assembly {
namespace {

using namespace testing;

Expected<Unit> read(std::string_view text, std::optional<Isa> isa = Isa::x86_64) {
  ReadOptions options;
  options.isa = isa;
  return read_unit(text, "input.s", options);
}

std::string object_of(Isa isa, const std::string& options = "-O2") {
  for (const Compiler& compiler : compilers()) {
    if (compiler.isa != isa) continue;
    std::string source = temporary_file("p.c"), object = temporary_file("p.o");
    write_file(source, kDataProgram);
    if (run(compiler.command + " -w " + options + " -c " + source + " -o " + object)) return object;
  }
  return {};
}

TEST(BadInput, WholeFile) {
  EXPECT_FALSE(read(""));
  EXPECT_FALSE(read("  \n\n"));
  EXPECT_FALSE(read(std::string_view("mov\0x", 5)));
  // clang writes a NUL into the comment behind one.
  EXPECT_TRUE(read(std::string_view("f: .byte 0 // '\0'\nret\n", 22), Isa::aarch64));
  EXPECT_FALSE(read(std::string_view("f: .byte 0 // 0\nret\0\n", 21), Isa::aarch64));
  EXPECT_FALSE(read("!<arch>\nfoo"));
  EXPECT_FALSE(
      read("\x7f"
           "ELF"));
  EXPECT_FALSE(read(std::string("\x7f"
                                "ELF") +
                    std::string(200, '\xff')));
  EXPECT_FALSE(read_unit_from_file("/nonexistent/file.s", {}));
  EXPECT_FALSE(read_unit_from_file("/", {}));
}

TEST(BadInput, OtherObjects) {
  std::string object = object_of(Isa::x86_64);
  Expected<Unit> wrong = read(read_file(object), Isa::aarch64);
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("for x86-64"), std::string::npos);
  std::string program = temporary_file("program");
  std::string source = temporary_file("m.c");
  write_file(source, "int main(){return 0;}");
  ASSERT_TRUE(run("gcc " + source + " -o " + program));
  Expected<Unit> linked = read_unit_from_file(program, {});
  ASSERT_FALSE(linked);
  EXPECT_NE(linked.error().message.find("linked"), std::string::npos);
  std::string small = temporary_file("m.o");
  if (run("gcc -m32 -c " + source + " -o " + small + " 2>/dev/null")) {
    EXPECT_FALSE(read_unit_from_file(small, {}));
  }
}

// The host's division instruction would end the process within LLVM's parser.
TEST(BadInput, DivisionsThatTrap) {
  const std::string least = "(-0x7fffffffffffffff-1)";
  struct Case {
    Isa isa;
    std::string before;
    std::string line;
  };
  const Case trapping[] = {
      {Isa::x86_64, "", "movq $" + least + "/-1, %rax"},
      {Isa::x86_64, "", "lock; movq $" + least + " % ~0, %rax"},
      {Isa::x86_64, ".set minus, -1\n", "movq $" + least + "%minus, %rax"},
      {Isa::x86_64, ".set least, " + least + "\n.set rax, -1\n", "jmp least%rax"},
      {Isa::x86_64, "", ".byte '\"', 1; .quad " + least + "/-1; .byte '\"'"},
      {Isa::x86_64, "", ".ascii \"\n.ascii \"; .quad " + least + "/-1; .ascii \"\""},
      {Isa::x86_64, ".macro quotient a\n.quad \\a -1\n.endm\n", "quotient \"" + least + "/\""},
      {Isa::x86_64, "", ".ascii \"//'\"; .quad " + least + "/-1"},
      {Isa::x86_64, ".intel_syntax noprefix\n", "mov rax, [rdi+1/0]"},
      {Isa::x86_64, ".intel_syntax noprefix\n", "mov rax, 5 MOD 0"},
      {Isa::x86_64, ".intel_syntax noprefix\n", "mov rax, 0x00000%000"},
      {Isa::aarch64, "", ".word " + least + "/-1"},
      {Isa::riscv64, "", "li a0, " + least + "/0xffffffffffffffff"},
  };
  for (const Case& c : trapping) {
    Expected<Unit> unit = read("f:\n" + c.before + c.line + "\n\tret\n", c.isa);
    EXPECT_TRUE(!unit || !unit->unread.empty()) << c.line;
  }
  const Case harmless[] = {
      {Isa::x86_64, "", "text: .string \"a/b%c\"; movl %eax, %ebx # 1/0"},
      {Isa::x86_64, "", ".ascii \"don't\", \"\\\"a/b\\\"\" # 'x"},
      {Isa::x86_64, "", ".byte '/', '\\'', '\"' ; .ascii \"/\""},
      {Isa::x86_64, "", "lock xaddl %eax, (%rdi)"},
      {Isa::x86_64, "", "movl $(36/4)+13%7, %eax /* 1/0 */"},
      {Isa::x86_64, ".intel_syntax noprefix\n", "mov rax, [rdi+16/2]"},
      {Isa::aarch64, "", ".byte (.Lend - .Lstart) / 4 // 1/0"},
      {Isa::riscv64, "", "lui a0, %hi(f)"},
  };
  for (const Case& c : harmless) {
    Expected<Unit> unit = read("f:\n.Lstart:\n" + c.before + c.line + "\n.Lend:\n\tret\n", c.isa);
    ASSERT_TRUE(unit) << c.line;
    EXPECT_TRUE(unit->unread.empty()) << c.line << ": " << unit->unread[0].reason;
  }
}

// `f` frees what it holds when an exception passes; `plain` is passed without a stop.
TEST(BadInput, ExceptionHandlersCostTheirFunction) {
  std::string source = temporary_file("handlers.c");
  write_file(source,
             "void done(int*); int other(int);\n"
             "int plain(int x) { return other(x) + 1; }\n"
             "int f(int x) { int held __attribute__((cleanup(done))) = x; return other(x) + held; }\n");
  for (const Compiler& compiler : compilers()) {
    for (const char* kind : {"-S", "-c"}) {
      std::string output = temporary_file("handlers");
      ASSERT_TRUE(run(compiler.command + " -w -O2 -fexceptions " + kind + " " + source + " -o " + output));
      Expected<Unit> unit = read(read_file(output), compiler.isa);
      ASSERT_TRUE(unit) << compiler.command;
      // gcc's text says it once more of f.cold.
      ASSERT_FALSE(unit->unread.empty()) << compiler.command << " " << kind;
      for (const UnreadLine& unread : unit->unread) EXPECT_EQ(unread.reason, kHandlersReason);
      const Symbol& f = unit->symbols[unit->symbol_by_name.at("f")];
      EXPECT_EQ(unit->unread[0].section, f.section);
      EXPECT_EQ(unit->unread[0].offset, f.offset);
    }
  }
}

TEST(BadInput, UnreadLineStaysWithItsFunction) {
  Expected<Unit> unit = read(
      "\t.text\n\t.globl good\n\t.type good, @function\ngood:\n\tmovl $1, %eax\n\tret\n\t.size good, .-good\n"
      "\t.globl bad\n\t.type bad, @function\nbad:\n\tmovl $1, %eax\n\tfrobnicate %eax\n\tret\n\t.size bad, .-bad\n"
      "\t.globl last\n\t.type last, @function\nlast:\n\tret\n\t.size last, .-last\n");
  ASSERT_TRUE(unit);
  ASSERT_EQ(unit->unread.size(), 1u);
  EXPECT_EQ(unit->unread[0].line, 12u);
  EXPECT_EQ(unit->unread[0].text, "\tfrobnicate %eax");
  ASSERT_EQ(unit->diagnostics.size(), 1u);
  EXPECT_EQ(unit->diagnostics[0].location.line, 12u);
  EXPECT_EQ(unit->diagnostics[0].location.column, 2u);
  const Symbol& bad = unit->symbols[unit->symbol_by_name.at("bad")];
  EXPECT_GE(unit->unread[0].offset, bad.offset);
  EXPECT_LT(unit->unread[0].offset, bad.offset + bad.size);
  const Section& text = unit->sections[bad.section];
  std::optional<size_t> placeholder = text.instruction_at(unit->unread[0].offset);
  ASSERT_TRUE(placeholder);
  EXPECT_EQ(text.instructions[*placeholder].inst.getOpcode(), kUnreadOpcode);
  EXPECT_EQ(unit->functions().size(), 3u);
}

// One line each that must be refused where it stands.
TEST(BadInput, Statements) {
  const std::pair<Isa, const char*> kStatements[] = {
      {Isa::x86_64, "jmp .Lnowhere"},
      {Isa::x86_64, "jmp 1f"},
      {Isa::x86_64, "jmp 4096"},
      {Isa::x86_64, "movl $(2f-3f), %eax\n3: nop\n2: nop"},
      {Isa::x86_64, "movq foo@GOTOFF(%rip), %rax"},
      {Isa::x86_64, ".incbin \"/etc/passwd\""},
      {Isa::x86_64, ".include \"/etc/passwd\""},
      {Isa::x86_64, ".InCbIn \"/etc/passwd\""},
      {Isa::x86_64, "nop; .INCLUDE \"/etc/passwd\""},
      {Isa::x86_64, ".macro m a b\n.\\a\\b \"/etc/passwd\"\n.endm\nm INC bin"},
      {Isa::x86_64, ".irp p, bin\n.inc\\p \"/etc/passwd\"\n.endr"},
      {Isa::x86_64, ".code32\nmovl %eax, (%eax)\n.code64"},
      {Isa::x86_64, ".reloc 0, R_X86_64_32, foo"},
      {Isa::x86_64, "nop\n.byte 0x06"},
      {Isa::x86_64, "lock; 1: addl $1, (%rax)"},
      {Isa::x86_64, ".unknown_directive 5"},
      {Isa::x86_64, ".zero 0x7fffffffffffffff"},
      {Isa::x86_64, ".fill 0x7fffffffffff, 8, 1"},
      {Isa::x86_64, ".text 1"},
      {Isa::x86_64, "twice:\ntwice:"},
      {Isa::x86_64, ".bss\n.quad f"},
      {Isa::x86_64, ".rept 4000000000\nnop\n.endr"},
      {Isa::aarch64, "movz x0, #:abs_g1:foo"},
      {Isa::aarch64, "b #16"},
      {Isa::aarch64, "nop\n.word 0xffffffff"},
      {Isa::riscv64, "auipc a0, 0"},
      {Isa::riscv64, "addi a0, a0, %pcrel_lo(nothing)"},
      {Isa::riscv64, "beq a0, a1, 8"},
  };
  for (const auto& [isa, statement] : kStatements) {
    SCOPED_TRACE(statement);
    Expected<Unit> unit = read(std::string("\t.text\nf:\n") + statement + "\n", isa);
    ASSERT_TRUE(unit);
    EXPECT_FALSE(unit->unread.empty());
    EXPECT_FALSE(unit->diagnostics.empty());
    for (const UnreadLine& u : unit->unread) EXPECT_FALSE(u.reason.empty());
  }
}

TEST(BadInput, PlacesByDistance) {
  Expected<Unit> unit = read("f:\n\tjmp .+4\n\tmovl %eax, %ebx\n\tret\n");
  ASSERT_TRUE(unit);
  ASSERT_TRUE(unit->diagnostics.empty()) << to_string(unit->diagnostics[0]);
  const Section& text = unit->sections[0];
  const SymbolicValue* target = text.instructions[0].symbolic_operand(0);
  ASSERT_NE(target, nullptr);
  EXPECT_EQ(unit->symbols[target->symbol].offset + static_cast<uint64_t>(target->addend), text.instructions[2].offset);
}

TEST(BadInput, BytesAsCode) {
  Expected<Unit> unit = read("f:\n\tnop\n\t.byte 0x31, 0xc0\n\tret\n");
  ASSERT_TRUE(unit);
  ASSERT_TRUE(unit->diagnostics.empty()) << to_string(unit->diagnostics[0]);
  ASSERT_EQ(unit->sections[0].instructions.size(), 3u);  // xor %eax, %eax
}

TEST(BadInput, Detection) {
  for (const Compiler& compiler : compilers()) {
    std::string source = temporary_file("p.c"), text = temporary_file("p.s");
    write_file(source, "int f(int x) { return x * 3; }");
    ASSERT_TRUE(run(compiler.command + " -O2 -S " + source + " -o " + text));
    Expected<Unit> unit = read_unit_from_file(text, {});
    ASSERT_TRUE(unit) << compiler.name;
    EXPECT_EQ(unit->isa, compiler.isa);
  }
  EXPECT_EQ(read("f: ldr x0, [x1]\n ret\n", {})->isa, Isa::aarch64);
  EXPECT_EQ(read("f: add a0, a1, a2\n ret\n", {})->isa, Isa::riscv64);
  EXPECT_FALSE(read("f: ret\n", {}));
  EXPECT_FALSE(read("f: add x0, x1, x2\n ret\n", {}));  // AArch64 or RISC-V
  EXPECT_FALSE(read(".data\n.quad 5\n", {}));
}

// Every prefix of an object, and objects with random bytes changed.
TEST(BadInput, DamagedObjects) {
  std::mt19937 random(1);
  for (Isa isa : kIsas) {
    std::string whole = read_file(object_of(isa));
    ASSERT_FALSE(whole.empty());
    for (size_t size = 0; size < whole.size(); size += 97)
      static_cast<void>(read_unit(whole.substr(0, size), "cut.o", {}));
    for (int i = 0; i < 300; ++i) {
      std::string damaged = whole;
      for (int k = 0; k < 20; ++k) damaged[random() % damaged.size()] = static_cast<char>(random());
      damaged.replace(0, 20, whole, 0, 20);
      static_cast<void>(read_unit(damaged, "damaged.o", {}));
    }
  }
}

TEST(BadInput, DamagedText) {
  std::mt19937 random(2);
  for (const Compiler& compiler : compilers()) {
    std::string source = temporary_file("p.c"), text = temporary_file("p.s");
    write_file(source, kDataProgram);
    ASSERT_TRUE(run(compiler.command + " -w -O2 -S " + source + " -o " + text));
    std::string whole = read_file(text);
    for (int i = 0; i < 20; ++i) {
      std::string damaged = whole;
      for (int k = 0; k < 50; ++k) damaged[random() % damaged.size()] = static_cast<char>(32 + random() % 95);
      Expected<Unit> unit = read(damaged, compiler.isa);
      EXPECT_TRUE(unit);
    }
  }
}

}  // namespace
}  // namespace portolan::assembly
