// Rows of a table by number, in pieces of four numbers.
struct alignas(16) Four {
  float v[4];
};

extern "C" __global__ void embedding(int tokens, int pieces, const int* ids, const Four* table, Four* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= tokens * pieces) return;
  out[i] = table[ids[i / pieces] * pieces + i % pieces];
}
