#include "translate/abi/format.h"

#include <random>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "run_program.h"
#include "translate/abi/text.h"

namespace portolan::abi {
namespace {

using Kind = FormatRole::Kind;

std::string types_of(Kind kind, std::string_view format) {
  Expected<FormatArguments> parsed = format_arguments(kind, format);
  if (!parsed) return "refused: " + parsed.error().message;
  std::string text;
  for (const Type& type : parsed->types) text += (text.empty() ? "" : " ") + to_string(type);
  return text + (parsed->differs.empty() ? "" : " differs: " + parsed->differs);
}

TEST(FormatString, Printf) {
  EXPECT_EQ(types_of(Kind::printf, "no conversion %% at all %m\n"), "");
  EXPECT_EQ(types_of(Kind::printf, "%d %hhd %hu %ld %lu %lld %jd %zu %td %x"),
            "i32 i32 i32 i64 u64 i64 i64 u64 i64 u32");
  EXPECT_EQ(types_of(Kind::printf, "%-08.3f|%+e|%#g|% a|%'lf"), "f64 f64 f64 f64 f64");
  EXPECT_EQ(types_of(Kind::printf, "%*d %.*f %-*.*s"), "i32 i32 i32 f64 i32 i32 ptr");
  EXPECT_EQ(types_of(Kind::printf, "%c %lc %s %ls %p %n"), "i32 u32 ptr ptr ptr ptr");
  EXPECT_EQ(types_of(Kind::printf, "%Lf"), "ldouble differs: long double");
  EXPECT_EQ(types_of(Kind::printf, std::string_view("%d\0%s", 5)), "i32");
}

TEST(FormatString, Scanf) {
  EXPECT_EQ(types_of(Kind::scanf, "%d %*d %5s %[^]a-z] %[]] %n %lf %ms"), "ptr ptr ptr ptr ptr ptr ptr");
  EXPECT_EQ(types_of(Kind::scanf, "%Lf"), "ptr differs: long double");
  EXPECT_EQ(types_of(Kind::scanf, "%*[^\n]%%"), "");
}

TEST(FormatString, WideFormats) {
  std::u32string wide = U"\u00e9%d %s";
  EXPECT_EQ(types_of(Kind::wide_printf, {reinterpret_cast<const char*>(wide.data()), wide.size() * 4}), "i32 ptr");
}

TEST(FormatString, WhatCannotBeKnownIsRefused) {
  for (const char* format : {"%2$d", "%*1$d", "%.*2$f", "%", "%5", "%l", "%y", "%llf", "%hf", "%-"})
    EXPECT_TRUE(types_of(Kind::printf, format).starts_with("refused")) << format;
  for (const char* format : {"%2$d", "%[abc", "%[", "%*", "%y", "%["})
    EXPECT_TRUE(types_of(Kind::scanf, format).starts_with("refused")) << format;
  EXPECT_NE(types_of(Kind::printf, "abc %2$d").find("'%2$'"), std::string::npos);
}

// glibc's own parse_printf_format says how many arguments a format takes and of what kind.
TEST(FormatString, RandomPrintfFormatsAgreeWithTheCLibrary) {
  std::mt19937 random(3);
  auto pick = [&](std::initializer_list<const char*> choices) {
    return std::string(choices.begin()[random() % choices.size()]);
  };
  std::string calls, ours;
  for (int i = 0; i < 400; ++i) {
    std::string format;
    for (unsigned n = random() % 6; n > 0; --n) {
      format += pick({"", "x", " ", "%%"}) + "%" + pick({"", "-", "0", "+", "#", " "}) + pick({"", "", "7", "*"}) +
                pick({"", "", ".", ".3", ".*"});
      format += random() % 4 == 0 ? pick({"f", "g", "e", "a", "lf", "Lf", "LG"})
                : random() % 3 == 0
                    ? pick({"s", "c", "p", "n", "ls", "lc", "m"})
                    : pick({"", "hh", "h", "l", "ll", "j", "z", "t"}) + pick({"d", "i", "u", "x", "X", "o"});
    }
    calls += fmt::format("  show(\"{}\");\n", format);
    Expected<FormatArguments> parsed = format_arguments(Kind::printf, format);
    ASSERT_TRUE(parsed) << format << ": " << parsed.error().message;
    ours += format + ":";
    for (const Type& type : parsed->types)
      ours += type.kind == TypeKind::pointer    ? " p"
              : type.kind == TypeKind::floating ? (type.format == FloatFormat::f64 ? " f" : " F")
                                                : fmt::format(" {}", type.size);
    ours += "\n";
  }
  std::string source = R"(
#include <printf.h>
#include <stdio.h>
static void show(const char *format) {
  int types[64];
  size_t n = parse_printf_format(format, 64, types);
  printf("%s:", format);
  for (size_t i = 0; i < n; ++i) {
    int base = types[i] & ~PA_FLAG_MASK, flags = types[i] & PA_FLAG_MASK;
    if (base == PA_STRING || base == PA_WSTRING || base == PA_POINTER || (flags & PA_FLAG_PTR)) printf(" p");
    else if (base == PA_DOUBLE) printf(flags & PA_FLAG_LONG_DOUBLE ? " F" : " f");
    else if (flags & (PA_FLAG_LONG | PA_FLAG_LONG_LONG)) printf(" 8");
    else printf(" 4");
  }
  printf("\n");
}
int main(void) {
)" + calls + "  return 0;\n}\n";
  EXPECT_EQ(compile_and_run(Isa::x86_64, gcc_for(Isa::x86_64), source), ours);
}

}  // namespace
}  // namespace portolan::abi
