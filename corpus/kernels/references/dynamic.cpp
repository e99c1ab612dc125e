#include "reference.h"

REFERENCE(reduce_dynamic)(const Launch* l, int n, const int* in, int* out) {
  for (int b = 0; b < l->grid[0]; ++b) {
    unsigned sum = 0;
    for (int i = b * l->block[0]; i < (b + 1) * l->block[0] && i < n; ++i) sum += unsigned(in[i]);
    out[b] = int(sum);
  }
}

REFERENCE(reverse_dynamic)(const Launch* l, const int* in, int* out) {
  const int size = l->block[0];
  for (int b = 0; b < l->grid[0]; ++b) std::reverse_copy(in + b * size, in + (b + 1) * size, out + b * size);
}
