#include "translate/abi/prototypes.h"

#include "call_oracle.h"
#include "gtest/gtest.h"
#include "random_prototype.h"
#include "run_program.h"
#include "translate/abi/embedded.h"
#include "translate/abi/text.h"

namespace portolan::abi {
namespace {

HeaderOptions with_program() {
  return {PORTOLAN_HEADERS_PROGRAM, {}};
}

TEST(LibcPrototypes, EveryLineIsFoundByItsName) {
  Expected<Prototypes> all = parse_prototypes(embedded_libc_prototypes(), "libc");
  ASSERT_TRUE(all) << to_string(all.error());
  EXPECT_GT(all->size(), 3000u);
  for (const auto& [name, type] : *all) {
    std::optional<FunctionType> found = libc_prototype(name);
    ASSERT_TRUE(found) << name;
    EXPECT_EQ(*found, type) << name;
  }
  for (const char* absent : {"", "a", "zzz", "_", "printf_", "~", "no_such_function"})
    EXPECT_FALSE(libc_prototype(absent)) << absent;
}

// Against the C standard and POSIX, as written here by hand.
TEST(LibcPrototypes, KnownFunctionsHaveTheTypesOfTheStandard) {
  for (const char* line : {"printf(ptr, ...) -> i32 format=printf:0:1",
                           "__printf_chk(i32, ptr, ...) -> i32 format=printf:1:2",
                           "vsnprintf(ptr, u64, ptr, va_list) -> i32 format=printf:2:0",
                           "__isoc99_sscanf(ptr, ptr, ...) -> i32 format=scanf:1:2",
                           "qsort(ptr, u64, u64, fn(ptr, ptr)->i32) -> void",
                           "div(i32, i32) -> {i32@0*2 size 8 align 4}",
                           "abort() -> void noreturn",
                           "exit(i32) -> void noreturn",
                           "memcpy(ptr, ptr, u64) -> ptr",
                           "pow(f64, f64) -> f64",
                           "sqrtf(f32) -> f32",
                           "__errno_location() -> ptr",
                           "__ctype_b_loc() -> ptr",
                           "__stack_chk_fail() -> void noreturn",
                           "__udivti3(u128, u128) -> u128",
                           "__popcountdi2(u64) -> i32",
                           "write(i32, ptr, u64) -> i64",
                           "time(ptr) -> i64",
                           "csqrt(complex f64) -> complex f64",
                           "__assert_fail(ptr, ptr, u32, ptr) -> void noreturn",
                           "fwprintf(ptr, ptr, ...) -> i32 format=wprintf:1:2",
                           "open(ptr, i32, ...) -> i32 differing_bits=1:0x3c000 optional=(u32)",
                           "toupper(i32) -> i32",
                           "fputc(i32, ptr) -> i32"}) {
    auto expected = parse_prototype(line);
    ASSERT_TRUE(expected);
    std::optional<FunctionType> found = libc_prototype(expected->first);
    ASSERT_TRUE(found) << line;
    EXPECT_EQ(to_string(expected->first, *found), line);
  }
}

TEST(LibcPrototypes, WhatDiffersBetweenIsasIsMarked) {
  for (const char* name :
       {"stat", "fstat", "lstat", "fstatat", "setjmp", "_setjmp", "__sigsetjmp", "longjmp", "getcontext", "sigaction",
        "strtold", "sqrtl", "pthread_mutex_init", "fesetround", "syscall", "epoll_wait", "__letf2"}) {
    std::optional<FunctionType> found = libc_prototype(name);
    ASSERT_TRUE(found) << name;
    EXPECT_NE(found->abi_differs, "") << name;
  }
  EXPECT_EQ(libc_prototype("pthread_create")->differs_behind, std::vector<unsigned>{1});  // the attributes
  EXPECT_EQ(libc_prototype("strtold")->differs_behind, std::vector<unsigned>{});
  for (const char* name : {"fopen", "fread", "qsort", "opendir", "readdir", "gettimeofday", "localtime", "sigemptyset",
                           "poll", "select", "getrusage", "regcomp", "sscanf", "vprintf", "mbstowcs", "strtol"}) {
    std::optional<FunctionType> found = libc_prototype(name);
    ASSERT_TRUE(found) << name;
    EXPECT_EQ(found->abi_differs, "") << name;
  }
}

TEST(HeaderPrototypes, AUsersHeader) {
  TemporaryFolder folder;
  std::string header = folder.write("mine.h", R"(
#include <stdarg.h>
#include <stdio.h>
struct point { float x, y; };
struct stamp { long double when; };
union either { int i; float f; };
struct flags { unsigned a : 3, b : 13; char c; };
typedef int compare(const void *, const void *);
struct point add(struct point, const struct point *);
void sort(void *, compare *, char, signed char, _Bool);
__attribute__((format(printf, 2, 3))) void logged(int level, const char *format, ...);
void vlogged(const char *format, va_list arguments);
double _Complex product(union either, struct flags);
void stamped(struct stamp *);
void forwards(va_list *);
enum color { red } paint(enum color);
int old();
struct incomplete by_value(void);
static inline int twice(int x) { return 2 * x; }
)");
  for (Isa isa : kIsas) {
    Expected<Prototypes> read = load_prototypes_from_header(header, isa, with_program());
    ASSERT_TRUE(read) << to_string(read.error());
    auto line = [&](const char* name) { return read->count(name) ? to_string(name, read->at(name)) : "none"; };
    EXPECT_EQ(line("add"), "add({f32@0*2 size 8 align 4}, ptr) -> {f32@0*2 size 8 align 4}");
    EXPECT_EQ(line("sort"), "sort(ptr, fn(ptr, ptr)->i32, char, i8, bool) -> void");
    EXPECT_EQ(line("logged"), "logged(i32, ptr, ...) -> void format=printf:1:2");
    EXPECT_EQ(line("vlogged"), "vlogged(ptr, va_list) -> void");
    EXPECT_EQ(line("product"),
              "product({i32@0 f32@0 size 4 align 4 union}, {u8@0 u8@0*2 char@2 size 4 align 4 bits}) -> complex f64");
    EXPECT_EQ(line("stamped"), "stamped(ptr) -> void abi_differs=\"long double\"");
    EXPECT_EQ(line("forwards"), "forwards(ptr) -> void abi_differs=\"va_list\"");
    EXPECT_EQ(line("paint"), "paint(u32) -> u32");
    EXPECT_EQ(line("twice"), "twice(i32) -> i32");
    EXPECT_EQ(line("old"), "none");
    EXPECT_EQ(line("by_value"), "none");
    EXPECT_EQ(line("puts"), "puts(ptr) -> i32");
  }
}

// The generator lays its types out by itself.
TEST(HeaderPrototypes, RandomTypesAreReadAsTheyWereMade) {
  for (Isa isa : kIsas) {
    PrototypeGenerator generator(21, isa, /*half_precision=*/true);
    std::string functions;
    Prototypes expected;
    for (int i = 0; i < 300; ++i) {
      CFunction function = generator.next();
      functions += function.result.name + " " + function.name + "(";
      for (size_t j = 0; j < function.parameters.size(); ++j)
        functions += (j ? ", " : "") + function.parameters[j].name;
      functions += function.type.variadic ? ", ...);\n" : function.parameters.empty() ? "void);\n" : ");\n";
      expected[function.name] = function.type;
    }
    TemporaryFolder folder;
    Expected<Prototypes> read = load_prototypes_from_header(
        folder.write("random.h", generator.declarations() + functions), isa, with_program());
    ASSERT_TRUE(read) << to_string(read.error());
    for (auto& [name, type] : *read) type.abi_differs.clear();
    EXPECT_EQ(to_string(*read), to_string(expected));
  }
}

// Bit-fields, whose layout nobody computes by hand: from the header through classify() into compiled callees.
TEST(HeaderPrototypes, StructsWithBitFieldsArriveWhereCompilersExpectThem) {
  const std::vector<std::string> types = {"struct b0", "struct b1", "struct b2", "struct b3", "struct b4", "struct b5"};
  const std::string declarations = R"(
struct b0 { unsigned a : 3, b : 13, c : 16; };
struct b1 { long a : 40; long b : 24; };
struct b2 { int a : 30; int b : 30; int c : 30; };
struct b3 { char a; short b : 9; int : 0; int c : 32; };
struct b4 { unsigned long a : 33, b : 31, c : 60, d : 4; };
struct b5 { double d; int a : 5; int b : 7; };
)";
  std::string header_text = declarations;
  for (size_t i = 0; i < types.size(); ++i) header_text += types[i] + " g" + std::to_string(i) + "(void);\n";
  TemporaryFolder folder;
  std::string header = folder.write("bits.h", header_text);
  for (Isa isa : kIsas) {
    Expected<Prototypes> read = load_prototypes_from_header(header, isa, with_program());
    ASSERT_TRUE(read) << to_string(read.error());
    std::vector<CFunction> functions;
    for (size_t i = 0; i < types.size(); ++i) {
      CFunction& function = functions.emplace_back();
      function.name = "f" + std::to_string(i);
      function.result = {types[i], read->at("g" + std::to_string(i)).result};
      function.type.result = function.result.type;
      for (size_t j = 0; j < 5; ++j) {
        function.parameters.push_back(j % 2 ? CType{"int", integer_type(4, Sign::signed_)} : function.result);
        function.type.parameters.push_back(function.parameters.back().type);
      }
    }
    for (const std::string& compiler : {gcc_for(isa), clang_for(isa)}) {
      OracleResult result = check_functions(isa, compiler, declarations, functions);
      EXPECT_EQ(result.failures, "") << compiler;
      EXPECT_GE(result.checked, 5u);
    }
  }
}

TEST(HeaderPrototypes, CompilerArgumentsAndErrors) {
  TemporaryFolder folder;
  std::string header = folder.write("needs.h", "TYPE f(TYPE);\n");
  EXPECT_FALSE(load_prototypes_from_header(header, Isa::x86_64, with_program()));
  Expected<Prototypes> read =
      load_prototypes_from_header(header, Isa::x86_64, {PORTOLAN_HEADERS_PROGRAM, {"-DTYPE=long"}});
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(to_string(*read), "f(i64) -> i64\n");
  EXPECT_FALSE(load_prototypes_from_header(folder.path() + "/absent.h", Isa::x86_64, with_program()));
  EXPECT_FALSE(load_prototypes_from_header(folder.path(), Isa::x86_64, with_program()));
  EXPECT_FALSE(load_prototypes_from_header(header, Isa::x86_64, {"/no/such/program", {}}));
  std::string direct = folder.write("direct.prototypes", "g(i32) -> void\n");
  read = load_prototypes_from_header(direct, Isa::x86_64, {"/no/such/program", {}});
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(to_string(*read), "g(i32) -> void\n");
  EXPECT_FALSE(load_prototypes_from_header(folder.write("bad.prototypes", "g(i32 -> void\n"), Isa::x86_64));
}

}  // namespace
}  // namespace portolan::abi
