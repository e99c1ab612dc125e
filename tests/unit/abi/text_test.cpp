#include "translate/abi/text.h"

#include "gtest/gtest.h"
#include "random_prototype.h"

namespace portolan::abi {
namespace {

TEST(PrototypeText, RandomPrototypesSurviveARoundTrip) {
  PrototypeGenerator generator(7, Isa::x86_64, true);
  Prototypes prototypes;
  for (int i = 0; i < 500; ++i) {
    CFunction function = generator.next();
    function.type.noreturn = i % 5 == 0;
    if (i % 7 == 0) function.type.abi_differs = "struct stat";
    if (i % 3 == 0) function.type.result = function_pointer_type(generator.next().type);
    prototypes[function.name] = function.type;
  }
  Expected<Prototypes> parsed = parse_prototypes(to_string(prototypes), "round trip");
  ASSERT_TRUE(parsed) << to_string(parsed.error());
  EXPECT_EQ(*parsed, prototypes);
}

TEST(PrototypeText, EveryAttributeIsKept) {
  for (const char* line :
       {"printf(ptr, ...) -> i32 format=printf:0:1", "vsscanf(ptr, ptr, va_list) -> i32 format=scanf:1:0",
        "qsort(ptr, u64, u64, fn(ptr, ptr)->i32) -> void", "abort() -> void noreturn",
        "open(ptr, i32, ...) -> i32 differing_bits=1:0x3c000 optional=(u32)",
        "div(i32, i32) -> {i32@0*2 size 8 align 4}", "f(fn(fn(i32)->i8, ...)->fn()->void) -> char",
        "stat(ptr, ptr) -> i32 abi_differs=\"struct stat\"",
        "f(ptr, ptr) -> i32 abi_differs=\"union u\" differs_behind=(0,1)",
        "g({f32@0 i32@0 size 4 align 4 union}, <4 x f32>, complex f64) -> bool"}) {
    auto parsed = parse_prototype(line);
    ASSERT_TRUE(parsed) << line << ": " << to_string(parsed.error());
    EXPECT_EQ(to_string(parsed->first, parsed->second), line);
  }
}

TEST(PrototypeText, ErrorsSayWhere) {
  auto parsed = parse_prototypes("# comment\n\nf(i32) -> i32\ng(i33) -> void\n", "my.prototypes");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().location.file, "my.prototypes");
  EXPECT_EQ(parsed.error().location.line, 4u);
  EXPECT_NE(parsed.error().message.find("i33"), std::string::npos);
}

TEST(PrototypeText, HostileTextIsRefused) {
  std::string deep = "f(";
  for (int i = 0; i < 100000; ++i) deep += "fn(";
  for (const std::string& text :
       {deep, std::string("f(void) -> i32"), std::string("f({i8@0*99999999999 size 1 align 1}) -> i32"),
        std::string("f({i64@8 size 8 align 8}) -> i32"), std::string("f({size 8 align 3}) -> i32"),
        std::string("f(<0 x i32>) -> i32"), std::string("f({va_list@0 size 8 align 8}) -> void"),
        std::string("f() -> i32 format=printf:0:1"), std::string("f() -> i32 nonsense"), std::string("("),
        std::string("f"), std::string("f() ->"), std::string("f(i32"), std::string("f(\xff\xfe) -> i32")})
    EXPECT_FALSE(parse_prototype(text)) << text.substr(0, 60);
}

}  // namespace
}  // namespace portolan::abi
