// The same C functions compiled by the host's compiler into this test, and by each ISA's gcc for the engines: the
// results, the buffers and the external calls must agree.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>

#include "emulate/arena.h"
#include "emulate/library_handler.h"
#include "engines.h"

// Compiles the functions here, and keeps their text.
#define KERNELS(text_name, ...) \
  __VA_ARGS__                   \
  constexpr const char* text_name = #__VA_ARGS__;

namespace {

KERNELS(
    kPlain,

    long gcd(long a, long b) {
      while (b) {
        long t = a % b;
        a = b;
        b = t;
      }
      return a;
    }

    unsigned crc(const unsigned char* p, long n) {
      unsigned c = ~0u;
      for (long i = 0; i < n; ++i) {
        c ^= p[i];
        for (int k = 0; k < 8; ++k) c = c >> 1 ^ (0xedb88320u & -(c & 1));
      }
      return ~c;
    }

    int collatz(unsigned long n) {
      int steps = 0;
      for (; n != 1; ++steps) n = n & 1 ? 3 * n + 1 : n / 2;
      return steps;
    }

    double horner(double x, int n) {
      double sum = 0;
      for (int i = n; i > 0; --i) sum = sum * x + 1.0 / i;
      return sum;
    }

    float mix(float a, float b, int steps) {
      for (int i = 0; i < steps; ++i) {
        float t = a * 0.75f + b * 0.25f;
        b = b - a / 3;
        a = t;
      }
      return a - b;
    }

    void sort(int* a, long n) {
      for (long i = 1; i < n; ++i)
        for (long j = i; j > 0 && a[j - 1] > a[j]; --j) {
          int t = a[j];
          a[j] = a[j - 1];
          a[j - 1] = t;
        }
    }

    int classify(int c) {
      switch (c) {
        case 'a':
          return 10;
        case 'b':
          return 21;
        case 'c':
          return 32;
        case 'd':
          return 43;
        case 'e':
          return 54;
        case 'f':
          return 65;
        case 'q':
          return 7;
        default:
          return -1;
      }
    }

    long fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

    unsigned long high_product(unsigned long a, unsigned long b) { return (unsigned __int128)a * b >> 64; }

    long ten_arguments(long a, int b, long c, int d, long e, int f, long g, int h, long i, int j) {
      return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j;
    }

    void add_all(short* to, const short* a, const short* b) {
      for (int i = 0; i < 64; ++i) to[i] = a[i] + b[i];
    })

// With calls into the C library; the host's own answers here, LibraryHandler there.
KERNELS(
    kCalling,

    long words(char* text) {
      long count = 0;
      char copy[64];
      strncpy(copy, text, sizeof copy - 1);
      copy[63] = 0;
      for (char* at = copy; *at;) {
        at += strspn(at, " ,");
        unsigned long n = strcspn(at, " ,");
        if (n) ++count;
        at += n;
      }
      memcpy(text, copy, strlen(copy) + 1);
      return count * 100 + (strchr(text, 'x') ? 1 : 0) + (strcmp(text, "abc") < 0 ? 10 : 0);
    }

    long list(int n) {
      struct Node {
        struct Node* next;
        long value;
      };
      struct Node* head = 0;
      for (int i = 0; i < n; ++i) {
        struct Node* node = (struct Node*)malloc(sizeof(struct Node));
        node->next = head;
        node->value = i * i;
        head = node;
      }
      long sum = 0;
      while (head) {
        struct Node* next = head->next;
        sum = sum * 3 + head->value;
        free(head);
        head = next;
      }
      return sum;
    }

    long describe_all(char* to, int a, double b, const char* c) {
      int n = snprintf(to, 40, "%5d|%-8.3f|%s|%lx|%c", a, b, c, (long)a * 1000003, 'k');
      n = n * 100 + sprintf(to + 50, "%d %d %d %d %g %g %g %.2e %u%%", a, a + 1, a + 2, a + 3, b, b * 2, b * 3, b / 7,
                            (unsigned)a);
      return n;
    }

    double wave(double x) { return sin(x) * 2 + pow(x, 1.5) + floor(x) - fmod(x, 0.3); } long parse(char* text) {
      return strtol(text, 0, 16) + atoi(text) + abs(-5) + toupper('q');
    })

}  // namespace

namespace portolan::emulate {
namespace {

class KernelTest : public EngineTest {
 protected:
  // One image for all of a suite's tests of an engine.
  static const Image& image(Isa isa, const char* text) {
    static std::map<std::pair<Isa, const char*>, Image> images;
    const auto [it, fresh] = images.try_emplace({isa, text});
    if (fresh)
      it->second = image_of_c(isa, text == kPlain ? text
                                                  : "#include <stdlib.h>\n#include <string.h>\n#include "
                                                    "<math.h>\n#include <ctype.h>\n#include <stdio.h>\n" +
                                                        std::string(text));
    return it->second;
  }
  Request prepare(const char* text, const std::string& function, std::vector<uint64_t> arguments = {}) {
    return request_for(image(isa(), text), function, std::move(arguments));
  }
  Outcome finish(const char* text, const Request& request) {
    Outcome outcome = run(image(isa(), text), request);
    EXPECT_EQ(outcome.ending, Ending::returned) << describe(outcome);
    return outcome;
  }
  template <class T>
  void set_float(Request& request, unsigned index, T value) {
    Vector& vector = request.state.vector[float_arguments(isa())[index]];
    if (isa() == Isa::riscv64) vector.fill(0xff);
    std::memcpy(vector.data(), &value, sizeof value);
  }
  template <class T>
  T float_result(const Outcome& outcome) {
    T value;
    std::memcpy(&value, outcome.state.vector[float_arguments(isa())[0]].data(), sizeof value);
    return value;
  }
};

INSTANTIATE_TEST_SUITE_P(All, KernelTest, testing::ValuesIn(engine_cases()), case_name);

TEST_P(KernelTest, Integers) {
  for (const auto& [a, b] : {std::pair<long, long>{48, 36}, {-48, 36}, {1L << 40, 12345678}, {7, 0}})
    EXPECT_EQ(static_cast<long>(result_of(isa(), finish(kPlain, prepare(kPlain, "gcd", {uint64_t(a), uint64_t(b)})))),
              gcd(a, b));
  for (unsigned long n : {1ul, 27ul, 97ul, 871ul})
    EXPECT_EQ(static_cast<int>(result_of(isa(), finish(kPlain, prepare(kPlain, "collatz", {n})))), collatz(n));
  for (int c : {int{'a'}, int{'c'}, int{'f'}, int{'q'}, int{'z'}, -1})
    EXPECT_EQ(static_cast<int>(result_of(isa(), finish(kPlain, prepare(kPlain, "classify", {uint64_t(int64_t(c))})))),
              classify(c));
  EXPECT_EQ(static_cast<long>(result_of(isa(), finish(kPlain, prepare(kPlain, "fib", {15})))), fib(15));
  for (uint64_t a : {uint64_t{3}, UINT64_MAX, uint64_t{0x123456789abcdef0}})
    EXPECT_EQ(result_of(isa(), finish(kPlain, prepare(kPlain, "high_product", {a, ~a | 5}))), high_product(a, ~a | 5));
}

TEST_P(KernelTest, FloatingPoint) {
  for (double x : {0.5, -1.25, 1e10, 3e-200}) {
    Request request = prepare(kPlain, "horner", {9});
    set_float(request, 0, x);
    EXPECT_EQ(float_result<double>(finish(kPlain, request)), horner(x, 9));
  }
  Request request = prepare(kPlain, "mix", {20});
  set_float(request, 0, 1.5f);
  set_float(request, 1, -7.25f);
  EXPECT_EQ(float_result<float>(finish(kPlain, request)), mix(1.5f, -7.25f, 20));
}

TEST_P(KernelTest, Buffers) {
  std::vector<uint8_t> bytes(1000);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(i * i + 3);
  Arena arena;
  const uint64_t at = arena.place(bytes.size(), Arena::Edge::end);
  Request request = prepare(kPlain, "crc", {at, bytes.size()});
  request.regions.push_back({at, bytes, false});
  EXPECT_EQ(static_cast<uint32_t>(result_of(isa(), finish(kPlain, request))), crc(bytes.data(), 1000));

  request = prepare(kPlain, "sort", {at, bytes.size() / 4});
  request.regions.push_back({at, bytes, true});
  const Outcome outcome = finish(kPlain, request);
  std::vector<int> expected(250);
  std::memcpy(expected.data(), bytes.data(), 1000);
  sort(expected.data(), 250);
  EXPECT_EQ(std::memcmp(outcome.regions[0].data(), expected.data(), 1000), 0);

  const uint64_t a = arena.place(128, Arena::Edge::start), b = arena.place(128, Arena::Edge::end);
  request = prepare(kPlain, "add_all", {a, a, b});
  request.regions.push_back({a, {bytes.begin(), bytes.begin() + 128}, true});
  request.regions.push_back({b, {bytes.begin() + 500, bytes.begin() + 628}, false});
  short sum[64], other[64];
  std::memcpy(sum, bytes.data(), 128);
  std::memcpy(other, bytes.data() + 500, 128);
  add_all(sum, sum, other);
  EXPECT_EQ(std::memcmp(finish(kPlain, request).regions[0].data(), sum, 128), 0);
}

TEST_P(KernelTest, StackArguments) {
  const size_t in_registers = integer_arguments(isa()).size();
  std::vector<uint64_t> arguments = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  Request request =
      prepare(kPlain, "ten_arguments", {arguments.begin(), arguments.begin() + static_cast<long>(in_registers)});
  for (size_t i = in_registers; i < 10; ++i)
    for (int b = 0; b < 8; ++b) request.stack_arguments.push_back(static_cast<uint8_t>(arguments[i] >> (8 * b)));
  EXPECT_EQ(static_cast<long>(result_of(isa(), finish(kPlain, request))), ten_arguments(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
}

TEST_P(KernelTest, LibraryCalls) {
  constexpr uint64_t kHeap = kArenaBase + (1 << 30);
  LibraryHandler handler(isa(), kHeap, 8192);
  for (const char* text : {"one, two x three", "", "abc", "zz,,, y"}) {
    std::vector<uint8_t> bytes(text, text + std::strlen(text) + 1);
    std::vector<char> here(bytes.begin(), bytes.end());
    Arena arena;
    const uint64_t at = arena.place(bytes.size(), Arena::Edge::end);
    Request request = prepare(kCalling, "words", {at});
    request.externals = &handler;
    request.regions.push_back({at, bytes, true});
    EXPECT_EQ(static_cast<long>(result_of(isa(), finish(kCalling, request))), words(here.data())) << text;
  }
  Request request = prepare(kCalling, "list", {20});
  request.externals = &handler;
  request.regions.push_back(heap_region(kHeap, 8192));
  EXPECT_EQ(static_cast<long>(result_of(isa(), finish(kCalling, request))), list(20));

  request = prepare(kCalling, "wave");
  request.externals = &handler;
  set_float(request, 0, 2.75);
  EXPECT_EQ(float_result<double>(finish(kCalling, request)), wave(2.75));

  char digits[] = "1f";
  request = prepare(kCalling, "parse", {kArenaBase + kPageSize});
  request.externals = &handler;
  request.regions.push_back({kArenaBase + kPageSize, {digits, digits + 3}, false});
  request.regions.push_back(heap_region(kHeap, 8192));
  EXPECT_EQ(static_cast<long>(result_of(isa(), finish(kCalling, request))), parse(digits));
}

TEST_P(KernelTest, Formatting) {
  LibraryHandler handler(isa(), 0, 0);
  const uint64_t to = kArenaBase + kPageSize, text = kArenaBase + 8 * kPageSize;
  for (int a : {0, 42, -7, 2147480000}) {
    Request request = prepare(kCalling, "describe_all", {to, static_cast<uint64_t>(int64_t{a}), text});
    set_float(request, 0, a * 0.37);
    request.externals = &handler;
    request.regions.push_back({to, std::vector<uint8_t>(200, '#'), true});
    request.regions.push_back({text, {'w', 'x', 'y', 0}, false});
    std::vector<char> expected(200, '#');
    const long n = describe_all(expected.data(), a, a * 0.37, "wxy");
    const Outcome outcome = finish(kCalling, request);
    EXPECT_EQ(static_cast<long>(result_of(isa(), outcome)), n);
    EXPECT_EQ(std::string(outcome.regions[0].begin(), outcome.regions[0].end()),
              std::string(expected.begin(), expected.end()));
  }
}

// Output counts by its characters, whichever function writes it.
TEST_P(KernelTest, OutputIsTheSameByAnyFunction) {
  const Image code = image_of_c(isa(),
                                "int printf(const char*, ...); int puts(const char*); int putchar(int);"
                                "void a(void) { printf(\"%s %d\\n\", \"n\", 7); putchar('x'); }"
                                "void b(void) { puts(\"n 7\"); printf(\"%c\", 'x'); }");
  LibraryHandler handler(isa(), 0, 0);
  Request request = request_for(code, "a");
  request.externals = &handler;
  const Outcome a = run(code, request);
  request.entry = *code.find_symbol("b");
  const Outcome b = run(code, request);
  EXPECT_EQ(a.ending, Ending::returned) << describe(a);
  EXPECT_EQ(a.calls.size(), 2u);
  EXPECT_EQ(a.calls, b.calls);
}

// A declared function answers alike on every ISA, and its calls have the same digests.
TEST_P(KernelTest, DeclaredFunctionsAreTheSameEverywhere) {
  static std::map<std::string, std::vector<ExternalCall>> seen;
  static std::map<std::string, uint64_t> results;
  const Image code = image_of_c(
      isa(),
      "long mystery(const char*, int, double); int other(long, float);"
      "long f(const char* s) { long a = mystery(s, -3, 2.5); return a + other(a, 1.5f) + mystery(s + 1, 4, 0.5); }");
  LibraryHandler handler(isa(), 0, 0);
  handler.declare("mystery", "lsid");
  handler.declare("other", "ilf");
  Request request = request_for(code, "f", {kArenaBase + kPageSize});
  request.regions.push_back({kArenaBase + kPageSize, {'h', 'i', 0}, false});
  request.externals = &handler;
  const Outcome outcome = run(code, request);
  ASSERT_EQ(outcome.ending, Ending::returned) << describe(outcome);
  ASSERT_EQ(outcome.calls.size(), 3u);
  const auto [calls, first] = seen.try_emplace("calls", outcome.calls);
  EXPECT_EQ(outcome.calls, calls->second);
  const auto [result, first_result] = results.try_emplace("result", result_of(isa(), outcome));
  EXPECT_EQ(result_of(isa(), outcome), result->second);
}

// By a number behind the heap their answers vary, and what they are given to fill is filled: alike on every ISA too.
TEST_P(KernelTest, DeclaredFunctionsAnswerByANumber) {
  static std::map<uint64_t, std::pair<uint64_t, std::vector<ExternalCall>>> seen;
  const Image code =
      image_of_c(isa(),
                 "struct pair { long a, b; }; int init(struct pair*); long use(struct pair*, long);"
                 "long f(long x) { struct pair p; long r = init(&p); return r * 3 + p.a + use(&p, x); }");
  constexpr uint64_t kHeap = kArenaBase + 16 * kPageSize, kSize = 4096;
  LibraryHandler handler(isa(), kHeap, kSize - 16);
  handler.declare("init", "ip");
  handler.declare("use", "lpl");
  handler.fill_objects_on_the_stack();
  std::set<uint64_t> results;
  for (uint64_t number = 1; number <= 12; ++number) {
    Request request = request_for(code, "f", {5});
    Region heap = heap_region(kHeap, kSize);
    heap.bytes[kSize - 16] = static_cast<uint8_t>(number);
    request.regions.push_back(std::move(heap));
    request.externals = &handler;
    const Outcome outcome = run(code, request);
    ASSERT_EQ(outcome.ending, Ending::returned) << describe(outcome);
    results.insert(result_of(isa(), outcome));
    const auto [known, first] = seen.try_emplace(number, result_of(isa(), outcome), outcome.calls);
    EXPECT_EQ(result_of(isa(), outcome), known->second.first) << number;
    EXPECT_EQ(outcome.calls, known->second.second) << number;
  }
  EXPECT_GE(results.size(), 6u);
}

TEST_P(KernelTest, CoverageTellsBranchesApart) {
  if (!engine_->capabilities().coverage) GTEST_SKIP() << "this engine gives no coverage";
  const char* text =
      "int f(int x) { int n = 0; while (x > 3) { x -= 2; n += x & 1 ? 5 : 7; __asm__ volatile(\"\"); } return n; }";
  const Image code = image_of_c(isa(), text, "-O1");
  auto edges = [&](uint64_t x) {
    Request request = request_for(code, "f", {x});
    request.coverage = true;
    const Outcome outcome = run(code, request);
    EXPECT_EQ(outcome.ending, Ending::returned) << describe(outcome);
    EXPECT_FALSE(outcome.blocks.empty());
    EXPECT_GT(outcome.instructions, 0u);
    for (const Edge& edge : outcome.edges) {
      EXPECT_GE(edge.to, kImageBase);
      EXPECT_LT(edge.to, kStackTop);
    }
    return outcome.edges.size();
  };
  EXPECT_LT(edges(1), edges(9));
  EXPECT_EQ(edges(9), edges(11));
}

TEST_P(KernelTest, InstructionLimit) {
  if (!engine_->capabilities().counts) GTEST_SKIP() << "this engine counts no instructions";
  Request request = prepare(kPlain, "collatz", {27});
  request.coverage = true;
  request.limits.instructions = 100000;
  const Outcome whole = finish(kPlain, request);
  EXPECT_GT(whole.instructions, 300u);
  EXPECT_LT(whole.instructions, 2000u);
  request.limits.instructions = whole.instructions;
  EXPECT_EQ(run(image(isa(), kPlain), request).ending, Ending::returned);
  request.limits.instructions = whole.instructions - 1;
  EXPECT_EQ(run(image(isa(), kPlain), request).ending, Ending::limit);
}

}  // namespace
}  // namespace portolan::emulate
