#include "library.h"

Small small(Small s, int k) { return (Small){s.a * k, (short)(s.b - k)}; }
Pair pair(int64_t a, Pair p, int64_t b) { return (Pair){p.b + a, p.a - b}; }
Mixed mixed(Mixed m, double d, int64_t n) { return (Mixed){m.x * d, m.n + n}; }
Point point(Point p, float scale) { return (Point){p.y * scale, p.x + scale}; }
Vector vector(Vector v, Vector w) {
  return (Vector){v.y * w.z - v.z * w.y, v.z * w.x - v.x * w.z, v.x * w.y - v.y * w.x};
}
Quad quad(Quad q, int i) {
  q.m[i] = -q.m[i];
  return q;
}
int64_t sum_large(const Large* l) {
  int64_t total = 0;
  for (int i = 0; i < 5; ++i) total = total * 7 + l->v[i];
  return total;
}
Large large(Large l, int by) {
  for (int i = 0; i < 5; ++i) l.v[i] += by * i;
  l.v[0] = sum_large(&l);
  return l;
}
Odd odd(Odd o, int by) {
  for (int i = 0; o.text[i]; ++i) o.text[i] += by;
  return o;
}
int64_t crowded(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, Pair p, Large l, int64_t f, Small s, Pair q) {
  return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * p.a + 7 * p.b + 8 * l.v[4] + 9 * l.v[0] + 10 * f + 11 * s.a + 12 * s.b +
         13 * q.a + 14 * q.b;
}
double crowded_floats(double a, double b, double c, double d, double e, double f, Vector v, Point p, double g, Quad q) {
  return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * v.x + 8 * v.y + 9 * v.z + 10 * p.x + 11 * p.y + 12 * g +
         13 * q.m[0] + 14 * q.m[3];
}
// And within the unit.
int64_t all_together(int n) {
  Large l = large((Large){{n, 2, 3, 4, 5}}, 2);
  Pair p = pair(n, (Pair){5, 6}, 7);
  return sum_large(&l) + p.a * 3 + p.b + crowded(1, 2, 3, 4, 5, p, l, 6, (Small){7, 8}, p);
}
