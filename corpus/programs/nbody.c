// Gravitation: five bodies with a leapfrog integrator; energy and momentum are watched; a spring chain besides.
#include <math.h>
#include <stdio.h>

typedef struct {
  double x, y, z, vx, vy, vz, mass;
} Body;
enum { kBodies = 5, kSprings = 64 };

static double energy(const Body* b) {
  double e = 0;
  for (int i = 0; i < kBodies; i++) {
    e += 0.5 * b[i].mass * (b[i].vx * b[i].vx + b[i].vy * b[i].vy + b[i].vz * b[i].vz);
    for (int j = i + 1; j < kBodies; j++) {
      double dx = b[i].x - b[j].x, dy = b[i].y - b[j].y, dz = b[i].z - b[j].z;
      e -= b[i].mass * b[j].mass / sqrt(dx * dx + dy * dy + dz * dz);
    }
  }
  return e;
}
static void advance(Body* b, double dt) {
  for (int i = 0; i < kBodies; i++)
    for (int j = i + 1; j < kBodies; j++) {
      double dx = b[i].x - b[j].x, dy = b[i].y - b[j].y, dz = b[i].z - b[j].z;
      double d2 = dx * dx + dy * dy + dz * dz, f = dt / (d2 * sqrt(d2));
      b[i].vx -= dx * b[j].mass * f;
      b[i].vy -= dy * b[j].mass * f;
      b[i].vz -= dz * b[j].mass * f;
      b[j].vx += dx * b[i].mass * f;
      b[j].vy += dy * b[i].mass * f;
      b[j].vz += dz * b[i].mass * f;
    }
  for (int i = 0; i < kBodies; i++) {
    b[i].x += dt * b[i].vx;
    b[i].y += dt * b[i].vy;
    b[i].z += dt * b[i].vz;
  }
}
// A vibrating chain in single precision: arrays of floats that vectorise.
static void springs(float* restrict p, float* restrict v, int steps) {
  for (int s = 0; s < steps; s++) {
    for (int i = 1; i < kSprings - 1; i++) v[i] += 0.125f * (p[i - 1] + p[i + 1] - 2 * p[i]);
    for (int i = 0; i < kSprings; i++) p[i] += 0.5f * v[i];
  }
}

int main(void) {
  Body b[kBodies] = {
      {0, 0, 0, 0, 0, 0, 40},
      {5, 0, 0.5, 0, 2.8, 0.1, 0.04},
      {-8, 1, 0, 0.2, -2.2, 0, 0.012},
      {0, 13, -1, -1.75, 0, 0.05, 0.002},
      {2, -15, 0, 1.6, 0.25, -0.1, 0.002},
  };
  double px = 0, py = 0, pz = 0;
  for (int i = 0; i < kBodies; i++) px += b[i].vx * b[i].mass, py += b[i].vy * b[i].mass, pz += b[i].vz * b[i].mass;
  b[0].vx -= px / b[0].mass;
  b[0].vy -= py / b[0].mass;
  b[0].vz -= pz / b[0].mass;
  double start = energy(b);
  printf("energy %.6f\n", start);
  for (int i = 0; i < 8000; i++) advance(b, 0.001);
  for (int i = 0; i < kBodies; i++) printf("%.4f %.4f %.4f\n", b[i].x, b[i].y, b[i].z);
  printf("energy %.4f drift %s\n", energy(b), fabs(energy(b) - start) < 0.01 ? "small" : "LARGE");
  float p[kSprings] = {0}, v[kSprings] = {0};
  for (int i = 20; i < 28; i++) p[i] = 1;
  springs(p, v, 1500);
  float total = 0;
  for (int i = 0; i < kSprings; i++) total += p[i] * p[i] + v[i] * v[i];
  printf("springs %.2f\n", total);
  return 0;
}
