// Coefficients in constant memory, copied to and read back by the variable's name.
#include "check.h"

extern __constant__ float coefficients[5];
extern "C" __global__ void convolve(int n, const float* in, float* out);
extern "C" void reference_convolve(const Launch*, int n, const float* in, float* out, const float* coefficients);
KERNEL(convolve2d, int width, int height, const float* in, const float* weights, float* out);

int main(int argc, char** argv) {
  const int n = 50'001, width = 203, height = 117;
  Random random(argc, argv);
  Checks checks;
  std::vector<float> in = random.numbers(n, -4, 4), expected(n);
  const std::vector<float> five = random.numbers(5, -1, 1);
  Buffer<float> x(in), y(n);
  size_t size = 0;
  CHECK(cudaGetSymbolSize(&size, coefficients));
  CHECK(cudaMemcpyToSymbol(coefficients, five.data(), size));
  std::vector<float> back(size / sizeof(float));
  CHECK(cudaMemcpyFromSymbol(back.data(), coefficients, size));
  checks.equal("coefficients", back, five);
  convolve<<<divide_up(n, 160), 160>>>(n, x, y);
  reference_convolve(nullptr, n, in.data(), expected.data(), five.data());
  checks.equal("convolve", y.host(), expected);

  const std::vector<float> image = random.numbers(width * height, -4, 4), weights = random.numbers(9, -1, 1);
  Buffer<float> device_image(image), device_weights(weights), out(width * height);
  expected.resize(image.size());
  convolve2d<<<dim3(divide_up(width, 8), divide_up(height, 8)), dim3(8, 8)>>>(width, height, device_image,
                                                                              device_weights, out);
  reference_convolve2d(nullptr, width, height, image.data(), weights.data(), expected.data());
  checks.equal("convolve2d", out.host(), expected);
  return checks.done();
}
