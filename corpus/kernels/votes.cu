// Lanes that ask each other: equal keys, votes, some lanes only.

// How many lanes of the warp have the same key, and the place among them.
extern "C" __global__ void same_keys(const int* keys, int* counts, int* ranks) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  unsigned same = __match_any_sync(0xffffffffu, (unsigned)keys[i]);
  counts[i] = __popc(same);
  ranks[i] = __popc(same & ((1u << threadIdx.x % 32) - 1));
}

// The sum of the lanes below a limit, which alone take part.
extern "C" __global__ void some_lanes(int limit, const int* in, int* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x % 32;
  unsigned members = __ballot_sync(0xffffffffu, lane < limit);
  int sum = -1;
  if (lane < limit) sum = __reduce_add_sync(members, in[i]);
  out[i] = sum;
}

// Of a half of the warp the lane's mirror image.
extern "C" __global__ void half_warps(const int* in, int* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x % 32;
  int v = in[i], got;
  if (lane < 16)
    got = __shfl_xor_sync(0x0000ffffu, v, 15);
  else
    got = __shfl_xor_sync(0xffff0000u, v * 2, 15);
  out[i] = got;
}

extern "C" __global__ void any_and_all(const int* in, int* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  int any = __any_sync(0xffffffffu, in[i] > 3), all = __all_sync(0xffffffffu, in[i] > -4);
  out[i] = (any ? 1 : 0) + (all ? 2 : 0);
}

// How many of the block's numbers are positive, and whether any is above 6.
extern "C" __global__ void count_block(const int* in, int* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  int positive = __syncthreads_count(in[i] > 0);
  int large = __syncthreads_or(in[i] > 6);
  out[i] = positive * 2 + (large ? 1 : 0);
}
