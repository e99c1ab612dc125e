// Transforms by factors that stand in constant memory.
#include "check.h"

extern __constant__ float factors[64];
extern "C" __global__ void fft64(const float* in, float* out);
extern "C" void reference_fft64(const Launch*, const float* in, float* out, const float* factors);

int main(int argc, char** argv) {
  const int transforms = 301;
  Random random(argc, argv);
  Checks checks;
  std::vector<float> angles(64), in = random.numbers(128 * transforms, -1, 1), expected(in.size());
  for (int k = 0; k < 32; ++k) {
    angles[2 * k] = float(std::cos(-2 * 3.14159265358979323846 * k / 64));
    angles[2 * k + 1] = float(std::sin(-2 * 3.14159265358979323846 * k / 64));
  }
  Buffer<float> x(in), y(in.size());
  cudaStream_t stream;
  CHECK(cudaStreamCreate(&stream));
  CHECK(cudaMemcpyToSymbolAsync(factors, angles.data(), 64 * sizeof(float), 0, cudaMemcpyHostToDevice, stream));
  fft64<<<transforms, 32, 0, stream>>>(x, y);
  CHECK(cudaStreamSynchronize(stream));
  const Launch launch = launch_of(transforms, 32);
  reference_fft64(&launch, in.data(), expected.data(), angles.data());
  checks.near("fft64", y.host(), expected, 1e-5);
  CHECK(cudaStreamDestroy(stream));
  return checks.done();
}
