#include "library.h"

#include <stdio.h>
int64_t all_together(int n);

int main(int argc, char** argv) {
  Small s = small((Small){-3, 40}, argc + 6);
  printf("%d %d\n", s.a, s.b);
  Pair p = pair(argc, (Pair){10, -20}, 3);
  printf("%ld %ld\n", (long)p.a, (long)p.b);
  Mixed m = mixed((Mixed){1.5, 7}, 2.0, argc);
  printf("%g %ld\n", m.x, (long)m.n);
  Point q = point((Point){0.5f, 4.0f}, 3.0f);
  printf("%g %g\n", q.x, q.y);
  Vector v = vector((Vector){1, 2, 3}, (Vector){-4, argc, 6});
  printf("%g %g %g\n", v.x, v.y, v.z);
  Quad u = quad((Quad){{1, 2, 3, 4}}, argc);
  printf("%g %g %g %g\n", u.m[0], u.m[1], u.m[2], u.m[3]);
  Large l = {{1, 2, 3, 4, argc}}, k = large(l, 100);
  printf("%ld %ld %ld, %ld\n", (long)k.v[0], (long)k.v[1], (long)k.v[4], (long)l.v[4]);
  Odd o = odd((Odd){"HAL 9000"}, argc);
  printf("%s\n", o.text);
  printf("%ld\n", (long)crowded(1, 2, 3, 4, 5, p, k, argc, s, (Pair){30, 40}));
  printf("%g\n", crowded_floats(1, 2, 3, 4, 5, 6, v, q, argc, u));
  printf("%ld %ld\n", (long)sum_large(&k), (long)all_together(argc));
  return 0;
}
