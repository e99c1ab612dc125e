// Thread-local variables (initialised and zero), common symbols, weak symbols, aliases, sections and alignment.
#include <stdint.h>
#include <stdio.h>

__thread int tls_counter = 5;
static __thread uint64_t tls_state[4];
static __thread const char* tls_name = "main";
static _Thread_local double tls_scale;

int shared_total __attribute__((common));
uint32_t shared_table[64] __attribute__((common));
static uint8_t aligned_block[48] __attribute__((aligned(64)));

__attribute__((weak)) int weak_value = 11;
__attribute__((weak)) int weak_function(int x) {
  return x + weak_value;
}
extern int absent_function(int) __attribute__((weak));

int real_function(int x) {
  return x * 3 + 1;
}
int alias_function(int x) __attribute__((alias("real_function")));

__attribute__((constructor)) static void before_main(void) {
  shared_total = 1000;
}

__attribute__((noinline)) static int bump(int by) {
  tls_counter += by;
  tls_state[tls_counter & 3] += (uint64_t)by * 2654435761u;
  return tls_counter;
}
__attribute__((noinline)) static uint64_t* state_at(unsigned i) {
  return &tls_state[i & 3];
}
__attribute__((noinline)) static double scale(double v) {
  tls_scale = tls_scale * 0.5 + v;
  return tls_scale;
}

int main(void) {
  printf("start %d %s %d\n", tls_counter, tls_name, shared_total);
  double d = 0;
  for (int i = 0; i < 80000; i++) {
    int c = bump(i % 7 - 3);
    shared_total += c;
    shared_table[i & 63] = shared_table[(i + 1) & 63] * 5u + (uint32_t)c;
    *state_at((unsigned)i) ^= (uint64_t)i << (i & 31);
    aligned_block[i % 48] = (uint8_t)(aligned_block[i % 48] + c);
    d += scale((double)(i & 3));
    shared_total ^= alias_function(i) + weak_function(c);
    if (absent_function) shared_total = absent_function(i);
  }
  tls_name = "done";
  uint64_t h = 0;
  for (int i = 0; i < 64; i++) h = h * 31 + shared_table[i];
  for (int i = 0; i < 48; i++) h = h * 31 + aligned_block[i];
  for (int i = 0; i < 4; i++) h = h * 31 + tls_state[i];
  printf("%s %d %d %016llx %.3f aligned %d\n", tls_name, tls_counter, shared_total, (unsigned long long)h, d,
         (int)((uintptr_t)aligned_block % 64));
  return 0;
}
