// Accelerations of bodies, as many as fill no tile evenly.
#include "check.h"

KERNEL(nbody, int n, const float* bodies, float* out);

int main(int argc, char** argv) {
  const int n = 1'013;
  Random random(argc, argv);
  Checks checks;
  std::vector<float> bodies = random.numbers(4 * n, -3, 3), expected(3 * n);
  for (int i = 0; i < n; ++i) bodies[4 * i + 3] = std::fabs(bodies[4 * i + 3]);
  Buffer<float> x(bodies), out(3 * n);
  nbody<<<divide_up(n, 64), 64>>>(n, x, out);
  reference_nbody(nullptr, n, bodies.data(), expected.data());
  checks.near("nbody", out.host(), expected, 1e-3);
  return checks.done();
}
