// What earlier calls leave in registers joins on the way to a variadic call, which passes only some of them.
#include "library.h"

#include <stdio.h>

int get_bit(const int* a, int bit);
int halve(int* a);
int shift(int* a, int by);

__attribute__((noinline)) static int work(int n, int* result) {
  int a = n, b = 0, c = 3;
  int failed;
  if (get_bit(&a, 0)) {
    if ((failed = halve(&a))) goto end;
    if ((failed = square(&a, &b))) goto end;
  } else if ((failed = shift(&a, 2))) {
    goto end;
  }
  for (int i = 0; i < 4; ++i) {
    if (get_bit(&a, i)) continue;
    if ((failed = shift(&c, 1))) goto end;
  }
  *result = a + 3 * b + 5 * c;
end:
  printf("%d cleared, ", clear_all(&a, &b, &c, (int*)0));
  return failed;
}

int main(void) {
  for (int n = 0; n < 12; ++n) {
    int result = -1;
    int failed = work(n * 37 + 1, &result);
    printf("%d %d\n", failed, result);
  }
}
