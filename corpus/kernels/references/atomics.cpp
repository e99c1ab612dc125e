#include <set>

#include "reference.h"

TOLERANCE(sum_floats, 1e-4);
REFERENCE(sum_floats)(const Launch*, int n, const float* in, float* out) {
  double sum = *out;
  for (int i = 0; i < n; ++i) sum += in[i];
  *out = float(sum);
}

// Which place a key has depends on the order: the places are compared as a set.
REFERENCE(hash_insert)(const Launch*, int n, int places, const int* keys, int* table) {
  std::set<int> all(keys, keys + n);
  std::fill(table, table + places, 0);
  std::copy(all.begin(), all.end(), table);
}

REFERENCE(append_even)(const Launch*, int n, const int* in, int* out, unsigned* count) {
  for (int i = 0; i < n; ++i)
    if (in[i] % 2 == 0) out[(*count)++] = in[i];
}

REFERENCE(extremes)(const Launch*, int n, const int* in, int* least, int* most, unsigned* bits) {
  for (int i = 0; i < n; ++i) {
    *least = std::min(*least, in[i]);
    *most = std::max(*most, in[i]);
    *bits |= unsigned(in[i]);
  }
}
