// Structures by value, small and large, of integers and of floating-point numbers, before and after the registers run
// out.
#include <stdint.h>
typedef struct {
  int a;
  short b;
} Small;
typedef struct {
  int64_t a, b;
} Pair;
typedef struct {
  double x;
  int64_t n;
} Mixed;
typedef struct {
  float x, y;
} Point;
typedef struct {
  double x, y, z;
} Vector;
typedef struct {
  float m[4];
} Quad;
typedef struct {
  int64_t v[5];
} Large;
typedef struct {
  char text[11];
} Odd;

Small small(Small s, int k);
Pair pair(int64_t a, Pair p, int64_t b);
Mixed mixed(Mixed m, double d, int64_t n);
Point point(Point p, float scale);
Vector vector(Vector v, Vector w);
Quad quad(Quad q, int i);
Large large(Large l, int by);
Odd odd(Odd o, int by);
int64_t crowded(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, Pair p, Large l, int64_t f, Small s, Pair q);
double crowded_floats(double a, double b, double c, double d, double e, double f, Vector v, Point p, double g, Quad q);
int64_t sum_large(const Large* l);
