// Variadic functions of the program's own: sums of ints, longs and doubles, a mixed list driven by a format, va_copy,
// va_list handed on to another function, and more arguments than there are registers.
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

__attribute__((noinline)) static int sum_ints(int n, ...) {
  va_list ap;
  va_start(ap, n);
  int s = 0;
  for (int i = 0; i < n; i++) s += va_arg(ap, int);
  va_end(ap);
  return s;
}
__attribute__((noinline)) static double sum_doubles(int n, ...) {
  va_list ap;
  va_start(ap, n);
  double s = 0;
  for (int i = 0; i < n; i++) s += va_arg(ap, double);
  va_end(ap);
  return s;
}
__attribute__((noinline)) static int64_t max_long(int64_t first, ...) {  // ends at zero
  va_list ap;
  va_start(ap, first);
  int64_t best = first;
  for (int64_t v; (v = va_arg(ap, int64_t)) != 0;)
    if (v > best) best = v;
  va_end(ap);
  return best;
}
// i int, u unsigned, l 64 bit, d double, s string, p pointer to int
static double gather(const char* types, va_list ap) {
  double s = 0;
  for (; *types; types++) {
    switch (*types) {
      case 'i': s += va_arg(ap, int); break;
      case 'u': s += va_arg(ap, unsigned); break;
      case 'l': s += (double)va_arg(ap, int64_t); break;
      case 'd': s += va_arg(ap, double); break;
      case 's': s += (double)strlen(va_arg(ap, const char*)); break;
      case 'p': s += *va_arg(ap, const int*); break;
    }
  }
  return s;
}
__attribute__((noinline)) static double mixed(const char* types, ...) {
  va_list ap;
  va_start(ap, types);
  double s = gather(types, ap);
  va_end(ap);
  return s;
}
__attribute__((noinline)) static double twice(double scale, const char* types, ...) {
  va_list ap, again;
  va_start(ap, types);
  va_copy(again, ap);
  double s = gather(types, ap) * scale + gather(types, again);
  va_end(again);
  va_end(ap);
  return s;
}
// Named arguments use up some of the registers first.
__attribute__((noinline)) static double late(int a, int b, int c, int d, int e, double x, double y, int n, ...) {
  va_list ap;
  va_start(ap, n);
  double s = a + b + c + d + e + x * y;
  for (int i = 0; i < n; i++) s += i & 1 ? va_arg(ap, double) : va_arg(ap, int);
  va_end(ap);
  return s;
}
static char* concat(char* out, size_t room, const char* first, ...) {
  va_list ap;
  size_t n = 0;
  va_start(ap, first);
  for (const char* s = first; s; s = va_arg(ap, const char*))
    for (; *s && n + 1 < room; s++) out[n++] = *s;
  va_end(ap);
  out[n] = 0;
  return out;
}

int main(void) {
  int total = 0, seven = 7;
  double real = 0;
  int64_t longest = 0;
  for (int i = 0; i < 12000; i++) {
    total += sum_ints(3, i, -1, 2) + sum_ints(0) + sum_ints(12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, i & 15);
    real +=
        sum_doubles(2, i * 0.5, 0.25) + sum_doubles(11, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, i * 0.125);
    longest += max_long(i, (int64_t)i * 3 + 1, (int64_t)-5, (int64_t)1 << (i & 31), (int64_t)0);
    real += mixed("idsulp", i, 1.5, "four", 9u, (int64_t)1 << 33, &seven);
    real +=
        mixed("idididididididididid", 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8, 8.5, 9, 9.5, 10, 10.5);
    real += twice(2.0, "ddid", 1.0, 2.0, i & 3, 4.0);
    real += late(1, 2, 3, 4, 5, 0.5, 4.0, 6, i, 0.5, 7, 1.5, -i, 2.5);
  }
  printf("ints %d reals %.3f longs %lld\n", total, real, (long long)longest);
  char buffer[32];
  puts(concat(buffer, sizeof buffer, "north", "-", "by", "-", "north", "west", (char*)NULL));
  puts(concat(buffer, sizeof buffer, "0123456789", "0123456789", "0123456789", "0123456789", (char*)NULL));
  return 0;
}
