// PTX instructions as functions: what Portolan writes in the place of inline PTX. A name is the mnemonic with
// underscores for dots; arguments and results are bits (PTX registers have no type), so that a float may be given where
// a mnemonic says .b32. Portolan knows these names from this file: what is missing here is refused there.
#pragma once

#include "portolan_hip_warp.h"

namespace portolan {
namespace ptx {

template <class To, class From>
PORTOLAN_DEVICE To bits(From v) {
  static_assert(sizeof(To) == sizeof(From), "registers of another width");
  To to;
  __builtin_memcpy(&to, &v, sizeof(to));
  return to;
}
// A result into a variable of any type of its width.
template <class To, class From>
PORTOLAN_DEVICE void set(To& to, From v) {
  to = bits<To>(v);
}
struct b32 {
  unsigned v;
  __device__ b32(unsigned v) : v(v) {}
  __device__ b32(int v) : v((unsigned)v) {}
  __device__ b32(bool) = delete;
  __device__ b32(float v) : v(bits<unsigned>(v)) {}
  __device__ b32(long) = delete;
  __device__ b32(unsigned long) = delete;
  __device__ b32(double) = delete;
};
struct b64 {
  unsigned long long v;
  __device__ b64(unsigned long long v) : v(v) {}
  __device__ b64(long long v) : v((unsigned long long)v) {}
  __device__ b64(unsigned long v) : v(v) {}
  __device__ b64(long v) : v((unsigned long long)v) {}
  __device__ b64(double v) : v(bits<unsigned long long>(v)) {}
  __device__ b64(int v) : v((unsigned long long)(long long)v) {}
  __device__ b64(unsigned v) : v(v) {}
  __device__ b64(const volatile void* v) : v((unsigned long long)v) {}
  __device__ b64(float) = delete;
};
struct f32 {
  float v;
  __device__ f32(float v) : v(v) {}
  __device__ f32(unsigned v) : v(bits<float>(v)) {}
  __device__ f32(int v) : v(bits<float>(v)) {}
  __device__ f32(double) = delete;
};
struct f64 {
  double v;
  __device__ f64(double v) : v(v) {}
  __device__ f64(unsigned long long v) : v(bits<double>(v)) {}
  __device__ f64(long long v) : v(bits<double>(v)) {}
  __device__ f64(float) = delete;
};

PORTOLAN_DEVICE unsigned mov_b32(b32 a) {
  return a.v;
}
PORTOLAN_DEVICE unsigned mov_u32(b32 a) {
  return a.v;
}
PORTOLAN_DEVICE unsigned mov_s32(b32 a) {
  return a.v;
}
PORTOLAN_DEVICE float mov_f32(f32 a) {
  return a.v;
}
PORTOLAN_DEVICE unsigned long long mov_b64(b64 a) {
  return a.v;
}
PORTOLAN_DEVICE unsigned long long mov_u64(b64 a) {
  return a.v;
}

PORTOLAN_DEVICE unsigned long long pack_b64(b32 low, b32 high) {
  return (unsigned long long)high.v << 32 | low.v;
}
PORTOLAN_DEVICE unsigned low_b64(b64 a) {
  return (unsigned)a.v;
}
PORTOLAN_DEVICE unsigned high_b64(b64 a) {
  return (unsigned)(a.v >> 32);
}

// What is the same for both signs has both names.
#define PORTOLAN_BINARY(name, expression)                       \
  PORTOLAN_DEVICE unsigned name##32(b32 a_, b32 b_) {           \
    const unsigned a = a_.v, b = b_.v;                          \
    return expression;                                          \
  }                                                             \
  PORTOLAN_DEVICE unsigned long long name##64(b64 a_, b64 b_) { \
    const unsigned long long a = a_.v, b = b_.v;                \
    return expression;                                          \
  }
#define PORTOLAN_SIGNED(name, expression)                       \
  PORTOLAN_DEVICE unsigned name##32(b32 a_, b32 b_) {           \
    const int a = (int)a_.v, b = (int)b_.v;                     \
    return (unsigned)(expression);                              \
  }                                                             \
  PORTOLAN_DEVICE unsigned long long name##64(b64 a_, b64 b_) { \
    const long long a = (long long)a_.v, b = (long long)b_.v;   \
    return (unsigned long long)(expression);                    \
  }
PORTOLAN_BINARY(add_u, a + b)
PORTOLAN_BINARY(add_s, a + b)
PORTOLAN_BINARY(sub_u, a - b)
PORTOLAN_BINARY(sub_s, a - b)
PORTOLAN_BINARY(mul_lo_u, a* b)
PORTOLAN_BINARY(mul_lo_s, a* b)
PORTOLAN_BINARY(and_b, a& b)
PORTOLAN_BINARY(or_b, a | b)
PORTOLAN_BINARY(xor_b, a ^ b)
PORTOLAN_BINARY(min_u, a < b ? a : b)
PORTOLAN_BINARY(max_u, a > b ? a : b)
PORTOLAN_SIGNED(min_s, a < b ? a : b)
PORTOLAN_SIGNED(max_s, a > b ? a : b)
#undef PORTOLAN_BINARY
#undef PORTOLAN_SIGNED
PORTOLAN_DEVICE unsigned not_b32(b32 a) {
  return ~a.v;
}
PORTOLAN_DEVICE unsigned long long not_b64(b64 a) {
  return ~a.v;
}
PORTOLAN_DEVICE unsigned neg_s32(b32 a) {
  return 0 - a.v;
}
PORTOLAN_DEVICE unsigned abs_s32(b32 a) {
  return (int)a.v < 0 ? 0 - a.v : a.v;
}
// Distances of the width and more leave nothing, or the sign.
PORTOLAN_DEVICE unsigned shl_b32(b32 a, b32 by) {
  return by.v < 32 ? a.v << by.v : 0;
}
PORTOLAN_DEVICE unsigned shr_u32(b32 a, b32 by) {
  return by.v < 32 ? a.v >> by.v : 0;
}
PORTOLAN_DEVICE unsigned shr_b32(b32 a, b32 by) {
  return shr_u32(a, by);
}
PORTOLAN_DEVICE unsigned shr_s32(b32 a, b32 by) {
  return (unsigned)((int)a.v >> (by.v < 32 ? by.v : 31));
}
PORTOLAN_DEVICE unsigned long long shl_b64(b64 a, b32 by) {
  return by.v < 64 ? a.v << by.v : 0;
}
PORTOLAN_DEVICE unsigned long long shr_u64(b64 a, b32 by) {
  return by.v < 64 ? a.v >> by.v : 0;
}
PORTOLAN_DEVICE unsigned long long shr_b64(b64 a, b32 by) {
  return shr_u64(a, by);
}
PORTOLAN_DEVICE unsigned long long shr_s64(b64 a, b32 by) {
  return (unsigned long long)((long long)a.v >> (by.v < 64 ? by.v : 63));
}
PORTOLAN_DEVICE unsigned shf_l_wrap_b32(b32 low, b32 high, b32 by) {
  return (unsigned)(((unsigned long long)high.v << 32 | low.v) << (by.v & 31) >> 32);
}
PORTOLAN_DEVICE unsigned shf_r_wrap_b32(b32 low, b32 high, b32 by) {
  return (unsigned)(((unsigned long long)high.v << 32 | low.v) >> (by.v & 31));
}
PORTOLAN_DEVICE unsigned shf_l_clamp_b32(b32 low, b32 high, b32 by) {
  return by.v < 32 ? shf_l_wrap_b32(low, high, by) : low.v;
}
PORTOLAN_DEVICE unsigned shf_r_clamp_b32(b32 low, b32 high, b32 by) {
  return by.v < 32 ? shf_r_wrap_b32(low, high, by) : high.v;
}

PORTOLAN_DEVICE unsigned mul_hi_u32(b32 a, b32 b) {
  return (unsigned)((unsigned long long)a.v * b.v >> 32);
}
PORTOLAN_DEVICE unsigned mul_hi_s32(b32 a, b32 b) {
  return (unsigned)((unsigned long long)((long long)(int)a.v * (int)b.v) >> 32);
}
PORTOLAN_DEVICE unsigned long long mul_hi_u64(b64 a, b64 b) {
  return (unsigned long long)((unsigned __int128)a.v * b.v >> 64);
}
PORTOLAN_DEVICE unsigned long long mul_wide_u32(b32 a, b32 b) {
  return (unsigned long long)a.v * b.v;
}
PORTOLAN_DEVICE unsigned long long mul_wide_s32(b32 a, b32 b) {
  return (unsigned long long)((long long)(int)a.v * (int)b.v);
}
PORTOLAN_DEVICE unsigned mad_lo_u32(b32 a, b32 b, b32 c) {
  return a.v * b.v + c.v;
}
PORTOLAN_DEVICE unsigned mad_lo_s32(b32 a, b32 b, b32 c) {
  return a.v * b.v + c.v;
}
PORTOLAN_DEVICE unsigned long long mad_lo_u64(b64 a, b64 b, b64 c) {
  return a.v * b.v + c.v;
}
PORTOLAN_DEVICE unsigned mad_hi_u32(b32 a, b32 b, b32 c) {
  return mul_hi_u32(a, b) + c.v;
}
PORTOLAN_DEVICE unsigned long long mad_wide_u32(b32 a, b32 b, b64 c) {
  return mul_wide_u32(a, b) + c.v;
}
PORTOLAN_DEVICE unsigned long long mad_wide_s32(b32 a, b32 b, b64 c) {
  return mul_wide_s32(a, b) + c.v;
}

// Carries: `carry` stands for the condition code's flag, the last argument of all that read or write it.
PORTOLAN_DEVICE unsigned add_cc_u32(b32 a, b32 b, bool& carry) {
  const unsigned sum = a.v + b.v;
  carry = sum < a.v;
  return sum;
}
PORTOLAN_DEVICE unsigned addc_cc_u32(b32 a, b32 b, bool& carry) {
  const unsigned long long sum = (unsigned long long)a.v + b.v + carry;
  carry = sum >> 32 != 0;
  return (unsigned)sum;
}
PORTOLAN_DEVICE unsigned addc_u32(b32 a, b32 b, bool& carry) {
  return a.v + b.v + carry;
}
PORTOLAN_DEVICE unsigned long long add_cc_u64(b64 a, b64 b, bool& carry) {
  const unsigned long long sum = a.v + b.v;
  carry = sum < a.v;
  return sum;
}
PORTOLAN_DEVICE unsigned long long addc_cc_u64(b64 a, b64 b, bool& carry) {
  const unsigned __int128 sum = (unsigned __int128)a.v + b.v + carry;
  carry = sum >> 64 != 0;
  return (unsigned long long)sum;
}
PORTOLAN_DEVICE unsigned long long addc_u64(b64 a, b64 b, bool& carry) {
  return a.v + b.v + carry;
}
// Of subtractions the flag is the borrow.
PORTOLAN_DEVICE unsigned sub_cc_u32(b32 a, b32 b, bool& borrow) {
  borrow = a.v < b.v;
  return a.v - b.v;
}
PORTOLAN_DEVICE unsigned subc_cc_u32(b32 a, b32 b, bool& borrow) {
  const unsigned long long rest = (unsigned long long)a.v - b.v - borrow;
  borrow = rest >> 32 != 0;
  return (unsigned)rest;
}
PORTOLAN_DEVICE unsigned subc_u32(b32 a, b32 b, bool& borrow) {
  return a.v - b.v - borrow;
}
#define PORTOLAN_MAD(half)                                                          \
  PORTOLAN_DEVICE unsigned mad_##half##_cc_u32(b32 a, b32 b, b32 c, bool& carry) {  \
    return add_cc_u32(mul_##half##_u32(a, b), c, carry);                            \
  }                                                                                 \
  PORTOLAN_DEVICE unsigned madc_##half##_cc_u32(b32 a, b32 b, b32 c, bool& carry) { \
    return addc_cc_u32(mul_##half##_u32(a, b), c, carry);                           \
  }                                                                                 \
  PORTOLAN_DEVICE unsigned madc_##half##_u32(b32 a, b32 b, b32 c, bool& carry) {    \
    return addc_u32(mul_##half##_u32(a, b), c, carry);                              \
  }
PORTOLAN_MAD(lo)
PORTOLAN_MAD(hi)
#undef PORTOLAN_MAD

// Byte n of the result is byte (selector >> 4 * n & 7) of b:a, or eight copies of its sign where bit 3 is set.
PORTOLAN_DEVICE unsigned prmt_b32(b32 a, b32 b, b32 selector) {
  const unsigned long long all = (unsigned long long)b.v << 32 | a.v;
  unsigned result = 0;
  for (unsigned n = 0; n < 4; ++n) {
    const unsigned which = selector.v >> 4 * n;
    const unsigned byte = (unsigned)(all >> 8 * (which & 7)) & 0xff;
    result |= ((which & 8) == 0 ? byte : byte >> 7 != 0 ? 0xffu : 0u) << 8 * n;
  }
  return result;
}
// Position and length are their lowest eight bits.
PORTOLAN_DEVICE unsigned bfe_u32(b32 a, b32 position, b32 length) {
  const unsigned at = position.v & 0xff, count = length.v & 0xff;
  const unsigned field = at < 32 ? a.v >> at : 0;
  return count >= 32 ? field : field & ((1u << count) - 1);
}
// Beyond the word, and in fields that reach beyond it, the sign is the word's own.
PORTOLAN_DEVICE unsigned bfe_s32(b32 a, b32 position, b32 length) {
  const unsigned at = position.v & 0xff, count = length.v & 0xff;
  if (count == 0) return 0;
  const unsigned field = (unsigned)((int)a.v >> (at < 32 ? at : 31));
  return count >= 32 ? field : (unsigned)((int)(field << (32 - count)) >> (32 - count));
}
PORTOLAN_DEVICE unsigned bfi_b32(b32 field, b32 into, b32 position, b32 length) {
  const unsigned at = position.v & 0xff, count = length.v & 0xff;
  if (at >= 32 || count == 0) return into.v;
  const unsigned mask = (count >= 32 ? ~0u : (1u << count) - 1) << at;
  return (field.v << at & mask) | (into.v & ~mask);
}
PORTOLAN_DEVICE unsigned lop3_b32(b32 a, b32 b, b32 c, b32 table) {
  unsigned result = 0;
  for (unsigned n = 0; n < 8; ++n)
    if ((table.v >> n & 1) != 0)
      result |= ((n & 4) != 0 ? a.v : ~a.v) & ((n & 2) != 0 ? b.v : ~b.v) & ((n & 1) != 0 ? c.v : ~c.v);
  return result;
}
#define PORTOLAN_DP4A(name, left, right)                                                                          \
  PORTOLAN_DEVICE unsigned name(b32 a, b32 b, b32 sum) {                                                          \
    unsigned total = sum.v;                                                                                       \
    for (unsigned n = 0; n < 4; ++n) total += (unsigned)((int)(left)(a.v >> 8 * n) * (int)(right)(b.v >> 8 * n)); \
    return total;                                                                                                 \
  }
PORTOLAN_DP4A(dp4a_s32_s32, signed char, signed char)
PORTOLAN_DP4A(dp4a_u32_u32, unsigned char, unsigned char)
PORTOLAN_DP4A(dp4a_s32_u32, signed char, unsigned char)
PORTOLAN_DP4A(dp4a_u32_s32, unsigned char, signed char)
#undef PORTOLAN_DP4A
PORTOLAN_DEVICE unsigned brev_b32(b32 a) {
  return __brev(a.v);
}
PORTOLAN_DEVICE unsigned popc_b32(b32 a) {
  return (unsigned)__popc(a.v);
}
PORTOLAN_DEVICE unsigned clz_b32(b32 a) {
  return (unsigned)__clz((int)a.v);
}
PORTOLAN_DEVICE unsigned bfind_u32(b32 a) {
  return 31u - (unsigned)__clz((int)a.v);  // of 0 all bits
}

PORTOLAN_DEVICE float fma_rn_f32(f32 a, f32 b, f32 c) {
  return fmaf(a.v, b.v, c.v);
}
PORTOLAN_DEVICE float abs_f32(f32 a) {
  return fabsf(a.v);
}
PORTOLAN_DEVICE float neg_f32(f32 a) {
  return bits<float>(bits<unsigned>(a.v) ^ 0x80000000u);
}
// These stand for themselves: no neighbour is fused with them.
#if defined(__HIP__) || defined(__HIP_PLATFORM_AMD__)
#define PORTOLAN_ARITHMETIC(name, op)                    \
  PORTOLAN_DEVICE float name##_rn_f32(f32 a, f32 b) {    \
    _Pragma("clang fp contract(off)") return a.v op b.v; \
  }                                                      \
  PORTOLAN_DEVICE float name##_f32(f32 a, f32 b) {       \
    return name##_rn_f32(a, b);                          \
  }
PORTOLAN_ARITHMETIC(add, +)
PORTOLAN_ARITHMETIC(sub, -)
PORTOLAN_ARITHMETIC(mul, *)
#undef PORTOLAN_ARITHMETIC
#else
#define PORTOLAN_ARITHMETIC(name)                     \
  PORTOLAN_DEVICE float name##_rn_f32(f32 a, f32 b) { \
    return __f##name##_rn(a.v, b.v);                  \
  }                                                   \
  PORTOLAN_DEVICE float name##_f32(f32 a, f32 b) {    \
    return __f##name##_rn(a.v, b.v);                  \
  }
PORTOLAN_ARITHMETIC(add)
PORTOLAN_ARITHMETIC(sub)
PORTOLAN_ARITHMETIC(mul)
#undef PORTOLAN_ARITHMETIC
#endif
PORTOLAN_DEVICE float sqrt_rn_f32(f32 a) {
  return sqrtf(a.v);
}
PORTOLAN_DEVICE float div_rn_f32(f32 a, f32 b) {
  return a.v / b.v;
}
// Approximations: what is given is nearer to the exact value than PTX promises.
PORTOLAN_DEVICE float rcp_approx_f32(f32 a) {
  return 1.0f / a.v;
}
PORTOLAN_DEVICE float rcp_rn_f32(f32 a) {
  return 1.0f / a.v;
}
PORTOLAN_DEVICE float rsqrt_approx_f32(f32 a) {
  return rsqrtf(a.v);
}
PORTOLAN_DEVICE float sqrt_approx_f32(f32 a) {
  return sqrtf(a.v);
}
PORTOLAN_DEVICE float ex2_approx_f32(f32 a) {
  return exp2f(a.v);
}
PORTOLAN_DEVICE float lg2_approx_f32(f32 a) {
  return log2f(a.v);
}

PORTOLAN_DEVICE unsigned selp_b32(b32 a, b32 b, bool which) {
  return which ? a.v : b.v;
}
PORTOLAN_DEVICE unsigned selp_u32(b32 a, b32 b, bool which) {
  return which ? a.v : b.v;
}
PORTOLAN_DEVICE unsigned selp_s32(b32 a, b32 b, bool which) {
  return which ? a.v : b.v;
}
PORTOLAN_DEVICE float selp_f32(f32 a, f32 b, bool which) {
  return which ? a.v : b.v;
}
#define PORTOLAN_COMPARISON(name, op)                    \
  PORTOLAN_DEVICE bool setp_##name##_u32(b32 a, b32 b) { \
    return a.v op b.v;                                   \
  }                                                      \
  PORTOLAN_DEVICE bool setp_##name##_s32(b32 a, b32 b) { \
    return (int)a.v op(int) b.v;                         \
  }                                                      \
  PORTOLAN_DEVICE bool setp_##name##_u64(b64 a, b64 b) { \
    return a.v op b.v;                                   \
  }                                                      \
  PORTOLAN_DEVICE bool setp_##name##_s64(b64 a, b64 b) { \
    return (long long)a.v op(long long) b.v;             \
  }
PORTOLAN_COMPARISON(eq, ==)
PORTOLAN_COMPARISON(ne, !=)
PORTOLAN_COMPARISON(lt, <)
PORTOLAN_COMPARISON(le, <=)
PORTOLAN_COMPARISON(gt, >)
PORTOLAN_COMPARISON(ge, >=)
#undef PORTOLAN_COMPARISON
// Ordered: false where either is no number.
#define PORTOLAN_ORDERED(name, op)                       \
  PORTOLAN_DEVICE bool setp_##name##_f32(f32 a, f32 b) { \
    return a.v op b.v;                                   \
  }
PORTOLAN_ORDERED(eq, ==)
PORTOLAN_ORDERED(lt, <)
PORTOLAN_ORDERED(le, <=)
PORTOLAN_ORDERED(gt, >)
PORTOLAN_ORDERED(ge, >=)
#undef PORTOLAN_ORDERED
PORTOLAN_DEVICE unsigned long long cvt_u64_u32(b32 a) {
  return a.v;
}
PORTOLAN_DEVICE unsigned long long cvt_s64_s32(b32 a) {
  return (unsigned long long)(long long)(int)a.v;
}
PORTOLAN_DEVICE unsigned cvt_u32_u64(b64 a) {
  return (unsigned)a.v;
}
PORTOLAN_DEVICE float cvt_rn_f32_s32(b32 a) {
  return (float)(int)a.v;
}
PORTOLAN_DEVICE float cvt_rn_f32_u32(b32 a) {
  return (float)a.v;
}

// Special registers, and what asks the warp: of 32 lanes.
PORTOLAN_DEVICE unsigned reg_laneid() {
  return lane_();
}
PORTOLAN_DEVICE unsigned reg_lanemask_eq() {
  return 1u << lane_();
}
PORTOLAN_DEVICE unsigned reg_lanemask_lt() {
  return (1u << lane_()) - 1;
}
PORTOLAN_DEVICE unsigned reg_lanemask_le() {
  return (2u << lane_()) - 1;
}
PORTOLAN_DEVICE unsigned reg_lanemask_gt() {
  return ~reg_lanemask_le();
}
PORTOLAN_DEVICE unsigned reg_lanemask_ge() {
  return ~reg_lanemask_lt();
}
#define PORTOLAN_PLACE(name, variable)        \
  PORTOLAN_DEVICE unsigned reg_##name##_x() { \
    return variable.x;                        \
  }                                           \
  PORTOLAN_DEVICE unsigned reg_##name##_y() { \
    return variable.y;                        \
  }                                           \
  PORTOLAN_DEVICE unsigned reg_##name##_z() { \
    return variable.z;                        \
  }
PORTOLAN_PLACE(tid, threadIdx)
PORTOLAN_PLACE(ntid, blockDim)
PORTOLAN_PLACE(ctaid, blockIdx)
PORTOLAN_PLACE(nctaid, gridDim)
#undef PORTOLAN_PLACE
PORTOLAN_DEVICE unsigned activemask_b32() {
  return activemask();
}
PORTOLAN_DEVICE unsigned vote_sync_ballot_b32(bool bit, b32 mask) {
  return ballot_sync(mask.v, bit);
}
PORTOLAN_DEVICE void bar_sync(b32 which) {
  (void)which;  // Portolan lets only barrier 0 of all threads through
  __syncthreads();
}
PORTOLAN_DEVICE void membar_gl() {
  __threadfence();
}
PORTOLAN_DEVICE void membar_cta() {
  __threadfence_block();
}
PORTOLAN_DEVICE void membar_sys() {
  __threadfence_system();
}

}  // namespace ptx
}  // namespace portolan
