// Inclusive prefix sums of a block of any number of warps: within warps by shuffles, then the warps' sums.
extern "C" __global__ void scan_warps(const int* in, int* out) {
  __shared__ int sums[32];
  int i = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  int v = in[i];
  for (int by = 1; by < 32; by *= 2) {
    int below = __shfl_up_sync(0xffffffffu, v, by);
    if (lane >= by) v += below;
  }
  if (lane == 31) sums[warp] = v;
  __syncthreads();
  for (int w = 0; w < warp; ++w) v += sums[w];
  out[i] = v;
}

// The greatest number and its first place, by one warp.
extern "C" __global__ void argmax(int n, const int* in, int* place) {
  int best = -2147483647 - 1, at = 2147483647;
  for (int i = threadIdx.x; i < n; i += 32)
    if (in[i] > best) best = in[i], at = i;
  int most = __reduce_max_sync(0xffffffffu, best);
  unsigned have = __ballot_sync(0xffffffffu, best == most);
  int mine = best == most ? at : 2147483647;
  for (int by = 16; by != 0; by /= 2) mine = min(mine, __shfl_xor_sync(0xffffffffu, mine, by));
  if (threadIdx.x == __ffs((int)have) - 1) *place = mine;
}
