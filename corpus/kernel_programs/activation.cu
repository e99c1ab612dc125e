// Three functions, each in a stream of its own from pinned memory; a fourth stream waits for all of them.
#include "check.h"

KERNEL(gelu, int n, const float* in, float* out);
KERNEL(silu, int n, const float* in, float* out);
KERNEL(swiglu, int n, const float* gate, const float* up, float* out);

int main(int argc, char** argv) {
  const int n = 100'003, blocks = divide_up(n, 256);
  Random random(argc, argv);
  Checks checks;
  const std::vector<float> in = random.numbers(n, -9, 9), up = random.numbers(n, -2, 2);
  float* pinned = nullptr;
  CHECK(cudaMallocHost(&pinned, n * sizeof(float)));
  std::copy(in.begin(), in.end(), pinned);

  Buffer<float> x(n), more(up), results[3] = {Buffer<float>(n), Buffer<float>(n), Buffer<float>(n)};
  cudaStream_t streams[3], last;
  cudaEvent_t copied, ready[3];
  CHECK(cudaStreamCreateWithFlags(&last, cudaStreamNonBlocking));
  CHECK(cudaEventCreateWithFlags(&copied, cudaEventDisableTiming));
  CHECK(cudaMemcpyAsync(x, pinned, n * sizeof(float), cudaMemcpyHostToDevice, last));
  CHECK(cudaEventRecord(copied, last));
  for (int i = 0; i < 3; ++i) {
    CHECK(cudaStreamCreate(&streams[i]));
    CHECK(cudaEventCreate(&ready[i]));
    CHECK(cudaStreamWaitEvent(streams[i], copied, 0));
  }
  gelu<<<blocks, 256, 0, streams[0]>>>(n, x, results[0]);
  silu<<<blocks, 256, 0, streams[1]>>>(n, x, results[1]);
  swiglu<<<blocks, 256, 0, streams[2]>>>(n, x, more, results[2]);
  for (int i = 0; i < 3; ++i) {
    CHECK(cudaEventRecord(ready[i], streams[i]));
    CHECK(cudaStreamWaitEvent(last, ready[i], 0));
  }
  CHECK(cudaMemcpyAsync(pinned, results[2], n * sizeof(float), cudaMemcpyDeviceToHost, last));
  CHECK(cudaStreamSynchronize(last));

  std::vector<float> expected(n);
  reference_gelu(nullptr, n, in.data(), expected.data());
  checks.near("gelu", results[0].host(), expected, 1e-5);
  reference_silu(nullptr, n, in.data(), expected.data());
  checks.near("silu", results[1].host(), expected, 1e-5);
  reference_swiglu(nullptr, n, in.data(), up.data(), expected.data());
  checks.near("swiglu", std::vector<float>(pinned, pinned + n), expected, 1e-5);
  for (int i = 0; i < 3; ++i) {
    CHECK(cudaStreamDestroy(streams[i]));
    CHECK(cudaEventDestroy(ready[i]));
  }
  CHECK(cudaStreamDestroy(last));
  CHECK(cudaEventDestroy(copied));
  CHECK(cudaFreeHost(pinned));
  return checks.done();
}
