// How many of random points lie within a quarter of a circle: each thread its own generator, one atomic a warp.
extern "C" __global__ void monte_carlo(int rounds, unsigned seed, unsigned* hits) {
  unsigned state = seed + (blockIdx.x * blockDim.x + threadIdx.x) * 2654435761u, own = 0;
  for (int i = 0; i < rounds; ++i) {
    unsigned p[2];
    for (int k = 0; k < 2; ++k) {
      state ^= state << 13, state ^= state >> 17, state ^= state << 5;
      p[k] = state >> 17;
    }
    own += p[0] * p[0] + p[1] * p[1] < (1u << 30);
  }
  int sum = __reduce_add_sync(0xffffffffu, (int)own);
  if (threadIdx.x % 32 == 0) atomicAdd(hits, (unsigned)sum);
}
