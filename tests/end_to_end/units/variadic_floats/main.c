#include <stdio.h>

#include "library.h"

int main(int argc, char** argv) {
  printf("%g\n", mixed(0, 1.5));
  printf("%g\n", mixed(1, argc, 0.25, 3L));
  printf("%g\n", mixed(6, 0.5, 1.5, 2L, 2.5, 3L, 4.5, 5L, -1.0, 100L, 7.5, 6L, 0.0, 7L));
  return 0;
}
