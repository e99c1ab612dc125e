#include <stdio.h>

#include "wide.h"

static void show(unsigned long carry, const unsigned long* words) {
  printf("%lx:%016lx%016lx%016lx\n", carry, words[2], words[1], words[0]);
}

int main(void) {
  unsigned long ones[3] = {~0UL, ~0UL, ~0UL}, one[3] = {1, 0, 0}, out[3];
  show(wide_add(out, ones, one, 3), out);
  show(wide_add(out, ones, ones, 3), out);
  unsigned long factorial[3] = {1, 0, 0};
  unsigned long carry = 0;
  for (unsigned long i = 2; i <= 45; i++) carry = wide_scale(factorial, factorial, i, 3);
  show(carry, factorial); /* 45! fits in 187 bits */
  return 0;
}
