// Two ways to the same numbers, timed by events.
#include "check.h"

KERNEL(attention_naive, int queries, int keys, int width, const float* q, const float* k, const float* v, float* out);
KERNEL(attention_online, int queries, int keys, const float* q, const float* k, const float* v, float* out);

int main(int argc, char** argv) {
  const int queries = 1'003, few_keys = 13, many_keys = 203, width = 8;
  Random random(argc, argv);
  Checks checks;
  const std::vector<float> q = random.numbers(queries * width, -2, 2), k = random.numbers(many_keys * width, -2, 2),
                           v = random.numbers(many_keys * width, -4, 4);
  Buffer<float> device_q(q), device_k(k), device_v(v), out(queries * width);
  std::vector<float> expected(queries * width);
  cudaEvent_t begin, end;
  CHECK(cudaEventCreate(&begin));
  CHECK(cudaEventCreate(&end));

  attention_naive<<<divide_up(queries, 64), 64>>>(queries, few_keys, width, device_q, device_k, device_v, out);
  reference_attention_naive(nullptr, queries, few_keys, width, q.data(), k.data(), v.data(), expected.data());
  checks.near("attention_naive", out.host(), expected, 1e-4);

  CHECK(cudaEventRecord(begin, 0));
  attention_online<<<divide_up(queries, 64), 64>>>(queries, many_keys, device_q, device_k, device_v, out);
  CHECK(cudaEventRecord(end, 0));
  CHECK(cudaEventSynchronize(end));
  float milliseconds = 0;
  CHECK(cudaEventElapsedTime(&milliseconds, begin, end));
  std::printf("attention_online: %.3f ms\n", milliseconds);
  reference_attention_online(nullptr, queries, many_keys, q.data(), k.data(), v.data(), expected.data());
  checks.near("attention_online", out.host(), expected, 1e-4);
  CHECK(cudaEventDestroy(begin));
  CHECK(cudaEventDestroy(end));
  return checks.done();
}
