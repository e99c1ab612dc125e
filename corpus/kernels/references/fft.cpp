#include <complex>

#include "reference.h"

// By halves of the even and the odd numbers, in the order of the kernel's roundings; the factors come behind the
// arguments.
static std::vector<std::complex<float>> transform(const std::vector<std::complex<float>>& x, const float* factors) {
  const size_t n = x.size();
  if (n == 1) return x;
  std::vector<std::complex<float>> even, odd, all(n);
  for (size_t i = 0; i < n; ++i) (i % 2 == 0 ? even : odd).push_back(x[i]);
  even = transform(even, factors), odd = transform(odd, factors);
  for (size_t k = 0; k < n / 2; ++k) {
    const float c = factors[2 * (k * (64 / n))], s = factors[2 * (k * (64 / n)) + 1];
    const float p = odd[k].real() * c, q = odd[k].imag() * s, r = odd[k].real() * s, t = odd[k].imag() * c;
    const std::complex<float> turned(p - q, r + t);
    all[k] = even[k] + turned;
    all[k + n / 2] = even[k] - turned;
  }
  return all;
}

REFERENCE(fft64)(const Launch* l, const float* in, float* out, const float* factors) {
  for (int b = 0; b < l->grid[0]; ++b, in += 128, out += 128) {
    std::vector<std::complex<float>> x;
    for (int i = 0; i < 64; ++i) x.emplace_back(in[2 * i], in[2 * i + 1]);
    x = transform(x, factors);
    for (int i = 0; i < 64; ++i) out[2 * i] = x[i].real(), out[2 * i + 1] = x[i].imag();
  }
}
