#include <stdio.h>

#include "gcd.h"

int main(void) {
  printf("%lu %lu %lu\n", gcd(1071, 462), gcd(0, 5), gcd(18446744073709551557UL, 4294967291UL));
  printf("%lu %lu %lu\n", lcm(21, 6), lcm(0, 7), lcm(4294967296UL, 4294967295UL));
  return 0;
}
