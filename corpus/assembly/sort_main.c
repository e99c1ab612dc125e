#include <stdio.h>

#include "sort.h"

static void show(const int* values) {
  for (int i = 0; i < 10; i++) printf("%d%c", values[i], i == 9 ? '\n' : ' ');
}

int main(void) {
  int values[10] = {503, 87, -512, 61, 908, 170, 897, 275, -653, 426};
  sort_ints(values, 10, ascending);
  show(values);
  values[0] = 512;
  values[1] = 653;
  sort_ints(values, 10, by_low_digit);
  show(values);
  return 0;
}
