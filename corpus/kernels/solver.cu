// Steps of the method of conjugate gradients: a product of vectors by blocks, and the update by what came of it.
extern "C" __global__ void dot_blocks(int n, const double* a, const double* b, double* out) {
  __shared__ double sums[64];
  int t = threadIdx.x;
  double sum = 0;
  for (int i = blockIdx.x * blockDim.x + t; i < n; i += gridDim.x * blockDim.x) sum += a[i] * b[i];
  sums[t] = sum;
  for (int by = 32; by != 0; by /= 2) {
    __syncthreads();
    if (t < by) sums[t] += sums[t + by];
  }
  if (t == 0) out[blockIdx.x] = sums[0];
}

extern "C" __global__ void cg_update(int n, const double* rr, const double* pap, const double* p, const double* ap,
                                     double* x, double* r) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  double alpha = *pap == 0 ? 0 : *rr / *pap;
  x[i] += alpha * p[i];
  r[i] -= alpha * ap[i];
}
