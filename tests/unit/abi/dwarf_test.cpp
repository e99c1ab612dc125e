// Debug information of gcc and clang, read from objects and from text, against the prototypes written here.
#include <fstream>
#include <iterator>
#include <random>
#include <regex>

#include "gtest/gtest.h"
#include "random_prototype.h"
#include "run_program.h"
#include "translate/abi/prototypes.h"
#include "translate/abi/text.h"

namespace portolan::abi {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string coarse(const std::string& text) {
  return std::regex_replace(text, std::regex("align [1248]\\b"), "align <16");
}

struct Case {
  Isa isa;
  bool clang;
};

class Dwarf : public testing::TestWithParam<Case> {
 protected:
  // The same prototypes from the object and from the text, or the text of the failure.
  std::string both_ways(const std::string& source, const std::string& flags) {
    TemporaryFolder folder;
    std::string file = folder.write("unit.c", source), base = folder.path() + "/unit";
    std::string compiler = GetParam().clang ? clang_for(GetParam().isa) : gcc_for(GetParam().isa);
    std::string log = shell(compiler + " -w -Wno-psabi -g " + flags + " -S -o " + base + ".s " + file + " && " +
                            compiler + " -w -Wno-psabi -g " + flags + " -c -o " + base + ".o " + file);
    if (!log.empty()) return log;
    Expected<Prototypes> object = prototypes_from_dwarf(read_file(base + ".o"), "unit.o");
    Expected<Prototypes> text = prototypes_from_assembly_text(GetParam().isa, read_file(base + ".s"), "unit.s");
    if (!object) return to_string(object.error());
    if (!text) return to_string(text.error());
    EXPECT_EQ(to_string(*object), to_string(*text));
    return to_string(*object);
  }
};

TEST_P(Dwarf, HandWrittenUnit) {
  std::string source = R"(
#include <stdarg.h>
struct point { float x, y; };
struct node { struct node *next; long double *value; };
struct flags { unsigned a : 3, b : 13; char c; };
enum color { red, green };
typedef int compare(const void *, const void *);
struct point add(struct point a, const struct point *b) { a.x += b->x; return a; }
void sort(void *base, compare *order, char c, signed char s, _Bool b) { order(base, base); }
void logged(int level, const char *format, ...) {}
int vlogged(const char *format, va_list arguments) { return va_arg(arguments, int); }
void chained(struct node *n) {}
enum color paint(enum color c, struct flags f) { return c; }
static int local(int x, int unused) { return x * x; }
int calls_local(int x) { return local(x, 1) + local(x + 1, 2); }
void variadic_pointer(void (*callback)(int, ...)) { callback(1, 2); }
unsigned char table[3];
_Thread_local int own; // its place is two numbers in one directive
)";
  for (const char* flags : {"-O0", "-O2", "-O2 -gdwarf-4"})
    EXPECT_EQ(both_ways(source, flags), R"(add({f32@0*2 size 8 align 4}, ptr) -> {f32@0*2 size 8 align 4}
calls_local(i32) -> i32
chained(ptr) -> void abi_differs="long double"
logged(i32, ptr, ...) -> void
paint(u32, {u8@0 u8@0*2 char@2 size 4 align 4 bits}) -> u32
sort(ptr, fn(ptr, ptr)->i32, char, i8, bool) -> void
variadic_pointer(fn(i32, ...)->void) -> void
vlogged(ptr, va_list) -> i32
)") << flags;
}

// The generator knows each type without reading anything.
TEST_P(Dwarf, RandomPrototypes) {
  auto [isa, clang] = GetParam();
  PrototypeGenerator generator(11, isa, /*half_precision=*/clang || isa != Isa::riscv64);
  std::string functions;
  Prototypes expected;
  for (int i = 0; i < 200; ++i) {
    CFunction function = generator.next();
    functions += function.result.name + " " + function.name + "(";
    for (size_t j = 0; j < function.parameters.size(); ++j)
      functions += (j ? ", " : "") + function.parameters[j].name + " a" + std::to_string(j);
    functions += function.type.variadic ? ", ...) " : function.parameters.empty() ? "void) " : ") ";
    functions += "{ __builtin_trap(); }\n";
    expected[function.name] = function.type;
  }
  std::string printed = both_ways(generator.declarations() + functions, "-O1");
  Expected<Prototypes> read = parse_prototypes(printed, "dwarf");
  ASSERT_TRUE(read) << printed.substr(0, 1000);
  unsigned compared = 0;
  for (auto& [name, type] : expected) {
    if (!read->contains(name)) continue;
    ++compared;
    // noreturn and "long double" are more than the generator states. Whether a struct is packed is not in DWARF, but an
    // alignment below 16 decides nothing under any of the conventions.
    FunctionType got = read->at(name);
    got.noreturn = false;
    got.abi_differs.clear();
    EXPECT_EQ(coarse(to_string(name, got)), coarse(to_string(name, type)));
  }
  EXPECT_GT(compared, 90u);
}

INSTANTIATE_TEST_SUITE_P(Abi, Dwarf,
                         testing::Values(Case{Isa::x86_64, false}, Case{Isa::x86_64, true}, Case{Isa::aarch64, false},
                                         Case{Isa::aarch64, true}, Case{Isa::riscv64, false},
                                         Case{Isa::riscv64, true}));

TEST(DwarfErrors, DamagedObjectsNeverCrash) {
  TemporaryFolder folder;
  std::string source =
      folder.write("unit.c", "struct s { int a; struct s *n; float f[3]; };\nint f(struct s x) { return x.a; }\n");
  for (const std::string& compiler : {gcc_for(Isa::x86_64), clang_for(Isa::riscv64)}) {
    ASSERT_EQ(shell(compiler + " -g -c -o " + folder.path() + "/unit.o " + source), "");
    const std::string object = read_file(folder.path() + "/unit.o");
    std::mt19937 random(9);
    for (int i = 0; i < 20000; ++i) {
      std::string damaged = object;
      for (int j = 0; j < 4; ++j) damaged[random() % damaged.size()] = static_cast<char>(random());
      if (i % 10 == 0) damaged.resize(random() % damaged.size());
      Expected<Prototypes> read = prototypes_from_dwarf(damaged, "damaged.o");
      EXPECT_TRUE(read || !read.error().message.empty());
      // Names and sizes come from the damaged bytes, too.
      EXPECT_TRUE(!read || parse_prototypes(to_string(*read), "printed")) << to_string(*read);
    }
  }
}

TEST(DwarfErrors, GarbageIsRefusedAndPlainTextIsEmpty) {
  EXPECT_FALSE(prototypes_from_dwarf("", "empty"));
  EXPECT_FALSE(
      prototypes_from_dwarf("\x7f"
                            "ELF garbage",
                            "garbage"));
  Expected<Prototypes> none = prototypes_from_assembly_text(Isa::x86_64, "f:\n ret\n", "plain.s");
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
}

}  // namespace
}  // namespace portolan::abi
