// Attention of one head: with all scores kept, and with a running maximum (online softmax). A thread a query.
constexpr int kMost = 16;  // keys

extern "C" __global__ void attention_naive(int queries, int keys, int width, const float* q, const float* k,
                                           const float* v, float* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= queries) return;
  float scores[kMost], most = -1e30f, sum = 0;
  for (int j = 0; j < keys; ++j) {
    float s = 0;
    for (int d = 0; d < width; ++d) s += q[i * width + d] * k[j * width + d];
    scores[j] = s;
    most = fmaxf(most, s);
  }
  for (int j = 0; j < keys; ++j) sum += scores[j] = expf(scores[j] - most);
  for (int d = 0; d < width; ++d) {
    float o = 0;
    for (int j = 0; j < keys; ++j) o += scores[j] * v[j * width + d];
    out[i * width + d] = o / sum;
  }
}

// Keys in tiles of shared memory.
extern "C" __global__ void attention_online(int queries, int keys, const float* q, const float* k, const float* v,
                                            float* out) {
  constexpr int kWidth = 8, kTile = 8;
  __shared__ float tile_k[kTile][kWidth], tile_v[kTile][kWidth];
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  float own[kWidth], o[kWidth], most = -1e30f, sum = 0;
  for (int d = 0; d < kWidth; ++d) own[d] = i < queries ? q[i * kWidth + d] : 0, o[d] = 0;
  for (int base = 0; base < keys; base += kTile) {
    for (int e = threadIdx.x; e < kTile * kWidth; e += blockDim.x)
      if (base + e / kWidth < keys) {
        tile_k[e / kWidth][e % kWidth] = k[base * kWidth + e];
        tile_v[e / kWidth][e % kWidth] = v[base * kWidth + e];
      }
    __syncthreads();
    for (int j = 0; j < kTile && base + j < keys; ++j) {
      float s = 0;
      for (int d = 0; d < kWidth; ++d) s += own[d] * tile_k[j][d];
      float higher = fmaxf(most, s), shrink = expf(most - higher), e = expf(s - higher);
      sum = sum * shrink + e;
      for (int d = 0; d < kWidth; ++d) o[d] = o[d] * shrink + e * tile_v[j][d];
      most = higher;
    }
    __syncthreads();
  }
  if (i < queries)
    for (int d = 0; d < kWidth; ++d) out[i * kWidth + d] = o[d] / sum;
}
