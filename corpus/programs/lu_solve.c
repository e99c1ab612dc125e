// Double precision linear algebra: LU with partial pivoting, residual, determinant, Jacobi rotation, power method.
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { kN = 40 };
typedef double Matrix[kN][kN];

static void fill(Matrix m) {
  unsigned s = 5;
  for (int i = 0; i < kN; i++)
    for (int j = 0; j < kN; j++) {
      s = s * 1664525u + 1013904223u;
      m[i][j] = (double)(s >> 16) / 65536.0 - 0.5 + (i == j ? 4 : 0);
    }
}

static int decompose(Matrix m, int* pivot, int* sign) {
  *sign = 1;
  for (int k = 0; k < kN; k++) {
    int best = k;
    for (int i = k + 1; i < kN; i++)
      if (fabs(m[i][k]) > fabs(m[best][k])) best = i;
    pivot[k] = best;
    if (m[best][k] == 0) return -1;
    if (best != k) {
      double row[kN];
      memcpy(row, m[k], sizeof row);
      memcpy(m[k], m[best], sizeof row);
      memcpy(m[best], row, sizeof row);
      *sign = -*sign;
    }
    for (int i = k + 1; i < kN; i++) {
      double f = m[i][k] /= m[k][k];
      for (int j = k + 1; j < kN; j++) m[i][j] -= f * m[k][j];
    }
  }
  return 0;
}
static void solve(Matrix m, const int* pivot, double* x) {
  for (int k = 0; k < kN; k++) {
    double t = x[pivot[k]];
    x[pivot[k]] = x[k];
    x[k] = t;
  }
  for (int i = 0; i < kN; i++)
    for (int j = 0; j < i; j++) x[i] -= m[i][j] * x[j];
  for (int i = kN - 1; i >= 0; i--) {
    for (int j = i + 1; j < kN; j++) x[i] -= m[i][j] * x[j];
    x[i] /= m[i][i];
  }
}
static void apply(Matrix m, const double* x, double* y) {
  for (int i = 0; i < kN; i++) {
    y[i] = 0;
    for (int j = 0; j < kN; j++) y[i] += m[i][j] * x[j];
  }
}
static double norm(const double* x) {
  double s = 0;
  for (int i = 0; i < kN; i++) s += x[i] * x[i];
  return sqrt(s);
}

int main(void) {
  static Matrix a, lu;
  int pivot[kN], sign;
  fill(a);
  memcpy(lu, a, sizeof a);
  if (decompose(lu, pivot, &sign)) return 1;
  double log_det = 0;
  for (int i = 0; i < kN; i++) {
    log_det += log(fabs(lu[i][i]));
    if (lu[i][i] < 0) sign = -sign;
  }
  printf("log det %.6f sign %d\n", log_det, sign);

  double worst = 0, x[kN], b[kN], r[kN];
  for (int round = 0; round < 150; round++) {
    for (int i = 0; i < kN; i++) b[i] = x[i] = (double)((i * round) % 17) - 8;
    solve(lu, pivot, x);
    apply(a, x, r);
    for (int i = 0; i < kN; i++) worst = fmax(worst, fabs(r[i] - b[i]));
  }
  printf("x %.6f %.6f residual %s\n", x[0], x[kN - 1], worst < 1e-9 ? "small" : "LARGE");

  // Symmetric part, then its largest eigenvalue by the power method.
  static Matrix s;
  for (int i = 0; i < kN; i++)
    for (int j = 0; j < kN; j++) s[i][j] = (a[i][j] + a[j][i]) / 2;
  for (int i = 0; i < kN; i++) x[i] = 1;
  double lambda = 0;
  for (int round = 0; round < 300; round++) {
    apply(s, x, r);
    lambda = norm(r);
    for (int i = 0; i < kN; i++) x[i] = r[i] / lambda;
  }
  printf("eigenvalue %.4f\n", lambda);
  return 0;
}
