// Inline PTX on purpose.

// The bytes of a word in another order, bits of it elsewhere, three words by a table.
extern "C" __global__ void bit_play(int n, const unsigned* a, const unsigned* b, unsigned* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  unsigned bytes, field, merged, table;
  asm("prmt.b32 %0, %1, %2, 0x2716;" : "=r"(bytes) : "r"(a[i]), "r"(b[i]));
  asm("bfe.u32 %0, %1, 5, 11;" : "=r"(field) : "r"(a[i]));
  asm("bfi.b32 %0, %1, %2, 9, 7;" : "=r"(merged) : "r"(b[i]), "r"(bytes));
  asm("lop3.b32 %0, %1, %2, %3, 0xe8;" : "=r"(table) : "r"(a[i]), "r"(b[i]), "r"(merged));
  out[i] = table ^ field;
}

// Products of four bytes, summed.
extern "C" __global__ void dot_bytes(int rows, int words, const int* a, const int* b, int* out) {
  int row = blockIdx.x * blockDim.x + threadIdx.x;
  if (row >= rows) return;
  int sum = 0;
  for (int k = 0; k < words; ++k) asm("dp4a.s32.s32 %0, %1, %2, %0;" : "+r"(sum) : "r"(a[row * words + k]), "r"(b[k]));
  out[row] = sum;
}

// 64 bits times 64 bits, the upper half, from carries.
extern "C" __global__ void upper_product(int n, const unsigned long long* a, const unsigned long long* b,
                                         unsigned long long* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  unsigned a0 = (unsigned)a[i], a1 = (unsigned)(a[i] >> 32), b0 = (unsigned)b[i], b1 = (unsigned)(b[i] >> 32);
  unsigned r1, r2, r3;
  asm("{\n mul.hi.u32 %0, %3, %5;\n mad.lo.cc.u32 %0, %3, %6, %0;\n madc.hi.u32 %1, %3, %6, 0;\n"
      " mad.lo.cc.u32 %0, %4, %5, %0;\n madc.hi.cc.u32 %1, %4, %5, %1;\n addc.u32 %2, 0, 0;\n"
      " mad.lo.cc.u32 %1, %4, %6, %1;\n madc.hi.u32 %2, %4, %6, %2;\n}"
      : "=&r"(r1), "=&r"(r2), "=&r"(r3)
      : "r"(a0), "r"(a1), "r"(b0), "r"(b1));
  out[i] = (unsigned long long)r3 << 32 | r2;
}
