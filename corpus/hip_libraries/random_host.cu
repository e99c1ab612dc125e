// Numbers made by the library for the host's calls: every kind of generator, every distribution.
#include <cuda_runtime.h>
#include <curand.h>

#include <cstdio>

#define CHECK(call)                                                         \
  do {                                                                      \
    const curandStatus_t status = (call);                                   \
    if (status != CURAND_STATUS_SUCCESS) {                                  \
      std::fprintf(stderr, "%s:%d: %d\n", __FILE__, __LINE__, (int)status); \
      return status;                                                        \
    }                                                                       \
  } while (0)

curandStatus_t fill(curandRngType_t type, cudaStream_t stream, float* floats, double* doubles, unsigned* words,
                    size_t n) {
  curandGenerator_t generator = nullptr;
  CHECK(curandCreateGenerator(&generator, type));
  CHECK(curandSetPseudoRandomGeneratorSeed(generator, 1234ULL));
  CHECK(curandSetGeneratorOffset(generator, 7));
  CHECK(curandSetStream(generator, stream));
  CHECK(curandGenerate(generator, words, n));
  CHECK(curandGenerateUniform(generator, floats, n));
  CHECK(curandGenerateUniformDouble(generator, doubles, n));
  CHECK(curandGenerateNormal(generator, floats, n, 0.0f, 1.0f));
  CHECK(curandGenerateNormalDouble(generator, doubles, n, 0.0, 1.0));
  CHECK(curandGenerateLogNormal(generator, floats, n, 0.0f, 0.5f));
  CHECK(curandGenerateLogNormalDouble(generator, doubles, n, 0.0, 0.5));
  CHECK(curandGeneratePoisson(generator, words, n, 3.0));
  CHECK(curandGenerateSeeds(generator));
  return curandDestroyGenerator(generator);
}

int main() {
  constexpr size_t n = 1024;
  float* floats = nullptr;
  double* doubles = nullptr;
  unsigned* words = nullptr;
  cudaStream_t stream;
  if (cudaStreamCreate(&stream) != cudaSuccess) return 1;
  cudaMalloc(&floats, n * sizeof(float));
  cudaMalloc(&doubles, n * sizeof(double));
  cudaMalloc(&words, n * sizeof(unsigned));
  for (curandRngType_t type : {CURAND_RNG_PSEUDO_DEFAULT, CURAND_RNG_PSEUDO_XORWOW, CURAND_RNG_PSEUDO_MRG32K3A,
                               CURAND_RNG_PSEUDO_PHILOX4_32_10, CURAND_RNG_PSEUDO_MTGP32})
    if (fill(type, stream, floats, doubles, words, n) != CURAND_STATUS_SUCCESS) return 1;
  int version = 0;
  curandGetVersion(&version);
  curandGenerator_t quasi;
  if (curandCreateGenerator(&quasi, CURAND_RNG_QUASI_SOBOL32) != CURAND_STATUS_SUCCESS) return 1;
  curandSetQuasiRandomGeneratorDimensions(quasi, 2);
  curandGenerateUniform(quasi, floats, n);
  curandDestroyGenerator(quasi);
  cudaFree(floats), cudaFree(doubles), cudaFree(words);
  return cudaStreamDestroy(stream) == cudaSuccess ? 0 : 1;
}
