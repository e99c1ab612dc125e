// Atomic operations on purpose: sums of floats, a set by compare and swap, appending, one atomic for a warp.

extern "C" __global__ void sum_floats(int n, const float* in, float* out) {
  __shared__ float own;
  if (threadIdx.x == 0) own = 0;
  __syncthreads();
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) atomicAdd(&own, in[i]);
  __syncthreads();
  if (threadIdx.x == 0) atomicAdd(out, own);
}

// Open addressing; 0 is an empty place.
extern "C" __global__ void hash_insert(int n, int places, const int* keys, int* table) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  int key = keys[i], at = (int)((unsigned)key * 2654435761u % (unsigned)places);
  for (int tries = 0; tries < places; ++tries) {
    int found = atomicCAS(&table[at], 0, key);
    if (found == 0 || found == key) return;
    at = at + 1 == places ? 0 : at + 1;
  }
}

// The even numbers, in any order: the lanes of a warp that have one share an atomic operation.
extern "C" __global__ void append_even(int n, const int* in, int* out, unsigned* count) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  bool keep = i < n && in[i] % 2 == 0;
  unsigned kept = __ballot_sync(0xffffffffu, keep), lane = threadIdx.x % 32;
  unsigned first = 0;
  if (lane == 0) first = atomicAdd(count, (unsigned)__popc(kept));
  first = (unsigned)__shfl_sync(0xffffffffu, (int)first, 0);
  if (keep) out[first + __popc(kept & ((1u << lane) - 1))] = in[i];
}

// Least, greatest and all bits.
extern "C" __global__ void extremes(int n, const int* in, int* least, int* most, unsigned* bits) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  atomicMin(least, in[i]);
  atomicMax(most, in[i]);
  atomicOr(bits, (unsigned)in[i]);
}
