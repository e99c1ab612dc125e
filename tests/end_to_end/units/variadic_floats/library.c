#include "library.h"

#include <stdarg.h>

double mixed(int n, double start, ...) {
  va_list ap;
  va_start(ap, start);
  for (int i = 0; i < n; ++i) {
    start = start * 2 + va_arg(ap, double);
    start += va_arg(ap, long);
  }
  va_end(ap);
  return start;
}
