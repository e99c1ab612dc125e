// What threads of a warp and of a block work out together: sums, prefix sums, histograms, compaction.

// The sum of the block's numbers, by shuffles within warps and then in shared memory.
extern "C" __global__ void reduce(int n, const int* in, int* out) {
  __shared__ int sums[32];
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  int v = i < n ? in[i] : 0;
  for (unsigned by = 16; by != 0; by /= 2) v += __shfl_xor_sync(0xffffffffu, v, by);
  if (threadIdx.x % 32 == 0) sums[threadIdx.x / 32] = v;
  __syncthreads();
  if (threadIdx.x != 0) return;
  int all = 0;
  for (unsigned w = 0; w < blockDim.x / 32; ++w) all += sums[w];
  out[blockIdx.x] = all;
}

// Inclusive prefix sums of each warp.
extern "C" __global__ void warp_scan(const int* in, int* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  unsigned lane = threadIdx.x % 32;
  int v = in[i];
  for (unsigned by = 1; by < 32; by *= 2) {
    int below = __shfl_up_sync(0xffffffffu, v, by);
    if (lane >= by) v += below;
  }
  out[i] = v;
}

// Exclusive prefix sums of a block of 64 (Hillis and Steele).
extern "C" __global__ void block_scan(const int* in, int* out) {
  __shared__ int values[2][64];
  int t = threadIdx.x, from = 0;
  values[0][t] = t > 0 ? in[blockIdx.x * 64 + t - 1] : 0;
  __syncthreads();
  for (int by = 1; by < 64; by *= 2) {
    values[1 - from][t] = t >= by ? values[from][t] + values[from][t - by] : values[from][t];
    from = 1 - from;
    __syncthreads();
  }
  out[blockIdx.x * 64 + t] = values[from][t];
}

// Counts of bytes, first in the block's own memory.
extern "C" __global__ void histogram(int n, const unsigned char* in, unsigned* counts) {
  __shared__ unsigned own[16];
  if (threadIdx.x < 16) own[threadIdx.x] = 0;
  __syncthreads();
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) atomicAdd(&own[in[i] % 16], 1u);
  __syncthreads();
  if (threadIdx.x < 16) atomicAdd(&counts[threadIdx.x], own[threadIdx.x]);
}

// The positive numbers of each warp, without gaps and in order; how many there are behind them.
extern "C" __global__ void compact(const int* in, int* out, unsigned* counts) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  unsigned lane = threadIdx.x % 32, warp = i / 32;
  int v = in[i];
  unsigned keep = __ballot_sync(0xffffffffu, v > 0);
  if (v > 0) out[warp * 32 + __popc(keep & ((1u << lane) - 1))] = v;
  if (lane == 0) counts[warp] = __popc(keep);
}

extern "C" __global__ void greatest(int n, const int* in, int* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) atomicMax(out, in[i]);
}
