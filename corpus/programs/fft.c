// Fourier transforms: recursive and iterative over doubles, exact number-theoretic over integers, a cosine transform.
#include <math.h>
#include <stdint.h>
#include <stdio.h>

enum { kN = 512 };
typedef struct {
  double re, im;
} Complex;
static const double kPi = 3.14159265358979323846;

static Complex add(Complex a, Complex b) {
  return (Complex){a.re + b.re, a.im + b.im};
}
static Complex sub(Complex a, Complex b) {
  return (Complex){a.re - b.re, a.im - b.im};
}
static Complex mul(Complex a, Complex b) {
  return (Complex){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

static void fft_recursive(const Complex* in, Complex* out, int n, int stride) {
  if (n == 1) {
    *out = *in;
    return;
  }
  fft_recursive(in, out, n / 2, stride * 2);
  fft_recursive(in + stride, out + n / 2, n / 2, stride * 2);
  for (int k = 0; k < n / 2; k++) {
    Complex w = {cos(2 * kPi * k / n), -sin(2 * kPi * k / n)};
    Complex t = mul(w, out[k + n / 2]);
    out[k + n / 2] = sub(out[k], t);
    out[k] = add(out[k], t);
  }
}
static void fft_iterative(Complex* a, int n, int inverse) {
  for (int i = 1, j = 0; i < n; i++) {
    int bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      Complex t = a[i];
      a[i] = a[j];
      a[j] = t;
    }
  }
  for (int len = 2; len <= n; len <<= 1) {
    double angle = 2 * kPi / len * (inverse ? 1 : -1);
    Complex step = {cos(angle), sin(angle)};
    for (int i = 0; i < n; i += len) {
      Complex w = {1, 0};
      for (int k = 0; k < len / 2; k++) {
        Complex u = a[i + k], v = mul(a[i + k + len / 2], w);
        a[i + k] = add(u, v);
        a[i + k + len / 2] = sub(u, v);
        w = mul(w, step);
      }
    }
  }
  if (inverse)
    for (int i = 0; i < n; i++) a[i].re /= n, a[i].im /= n;
}

enum { kMod = 998244353 };
static uint32_t mod_pow(uint32_t b, uint32_t e) {
  uint64_t r = 1, x = b;
  for (; e; e >>= 1, x = x * x % kMod)
    if (e & 1) r = r * x % kMod;
  return (uint32_t)r;
}
static void ntt(uint32_t* a, int n, int inverse) {
  for (int i = 1, j = 0; i < n; i++) {
    int bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      uint32_t t = a[i];
      a[i] = a[j];
      a[j] = t;
    }
  }
  for (int len = 2; len <= n; len <<= 1) {
    uint64_t step = mod_pow(3, (uint32_t)((kMod - 1) / len));
    if (inverse) step = mod_pow((uint32_t)step, kMod - 2);
    for (int i = 0; i < n; i += len) {
      uint64_t w = 1;
      for (int k = 0; k < len / 2; k++) {
        uint32_t u = a[i + k], v = (uint32_t)(a[i + k + len / 2] * w % kMod);
        a[i + k] = u + v < kMod ? u + v : u + v - kMod;
        a[i + k + len / 2] = u >= v ? u - v : u - v + kMod;
        w = w * step % kMod;
      }
    }
  }
  if (inverse) {
    uint64_t scale = mod_pow((uint32_t)n, kMod - 2);
    for (int i = 0; i < n; i++) a[i] = (uint32_t)(a[i] * scale % kMod);
  }
}

int main(void) {
  static Complex in[kN], out[kN], work[kN];
  for (int i = 0; i < kN; i++) in[i] = (Complex){(i * 37 % 64) - 32, (i * 11 % 16) * 0.5};
  fft_recursive(in, out, kN, 1);
  for (int i = 0; i < kN; i++) work[i] = in[i];
  double differ = 0, back = 0, power = 0;
  for (int round = 0; round < 12; round++) {
    fft_iterative(work, kN, 0);
    for (int i = 0; i < kN; i++) differ = fmax(differ, fabs(work[i].re - out[i].re) + fabs(work[i].im - out[i].im));
    fft_iterative(work, kN, 1);
    for (int i = 0; i < kN; i++) back = fmax(back, fabs(work[i].re - in[i].re) + fabs(work[i].im - in[i].im));
  }
  for (int i = 0; i < kN; i++) power += out[i].re * out[i].re + out[i].im * out[i].im;
  printf("fft %.3f %.3f power %.1f %s %s\n", out[8].re, out[40].im, power, differ < 1e-6 ? "same" : "DIFFERENT",
         back < 1e-6 ? "inverse" : "WRONG");

  static uint32_t a[kN], b[kN], direct[kN];
  for (int i = 0; i < kN / 2; i++) a[i] = (uint32_t)(i * i % 1000), b[i] = (uint32_t)(i * 7 % 501);
  for (int i = 0; i < kN / 2; i++)
    for (int j = 0; j < kN / 2; j++) direct[i + j] += a[i] * b[j];
  ntt(a, kN, 0);
  ntt(b, kN, 0);
  for (int i = 0; i < kN; i++) a[i] = (uint32_t)((uint64_t)a[i] * b[i] % kMod);
  ntt(a, kN, 1);
  int wrong = 0;
  for (int i = 0; i < kN; i++) wrong += a[i] != direct[i] % kMod;
  printf("ntt wrong %d middle %u\n", wrong, a[kN / 2]);

  double block[8], sum = 0;
  for (int k = 0; k < 8; k++) {
    block[k] = 0;
    for (int i = 0; i < 8; i++) block[k] += (double)(i * 31 % 17) * cos(kPi / 8 * (i + 0.5) * k);
    sum += block[k] * (k + 1);
  }
  printf("dct %.5f %.5f sum %.4f\n", block[0], block[7], sum);
  return 0;
}
