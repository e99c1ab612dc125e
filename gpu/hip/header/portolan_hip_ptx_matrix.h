// Inline mma.sync and ldmatrix as functions of a warp: what Portolan writes in their place. Each lane holds the
// registers that PTX says (ISA 9.0, 9.7.14.5) and asks the others for theirs. Products of f16, bf16 and tf32 are added
// up as an H100 does it, bit for bit (recorded; the manual leaves it open): see sum_as_f32 and sum_as_f16. On NVIDIA's
// processors the instructions themselves are used, but with PORTOLAN_SPELLED_OUT.
#pragma once

#include "portolan_hip_ptx_memory.h"

namespace portolan {
namespace tiles {

#define PORTOLAN_UNROLL _Pragma("unroll")

// How numbers are written; elements of a register, and one of them. tf32: the upper 19 bits of an f32.
struct f16 {
  enum { width = 16, fraction = 10, exponent_bits = 5, in_word = 2 };
};
struct bf16 {
  enum { width = 16, fraction = 7, exponent_bits = 8, in_word = 2 };
};
struct tf32 {
  enum { width = 19, fraction = 10, exponent_bits = 8, in_word = 1 };
};
struct f32 {
  enum { width = 32, fraction = 23, exponent_bits = 8, in_word = 1 };
};
struct s8 {
  enum { in_word = 4 };
};
struct u8 {
  enum { in_word = 4 };
};
template <class Format>
PORTOLAN_DEVICE unsigned element(Format, unsigned word, int n) {
  return word >> 16 * n & 0xffff;
}
PORTOLAN_DEVICE unsigned element(tf32, unsigned word, int) {
  return word >> 13;
}
PORTOLAN_DEVICE unsigned element(s8, unsigned word, int n) {
  return (unsigned)(int)(signed char)(word >> 8 * n);
}
PORTOLAN_DEVICE unsigned element(u8, unsigned word, int n) {
  return word >> 8 * n & 0xff;
}

// mantissa * 2^(exponent - fraction bits), not normalised; neither counts where it is infinite or a NaN.
struct number {
  bool negative, infinite, nan, zero;
  unsigned mantissa;
  int exponent;
};
template <class Format>
PORTOLAN_DEVICE number number_of(unsigned v) {
  const unsigned most = (1u << Format::exponent_bits) - 1, rest = v & ((1u << Format::fraction) - 1),
                 field = v >> Format::fraction & most;
  number n;
  n.negative = v >> (Format::width - 1) & 1;
  n.infinite = field == most && rest == 0;
  n.nan = field == most && rest != 0;
  n.zero = field == 0 && rest == 0;
  n.mantissa = (field != 0 ? 1u << Format::fraction : 0) | rest;
  n.exponent = (int)(field > 1 ? field : 1) - (int)(most / 2);
  return n;
}
// What infinities and NaNs come to, whatever else is added.
struct specials {
  bool nan = false, above = false, below = false;
  __device__ void add(bool infinite, bool negative, bool is_nan) {
    nan = nan || is_nan;
    above = above || (infinite && !is_nan && !negative);
    below = below || (infinite && !is_nan && negative);
  }
  __device__ void add(const number& n) { add(n.infinite, n.negative, n.nan); }
  __device__ void add_product(const number& p, const number& q) {
    add(p.infinite || q.infinite, p.negative != q.negative,
        p.nan || q.nan || (p.infinite && q.zero) || (p.zero && q.infinite));
  }
  __device__ unsigned result(unsigned otherwise, unsigned infinity, unsigned sign, unsigned default_nan) const {
    return nan || (above && below) ? default_nan : above ? infinity : below ? infinity | sign : otherwise;
  }
};

// Every term is cut toward zero to a multiple of 2^(most-25), `most` being the largest exponent of a term that is not
// zero; these are added exactly.
enum { below = 25 };
struct cut_sum {
  long long sum;
  int most;
  specials all;
};
template <class Format, class Addend, int K>
PORTOLAN_DEVICE cut_sum cut_sum_of(const unsigned* left, const unsigned* right, unsigned c) {
  const number addend = number_of<Addend>(c);
  cut_sum made;
  made.all.add(addend);
  int most = addend.mantissa != 0 ? addend.exponent : -300;
  PORTOLAN_UNROLL
  for (int k = 0; k < K; ++k) {
    const number p = number_of<Format>(left[k]), q = number_of<Format>(right[k]);
    made.all.add_product(p, q);
    const int exponent = p.exponent + q.exponent;
    if (p.mantissa != 0 && q.mantissa != 0 && exponent > most) most = exponent;
  }
  auto cut = [most](unsigned long long mantissa, int fraction, int exponent, bool negative) -> long long {
    const int distance = most - exponent;
    const long long size =
        (long long)(mantissa << (below - fraction) >> (distance > 63 || distance < 0 ? 63 : distance));
    return negative ? -size : size;
  };
  made.sum = cut(addend.mantissa, Addend::fraction, addend.exponent, addend.negative);
  PORTOLAN_UNROLL
  for (int k = 0; k < K; ++k) {
    const number p = number_of<Format>(left[k]), q = number_of<Format>(right[k]);
    made.sum += cut((unsigned long long)p.mantissa * q.mantissa, 2 * Format::fraction, p.exponent + q.exponent,
                    p.negative != q.negative);
  }
  made.most = most;
  return made;
}
PORTOLAN_DEVICE unsigned long long size_of(long long v) {
  return v < 0 ? 0 - (unsigned long long)v : (unsigned long long)v;
}

// To f32: the sum is cut to f32.
template <class Format, int K>
PORTOLAN_DEVICE unsigned sum_as_f32(const unsigned* left, const unsigned* right, unsigned c) {
  constexpr int lowest = -149, digits = 24;
  const cut_sum made = cut_sum_of<Format, f32, K>(left, right, c);
  // Its upper bits, so that no conversion rounds; fewer where the result is subnormal.
  unsigned long long size = size_of(made.sum);
  const int long_by = 64 - __clzll((long long)size) - digits, under = lowest + below - made.most;
  const int by = long_by > under ? long_by : under;
  size = by > 63 ? 0 : by > 0 ? size >> by << by : size;
  const double exact = (double)(made.sum < 0 ? -(long long)size : (long long)size) *
                       ptx::bits<double>((unsigned long long)(made.most + 1023 - below) << 52);
  const unsigned rounded = exact >= 0x1p128    ? 0x7f800000u
                           : exact <= -0x1p128 ? 0xff800000u
                                               : ptx::bits<unsigned>((float)exact);
  return made.all.result(rounded, 0x7f800000u, 0x80000000u, 0x7fffffffu);
}

// To f16: the sum is rounded to nearest, once.
template <int K>
PORTOLAN_DEVICE unsigned sum_as_f16(const unsigned* left, const unsigned* right, unsigned c) {
  constexpr int fraction = f16::fraction, bias = 15;
  const cut_sum made = cut_sum_of<f16, f16, K>(left, right, c);
  const unsigned long long size = size_of(made.sum);
  // Of the last bit that is kept, and how many lie below it. Below the normal numbers all have one last bit.
  const int unit = made.most - below, length = 64 - __clzll((long long)size);
  int last = length - 1 + unit - fraction;
  if (size == 0 || last < -24) last = -24;
  const int drop = last - unit;
  unsigned kept = 0, up = 0;
  if (drop <= 0) {
    kept = (unsigned)(size << -drop);
  } else if (drop < 64) {
    kept = (unsigned)(size >> drop);
    const unsigned long long rest = size & ((1ull << drop) - 1), half = 1ull << (drop - 1);
    up = rest > half || (rest == half && (kept & 1) != 0);
  }
  unsigned bits = kept + up;
  // The mantissa's first bit, and a carry out of it, count up the exponent.
  if (kept >> fraction != 0) bits += (unsigned)(last + fraction + bias - 1) << fraction;
  if (bits > 0x7c00) bits = 0x7c00;
  return made.all.result(bits | (made.sum < 0 ? 0x8000u : 0u), 0x7c00u, 0x8000u, 0x7fffu);
}

// All elements of a row of A or a column of B, which the four lanes of group `outer` hold, from registers that are
// `apart` from one another.
template <class Format, int K>
PORTOLAN_DEVICE void line(const unsigned* registers, int apart, int outer, unsigned* all) {
  constexpr int in_word = Format::in_word;
  PORTOLAN_UNROLL
  for (int n = 0; n < K / in_word; ++n) {
    const unsigned word = shfl_sync(0xffffffffu, registers[n / 4 * apart], outer * 4 + n % 4);
    PORTOLAN_UNROLL
    for (int e = 0; e < in_word; ++e) all[n * in_word + e] = element(Format(), word, e);
  }
}

// What is kept of a sum: f32 or s32, a register each.
template <class Format, int K>
struct as_f32 {
  enum { registers = 4 };
  static __device__ inline void keep(unsigned* d, const unsigned* c, int tile, int n, const unsigned* row,
                                     const unsigned* column) {
    d[2 * tile + n] = sum_as_f32<Format, K>(row, column, c[2 * tile + n]);
  }
};
template <class Format, int K>
struct as_f16 {
  enum { registers = 2 };
  static __device__ inline void keep(unsigned* d, const unsigned* c, int tile, int n, const unsigned* row,
                                     const unsigned* column) {
    d[tile] |= sum_as_f16<K>(row, column, c[tile] >> 16 * n & 0xffff) << 16 * n;
  }
};
template <class Format, int K, bool Saturates = false>
struct as_s32 {
  enum { registers = 4 };
  static __device__ inline void keep(unsigned* d, const unsigned* c, int tile, int n, const unsigned* row,
                                     const unsigned* column) {
    long long sum = (int)c[2 * tile + n];
    PORTOLAN_UNROLL
    for (int k = 0; k < K; ++k) sum += (long long)(int)row[k] * (int)column[k];
    if (Saturates) sum = sum > 0x7fffffffll ? 0x7fffffffll : sum < -0x80000000ll ? -0x80000000ll : sum;
    d[2 * tile + n] = (unsigned)sum;
  }
};

template <class Format, int K>
struct as_s32_limited : as_s32<Format, K, true> {};

// 16 rows of A by 8 columns of B: two tiles of 8 by 8, of which a lane has two elements each.
template <class Left, class Right, int K, class Kept>
PORTOLAN_DEVICE ptx::words<unsigned, Kept::registers> product(ptx::words<unsigned, K / Left::in_word / 2> a,
                                                              ptx::words<unsigned, K / Right::in_word / 4> b,
                                                              ptx::words<unsigned, Kept::registers> c) {
  ptx::words<unsigned, Kept::registers> d = {};
  const int lane = (int)lane_();
  PORTOLAN_UNROLL
  for (int n = 0; n < 2; ++n) {
    unsigned column[K];
    line<Right, K>(b.v, 1, lane % 4 * 2 + n, column);
    PORTOLAN_UNROLL
    for (int tile = 0; tile < 2; ++tile) {
      unsigned row[K];
      line<Left, K>(a.v + tile, 2, lane / 4, row);
      Kept::keep(d.v, c.v, tile, n, row, column);
    }
  }
  return d;
}

// ldmatrix: row r of tile t begins where lane 8 t + r says.
template <int Count, bool Transposed>
PORTOLAN_DEVICE ptx::words<unsigned, Count> load(const unsigned* own) {
  ptx::words<unsigned, Count> d = {};
  const int lane = (int)lane_();
  PORTOLAN_UNROLL
  for (int tile = 0; tile < Count; ++tile) PORTOLAN_UNROLL
  for (int n = 0; n < 2; ++n) {
    const int row = Transposed ? lane % 4 * 2 + n : lane / 4, column = Transposed ? lane / 4 : lane % 4 * 2 + n;
    const unsigned long long from = shfl_sync(0xffffffffu, (unsigned long long)own, 8 * tile + row);
    d.v[tile] |= ptx::load((const unsigned short*)from + column) << 16 * n;
  }
  return d;
}

}  // namespace tiles

namespace ptx {

// By the instruction itself, or spelled out: registers of A, B and the accumulator, and what the formats are.
#if defined(__HIP__) || defined(__HIP_PLATFORM_AMD__) || defined(PORTOLAN_SPELLED_OUT)
#define PORTOLAN_MMA(name, text, in_a, in_b, in_c, left, right, k, kept)                       \
  PORTOLAN_DEVICE words<unsigned, in_c> name(words<unsigned, in_a> a, words<unsigned, in_b> b, \
                                             words<unsigned, in_c> c) {                        \
    return tiles::product<tiles::left, tiles::right, k, tiles::kept<tiles::left, k>>(a, b, c); \
  }
#define PORTOLAN_LDMATRIX(name, text, count, transposed)             \
  PORTOLAN_DEVICE words<unsigned, count> name(const unsigned* own) { \
    return tiles::load<count, transposed>(own);                      \
  }
#else
#define PORTOLAN_OUT_2 "=r"(d.v[0]), "=r"(d.v[1])
#define PORTOLAN_OUT_4 PORTOLAN_OUT_2, "=r"(d.v[2]), "=r"(d.v[3])
#define PORTOLAN_IN_1(x) "r"(x.v[0])
#define PORTOLAN_IN_2(x) PORTOLAN_IN_1(x), "r"(x.v[1])
#define PORTOLAN_IN_4(x) PORTOLAN_IN_2(x), "r"(x.v[2]), "r"(x.v[3])
#define PORTOLAN_LIST_4_2_1 "{%0, %1, %2, %3}, {%4, %5}, {%6}, {%7, %8, %9, %10};"
#define PORTOLAN_LIST_4_4_2 "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%10, %11, %12, %13};"
#define PORTOLAN_LIST_2_2_1 "{%0, %1}, {%2, %3}, {%4}, {%5, %6};"
#define PORTOLAN_LIST_2_4_2 "{%0, %1}, {%2, %3, %4, %5}, {%6, %7}, {%8, %9};"
#define PORTOLAN_MMA(name, text, in_a, in_b, in_c, left, right, k, kept)                       \
  PORTOLAN_DEVICE words<unsigned, in_c> name(words<unsigned, in_a> a, words<unsigned, in_b> b, \
                                             words<unsigned, in_c> c) {                        \
    words<unsigned, in_c> d;                                                                   \
    asm volatile(text " " PORTOLAN_LIST_##in_c##_##in_a##_##in_b                               \
                 : PORTOLAN_OUT_##in_c                                                         \
                 : PORTOLAN_IN_##in_a(a), PORTOLAN_IN_##in_b(b), PORTOLAN_IN_##in_c(c));       \
    return d;                                                                                  \
  }
#define PORTOLAN_OUT_1 "=r"(d.v[0])
#define PORTOLAN_TILES_1 "{%0}, [%1];"
#define PORTOLAN_TILES_2 "{%0, %1}, [%2];"
#define PORTOLAN_TILES_4 "{%0, %1, %2, %3}, [%4];"
#define PORTOLAN_LDMATRIX(name, text, count, transposed)             \
  PORTOLAN_DEVICE words<unsigned, count> name(const unsigned* own) { \
    words<unsigned, count> d;                                        \
    asm volatile(text " " PORTOLAN_TILES_##count                     \
                 : PORTOLAN_OUT_##count                              \
                 : "r"((unsigned)cvta_generic_to_shared(own))        \
                 : "memory");                                        \
    return d;                                                        \
  }
#endif

PORTOLAN_MMA(mma_sync_aligned_m16n8k8_row_col_f32_f16_f16_f32, "mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32", 2, 1,
             4, f16, f16, 8, as_f32)
PORTOLAN_MMA(mma_sync_aligned_m16n8k8_row_col_f32_bf16_bf16_f32, "mma.sync.aligned.m16n8k8.row.col.f32.bf16.bf16.f32",
             2, 1, 4, bf16, bf16, 8, as_f32)
PORTOLAN_MMA(mma_sync_aligned_m16n8k8_row_col_f16_f16_f16_f16, "mma.sync.aligned.m16n8k8.row.col.f16.f16.f16.f16", 2, 1,
             2, f16, f16, 8, as_f16)
PORTOLAN_MMA(mma_sync_aligned_m16n8k16_row_col_f32_f16_f16_f32, "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32", 4,
             2, 4, f16, f16, 16, as_f32)
PORTOLAN_MMA(mma_sync_aligned_m16n8k16_row_col_f32_bf16_bf16_f32, "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32",
             4, 2, 4, bf16, bf16, 16, as_f32)
PORTOLAN_MMA(mma_sync_aligned_m16n8k16_row_col_f16_f16_f16_f16, "mma.sync.aligned.m16n8k16.row.col.f16.f16.f16.f16", 4,
             2, 2, f16, f16, 16, as_f16)
PORTOLAN_MMA(mma_sync_aligned_m16n8k4_row_col_f32_tf32_tf32_f32, "mma.sync.aligned.m16n8k4.row.col.f32.tf32.tf32.f32",
             2, 1, 4, tf32, tf32, 4, as_f32)
PORTOLAN_MMA(mma_sync_aligned_m16n8k8_row_col_f32_tf32_tf32_f32, "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32",
             4, 2, 4, tf32, tf32, 8, as_f32)
PORTOLAN_MMA(mma_sync_aligned_m16n8k16_row_col_s32_s8_s8_s32, "mma.sync.aligned.m16n8k16.row.col.s32.s8.s8.s32", 2, 1,
             4, s8, s8, 16, as_s32)
PORTOLAN_MMA(mma_sync_aligned_m16n8k16_row_col_satfinite_s32_s8_s8_s32,
             "mma.sync.aligned.m16n8k16.row.col.satfinite.s32.s8.s8.s32", 2, 1, 4, s8, s8, 16, as_s32_limited)
PORTOLAN_MMA(mma_sync_aligned_m16n8k16_row_col_s32_s8_u8_s32, "mma.sync.aligned.m16n8k16.row.col.s32.s8.u8.s32", 2, 1,
             4, s8, u8, 16, as_s32)
PORTOLAN_MMA(mma_sync_aligned_m16n8k16_row_col_satfinite_s32_s8_u8_s32,
             "mma.sync.aligned.m16n8k16.row.col.satfinite.s32.s8.u8.s32", 2, 1, 4, s8, u8, 16, as_s32_limited)
PORTOLAN_MMA(mma_sync_aligned_m16n8k16_row_col_s32_u8_s8_s32, "mma.sync.aligned.m16n8k16.row.col.s32.u8.s8.s32", 2, 1,
             4, u8, s8, 16, as_s32)
PORTOLAN_MMA(mma_sync_aligned_m16n8k16_row_col_satfinite_s32_u8_s8_s32,
             "mma.sync.aligned.m16n8k16.row.col.satfinite.s32.u8.s8.s32", 2, 1, 4, u8, s8, 16, as_s32_limited)
PORTOLAN_MMA(mma_sync_aligned_m16n8k16_row_col_s32_u8_u8_s32, "mma.sync.aligned.m16n8k16.row.col.s32.u8.u8.s32", 2, 1,
             4, u8, u8, 16, as_s32)
PORTOLAN_MMA(mma_sync_aligned_m16n8k16_row_col_satfinite_s32_u8_u8_s32,
             "mma.sync.aligned.m16n8k16.row.col.satfinite.s32.u8.u8.s32", 2, 1, 4, u8, u8, 16, as_s32_limited)
PORTOLAN_MMA(mma_sync_aligned_m16n8k32_row_col_s32_s8_s8_s32, "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32", 4, 2,
             4, s8, s8, 32, as_s32)
PORTOLAN_MMA(mma_sync_aligned_m16n8k32_row_col_satfinite_s32_s8_s8_s32,
             "mma.sync.aligned.m16n8k32.row.col.satfinite.s32.s8.s8.s32", 4, 2, 4, s8, s8, 32, as_s32_limited)
PORTOLAN_MMA(mma_sync_aligned_m16n8k32_row_col_s32_s8_u8_s32, "mma.sync.aligned.m16n8k32.row.col.s32.s8.u8.s32", 4, 2,
             4, s8, u8, 32, as_s32)
PORTOLAN_MMA(mma_sync_aligned_m16n8k32_row_col_satfinite_s32_s8_u8_s32,
             "mma.sync.aligned.m16n8k32.row.col.satfinite.s32.s8.u8.s32", 4, 2, 4, s8, u8, 32, as_s32_limited)
PORTOLAN_MMA(mma_sync_aligned_m16n8k32_row_col_s32_u8_s8_s32, "mma.sync.aligned.m16n8k32.row.col.s32.u8.s8.s32", 4, 2,
             4, u8, s8, 32, as_s32)
PORTOLAN_MMA(mma_sync_aligned_m16n8k32_row_col_satfinite_s32_u8_s8_s32,
             "mma.sync.aligned.m16n8k32.row.col.satfinite.s32.u8.s8.s32", 4, 2, 4, u8, s8, 32, as_s32_limited)
PORTOLAN_MMA(mma_sync_aligned_m16n8k32_row_col_s32_u8_u8_s32, "mma.sync.aligned.m16n8k32.row.col.s32.u8.u8.s32", 4, 2,
             4, u8, u8, 32, as_s32)
PORTOLAN_MMA(mma_sync_aligned_m16n8k32_row_col_satfinite_s32_u8_u8_s32,
             "mma.sync.aligned.m16n8k32.row.col.satfinite.s32.u8.u8.s32", 4, 2, 4, u8, u8, 32, as_s32_limited)
PORTOLAN_LDMATRIX(ldmatrix_sync_aligned_m8n8_x1_shared_b16, "ldmatrix.sync.aligned.m8n8.x1.shared.b16", 1, false)
PORTOLAN_LDMATRIX(ldmatrix_sync_aligned_m8n8_x1_trans_shared_b16, "ldmatrix.sync.aligned.m8n8.x1.trans.shared.b16", 1,
                  true)
PORTOLAN_LDMATRIX(ldmatrix_sync_aligned_m8n8_x2_shared_b16, "ldmatrix.sync.aligned.m8n8.x2.shared.b16", 2, false)
PORTOLAN_LDMATRIX(ldmatrix_sync_aligned_m8n8_x2_trans_shared_b16, "ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16", 2,
                  true)
PORTOLAN_LDMATRIX(ldmatrix_sync_aligned_m8n8_x4_shared_b16, "ldmatrix.sync.aligned.m8n8.x4.shared.b16", 4, false)
PORTOLAN_LDMATRIX(ldmatrix_sync_aligned_m8n8_x4_trans_shared_b16, "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16", 4,
                  true)
#undef PORTOLAN_MMA
#undef PORTOLAN_LDMATRIX

}  // namespace ptx
}  // namespace portolan
