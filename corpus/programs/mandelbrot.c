// Escape-time fractals in double and float: a picture in characters, a histogram, Julia sets, Newton's iteration.
#include <math.h>
#include <stdint.h>
#include <stdio.h>

enum { kW = 72, kH = 28 };

static int escape(double cr, double ci, int limit) {
  double x = 0, y = 0;
  for (int n = 0; n < limit; n++) {
    double xx = x * x, yy = y * y;
    if (xx + yy > 4) return n;
    y = 2 * x * y + ci;
    x = xx - yy + cr;
  }
  return limit;
}
static int julia(float x, float y, float cr, float ci, int limit) {
  int n = 0;
  while (n < limit && x * x + y * y <= 4) {
    float t = x * x - y * y + cr;
    y = 2 * x * y + ci;
    x = t;
    n++;
  }
  return n;
}
// Newton's iteration for z^3 = 1: which root, and after how many steps.
static int newton(double x, double y, int* steps) {
  static const double kRoots[3][2] = {{1, 0}, {-0.5, 0.86602540378443865}, {-0.5, -0.86602540378443865}};
  for (int n = 0; n < 40; n++) {
    for (int r = 0; r < 3; r++)
      if (fabs(x - kRoots[r][0]) < 1e-6 && fabs(y - kRoots[r][1]) < 1e-6) {
        *steps += n;
        return r;
      }
    double sr = x * x - y * y, si = 2 * x * y, d = 3 * (sr * sr + si * si);
    if (d < 1e-12) break;
    double nx = (2 * x + sr * 3 / d) / 3, ny = (2 * y - si * 3 / d) / 3;
    x = nx;
    y = ny;
  }
  return 3;
}

int main(void) {
  static const char kShades[] = " .:-=+*#%@";
  for (int j = 0; j < kH; j++) {
    char line[kW + 1];
    for (int i = 0; i < kW; i++) {
      int n = escape(-2.2 + i * 0.0444, -1.22 + j * 0.0901, 200);
      line[i] = n == 200 ? '@' : kShades[n % 9];
    }
    line[kW] = 0;
    puts(line);
  }
  unsigned histogram[8] = {0}, roots[4] = {0};
  for (int j = 0; j < 40; j++)
    for (int i = 0; i < 60; i++) {
      int n = julia(-1.5f + (float)i * 0.05f, -1 + (float)j * 0.05f, -0.8f, 0.15625f, 60);
      histogram[n / 8]++;
    }
  printf("julia");
  for (int i = 0; i < 8; i++) printf(" %u", histogram[i]);
  int steps = 0;
  for (int j = 0; j < 48; j++)
    for (int i = 0; i < 48; i++) roots[newton(-1.17 + i * 0.05, -1.19 + j * 0.05, &steps)]++;
  printf("\nnewton %u %u %u %u steps %d\n", roots[0], roots[1], roots[2], roots[3], steps);
  return 0;
}
