// Structs of 8 and 16 bytes of integers, passed and returned by value.
#include <stdint.h>
#include <stdio.h>

typedef struct {
  int x, y;
} Point;
typedef struct {
  int64_t num, den;
} Ratio;
typedef struct {
  uint8_t r, g, b, a;
} Color;
typedef struct {
  uint16_t id;
  uint8_t kind;
  uint32_t len;
  uint64_t pos;
} Token;
typedef struct {
  int8_t v[3];
} Triple;
typedef struct {
  void* p;
  int n;
} Slice;

__attribute__((noinline)) static Point add(Point a, Point b) {
  return (Point){a.x + b.x, a.y + b.y};
}
__attribute__((noinline)) static Point rotate(Point p) {
  return (Point){-p.y, p.x};
}
__attribute__((noinline)) static int64_t cross(Point a, Point b) {
  return (int64_t)a.x * b.y - (int64_t)a.y * b.x;
}

static int64_t gcd(int64_t a, int64_t b) {
  while (b) {
    int64_t t = a % b;
    a = b;
    b = t;
  }
  return a < 0 ? -a : a;
}
__attribute__((noinline)) static Ratio reduce(Ratio r) {
  int64_t g = gcd(r.num, r.den);
  if (r.den < 0) g = -g;
  return (Ratio){r.num / g, r.den / g};
}
__attribute__((noinline)) static Ratio ratio_add(Ratio a, Ratio b) {
  return reduce((Ratio){a.num * b.den + b.num * a.den, a.den * b.den});
}
__attribute__((noinline)) static Color blend(Color a, Color b, unsigned t) {
  Color c;
  c.r = (uint8_t)((a.r * (255 - t) + b.r * t) / 255);
  c.g = (uint8_t)((a.g * (255 - t) + b.g * t) / 255);
  c.b = (uint8_t)((a.b * (255 - t) + b.b * t) / 255);
  c.a = (uint8_t)((a.a * (255 - t) + b.a * t) / 255);
  return c;
}
__attribute__((noinline)) static Token advance(Token t, unsigned by) {
  t.pos += t.len + by;
  t.len = (t.len * 7 + by) & 0xffff;
  t.id = (uint16_t)(t.id + by);
  t.kind ^= (uint8_t)t.id;
  return t;
}
__attribute__((noinline)) static Triple shuffle(Triple t) {
  return (Triple){{t.v[2], t.v[0], (int8_t)-t.v[1]}};
}
__attribute__((noinline)) static Slice tail(Slice s, int by) {
  return (Slice){(int*)s.p + by, s.n - by};
}

int main(void) {
  Point p = {3, 5}, q = {1, 0};
  int64_t area = 0;
  for (int i = 0; i < 60000; i++) {
    Point n = add(p, rotate(q));
    area += cross(p, n);
    if ((i & 15) == 15) q = add(q, (Point){1, -1});
    p = (Point){n.x % 1000, n.y % 1000};
  }
  printf("point %d %d area %lld\n", p.x, p.y, (long long)area);

  Ratio r = {0, 1};
  for (int round = 0; round < 3000; round++) {
    r = (Ratio){round & 1 ? -1 : 1, 3};
    for (int k = 1; k < 9; k++) r = ratio_add(r, (Ratio){round % 5 - 2, k});
  }
  printf("ratio %lld/%lld\n", (long long)r.num, (long long)r.den);

  Color c = {10, 200, 30, 255}, d = {250, 1, 128, 0};
  unsigned sum = 0;
  for (unsigned t = 0; t < 30000; t++) {
    Color e = blend(c, d, t & 255);
    sum = sum * 33 + e.r + e.g * 3u + e.b * 5u + e.a * 7u;
  }
  printf("color %08x\n", sum);

  Token t = {1, 2, 3, 4};
  for (unsigned i = 0; i < 30000; i++) t = advance(t, i & 31);
  printf("token %u %u %u %llu\n", t.id, t.kind, t.len, (unsigned long long)t.pos);

  Triple u = {{1, -2, 100}};
  for (int i = 0; i < 1001; i++) u = shuffle(u);
  printf("triple %d %d %d\n", u.v[0], u.v[1], u.v[2]);

  int data[64];
  for (int i = 0; i < 64; i++) data[i] = i * i;
  long total = 0;
  for (Slice s = {data, 64}; s.n > 0; s = tail(s, 3)) total += *(int*)s.p;
  printf("slices %ld\n", total);
  return 0;
}
