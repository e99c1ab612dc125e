#include "reference.h"

REFERENCE(group_sum)(const Launch* l, int n, const int* in, int* out) {
  for (int block = 0; block < l->grid[0]; ++block) {
    unsigned sum = 0;
    for (int i = block * l->block[0]; i < std::min(n, (block + 1) * l->block[0]); ++i) sum += unsigned(in[i]);
    out[block] = int(sum);
  }
}

REFERENCE(tile_facts)(const Launch* l, const int* in, int* greatest, int* below, int* steps) {
  for (int first = 0; first < l->threads(); first += 8) {
    const int most = *std::max_element(in + first, in + first + 8);
    greatest[first / 8] = most;
    below[first / 8] = int(std::count_if(in + first, in + first + 8, [&](int v) { return v < most; }));
    const bool zero = std::count(in + first, in + first + 8, 0) != 0;
    for (int i = 0; i < 8; ++i)
      steps[first + i] = zero ? 0 : int(unsigned(in[first + i]) - unsigned(in[first + (i + 1) % 8]));
  }
}
