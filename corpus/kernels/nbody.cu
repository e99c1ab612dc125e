// Accelerations of bodies (x, y, z, mass), in tiles of shared memory.
extern "C" __global__ void nbody(int n, const float* bodies, float* out) {
  __shared__ float tile[32][4];
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  float x = 0, y = 0, z = 0, ax = 0, ay = 0, az = 0;
  if (i < n) x = bodies[4 * i], y = bodies[4 * i + 1], z = bodies[4 * i + 2];
  for (int base = 0; base < n; base += 32) {
    if (threadIdx.x < 32)
      for (int c = 0; c < 4; ++c) tile[threadIdx.x][c] = base + threadIdx.x < n ? bodies[4 * (base + threadIdx.x) + c] : 0;
    __syncthreads();
    for (int j = 0; j < 32; ++j) {
      float dx = tile[j][0] - x, dy = tile[j][1] - y, dz = tile[j][2] - z;
      float near = rsqrtf(dx * dx + dy * dy + dz * dz + 0.01f), pull = tile[j][3] * near * near * near;
      ax += dx * pull, ay += dy * pull, az += dz * pull;
    }
    __syncthreads();
  }
  if (i < n) out[3 * i] = ax, out[3 * i + 1] = ay, out[3 * i + 2] = az;
}
