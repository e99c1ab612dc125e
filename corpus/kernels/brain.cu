// bfloat16 by its bits: to nearest even, and back.
extern "C" __global__ void brain_scale(int n, float scale, const unsigned short* in, unsigned short* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  unsigned bits = (unsigned)__float_as_int(__int_as_float((int)((unsigned)in[i] << 16)) * scale);
  out[i] = (bits & 0x7fffffff) > 0x7f800000 ? 0x7fff : (unsigned short)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
