// C that makes compilers use what a reader must know.
#pragma once

namespace portolan::assembly::testing {

inline constexpr const char* kDataProgram = R"C(
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
extern int ext, ext_function(int), (*ext_pointer)(void);
extern __thread int tls_ext;
__thread int tls_initialised = 3, tls_zero[5];
static __thread long tls_static = 9;
int common_array[10], initialised = 0x12345678;
static int local_zero[100];
static char local_bytes[] = "abc";
const char* const names[] = {"one", "two\n", "", "f\377our"};
static const double doubles[] = {1.5, -0.0, 1e300, 3.25};
const float floats[3] = {1.0f, 2.5f};
struct node { struct node* next; long value; short small; char c; int* where; };
struct node ring[2] = {{&ring[1], 1, 2, 3, &local_zero[7]}, {&ring[0], -1, -2, -3, &common_array[3]}};
static int unused_but_kept(int x) { return x * 3; }
int (*const table[])(int) = {ext_function, unused_but_kept, 0};
__attribute__((weak)) int weak_function(int x) { return x; }
extern int weak_undefined(int) __attribute__((weak));
__attribute__((visibility("hidden"))) int hidden_variable = 4;
__attribute__((aligned(64))) char aligned[128] = {1};
__attribute__((section("my_section"))) int in_my_section = 77;
static void start(void) __attribute__((constructor));
static void start(void) { local_zero[0] = 1; }
int alias_of(int) __attribute__((alias("weak_function")));
__attribute__((noinline)) static int fact(int n) { return n < 2 ? 1 : n * fact(n - 1); }
int switches(int x, double d) {
  switch (x) {
    case 0: return ext;
    case 1: return local_zero[x + 2];
    case 2: return puts(names[2]);
    case 3: return 9 * tls_initialised;
    case 4: return tls_ext + tls_zero[x];
    case 5: return (int)tls_static++;
    case 6: return (int)d;
    case 7: return table[x & 1](x);
    case 8: return ext_function(fact(x));
    case 9: return weak_undefined ? weak_undefined(1) : 5;
    default: return common_array[x & 7] + hidden_variable;
  }
}
int sum(int count, ...) {
  va_list list;
  int total = 0;
  va_start(list, count);
  for (int i = 0; i < count; ++i) total += va_arg(list, int);
  va_end(list);
  return total;
}
unsigned long words(const unsigned char* p, unsigned long n) {
  unsigned long h = 1469598103934665603ul;
  for (unsigned long i = 0; i < n; ++i) h = (h ^ p[i]) * 1099511628211ul;
  return h;
}
void scale(float* out, const float* in, int n) {
  for (int i = 0; i < n; ++i) out[i] = in[i] * 2.5f + floats[i % 3];
}
long atomics(long* p) { return __atomic_fetch_add(p, 5, __ATOMIC_SEQ_CST) + __atomic_exchange_n(p, 7, __ATOMIC_ACQUIRE); }
int main(int argc, char** argv) {
  char buffer[64];
  strcpy(buffer, argv[0]);
  local_bytes[argc]++;
  printf("%d %f %s\n", fact(argc), doubles[argc & 3] * argc, names[argc & 3]);
  return switches(argc, 2.5) + sum(3, 1, 2, 3) + (int)words((unsigned char*)buffer, 10) + ring[0].next->small +
         aligned[argc] + in_my_section;
}
)C";

}  // namespace portolan::assembly::testing
