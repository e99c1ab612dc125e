// Sorting: bitonic in shared memory, and a stable pass of a radix sort by two bits with prefix sums.
extern "C" __global__ void bitonic(int* data) {
  __shared__ int s[128];
  int t = threadIdx.x;
  int* own = data + blockIdx.x * 128;
  s[t] = own[t], s[t + 64] = own[t + 64];
  for (int size = 2; size <= 128; size *= 2)
    for (int by = size / 2; by != 0; by /= 2) {
      __syncthreads();
      int low = t / by * 2 * by + t % by, high = low + by;
      bool down = (low & size) != 0;
      if ((s[low] > s[high]) != down) {
        int held = s[low];
        s[low] = s[high], s[high] = held;
      }
    }
  __syncthreads();
  own[t] = s[t], own[t + 64] = s[t + 64];
}

extern "C" __global__ void radix_pass(int shift, const unsigned* in, unsigned* out) {
  __shared__ unsigned counts[4][65];
  int t = threadIdx.x;
  unsigned v = in[t], digit = v >> shift & 3;
  for (int d = 0; d < 4; ++d) counts[d][t + 1] = digit == d;
  if (t < 4) counts[t][0] = 0;
  __syncthreads();
  if (t < 4)
    for (int i = 1; i <= 64; ++i) counts[t][i] += counts[t][i - 1];
  __syncthreads();
  unsigned at = counts[digit][t];
  for (unsigned d = 0; d < digit; ++d) at += counts[d][64];
  out[at] = v;
}
