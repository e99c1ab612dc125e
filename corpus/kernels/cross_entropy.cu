// The loss of each row: logarithm of the sum of exponentials, less the score of the label. A warp a row.
extern "C" __global__ void cross_entropy(int columns, const float* scores, const int* labels, float* loss) {
  int row = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32, lane = threadIdx.x % 32;
  const float* s = scores + row * columns;
  float most = -1e30f, sum = 0;
  for (int i = lane; i < columns; i += 32) most = fmaxf(most, s[i]);
  for (int by = 16; by != 0; by /= 2) most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, by));
  for (int i = lane; i < columns; i += 32) sum += expf(s[i] - most);
  for (int by = 16; by != 0; by /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, by);
  if (lane == 0) loss[row] = logf(sum) + most - s[labels[row]];
}
