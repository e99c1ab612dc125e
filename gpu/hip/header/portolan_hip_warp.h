// Warps of 32 lanes as CUDA has them, on hardware of either width: lanes 32 to 63 of a wave of 64 are a warp of their
// own. Masks name lanes of the warp, so they stay 32 bits wide.
#pragma once

#define PORTOLAN_DEVICE static __device__ inline __attribute__((always_inline))

namespace portolan {

template <class T>
struct itself_ {
  typedef T type;
};
static constexpr int warpSize = 32;

#if defined(__HIP__) || defined(__HIP_PLATFORM_AMD__)

PORTOLAN_DEVICE unsigned wave_lane_() {
  return __builtin_amdgcn_mbcnt_hi(~0u, __builtin_amdgcn_mbcnt_lo(~0u, 0));
}
PORTOLAN_DEVICE unsigned lane_() {
  return wave_lane_() & 31;
}
PORTOLAN_DEVICE unsigned ballot_(bool bit) {
#if !defined(__HIP_DEVICE_COMPILE__)
  return bit;  // the host's compiler reads this, and nobody calls it
#elif __AMDGCN_WAVEFRONT_SIZE == 64
  return (unsigned)(__builtin_amdgcn_ballot_w64(bit) >> (wave_lane_() & 32));
#else
  return __builtin_amdgcn_ballot_w32(bit);
#endif
}
// What the warp's lane `from` has in `v`, word by word.
template <class T>
PORTOLAN_DEVICE T from_lane_(T v, unsigned from) {
  constexpr unsigned words = (sizeof(T) + 3) / 4;
  int parts[words] = {};
  __builtin_memcpy(parts, &v, sizeof(T));
  const int place = (int)(((wave_lane_() & ~31u) | from) << 2);
  for (unsigned n = 0; n < words; ++n) parts[n] = __builtin_amdgcn_ds_bpermute(place, parts[n]);
  __builtin_memcpy(&v, parts, sizeof(T));
  return v;
}
PORTOLAN_DEVICE void syncwarp(unsigned = ~0u) {
  __builtin_amdgcn_fence(__ATOMIC_RELEASE, "workgroup");
  __builtin_amdgcn_wave_barrier();
  __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "workgroup");
}
PORTOLAN_DEVICE unsigned activemask() {
  return ballot_(true);
}
PORTOLAN_DEVICE unsigned ballot_sync(unsigned mask, int bit) {
  return ballot_(bit != 0) & mask;
}
PORTOLAN_DEVICE int any_sync(unsigned mask, int bit) {
  return ballot_sync(mask, bit) != 0;
}
PORTOLAN_DEVICE int all_sync(unsigned mask, int bit) {
  return ballot_sync(mask, bit == 0) == 0;
}
template <class T>
PORTOLAN_DEVICE T shfl_sync(unsigned, T v, int from, int width = 32) {
  return from_lane_(v, (lane_() & ~(unsigned)(width - 1)) | ((unsigned)from & (unsigned)(width - 1)));
}
// Distances have five bits; where the other lane lies outside of the segment a lane keeps its own.
template <class T>
PORTOLAN_DEVICE T shfl_up_sync(unsigned, T v, unsigned by, int width = 32) {
  const unsigned own = lane_(), first = own & ~(unsigned)(width - 1), below = own - (by & 31);
  return from_lane_(v, (int)below >= (int)first ? below : own);
}
template <class T>
PORTOLAN_DEVICE T shfl_down_sync(unsigned, T v, unsigned by, int width = 32) {
  const unsigned own = lane_(), last = own | (unsigned)(width - 1), above = own + (by & 31);
  return from_lane_(v, above <= last ? above : own);
}
template <class T>
PORTOLAN_DEVICE T shfl_xor_sync(unsigned, T v, int by, int width = 32) {
  const unsigned own = lane_(), last = own | (unsigned)(width - 1), other = own ^ ((unsigned)by & 31);
  return from_lane_(v, other <= last ? other : own);
}
template <class T>
PORTOLAN_DEVICE bool same_bits_(T a, T b) {
  unsigned left[(sizeof(T) + 3) / 4] = {}, right[(sizeof(T) + 3) / 4] = {};
  __builtin_memcpy(left, &a, sizeof(T));
  __builtin_memcpy(right, &b, sizeof(T));
  bool same = true;
  for (unsigned n = 0; n < sizeof(left) / 4; ++n) same = same && left[n] == right[n];
  return same;
}
template <class T>
PORTOLAN_DEVICE unsigned match_any_sync(unsigned mask, T v) {
  unsigned same = 0;
  for (unsigned n = 0; n < 32; ++n)
    if (same_bits_(from_lane_(v, n), v)) same |= 1u << n;
  return same & mask;
}
template <class T>
PORTOLAN_DEVICE unsigned match_all_sync(unsigned mask, T v, int* all) {
  *all = match_any_sync(mask, v) == mask;
  return *all ? mask : 0;
}
template <class T, class Join>
PORTOLAN_DEVICE T joined_(unsigned mask, T v, Join join) {
  T all = v;
  bool first = true;
  for (unsigned n = 0; n < 32; ++n) {
    const T other = from_lane_(v, n);
    if ((mask >> n & 1) == 0) continue;
    all = first ? other : join(all, other);
    first = false;
  }
  return all;
}
#define PORTOLAN_REDUCTION(name, expression)                                                    \
  template <class T>                                                                            \
  PORTOLAN_DEVICE T reduce_##name##_sync(unsigned mask, T v) {                                  \
    return joined_(mask, v, [] __attribute__((device)) (T a, T b) -> T { return expression; }); \
  }
PORTOLAN_REDUCTION(add, a + b)
PORTOLAN_REDUCTION(min, a < b ? a : b)
PORTOLAN_REDUCTION(max, a > b ? a : b)
PORTOLAN_REDUCTION(and, a& b)
PORTOLAN_REDUCTION(or, a | b)
PORTOLAN_REDUCTION(xor, a ^ b)
#undef PORTOLAN_REDUCTION

// HIP 5's own name an intrinsic that LLVM 19 no longer has.
PORTOLAN_DEVICE unsigned atomicInc(unsigned* p, unsigned last) {
  return __builtin_amdgcn_atomic_inc32(p, last, __ATOMIC_RELAXED, "agent");
}
PORTOLAN_DEVICE unsigned atomicDec(unsigned* p, unsigned last) {
  return __builtin_amdgcn_atomic_dec32(p, last, __ATOMIC_RELAXED, "agent");
}
PORTOLAN_DEVICE void nanosleep(unsigned) {
  __builtin_amdgcn_s_sleep(1);
}

#else  // NVIDIA

PORTOLAN_DEVICE unsigned lane_() {
  unsigned n;
  asm("mov.u32 %0, %%laneid;" : "=r"(n));
  return n;
}
PORTOLAN_DEVICE void syncwarp(unsigned mask = ~0u) {
  ::__syncwarp(mask);
}
PORTOLAN_DEVICE unsigned activemask() {
  return ::__activemask();
}
PORTOLAN_DEVICE unsigned ballot_sync(unsigned mask, int bit) {
  return ::__ballot_sync(mask, bit);
}
PORTOLAN_DEVICE int any_sync(unsigned mask, int bit) {
  return ::__any_sync(mask, bit);
}
PORTOLAN_DEVICE int all_sync(unsigned mask, int bit) {
  return ::__all_sync(mask, bit);
}
template <class T>
PORTOLAN_DEVICE T shfl_sync(unsigned mask, T v, int from, int width = 32) {
  return ::__shfl_sync(mask, v, from, width);
}
template <class T>
PORTOLAN_DEVICE T shfl_up_sync(unsigned mask, T v, unsigned by, int width = 32) {
  return ::__shfl_up_sync(mask, v, by, width);
}
template <class T>
PORTOLAN_DEVICE T shfl_down_sync(unsigned mask, T v, unsigned by, int width = 32) {
  return ::__shfl_down_sync(mask, v, by, width);
}
template <class T>
PORTOLAN_DEVICE T shfl_xor_sync(unsigned mask, T v, int by, int width = 32) {
  return ::__shfl_xor_sync(mask, v, by, width);
}
template <class T>
PORTOLAN_DEVICE unsigned match_any_sync(unsigned mask, T v) {
  return ::__match_any_sync(mask, v);
}
template <class T>
PORTOLAN_DEVICE unsigned match_all_sync(unsigned mask, T v, int* all) {
  return ::__match_all_sync(mask, v, all);
}
#define PORTOLAN_REDUCTION(name)                               \
  template <class T>                                           \
  PORTOLAN_DEVICE T reduce_##name##_sync(unsigned mask, T v) { \
    return ::__reduce_##name##_sync(mask, v);                  \
  }
PORTOLAN_REDUCTION(add)
PORTOLAN_REDUCTION(min)
PORTOLAN_REDUCTION(max)
PORTOLAN_REDUCTION(and)
PORTOLAN_REDUCTION(or)
PORTOLAN_REDUCTION(xor)
#undef PORTOLAN_REDUCTION
PORTOLAN_DEVICE unsigned atomicInc(unsigned* p, unsigned last) {
  return ::atomicInc(p, last);
}
PORTOLAN_DEVICE unsigned atomicDec(unsigned* p, unsigned last) {
  return ::atomicDec(p, last);
}
PORTOLAN_DEVICE void nanosleep(unsigned nanoseconds) {
  ::__nanosleep(nanoseconds);
}
#endif

}  // namespace portolan
