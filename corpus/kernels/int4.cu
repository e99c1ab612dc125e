// Four bits a number: eight numbers in a word, with a scale for each group of eight.
extern "C" __global__ void quantise_int4(int groups, const float* in, unsigned* out, float* scales) {
  int g = blockIdx.x * blockDim.x + threadIdx.x;
  if (g >= groups) return;
  float most = 0;
  for (int i = 0; i < 8; ++i) most = fmaxf(most, fabsf(in[g * 8 + i]));
  float scale = most / 7;
  unsigned word = 0;
  for (int i = 0; i < 8; ++i) {
    float v = scale == 0 ? 0 : in[g * 8 + i] / scale;
    int q = (int)(v < 0 ? v - 0.5f : v + 0.5f);
    q = q < -8 ? -8 : q > 7 ? 7 : q;
    word |= (unsigned)(q & 15) << (4 * i);
  }
  out[g] = word;
  scales[g] = scale;
}

extern "C" __global__ void dequantise_int4(int groups, const unsigned* in, const float* scales, float* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= groups * 8) return;
  int q = (int)(in[i / 8] << (28 - 4 * (i % 8))) >> 28;
  out[i] = q * scales[i / 8];
}
