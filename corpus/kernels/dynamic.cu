// Shared memory whose size the launch gives.
extern __shared__ int dynamic[];

// The sum of the block's numbers, by halves.
extern "C" __global__ void reduce_dynamic(int n, const int* in, int* out) {
  int t = threadIdx.x, i = blockIdx.x * blockDim.x + t;
  dynamic[t] = i < n ? in[i] : 0;
  for (int by = blockDim.x / 2; by != 0; by /= 2) {
    __syncthreads();
    if (t < by) dynamic[t] += dynamic[t + by];
  }
  if (t == 0) out[blockIdx.x] = dynamic[0];
}

// Numbers of the block in the opposite order, beside an array of known size.
extern "C" __global__ void reverse_dynamic(const int* in, int* out) {
  __shared__ int offset[1];
  int t = threadIdx.x;
  if (t == 0) offset[0] = blockIdx.x * blockDim.x;
  dynamic[t] = in[blockIdx.x * blockDim.x + t];
  __syncthreads();
  out[offset[0] + t] = dynamic[blockDim.x - 1 - t];
}
