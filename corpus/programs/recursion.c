// Plain and mutual recursion: Fibonacci, Ackermann, Hanoi, Hofstadter's pair, even/odd.
#include <stdint.h>
#include <stdio.h>

static unsigned fib(unsigned n) {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static unsigned ackermann(unsigned m, unsigned n) {
  if (m == 0) return n + 1;
  if (n == 0) return ackermann(m - 1, 1);
  return ackermann(m - 1, ackermann(m, n - 1));
}

static uint64_t hanoi_hash;
static void hanoi(int n, int from, int to, int via) {
  if (n == 0) return;
  hanoi(n - 1, from, via, to);
  hanoi_hash = hanoi_hash * 31 + (uint64_t)(from * 4 + to);
  hanoi(n - 1, via, to, from);
}

static int female(int n);
static int male(int n) {
  return n == 0 ? 0 : n - female(male(n - 1));
}
static int female(int n) {
  return n == 0 ? 1 : n - male(female(n - 1));
}

static int is_odd(unsigned n);
static int is_even(unsigned n) {
  return n == 0 ? 1 : is_odd(n - 1);
}
static int is_odd(unsigned n) {
  return n == 0 ? 0 : is_even(n - 1);
}

static uint64_t binomial(unsigned n, unsigned k) {
  if (k == 0 || k == n) return 1;
  return binomial(n - 1, k - 1) + binomial(n - 1, k);
}

static int permutations(int* a, int n, int depth, uint64_t* sum) {
  if (depth == n) {
    uint64_t v = 0;
    for (int i = 0; i < n; i++) v = v * 10 + (uint64_t)a[i];
    *sum ^= v * 2654435761u;
    return 1;
  }
  int count = 0;
  for (int i = depth; i < n; i++) {
    int t = a[depth];
    a[depth] = a[i];
    a[i] = t;
    count += permutations(a, n, depth + 1, sum);
    a[i] = a[depth];
    a[depth] = t;
  }
  return count;
}

int main(void) {
  printf("fib(24) = %u\n", fib(24));
  printf("ackermann(2, 200) = %u\n", ackermann(2, 200));
  printf("ackermann(3, 5) = %u\n", ackermann(3, 5));
  hanoi(14, 0, 2, 1);
  printf("hanoi(14) = %016llx\n", (unsigned long long)hanoi_hash);
  int m = 0, f = 0;
  for (int i = 0; i < 60; i++) {
    m += male(i);
    f += female(i);
  }
  printf("hofstadter %d %d\n", m, f);
  int evens = 0;
  for (unsigned i = 0; i < 300; i++) evens += is_even(i);
  printf("even below 300: %d\n", evens);
  printf("binomial(18, 7) = %llu\n", (unsigned long long)binomial(18, 7));
  int a[7] = {1, 2, 3, 4, 5, 6, 7};
  uint64_t sum = 0;
  int count = permutations(a, 7, 0, &sum);
  printf("permutations %d %016llx\n", count, (unsigned long long)sum);
  return 0;
}
