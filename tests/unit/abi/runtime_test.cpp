// The run-time support end to end: a program compiled for the source ISA prints what its own vsnprintf and vsscanf make
// of its arguments, and its va_list with all the memory it covers; a program of the target gets these bytes, packs them
// and must come to the same results with its own C library.
#include "translate/abi/runtime.h"

#include <random>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "run_program.h"

namespace portolan::abi {
namespace {

struct Pair {
  Isa source, target;
};

// Strings and scanf's results live at an address that both programs map.
constexpr std::string_view kShared = R"(
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <wchar.h>
#define SHARED ((char *)0x700000000000)
#define AREA 640
static void map_shared(void) {
  mmap(SHARED, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  for (int i = 0; i < 8; ++i) sprintf(SHARED + 64 * i, "text number %d", i);
  for (int i = 0; i < 8; ++i) swprintf((wchar_t *)(SHARED + 1024 + 128 * i), 30, L"wide %d", i);
}
#define TEXT(i) (SHARED + 64 * (i))
#define WIDE(i) ((wchar_t *)(SHARED + 1024 + 128 * (i)))
#define RESULT(i) (SHARED + 4096 + 64 * (i))
)";

// Prints a C initializer: kind, format, input, result, then the va_list's parts.
constexpr std::string_view kSourceMain = R"(
static void bytes(const void *from, size_t n) {
  printf("{");
  for (size_t i = 0; i < n; ++i) printf("%u,", ((const unsigned char *)from)[i]);
  printf("},");
}
static void dump(va_list ap) {
#if defined(__x86_64__)
  struct { unsigned gp, fp; char *overflow, *save; } l;
  memcpy(&l, ap, sizeof l);
  printf("{%u,%u},", l.gp, l.fp);
  bytes(l.save, 176); bytes("", 1); bytes(l.overflow, AREA);
#elif defined(__aarch64__)
  struct { char *stack, *gr_top, *vr_top; int gr, vr; } l;
  memcpy(&l, &ap, sizeof l);
  printf("{%d,%d},", l.gr, l.vr);
  char save[64] = {0}, vectors[128] = {0};
  if (l.gr < 0) memcpy(save + 64 + l.gr, l.gr_top + l.gr, -l.gr);
  if (l.vr < 0) memcpy(vectors + 128 + l.vr, l.vr_top + l.vr, -l.vr);
  bytes(save, 64); bytes(vectors, 128); bytes(l.stack, AREA);
#else
  char *l;
  memcpy(&l, &ap, sizeof l);
  printf("{0,%d},", (int)((unsigned long)l & 15));
  bytes("", 1); bytes("", 1); bytes(l, AREA);
#endif
}
static void check(int kind, const char *format, const char *input, ...) {
  static char result[4096];
  va_list ap, again;
  va_start(ap, input);
  va_copy(again, ap);
  memset(RESULT(0), 0, 1024);
  int n;
  if (kind == 0) { n = vsnprintf(result, sizeof result, format, ap); }
  else if (kind == 1) {
    static wchar_t wide[1024], wide_format[256];
    swprintf(wide_format, 256, L"%s", format);
    n = vswprintf(wide, 1024, wide_format, ap);
    snprintf(result, sizeof result, "%ls", wide);
  } else { n = vsscanf(input, format, ap); memcpy(result, RESULT(0), 1024); }
  printf("{%d,%d,", kind, n);
  bytes(format, strlen(format) + 1);
  bytes(input, strlen(input) + 1);
  bytes(result, kind == 2 ? 1024 : strlen(result) + 1);
  dump(again);
  printf("},\n");
  va_end(again);
  va_end(ap);
}
// Room above the last frame, so that AREA bytes of stack can be read.
int main(void) {
  map_shared();
  volatile char room[2 * AREA];
  room[0] = 0;
  char *fill = (char *)room;
  memset(fill, 0x5a, sizeof room);
  printf("static struct image images[] = {\n");
)";

constexpr std::string_view kTargetTypes = R"(
struct image { int kind, n; unsigned char format[256], input[256], result[1024]; int at[2];
  unsigned char save[176], vectors[128], stack[AREA]; };
)";

constexpr std::string_view kTargetMain = R"(
long PACK(const void *format, long kind, void *source, unsigned long *slots, unsigned long count, void *target);
static int run(struct image *m) {
  static char result[4096];
  static unsigned long slots[64] __attribute__((aligned(16)));
  static unsigned char stack[AREA + 16] __attribute__((aligned(16))), save[176] __attribute__((aligned(16)));
  static unsigned char vectors[128] __attribute__((aligned(16)));
  memset(slots, 0xa5, sizeof slots);
  memcpy(save, m->save, 176);
  memcpy(vectors, m->vectors, 128);
#if SOURCE_X86
  struct { unsigned gp, fp; void *overflow, *save; } list = {m->at[0], m->at[1], stack, save};
  memcpy(stack, m->stack, AREA);
  void *source = &list;
#elif SOURCE_AARCH64
  struct { void *stack, *gr_top, *vr_top; int gr, vr; } list = {stack, save + 64, vectors + 128, m->at[0], m->at[1]};
  memcpy(stack, m->stack, AREA);
  void *source = &list;
#else
  memcpy(stack + m->at[1], m->stack, AREA);
  void *source = stack + m->at[1];
#endif
  static wchar_t wide[1024], wide_format[256];
  swprintf(wide_format, 256, L"%s", m->format);
  va_list ap;
  long used = PACK(m->kind == 1 ? (void *)wide_format : m->format, m->kind, source, slots, 64, &ap);
  if (used < 0) { printf("refused: %s\n", m->format); return 1; }
  memset(RESULT(0), 0, 1024);
  int n;
  if (m->kind == 0) n = vsnprintf(result, sizeof result, (char *)m->format, ap);
  else if (m->kind == 1) { n = vswprintf(wide, 1024, wide_format, ap); snprintf(result, sizeof result, "%ls", wide); }
  else { n = vsscanf((char *)m->input, (char *)m->format, ap); memcpy(result, RESULT(0), 1024); }
  int wrong = n != m->n || (m->kind == 2 ? memcmp(result, m->result, 1024) : strcmp(result, (char *)m->result));
  if (wrong) printf("'%s': '%s' instead of '%s'\n", m->format, result, m->result);
  return wrong;
}
int main(void) {
  map_shared();
  int wrong = 0, n = sizeof images / sizeof *images;
  for (int i = 0; i < n; ++i) wrong += run(&images[i]);
  printf("%d images, %d wrong\n", n, wrong);
  return 0;
}
)";

// The reverse: the target's program unpacks its own va_list and prints the slots; the source's reads them.
constexpr std::string_view kUnpackMain = R"(
long UNPACK(const void *format, long kind, void *target, unsigned long *slots, unsigned long count, void *source);
static void bytes(const void *from, size_t n) {
  printf("{");
  for (size_t i = 0; i < n; ++i) printf("%u,", ((const unsigned char *)from)[i]);
  printf("},");
}
static void check(int kind, const char *format, const char *input, ...) {
  static char result[4096], source[64] __attribute__((aligned(16)));
  static unsigned long slots[64] __attribute__((aligned(16)));
  static wchar_t wide[1024], wide_format[256];
  va_list ap, again;
  va_start(ap, input);
  va_copy(again, ap);
  swprintf(wide_format, 256, L"%s", format);
  memset(RESULT(0), 0, 1024);
  memset(slots, 0xa5, sizeof slots);
  int n;
  if (kind == 0) n = vsnprintf(result, sizeof result, format, ap);
  else if (kind == 1) { n = vswprintf(wide, 1024, wide_format, ap); snprintf(result, sizeof result, "%ls", wide); }
  else { n = vsscanf(input, format, ap); memcpy(result, RESULT(0), 1024); }
#if defined(__x86_64__)
  void *list = again;
#elif defined(__aarch64__)
  void *list = &again;
#else
  void *list = *(void **)&again;
#endif
  long used = UNPACK(kind == 1 ? (void *)wide_format : (void *)format, kind, list, slots, 64, source);
  printf("{%d,%d,%ld,", kind, n, used);
  bytes(format, strlen(format) + 1);
  bytes(input, strlen(input) + 1);
  bytes(result, kind == 2 ? 1024 : strlen(result) + 1);
  printf("{");
  for (int i = 0; i < 64; ++i) printf("0x%lx,", slots[i]);
  printf("}},\n");
  va_end(again);
  va_end(ap);
}
int main(void) {
  map_shared();
  printf("static struct image images[] = {\n");
)";

constexpr std::string_view kReadMain = R"(
struct image { int kind, n; long used; unsigned char format[256], input[256], result[1024];
  unsigned long slots[64] __attribute__((aligned(16))); };
)";

constexpr std::string_view kReadRun = R"(
static int run(struct image *m) {
  static char result[4096];
  static wchar_t wide[1024], wide_format[256];
  va_list ap;
#if defined(__x86_64__)
  struct { unsigned gp, fp; void *overflow, *save; } list = {48, 176, m->slots, 0};
#elif defined(__aarch64__)
  struct { void *stack, *gr_top, *vr_top; int gr, vr; } list = {m->slots, 0, 0, 0, 0};
#else
  void *list = m->slots;
#endif
  memcpy(&ap, &list, sizeof list);
  swprintf(wide_format, 256, L"%s", m->format);
  memset(RESULT(0), 0, 1024);
  int n;
  if (m->kind == 0) n = vsnprintf(result, sizeof result, (char *)m->format, ap);
  else if (m->kind == 1) { n = vswprintf(wide, 1024, wide_format, ap); snprintf(result, sizeof result, "%ls", wide); }
  else { n = vsscanf((char *)m->input, (char *)m->format, ap); memcpy(result, RESULT(0), 1024); }
  int wrong = m->used < 0 || n != m->n || (m->kind == 2 ? memcmp(result, m->result, 1024) : strcmp(result, (char *)m->result));
  if (wrong) printf("'%s': '%s' instead of '%s'\n", m->format, result, m->result);
  return wrong;
}
int main(void) {
  map_shared();
  int wrong = 0, n = sizeof images / sizeof *images;
  for (int i = 0; i < n; ++i) wrong += run(&images[i]);
  printf("%d images, %d wrong\n", n, wrong);
  return 0;
}
)";

class CallGenerator {
 public:
  CallGenerator(uint64_t seed, bool long_double) : random_(seed), long_double_(long_double) {}

  std::string print_call(bool wide) {
    std::string format, arguments;
    for (unsigned n = below(16); n > 0; --n) add_print(format, arguments);
    return fmt::format("  check({}, \"{}\", \"\"{});\n", wide ? 1 : 0, format, arguments);
  }

  std::string scan_call() {
    static constexpr const char* kParts[][2] = {
        {"%d", "-12"},      {"%ld", "99999999999"}, {"%hhx", "7f"}, {"%lf", "2.5e3"}, {"%f", "-0.25"},
        {"%5s", "abcdefg"}, {"%[a-c]", "cab"},      {"%*d", "5"},   {"%n", ""},       {"%c", "q"},
        {"%%", "%"},        {"%*[^ ]", "skip"}};
    std::string format, input, arguments;
    for (unsigned n = below(14), i = 0; i < n; ++i) {
      const auto& part = kParts[below(std::size(kParts))];
      format += std::string(" ") + part[0];
      input += std::string(" ") + part[1];
      std::string_view conversion = part[0];
      if (conversion[1] != '*' && conversion != "%%") arguments += fmt::format(", RESULT({})", i);
    }
    return fmt::format("  check(2, \"{}\", \"{}\"{});\n", format, input, arguments);
  }

 private:
  unsigned below(size_t n) { return static_cast<unsigned>(random_() % n); }
  std::string pick(std::initializer_list<const char*> choices) { return choices.begin()[below(choices.size())]; }

  void add_print(std::string& format, std::string& arguments) {
    format += pick({"", "a", " ", "|", "%%"}) + "%" + pick({"", "-", "0", "+", "#", " "});
    if (below(6) == 0) {
      format += "*";
      arguments += fmt::format(", {}", below(12));
    } else {
      format += pick({"", "", "7", "12"});
    }
    bool precise = below(6) == 0;
    if (precise) {
      format += ".*";
      arguments += fmt::format(", {}", below(9));
    }
    unsigned kind = below(long_double_ ? 12 : 11);
    if (kind == 11) {
      format += "Lg";
      arguments += fmt::format(", {}.5L", below(1000000));
    } else if (kind < 5) {
      format += pick({"f", "g", "e", "a", "lf"});
      arguments += fmt::format(", {}{}.{}", below(2) ? "-" : "", below(100000), below(1000));
    } else if (kind < 8) {
      std::string size = pick({"hh", "h", "", "l", "ll", "j", "z", "t"});
      bool is_long = size.size() == 1 ? size != "h" : size == "ll";
      format += size + pick({"d", "i", "u", "x", "X", "o"});
      arguments += fmt::format(", {}{}", is_long ? "(long)" : "(int)",
                               is_long ? static_cast<int64_t>(random_() >> 1) : static_cast<int32_t>(random_() >> 33));
    } else if (kind == 8) {
      format += pick({"c", "p"});
      arguments += format.back() == 'c' ? fmt::format(", {}", 'a' + below(26)) : fmt::format(", TEXT({})", below(8));
    } else {
      bool wide = below(3) == 0;
      format += wide ? "ls" : "s";
      arguments += fmt::format(", {}({})", wide ? "WIDE" : "TEXT", below(8));
    }
  }

  std::mt19937_64 random_;
  bool long_double_;
};

class Runtime : public testing::TestWithParam<Pair> {};

std::string identifier(Isa isa) {
  std::string name(to_string(isa));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

TEST_P(Runtime, PackedArgumentsPrintAndScanAlike) {
  auto [source, target] = GetParam();
  bool same_long_double = source != Isa::x86_64 && target != Isa::x86_64;
  CallGenerator generator(5, same_long_double);
  std::string calls;
  constexpr int kCalls = 150;
  for (int i = 0; i < kCalls; ++i)
    calls += i % 3 == 2 ? generator.scan_call() : generator.print_call(/*wide=*/i % 9 == 0);
  std::string images =
      compile_and_run(source, gcc_for(source),
                      fmt::format("{}{}{}  printf(\"}};\\n\");\n  return 0;\n}}\n", kShared, kSourceMain, calls));
  ASSERT_EQ(images.find("[status"), std::string::npos) << images;
  std::string text = runtime_text(RuntimeFunction::va_pack, source, target);
  std::string symbol = runtime_symbol(RuntimeFunction::va_pack, source, target);
  TemporaryFolder folder;
  std::string assembly = folder.write("runtime.s", ".LBB0_1:\n" + text);  // and a label that must not clash
  std::string c =
      folder.write("main.c", fmt::format("#define SOURCE_X86 {}\n#define SOURCE_AARCH64 {}\n#define PACK {}\n{}{}{}{}\n"
                                         "__asm__(\".include \\\"{}\\\"\\n.text\\n\");\n",
                                         int(source == Isa::x86_64), int(source == Isa::aarch64), symbol, kShared,
                                         kTargetTypes, images, kTargetMain, assembly));
  for (const std::string& compiler : {gcc_for(target), clang_for(target)}) {
    std::string log = shell(fmt::format("{} -O1 -w -static -o {}/p {}", compiler, folder.path(), c));
    ASSERT_EQ(log, "");
    EXPECT_EQ(shell(runner_for(target) + folder.path() + "/p"), fmt::format("{} images, 0 wrong\n", kCalls));
  }
}

TEST_P(Runtime, UnpackedArgumentsPrintAndScanAlike) {
  auto [source, target] = GetParam();
  CallGenerator generator(6, source != Isa::x86_64 && target != Isa::x86_64);
  std::string calls;
  constexpr int kCalls = 60;
  for (int i = 0; i < kCalls; ++i)
    calls += i % 3 == 2 ? generator.scan_call() : generator.print_call(/*wide=*/i % 9 == 0);
  TemporaryFolder folder;
  std::string assembly = folder.write("runtime.s", runtime_text(RuntimeFunction::va_unpack, source, target));
  std::string unpack = fmt::format(
      "#define UNPACK {}\n{}{}{}  printf(\"}};\\n\");\n  return 0;\n}}\n"
      "__asm__(\".include \\\"{}\\\"\\n.text\\n\");\n",
      runtime_symbol(RuntimeFunction::va_unpack, source, target), kShared, kUnpackMain, calls, assembly);
  for (const std::string& compiler : {gcc_for(target), clang_for(target)}) {
    std::string images = compile_and_run(target, compiler, unpack);
    ASSERT_EQ(images.find("[status"), std::string::npos) << images;
    EXPECT_EQ(compile_and_run(source, gcc_for(source), fmt::format("{}{}{}{}", kShared, kReadMain, images, kReadRun)),
              fmt::format("{} images, 0 wrong\n", kCalls));
  }
}

TEST_P(Runtime, WhatCannotBeFollowedIsRefused) {
  auto [source, target] = GetParam();
  TemporaryFolder folder;
  std::string assembly = folder.write("runtime.s", runtime_text(RuntimeFunction::va_pack, source, target));
  std::string program = fmt::format(R"(
#include <stdio.h>
#include <string.h>
long {0}(const void *, long, void *, unsigned long *, unsigned long, void *);
__asm__(".include \"{1}\"\n.text\n");
static char zeros[4096] __attribute__((aligned(16)));
static unsigned long slots[8] __attribute__((aligned(16)));
static long pack(const char *format, long kind) {{
  char list[64] = {{0}}, target[64];
  void *self[4] = {{zeros, zeros, zeros, 0}};
  memcpy(list, self, sizeof self);
  unsigned x86[2] = {{48, 176}};
  if ({2}) {{ memcpy(list, x86, 8); memcpy(list + 8, self, 16); }}
  return {0}(format, kind, {3} ? (void *)zeros : list, slots, 8, target);
}}
int main(void) {{
  const char *bad[] = {{"%2$d", "%*1$d", "%y", "%", "%-", "%d%d%d%d%d%d%d%d%d", "%hf"}};
  for (int i = 0; i < 7; ++i) printf("%ld ", pack(bad[i], 0));
  printf("%ld %ld ", pack("%[abc", 2), pack("%1$d", 2));
  printf("%ld %ld %ld\n", pack("%d%d%d%d%d%d%d%d", 0), pack("", 0), pack("%*d%[]]", 2));
  return 0;
}}
)",
                                    runtime_symbol(RuntimeFunction::va_pack, source, target), assembly,
                                    int(source == Isa::x86_64), int(source == Isa::riscv64));
  EXPECT_EQ(compile_and_run(target, gcc_for(target), program), "-1 -1 -1 -1 -1 -1 -1 -1 -1 8 0 1\n");
}

// The source program prints the struct's offsets; the target calls its own stat() and converts.
TEST_P(Runtime, StatIsConvertedToTheSourcesLayout) {
  auto [source, target] = GetParam();
  constexpr std::string_view kFields[] = {
      "st_dev",  "st_ino",     "st_nlink",  "st_mode",        "st_uid",          "st_gid",        "st_rdev",
      "st_size", "st_blksize", "st_blocks", "st_atim.tv_sec", "st_mtim.tv_nsec", "st_ctim.tv_sec"};
  std::string lists;
  for (std::string_view field : kFields) lists += fmt::format("F({})", field);
  std::string print_offsets =
      "#define _GNU_SOURCE\n#include <stdio.h>\n#include <stddef.h>\n#include <sys/stat.h>\nstruct stat s;\n"
      "#define F(f) printf(\"{%d,%d},\", (int)((char *)&s.f - (char *)&s), (int)sizeof s.f);\n"
      "int main(void) { " +
      lists + " printf(\"{0,%d}\", (int)sizeof s); return 0; }\n";
  std::string offsets = compile_and_run(source, gcc_for(source), print_offsets);
  TemporaryFolder folder;
  std::string assembly = folder.write("runtime.s", runtime_text(RuntimeFunction::stat, source, target));
  std::string program = fmt::format(R"(
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
void {0}(const struct stat *, void *);
__asm__(".include \"{1}\"\n.text\n");
static int offsets[][2] = {{ {2} }};
static struct stat s;
static long want[] = {{
#define F(f) 0,
{3} }};
int main(int argc, char **argv) {{
  unsigned char out[256];
  stat(argv[0], &s);
  s.st_rdev = 0x1234567;
  int i = 0, wrong = 0;
#undef F
#define F(f) want[i++] = s.f;
  {3}
  memset(out, 0xa5, sizeof out);
  {0}(&s, out);
  for (int k = 0; k < i; ++k) {{
    long got = 0;
    memcpy(&got, out + offsets[k][0], offsets[k][1]);
    wrong += got != want[k];
  }}
  for (int k = offsets[i][1]; k < 256; ++k) wrong += out[k] != 0xa5;
  printf("%d fields, %d wrong\n", i, wrong);
  return 0;
}}
)",
                                    runtime_symbol(RuntimeFunction::stat, source, target), assembly, offsets, lists);
  EXPECT_EQ(compile_and_run(target, gcc_for(target), program), fmt::format("{} fields, 0 wrong\n", std::size(kFields)));
}

INSTANTIATE_TEST_SUITE_P(Abi, Runtime,
                         testing::Values(Pair{Isa::x86_64, Isa::aarch64}, Pair{Isa::x86_64, Isa::riscv64},
                                         Pair{Isa::aarch64, Isa::x86_64}, Pair{Isa::aarch64, Isa::riscv64},
                                         Pair{Isa::riscv64, Isa::x86_64}, Pair{Isa::riscv64, Isa::aarch64}),
                         [](const auto& info) {
                           return identifier(info.param.source) + "_to_" + identifier(info.param.target);
                         });

}  // namespace
}  // namespace portolan::abi
