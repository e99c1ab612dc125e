// Rotary positions: pairs of a head's numbers turned by an angle of their place.
extern "C" __global__ void rope(int positions, int half, const float* frequencies, float* x) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= positions * half) return;
  int position = i / half, pair = i % half;
  float angle = position * frequencies[pair], s = sinf(angle), c = cosf(angle);
  float* row = x + position * 2 * half;
  float a = row[pair], b = row[pair + half];
  row[pair] = a * c - b * s;
  row[pair + half] = a * s + b * c;
}
