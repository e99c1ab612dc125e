// Heat in a cube for some steps, and a plane's second derivatives.
#include "check.h"

KERNEL(stencil3d, int n, float c, const float* in, float* out);
KERNEL(laplace4, int n, const float* in, float* out);

int main(int argc, char** argv) {
  const int side = 29, plane = 123;
  Random random(argc, argv);
  Checks checks;
  std::vector<float> cube = random.numbers(side * side * side, 0, 4), next(cube.size());
  Buffer<float> first(cube), second(cube.size());
  float *from = first, *to = second;
  for (int step = 0; step < 6; ++step) {
    stencil3d<<<dim3(divide_up(side, 8), divide_up(side, 4)), dim3(8, 4)>>>(side, 0.125f, from, to);
    reference_stencil3d(nullptr, side, 0.125f, cube.data(), next.data());
    std::swap(from, to), std::swap(cube, next);
  }
  checks.near("stencil3d", first.host(), cube, 1e-5);

  const std::vector<float> in = random.numbers(plane * plane, -1, 1);
  std::vector<float> expected(in.size());
  Buffer<float> x(in), y(in.size());
  laplace4<<<dim3(divide_up(plane, 8), divide_up(plane, 8)), dim3(8, 8)>>>(plane, x, y);
  reference_laplace4(nullptr, plane, in.data(), expected.data());
  checks.near("laplace4", y.host(), expected, 1e-5);
  return checks.done();
}
