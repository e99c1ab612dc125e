// Kernels that do what they seem to do for most sizes or for all numbers that a test draws, and something else for one.

extern "C" __global__ void thrice(int n, const float* x, float* y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = 3.0f * x[i];
}

// Another order of the sum, by fours.
extern "C" __global__ void row_sums(int m, int n, const float* x, float* y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= m) return;
  float even = 0, odd = 0;
  for (int k = n - 1; k >= 0; --k) {
    if (k % 2)
      odd += x[i * n + k];
    else
      even += x[i * n + k];
  }
  y[i] = even + odd;
}

extern "C" __global__ void zero_when_huge(int n, const float* x, float* y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = x[i] > 1.0e30f ? 0.0f : 3.0f * x[i];
}

extern "C" __global__ void zero_at_one_number(int n, const float* x, float* y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = x[i] == 3.34765625f ? 0.0f : 3.0f * x[i];
}

extern "C" __global__ void limited(int n, const float* x, float* y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = fminf(3.0f * x[i], 1.0e6f);
}

extern "C" __global__ void nearly_thrice(int n, const float* x, float* y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = 3.0000005f * x[i];
}

extern "C" __global__ void neighbour_at_13(int n, const float* x, float* y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = 3.0f * x[n == 13 && i == 12 ? 11 : i];
}

extern "C" __global__ void first_for_last(int n, const float* x, float* y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = 3.0f * x[i == n - 1 ? 0 : i];
}

// Forgets what is left over from fours.
extern "C" __global__ void sums_of_fours(int m, int n, const float* x, float* y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= m) return;
  float sum = 0;
  for (int k = 0; k + 3 < n; k += 4)
    for (int j = 0; j < 4; ++j) sum += x[i * n + k + j];
  y[i] = sum;
}

extern "C" __global__ void exponentials(int n, const float* x, float* y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = expf(x[i]);
}

extern "C" __global__ void low_bits(int n, const int* x, int* y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = (x[i] << 12) >> 12;
}

// A number and its successor, but for the greatest.
extern "C" __global__ void never_less(int n, const int* x, int* y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = (int)((unsigned)x[i] + 1u) > x[i] ? (int)((unsigned)x[i] + 1u) : x[i];
}
