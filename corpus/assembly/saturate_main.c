#include <stdio.h>

#include "saturate.h"

int main(void) {
  unsigned char a[45], b[45], sums[46];
  for (int i = 0; i < 45; i++) {
    a[i] = (unsigned char)(11 * i);
    b[i] = (unsigned char)(200 - 3 * i);
  }
  for (int count = 0; count <= 45; count += 15) {
    sums[count] = 77; /* must stay */
    saturating_add(sums, a, b, (unsigned long)count);
    for (int i = 0; i <= count; i++) printf("%d%c", sums[i], i == count ? '\n' : ' ');
  }
  return 0;
}
