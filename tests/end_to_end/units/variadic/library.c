#include "library.h"

#include <string.h>

long sum(int n, ...) {
  va_list ap;
  va_start(ap, n);
  long total = 0;
  for (int i = 0; i < n; ++i) total = total * 3 + va_arg(ap, int);
  va_end(ap);
  return total;
}
int joined(char* out, int size, ...) {
  va_list ap;
  va_start(ap, size);
  int n = 0;
  out[0] = 0;
  for (const char* s; (s = va_arg(ap, const char*)) != NULL; ++n) strncat(out, s, size - strlen(out) - 1);
  va_end(ap);
  return n;
}
int after_many(int a, int b, int c, int d, int e, int f, int g, ...) {
  va_list ap;
  va_start(ap, g);
  int total = a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g;
  for (int v; (v = va_arg(ap, int)) >= 0;) total = total * 5 + v;
  va_end(ap);
  return total;
}
long first_only(long a, ...) {
  va_list ap;
  va_start(ap, a);
  long b = va_arg(ap, long);
  va_end(ap);
  return a * 100 + b;
}
long by_itself(void) { return sum(3, 1, 2, 3) + first_only(8, 9L) + after_many(1, 2, 3, 4, 5, 6, 7, 8, 9, -1); }
