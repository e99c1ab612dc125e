#include "reference.h"

REFERENCE(bit_play)(const Launch*, int n, const unsigned* a, const unsigned* b, unsigned* out) {
  for (int i = 0; i < n; ++i) {
    unsigned char from[8];
    std::memcpy(from, a + i, 4);
    std::memcpy(from + 4, b + i, 4);
    const unsigned bytes = from[6] | from[1] << 8 | from[7] << 16 | unsigned(from[2]) << 24;
    const unsigned field = a[i] >> 5 & 0x7ff;
    const unsigned merged = (bytes & ~(0x7fu << 9)) | (b[i] & 0x7f) << 9;
    const unsigned majority = (a[i] & b[i]) | (a[i] & merged) | (b[i] & merged);
    out[i] = majority ^ field;
  }
}

REFERENCE(dot_bytes)(const Launch*, int rows, int words, const int* a, const int* b, int* out) {
  const auto byte = [](int word, int n) { return int(static_cast<signed char>(unsigned(word) >> (8 * n))); };
  for (int row = 0; row < rows; ++row) {
    out[row] = 0;
    for (int k = 0; k < words; ++k)
      for (int n = 0; n < 4; ++n) out[row] += byte(a[row * words + k], n) * byte(b[k], n);
  }
}

REFERENCE(upper_product)(const Launch*, int n, const uint64_t* a, const uint64_t* b, uint64_t* out) {
  for (int i = 0; i < n; ++i) out[i] = uint64_t(static_cast<unsigned __int128>(a[i]) * b[i] >> 64);
}
