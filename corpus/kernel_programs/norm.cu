// Rows of a length that the block does not divide.
#include "check.h"

KERNEL(layer_norm, int columns, const float* in, const float* scale, const float* shift, float* out);
KERNEL(rms_norm, int columns, const float* in, const float* scale, float* out);

int main(int argc, char** argv) {
  const int rows = 57, columns = 777, block = 160;
  Random random(argc, argv);
  Checks checks;
  const Launch launch = launch_of(rows, block);
  const std::vector<float> in = random.numbers(rows * columns, -1, 5), scale = random.numbers(columns, -2, 2),
                           shift = random.numbers(columns, -1, 1);
  std::vector<float> expected(in.size());
  Buffer<float> x(in), device_scale(scale), device_shift(shift), y(in.size()), z(in.size());
  cudaStream_t stream;
  CHECK(cudaStreamCreateWithPriority(&stream, cudaStreamNonBlocking, 0));
  layer_norm<<<rows, block, 0, stream>>>(columns, x, device_scale, device_shift, y);
  rms_norm<<<rows, block, 0, stream>>>(columns, x, device_scale, z);
  cudaError_t state = cudaErrorNotReady;
  while (state == cudaErrorNotReady) state = cudaStreamQuery(stream);
  CHECK(state);
  reference_layer_norm(&launch, columns, in.data(), scale.data(), shift.data(), expected.data());
  checks.near("layer_norm", y.host(), expected, 1e-4);
  reference_rms_norm(&launch, columns, in.data(), scale.data(), expected.data());
  checks.near("rms_norm", z.host(), expected, 1e-4);
  CHECK(cudaStreamDestroy(stream));
  return checks.done();
}
