#include "library.h"

#include <stdio.h>
#include <string.h>

int say_list(char* out, size_t size, const char* format, va_list ap) {
  int n = snprintf(out, size, "[");
  n += vsnprintf(out + n, size - n, format, ap);
  return n + snprintf(out + n, size - n, "]");
}
int say(char* out, size_t size, const char* format, ...) {
  va_list ap;
  va_start(ap, format);
  int n = say_list(out, size, format, ap);
  va_end(ap);
  return n;
}
int read_from(const char* text, const char* format, ...) {
  va_list ap;
  va_start(ap, format);
  int n = vsscanf(text, format, ap);
  va_end(ap);
  return n;
}
