#include "reference.h"

REFERENCE(same_keys)(const Launch* l, const int* keys, int* counts, int* ranks) {
  for (int i = 0; i < l->threads(); ++i) {
    const int first = i / 32 * 32;
    counts[i] = ranks[i] = 0;
    for (int j = first; j < first + 32; ++j) {
      counts[i] += keys[j] == keys[i];
      ranks[i] += keys[j] == keys[i] && j < i;
    }
  }
}

REFERENCE(some_lanes)(const Launch* l, int limit, const int* in, int* out) {
  for (int i = 0; i < l->threads(); ++i) {
    unsigned sum = 0;
    for (int j = i / 32 * 32; j < i / 32 * 32 + limit; ++j) sum += unsigned(in[j]);
    out[i] = i % 32 < limit ? int(sum) : -1;
  }
}

REFERENCE(half_warps)(const Launch* l, const int* in, int* out) {
  for (int i = 0; i < l->threads(); ++i) {
    const int mirror = i / 16 * 16 + 15 - i % 16;
    out[i] = i % 32 < 16 ? in[mirror] : int(unsigned(in[mirror]) * 2);
  }
}

REFERENCE(any_and_all)(const Launch* l, const int* in, int* out) {
  for (int i = 0; i < l->threads(); ++i) {
    const int* warp = in + i / 32 * 32;
    out[i] = std::any_of(warp, warp + 32, [](int v) { return v > 3; }) +
             2 * std::all_of(warp, warp + 32, [](int v) { return v > -4; });
  }
}

REFERENCE(count_block)(const Launch* l, const int* in, int* out) {
  for (int b = 0; b < l->grid[0]; ++b, in += l->block[0], out += l->block[0]) {
    const int* end = in + l->block[0];
    const long positive = std::count_if(in, end, [](int v) { return v > 0; });
    const bool large = std::any_of(in, end, [](int v) { return v > 6; });
    std::fill(out, out + l->block[0], int(positive * 2 + large));
  }
}
