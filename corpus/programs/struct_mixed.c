// Structs that mix integers with floating point: one member a general register, one a vector register.
#include <stdint.h>
#include <stdio.h>

typedef struct {
  double value;
  int64_t tag;
} Tagged;
typedef struct {
  int64_t tag;
  double value;
} Reversed;
typedef struct {
  float w;
  int32_t n;
} Half;
typedef struct {
  float a, b;
  double c;
} Floats;
typedef struct {
  int32_t i;
  float f;
  double d;
} Packed;
typedef union {
  double d;
  uint64_t u;
} Bits;
typedef struct {
  Half inner;
  double outer;
} Nested;

__attribute__((noinline)) static Tagged step(Tagged t, double by) {
  t.value = t.value * 0.5 + by;
  t.tag = t.tag * 3 + (t.value > 1.0);
  return t;
}
__attribute__((noinline)) static Reversed flip(Tagged t) {
  return (Reversed){-t.tag, -t.value};
}
__attribute__((noinline)) static Tagged unflip(Reversed r) {
  return (Tagged){-r.value, -r.tag};
}
__attribute__((noinline)) static Half merge(Half a, Half b) {
  Half h = {(a.w * (float)a.n + b.w * (float)b.n) / (float)(a.n + b.n), a.n + b.n};
  if (h.n > 1000) h.n = 1;
  return h;
}
__attribute__((noinline)) static Floats spread(Floats f) {
  return (Floats){f.b * 0.5f, (float)f.c, f.a + 0.25};
}
__attribute__((noinline)) static Packed mix(int before, Packed p, double after) {
  p.i += before;
  p.f = p.f * 0.25f + (float)after;
  p.d = p.d * 0.125 + p.i;
  if (p.i > 100000) p.i -= 100000;
  return p;
}
__attribute__((noinline)) static uint64_t bits_of(Bits b) {
  return b.u;
}
__attribute__((noinline)) static Bits from_bits(uint64_t u) {
  return (Bits){.u = u};
}
__attribute__((noinline)) static Nested nest(Nested n, Half h) {
  n.inner = merge(n.inner, h);
  n.outer = n.outer * 0.5 + n.inner.w;
  return n;
}
// Registers of both files run out half way through the list.
__attribute__((noinline)) static double many(Tagged a, Tagged b, Reversed c, Packed d, Tagged e, Half f, Tagged g,
                                             Reversed h) {
  return a.value + 2 * b.value + 3 * c.value + 4 * d.d + 5 * e.value + 6 * f.w + 7 * g.value + 8 * h.value +
         (double)(a.tag + b.tag + c.tag + d.i + e.tag + f.n + g.tag + h.tag) / 1024;
}

int main(void) {
  Tagged t = {1.5, 1};
  for (int i = 0; i < 100000; i++) {
    t = step(t, (i & 7) * 0.25);
    t.tag &= 0xffffff;
    if (i % 3 == 0) t = unflip(flip(t));
  }
  printf("tagged %.6f %lld\n", t.value, (long long)t.tag);

  Half h = {0.5f, 3};
  for (int i = 1; i < 50000; i++) h = merge(h, (Half){(float)(i & 63) * 0.125f, 1 + (i & 3)});
  printf("half %.3f %d\n", h.w, h.n);

  Floats f = {1.0f, 2.0f, 3.0};
  for (int i = 0; i < 50000; i++) f = spread(f);
  printf("floats %.4f %.4f %.4f\n", f.a, f.b, f.c);

  Packed p = {1, 2.0f, 3.0};
  for (int i = 0; i < 50000; i++) p = mix(i & 127, p, (i & 15) * 0.5);
  printf("packed %d %.4f %.4f\n", p.i, p.f, p.d);

  uint64_t acc = 0;
  for (int i = 0; i < 50000; i++) {
    acc = acc * 31 + bits_of((Bits){.d = i * 0.375});
    acc ^= bits_of(from_bits(acc >> 3));
  }
  printf("bits %016llx\n", (unsigned long long)acc);

  Nested n = {{0.5f, 1}, 2.0};
  for (int i = 0; i < 30000; i++) n = nest(n, (Half){(float)(i & 31), 1 + (i & 1)});
  printf("nested %.3f %d %.3f\n", n.inner.w, n.inner.n, n.outer);

  double sum = 0;
  for (int i = 0; i < 20000; i++) {
    Reversed r = flip(t);
    r.tag = i;
    sum += many((Tagged){1, i}, t, r, p, (Tagged){i, 2}, h, (Tagged){0.5, 3}, r);
    sum *= 0.5;
  }
  printf("many %.3f\n", sum);
  return 0;
}
