// Vectors by value through a table of functions, of which no prototype tells.
#include <stdio.h>

typedef long long pair __attribute__((vector_size(16)));
typedef pair (*operation)(pair, pair);

static __attribute__((noipa)) pair add(pair a, pair b) { return a + b; }
static __attribute__((noipa)) pair crossed(pair a, pair b) { return (pair){a[1] - b[0], b[1] ^ a[0]}; }
static __attribute__((noipa)) double scaled(double x, double y) { return x * 3 - y; }
static __attribute__((noipa)) double apply(double (*f)(double, double), double x) { return f(x, 0.5); }
static __attribute__((noipa)) pair forward(operation f, pair a) { return f(a, a); }

operation volatile table[] = {add, crossed};
double (*volatile number)(double, double) = scaled;

int main(void) {
  pair a = {11, 1LL << 40}, b = {5, -9};
  for (int n = 0; n < 2; ++n) {
    pair c = table[n](a, b), d = forward(table[n], c);
    printf("%lld %lld %lld %lld\n", c[0], c[1], d[0], d[1]);
  }
  printf("%g\n", apply(number, 2.25));
  return 0;
}
