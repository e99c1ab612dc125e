#include "library.h"

#include <stdarg.h>

int clear_all(int* first, ...) {
  int cleared = 0;
  va_list rest;
  va_start(rest, first);
  for (int* each = first; each != 0; each = va_arg(rest, int*)) *each = 0, ++cleared;
  va_end(rest);
  return cleared;
}

int square(const int* a, int* b) {
  *b = *a * *a;
  return *b > 1000;
}

int get_bit(const int* a, int bit) { return *a >> bit & 1; }
int halve(int* a) { return (*a /= 2) == 0; }
int shift(int* a, int by) { return (*a <<= by) < 0; }
