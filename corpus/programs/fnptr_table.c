// Function pointers: constant tables, callbacks with a context, a vtable, pointers returned from functions.
#include <stdint.h>
#include <stdio.h>

typedef int (*BinaryOp)(int, int);
static int op_add(int a, int b) {
  return (int)((unsigned)a + (unsigned)b);
}
static int op_sub(int a, int b) {
  return (int)((unsigned)a - (unsigned)b);
}
static int op_mul(int a, int b) {
  return (int)((unsigned)a * (unsigned)b);
}
static int op_div(int a, int b) {
  return b > 0 ? a / b : a;
}
static int op_xor(int a, int b) {
  return a ^ b;
}
static int op_min(int a, int b) {
  return a < b ? a : b;
}
static const struct {
  const char* name;
  BinaryOp apply;
} kOps[] = {
    {"add", op_add}, {"sub", op_sub}, {"mul", op_mul}, {"div", op_div}, {"xor", op_xor}, {"min", op_min},
};
enum { kOpCount = sizeof kOps / sizeof kOps[0] };

typedef void (*Visitor)(int value, void* context);
static void for_each(const int* a, int n, Visitor visit, void* context) {
  for (int i = 0; i < n; i++) visit(a[i], context);
}
typedef struct {
  long sum;
  int max;
  unsigned hash;
} Stats;
static void visit_stats(int v, void* context) {
  Stats* s = context;
  s->sum += v;
  if (v > s->max) s->max = v;
  s->hash = (s->hash ^ (unsigned)v) * 16777619u;
}
static void visit_count(int v, void* context) {
  ((int*)context)[v & 7]++;
}

typedef struct Shape Shape;
typedef struct {
  double (*area)(const Shape*);
  void (*grow)(Shape*, double);
  const char* name;
} ShapeClass;
struct Shape {
  const ShapeClass* cls;
  double a, b;
};
static double rect_area(const Shape* s) {
  return s->a * s->b;
}
static double tri_area(const Shape* s) {
  return s->a * s->b / 2;
}
static double disc_area(const Shape* s) {
  return 3.0 * s->a * s->a;
}
static void grow_both(Shape* s, double by) {
  s->a += by, s->b += by;
}
static void grow_one(Shape* s, double by) {
  s->a += by;
}
static const ShapeClass kRect = {rect_area, grow_both, "rect"};
static const ShapeClass kTri = {tri_area, grow_both, "triangle"};
static const ShapeClass kDisc = {disc_area, grow_one, "disc"};

typedef double (*Unary)(double);
static double twice(double x) {
  return x * 2;
}
static double plus_one(double x) {
  return x + 1;
}
static double halve(double x) {
  return x * 0.5;
}
static Unary pick(int n) {
  return n % 3 == 0 ? twice : n % 3 == 1 ? plus_one : halve;
}
static double apply_n(Unary f, Unary g, double x, int n) {
  while (n-- > 0) x = g(f(x));
  return x;
}

int main(void) {
  int acc = 1;
  unsigned rng = 12345;
  for (int i = 0; i < 100000; i++) {
    rng = rng * 1103515245u + 12345u;
    acc = kOps[(rng >> 16) % kOpCount].apply(acc, (int)(rng >> 20) + 1);
    if (acc < -100000000) acc = -acc / 3;
  }
  printf("acc %d\n", acc);
  for (int i = 0; i < kOpCount; i++) printf("%s(97, 13) = %d\n", kOps[i].name, kOps[i].apply(97, 13));

  int data[512], buckets[8] = {0};
  for (int i = 0; i < 512; i++) data[i] = (i * 7919) % 1009 - 300;
  Stats stats = {0, -1000, 2166136261u};
  for (int round = 0; round < 60; round++) {
    for_each(data, 512, visit_stats, &stats);
    for_each(data, 512, visit_count, buckets);
  }
  printf("stats %ld %d %08x buckets", stats.sum, stats.max, stats.hash);
  for (int i = 0; i < 8; i++) printf(" %d", buckets[i]);
  printf("\n");

  Shape shapes[] = {{&kRect, 1, 2}, {&kTri, 3, 4}, {&kDisc, 1, 0}, {&kRect, 5, 5}};
  double total = 0;
  for (int i = 0; i < 20000; i++) {
    Shape* s = &shapes[i & 3];
    s->cls->grow(s, 0.001);
    total += s->cls->area(s);
  }
  for (int i = 0; i < 4; i++) printf("%s %.4f\n", shapes[i].cls->name, shapes[i].cls->area(&shapes[i]));
  printf("total %.2f\n", total);

  double x = 1;
  for (int i = 0; i < 5000; i++) x = apply_n(pick(i), halve, x, 3) + 1;
  printf("x %.5f\n", x);
  return 0;
}
