// Numbers made within kernels, by states of three kinds that live in memory.
#include <cuda_runtime.h>
#include <curand_kernel.h>

__global__ void seed(curandState* states, curandStatePhilox4_32_10_t* counters, curandStateMRG32k3a_t* others, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  curand_init(1234ULL, i, 0, &states[i]);
  curand_init(5678ULL, i, 4, &counters[i]);
  curand_init(91ULL, i, 0, &others[i]);
}

// Philox is a counter put through fixed rounds: the words are the same everywhere.
__global__ void words(unsigned* out, unsigned long long key, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  curandStatePhilox4_32_10_t state;
  curand_init(key, i, 0, &state);
  out[2 * i] = curand(&state);
  out[2 * i + 1] = curand(&state);
}

__global__ void draw(curandState* states, curandStatePhilox4_32_10_t* counters, float* floats, double* doubles,
                     float4* fours, unsigned* counts, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  curandState state = states[i];
  floats[i] = curand_uniform(&state) + curand_normal(&state) + curand_log_normal(&state, 0.0f, 1.0f);
  const float2 pair = curand_normal2(&state);
  floats[i] += pair.x + pair.y;
  doubles[i] = curand_uniform_double(&state) + curand_normal_double(&state);
  counts[i] = curand(&state) + curand_poisson(&state, 4.0);
  fours[i] = curand_uniform4(&counters[i]);
  states[i] = state;
}
