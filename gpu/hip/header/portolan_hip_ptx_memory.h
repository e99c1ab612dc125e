// Inline PTX that reads and writes memory, or asks other lanes, as functions: what Portolan writes in its place. Shared
// memory has addresses of its own there, as PTX has it (%0 of __cvta_generic_to_shared); at_shared makes pointers of
// them.
#pragma once

#include "portolan_hip_ptx.h"

namespace portolan {

#if defined(__HIP__) || defined(__HIP_PLATFORM_AMD__)
PORTOLAN_DEVICE unsigned long long cvta_generic_to_shared(const volatile void* p) {
  return (unsigned long long)(__attribute__((address_space(3))) const volatile char*)p;
}
PORTOLAN_DEVICE void* cvta_shared_to_generic(unsigned long long address) {
  return (void*)(__attribute__((address_space(3))) char*)address;
}
#else
PORTOLAN_DEVICE unsigned long long cvta_generic_to_shared(const volatile void* p) {
  return ::__cvta_generic_to_shared((const void*)p);
}
PORTOLAN_DEVICE void* cvta_shared_to_generic(unsigned long long address) {
  return ::__cvta_shared_to_generic(address);
}
#endif

namespace ptx {

PORTOLAN_DEVICE unsigned long long cvta_to_shared_u64(b64 p) {
  return cvta_generic_to_shared((const volatile void*)p.v);
}
PORTOLAN_DEVICE unsigned long long cvta_shared_u64(b64 address) {
  return (unsigned long long)cvta_shared_to_generic(address.v);
}
// Global memory lies in the generic space as it is.
PORTOLAN_DEVICE unsigned long long cvta_to_global_u64(b64 p) {
  return p.v;
}
PORTOLAN_DEVICE unsigned long long cvta_global_u64(b64 p) {
  return p.v;
}
template <class T>
PORTOLAN_DEVICE T* at_global(b64 address, long long offset = 0) {
  return (T*)(address.v + (unsigned long long)offset);
}
template <class T>
PORTOLAN_DEVICE T* at_shared(b64 address, long long offset = 0) {
  return (T*)cvta_shared_to_generic(address.v + (unsigned long long)offset);
}

// A vector of words, aligned as PTX wants it.
template <class T, int Count>
struct alignas(sizeof(T) * Count) words {
  T v[Count];
};
// Bytes and halves in a register of 32 bits.
template <class T>
PORTOLAN_DEVICE T extended(T v) {
  return v;
}
PORTOLAN_DEVICE unsigned extended(unsigned char v) {
  return v;
}
PORTOLAN_DEVICE unsigned extended(signed char v) {
  return (unsigned)(int)v;
}
PORTOLAN_DEVICE unsigned extended(unsigned short v) {
  return v;
}
PORTOLAN_DEVICE unsigned extended(short v) {
  return (unsigned)(int)v;
}
// PTX does not know types of memory: whatever lies there may be read as anything.
template <class T>
struct any_ {
  typedef T type __attribute__((may_alias));
};
template <class T>
PORTOLAN_DEVICE auto load(const T* from) {
  return extended((T) * (const typename any_<T>::type*)from);
}
template <class T>
PORTOLAN_DEVICE auto load_volatile(const T* from) {
  return extended((T) * (const volatile typename any_<T>::type*)from);
}
template <class T>
PORTOLAN_DEVICE void store(T* to, T v) {
  *(typename any_<T>::type*)to = v;
}
template <class T>
PORTOLAN_DEVICE void store_volatile(T* to, T v) {
  *(volatile typename any_<T>::type*)to = v;
}
// A register as something to store.
PORTOLAN_DEVICE unsigned bits_of(b32 v) {
  return v.v;
}
PORTOLAN_DEVICE unsigned long long bits_of_64(b64 v) {
  return v.v;
}

// cp.async, done at once: what it copies may be seen before it is waited for. `given` bytes, and zeros behind them.
template <int Bytes>
PORTOLAN_DEVICE void copy(unsigned* to, const unsigned* from, unsigned given = Bytes) {
  typedef typename any_<words<unsigned, Bytes / 4>>::type piece;
  if (given >= Bytes) {
    *(piece*)to = *(const piece*)from;
    return;
  }
  for (unsigned n = 0; n < Bytes; ++n)
    ((unsigned char*)to)[n] = n < given ? ((const unsigned char*)from)[n] : (unsigned char)0;
}

// Order does not matter to atomic operations without an order; the scope of the device holds for smaller ones too.
#define PORTOLAN_ATOM(name, function)        \
  template <class T>                         \
  PORTOLAN_DEVICE T atom_##name(T* p, T v) { \
    return (T)function(p, v);                \
  }
PORTOLAN_ATOM(add, ::atomicAdd)
PORTOLAN_ATOM(min, ::atomicMin)
PORTOLAN_ATOM(max, ::atomicMax)
PORTOLAN_ATOM(and, ::atomicAnd)
PORTOLAN_ATOM(or, ::atomicOr)
PORTOLAN_ATOM(xor, ::atomicXor)
PORTOLAN_ATOM(exch, ::atomicExch)
PORTOLAN_ATOM(inc, portolan::atomicInc)
PORTOLAN_ATOM(dec, portolan::atomicDec)
#undef PORTOLAN_ATOM
template <class T>
PORTOLAN_DEVICE T atom_cas(T* p, T compare, T v) {
  return (T)::atomicCAS(p, compare, v);
}

// Shuffles (PTX ISA 9.0, 9.7.9.6): the lane that is read, and whether it lies in the segment that `c` describes.
enum shuffle_ { shuffle_up, shuffle_down, shuffle_bfly, shuffle_idx };
PORTOLAN_DEVICE unsigned shuffle_source_(shuffle_ kind, unsigned by, unsigned c, bool& inside) {
  const unsigned own = lane_(), segment = c >> 8 & 31, clamp = c & 31, first = own & segment;
  const unsigned last = first | (clamp & ~segment);
  by &= 31;
  const int from = kind == shuffle_up     ? (int)own - (int)by
                   : kind == shuffle_down ? (int)(own + by)
                   : kind == shuffle_bfly ? (int)(own ^ by)
                                          : (int)(first | (by & ~segment));
  inside = kind == shuffle_up ? from >= (int)last : from <= (int)last;
  return inside ? (unsigned)from : own;
}
#define PORTOLAN_SHUFFLE(name)                                                      \
  PORTOLAN_DEVICE unsigned shfl_sync_##name##_b32(b32 v, b32 by, b32 c, b32 mask) { \
    bool inside;                                                                    \
    const unsigned from = shuffle_source_(shuffle_##name, by.v, c.v, inside);       \
    return shfl_sync(mask.v, v.v, (int)from);                                       \
  }                                                                                 \
  PORTOLAN_DEVICE bool shfl_sync_##name##_inside(b32 by, b32 c) {                   \
    bool inside;                                                                    \
    shuffle_source_(shuffle_##name, by.v, c.v, inside);                             \
    return inside;                                                                  \
  }
PORTOLAN_SHUFFLE(up)
PORTOLAN_SHUFFLE(down)
PORTOLAN_SHUFFLE(bfly)
PORTOLAN_SHUFFLE(idx)
#undef PORTOLAN_SHUFFLE
PORTOLAN_DEVICE bool vote_sync_any_pred(bool bit, b32 mask) {
  return any_sync(mask.v, bit) != 0;
}
PORTOLAN_DEVICE bool vote_sync_all_pred(bool bit, b32 mask) {
  return all_sync(mask.v, bit) != 0;
}
PORTOLAN_DEVICE bool vote_sync_uni_pred(bool bit, b32 mask) {
  const unsigned votes = ballot_sync(mask.v, bit);
  return votes == 0 || votes == mask.v;
}
PORTOLAN_DEVICE unsigned match_any_sync_b32(b32 v, b32 mask) {
  return match_any_sync(mask.v, v.v);
}
#define PORTOLAN_REDUX(name, type, ptx_type)                                 \
  PORTOLAN_DEVICE unsigned redux_sync_##name##_##ptx_type(b32 v, b32 mask) { \
    return (unsigned)reduce_##name##_sync(mask.v, (type)v.v);                \
  }
PORTOLAN_REDUX(add, unsigned, u32)
PORTOLAN_REDUX(add, int, s32)
PORTOLAN_REDUX(min, unsigned, u32)
PORTOLAN_REDUX(min, int, s32)
PORTOLAN_REDUX(max, unsigned, u32)
PORTOLAN_REDUX(max, int, s32)
PORTOLAN_REDUX(and, unsigned, b32)
PORTOLAN_REDUX(or, unsigned, b32)
PORTOLAN_REDUX(xor, unsigned, b32)
#undef PORTOLAN_REDUX
PORTOLAN_DEVICE void bar_warp_sync(b32 mask) {
  syncwarp(mask.v);
}
PORTOLAN_DEVICE void barrier_sync(b32 which) {
  bar_sync(which);
}
PORTOLAN_DEVICE void nanosleep_u32(b32 nanoseconds) {
  nanosleep(nanoseconds.v);
}

}  // namespace ptx
}  // namespace portolan
