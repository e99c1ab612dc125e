// The four greatest of each row, a warp a row: each round the lanes agree on the greatest and its owner drops it.
extern "C" __global__ void top_k(int columns, const int* in, int* values, int* places) {
  int row = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32, lane = threadIdx.x % 32;
  int taken[4] = {-1, -1, -1, -1};
  for (int k = 0; k < 4; ++k) {
    int best = -2147483647 - 1, at = 2147483647;
    for (int i = lane; i < columns; i += 32) {
      bool free = i != taken[0] && i != taken[1] && i != taken[2] && i != taken[3];
      int v = in[row * columns + i];
      if (free && (v > best || (v == best && i < at))) best = v, at = i;
    }
    for (int by = 16; by != 0; by /= 2) {
      int other = __shfl_xor_sync(0xffffffffu, best, by), other_at = __shfl_xor_sync(0xffffffffu, at, by);
      if (other > best || (other == best && other_at < at)) best = other, at = other_at;
    }
    taken[k] = at;
    if (lane == 0) values[row * 4 + k] = best, places[row * 4 + k] = at;
  }
}
