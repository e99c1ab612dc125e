#include "library.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char** argv) {
  int from[8] = {1, 2, 3, 4, 5, 6, 7, 8}, to[8] = {0}, count = 8;
  printf("%ld\n", (long)seven(argc, 2, 3, 4, 5, 6, 7));
  printf("%ld\n", (long)eleven(1, 20, 3, 40, 5, 60, 7, 80, 9, 100, argc + 10));
  fill(to, from, argc + 1, 3, 4, 5, &count);
  for (int i = 0; i < 8; ++i) printf("%d ", to[i]);
  printf("%d\n", count);
  printf("%ld\n", (long)apply(seven, argc));
  int64_t total = 0;
  for (int i = 0; i < 5; ++i) total += eleven(i, total, i + 1, 2, i * i, 3, -i, 4, to[i], 5, from[i]);
  printf("%ld\n", (long)total);
  return 0;
}
