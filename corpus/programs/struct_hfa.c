// Homogeneous floating-point aggregates: two to four floats or doubles in registers of their own on AArch64,
// packed or in memory elsewhere.
#include <math.h>
#include <stdio.h>

typedef struct {
  double re, im;
} Complex;
typedef struct {
  double x, y, z;
} Vec3;
typedef struct {
  double w, x, y, z;
} Quat;
typedef struct {
  float x, y;
} Vec2f;
typedef struct {
  float r, g, b;
} Rgb;
typedef struct {
  float m[4];
} Vec4f;
typedef struct {
  Vec2f lo, hi;
} Box;

__attribute__((noinline)) static Complex cmul(Complex a, Complex b) {
  return (Complex){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
__attribute__((noinline)) static Vec3 cross(Vec3 a, Vec3 b) {
  return (Vec3){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
__attribute__((noinline)) static Vec3 scale(Vec3 a, double s) {
  return (Vec3){a.x * s, a.y * s, a.z * s};
}
__attribute__((noinline)) static double dot(Vec3 a, Vec3 b) {
  return a.x * b.x + a.y * b.y + a.z * b.z;
}
__attribute__((noinline)) static Quat qmul(Quat a, Quat b) {
  return (Quat){a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z, a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
                a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x, a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w};
}
__attribute__((noinline)) static Vec2f lerp(Vec2f a, Vec2f b, float t) {
  return (Vec2f){a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t};
}
__attribute__((noinline)) static Rgb tint(Rgb c, Rgb by) {
  return (Rgb){c.g * by.r, c.b * by.g, c.r * by.b};
}
__attribute__((noinline)) static Vec4f rotate4(Vec4f v, int n) {
  Vec4f r;
  for (int i = 0; i < 4; i++) r.m[i] = v.m[(i + n) & 3] * 0.5f + (float)i;
  return r;
}
__attribute__((noinline)) static Box grow(Box b, Vec2f p) {
  if (p.x < b.lo.x) b.lo.x = p.x;
  if (p.y < b.lo.y) b.lo.y = p.y;
  if (p.x > b.hi.x) b.hi.x = p.x;
  if (p.y > b.hi.y) b.hi.y = p.y;
  return b;
}
// The third quaternion no longer fits the eight vector registers of AArch64.
__attribute__((noinline)) static double three(Quat a, Vec3 b, Quat c, Complex d, Vec2f e) {
  return a.w + 2 * a.z + 3 * b.y + 4 * c.w + 5 * c.z + 6 * d.im + 7 * (double)e.y + (double)e.x;
}

int main(void) {
  Complex z = {1, 0}, w = {cos(0.01), sin(0.01)};
  for (int i = 0; i < 100000; i++) z = cmul(z, w);
  printf("complex %.6f %.6f\n", z.re, z.im);

  Vec3 a = {1, 2, 3}, b = {-2, 0.5, 1};
  double total = 0;
  for (int i = 0; i < 60000; i++) {
    Vec3 c = cross(a, b);
    c = scale(c, 1 / sqrt(dot(c, c)));
    total += c.x + 2 * c.y + 3 * c.z;
    b = a;
    a = c;
    a.x += (i & 3) * 0.25;
  }
  printf("vec3 %.5f\n", total);

  Quat q = {1, 0, 0, 0}, s = {cos(0.005), sin(0.005) * 0.6, 0, sin(0.005) * 0.8};
  for (int i = 0; i < 60000; i++) q = qmul(q, s);
  printf("quat %.5f %.5f %.5f %.5f\n", q.w, q.x, q.y, q.z);

  Vec2f p = {0, 0};
  Box box = {{0, 0}, {0, 0}};
  for (int i = 0; i < 60000; i++) {
    p = lerp(p, (Vec2f){(float)((i * 7) % 64), (float)((i * 13) % 32) - 16}, 0.25f);
    box = grow(box, p);
  }
  printf("vec2 %.3f %.3f box %.2f %.2f %.2f %.2f\n", p.x, p.y, box.lo.x, box.lo.y, box.hi.x, box.hi.y);

  Rgb c = {0.5f, 0.75f, 1.0f};
  for (int i = 0; i < 30000; i++) {
    c = tint(c, (Rgb){1.25f, 0.5f, 1.5f});
    if (c.r < 0.125f) c = (Rgb){c.r + 1, c.g + 0.5f, c.b + 0.25f};
  }
  printf("rgb %.3f %.3f %.3f\n", c.r, c.g, c.b);

  Vec4f v = {{1, 2, 3, 4}};
  for (int i = 0; i < 30000; i++) v = rotate4(v, i);
  printf("vec4 %.4f %.4f %.4f %.4f\n", v.m[0], v.m[1], v.m[2], v.m[3]);

  double sum = 0;
  for (int i = 0; i < 20000; i++) { sum = sum * 0.5 + three(q, a, (Quat){i & 7, 1, 2, i & 3}, z, p); }
  printf("three %.4f\n", sum);
  return 0;
}
