#include <stdio.h>

#include "library.h"

__attribute__((format(printf, 3, 4))) static int forward(char* out, size_t size, const char* format, ...) {
  va_list ap;
  va_start(ap, format);
  int n = say_list(out, size, format, ap);
  va_end(ap);
  return n;
}

int main(int argc, char** argv) {
  char text[256];
  int n = say(text, sizeof text, "nothing");
  printf("%d %s\n", n, text);
  n = say(text, sizeof text, "%d %s %g %c %ld %f %d %d %d %g %s", argc, "two", 3.5, 'x', 5L, 6.25, 7, 8, 9, 1e10, "end");
  printf("%d %s\n", n, text);
  n = say(text, sizeof text, "%g %g %g %g %g %g %g %g %g %g %d %*d", 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0,
          11, 5, 12);
  printf("%d %s\n", n, text);
  n = forward(text, sizeof text, "%s %g %lx %d %d %d %d %d %g %d", "list", 2.5, 0x123456789abcdefL, 1, 2, 3, 4, 5, 6.5, 7);
  printf("%d %s\n", n, text);
  int i = 0, j = 0;
  double d = 0;
  char word[16];
  n = read_from("12 hello 2.5 -9", "%d %15s %lf %d", &i, word, &d, &j);
  printf("%d %d %s %g %d\n", n, i, word, d, j);
  return 0;
}
