#include <stdio.h>

#include "library.h"
long by_itself(void);

int main(int argc, char** argv) {
  char text[64];
  int n = joined(text, sizeof text, "one ", "two ", NULL);
  printf("%d %s\n", n, text);
  n = joined(text, sizeof text, "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", argc > 5 ? argv[0] : NULL);
  printf("%d %s\n", n, text);
  n = joined(text, sizeof text, NULL);
  printf("%d '%s'\n", n, text);
  printf("%ld %ld\n", sum(0), sum(1, -7));
  printf("%ld\n", sum(12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, argc));
  printf("%d\n", after_many(1, 2, 3, 4, 5, 6, 7, -1));
  printf("%d\n", after_many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, -1));
  printf("%ld %ld\n", first_only(3, 4L), by_itself());
  return 0;
}
