#include <numeric>

#include "reference.h"

REFERENCE(reduce)(const Launch* l, int n, const int* in, int* out) {
  std::fill(out, out + l->grid[0], 0);
  for (int i = 0; i < n; ++i) out[i / l->block[0]] = int(unsigned(out[i / l->block[0]]) + unsigned(in[i]));
}

REFERENCE(warp_scan)(const Launch* l, const int* in, int* out) {
  for (int first = 0; first < l->threads(); first += 32)
    std::partial_sum(in + first, in + first + 32, out + first,
                     [](int a, int b) { return int(unsigned(a) + unsigned(b)); });
}

REFERENCE(block_scan)(const Launch* l, const int* in, int* out) {
  for (int b = 0; b < l->grid[0]; ++b, in += 64, out += 64)
    std::exclusive_scan(in, in + 64, out, 0, [](int a, int b) { return int(unsigned(a) + unsigned(b)); });
}

REFERENCE(histogram)(const Launch*, int n, const unsigned char* in, unsigned* counts) {
  for (unsigned digit = 0; digit < 16; ++digit)
    counts[digit] += unsigned(std::count_if(in, in + n, [&](unsigned char v) { return (v & 15u) == digit; }));
}

REFERENCE(compact)(const Launch* l, const int* in, int* out, unsigned* counts) {
  for (int first = 0; first < l->threads(); first += 32) {
    int* const end = std::copy_if(in + first, in + first + 32, out + first, [](int v) { return v > 0; });
    counts[first / 32] = unsigned(end - (out + first));
  }
}

REFERENCE(greatest)(const Launch*, int n, const int* in, int* out) {
  if (n > 0) *out = std::max(*out, *std::max_element(in, in + n));
}
