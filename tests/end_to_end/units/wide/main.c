#include "library.h"

#include <stdio.h>

int main(int argc, char** argv) {
  const wide a = ((wide)0x123456789abcdefull << 64 | 0xfedcba9876543210ull) * argc;
  const wide b = product(a, a + 3), c = shifted(b, argc + 40);
  printf("%lx %lx\n", (long)(b >> 64), (long)b);
  printf("%lx %lx\n", (long)(c >> 64), (long)c);
  printf("%lx\n", (long)upper(argc + 2, a));
  return 0;
}
