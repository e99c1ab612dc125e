// A Fourier transform of 64 points in shared memory, by halves; the factors are in constant memory.
__constant__ float factors[64];  // cosine and sine of -2 pi k / 64, for k below 32

extern "C" __global__ void fft64(const float* in, float* out) {
  __shared__ float re[64], im[64];
  int t = threadIdx.x, reversed = 0;
  const float* x = in + blockIdx.x * 128;
  float* y = out + blockIdx.x * 128;
  for (int half = 0; half < 2; ++half) {
    int i = t + 32 * half;
    reversed = 0;
    for (int bit = 0; bit < 6; ++bit) reversed |= (i >> bit & 1) << (5 - bit);
    re[reversed] = x[2 * i], im[reversed] = x[2 * i + 1];
  }
  __syncthreads();
  for (int half = 1; half < 64; half *= 2) {
    int k = t % half, low = t / half * 2 * half + k, high = low + half;
    float c = factors[2 * (k * (32 / half))], s = factors[2 * (k * (32 / half)) + 1];
    float a = re[high] * c - im[high] * s, b = re[high] * s + im[high] * c;
    float p = re[low], q = im[low];
    re[low] = p + a, im[low] = q + b;
    re[high] = p - a, im[high] = q - b;
    __syncthreads();
  }
  for (int half = 0; half < 2; ++half) {
    int i = t + 32 * half;
    y[2 * i] = re[i], y[2 * i + 1] = im[i];
  }
}
