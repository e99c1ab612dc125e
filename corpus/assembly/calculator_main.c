#include <stdio.h>

#include "calculator.h"

int main(void) {
  const signed char empty[] = {0};
  const signed char sum[] = {1, 40, 1, 2, 2, 0};                /* 40 + 2 */
  const signed char square[] = {1, -7, 5, 4, 1, 9, 3, 5, 4, 0}; /* ((-7)^2 - 9)^2 */
  const signed char wrong[] = {1, 1, 6, 0};                     /* no such opcode */
  printf("%ld %ld %ld %ld\n", calculate(empty), calculate(sum), calculate(square), calculate(wrong));
  return 0;
}
