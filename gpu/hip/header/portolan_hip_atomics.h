// Atomic sums of 16-bit numbers and pairs of them, and exchanges of 16 bits, which HIP 5 lacks: the word around them is
// exchanged until nobody came between (so an odd number of them is read two bytes beyond its end, where memory has
// whole words).
#pragma once

#include "portolan_hip_types.h"

#if defined(__HIP__) || defined(__HIP_PLATFORM_AMD__)

namespace portolan {

// What `change` makes of a word in memory, given what was there.
template <class Change>
PORTOLAN_DEVICE unsigned changed_word_(unsigned* word, Change change) {
  unsigned before = __hip_atomic_load(word, __ATOMIC_RELAXED, __HIP_MEMORY_SCOPE_AGENT);
  while (!__hip_atomic_compare_exchange_strong(word, &before, change(before), __ATOMIC_RELAXED, __ATOMIC_RELAXED,
                                               __HIP_MEMORY_SCOPE_AGENT)) {
  }
  return before;
}
template <class T>
PORTOLAN_DEVICE T part_(unsigned word, unsigned shift) {
  const unsigned short bits = (unsigned short)(word >> shift);
  T v;
  __builtin_memcpy(&v, &bits, 2);
  return v;
}
template <class T>
PORTOLAN_DEVICE unsigned with_part_(unsigned word, unsigned shift, T v) {
  unsigned short bits;
  __builtin_memcpy(&bits, &v, 2);
  return (word & ~(0xffffu << shift)) | (unsigned)bits << shift;
}
template <class T, class Change>
PORTOLAN_DEVICE T changed_short_(T* p, Change change) {
  static_assert(sizeof(T) == 2, "half a word");
  const auto place = (unsigned long long)p;
  const unsigned shift = (unsigned)(place & 2) * 8;
  auto* word = (unsigned*)(place & ~3ull);
  return part_<T>(
      changed_word_(word, [=] __attribute__((device)) (
                              unsigned before) { return with_part_(before, shift, change(part_<T>(before, shift))); }),
      shift);
}
template <class T2, class Change>
PORTOLAN_DEVICE T2 changed_pair_(T2* p, Change change) {
  static_assert(sizeof(T2) == 4, "two halves");
  const unsigned before = changed_word_((unsigned*)p, [=] __attribute__((device)) (unsigned word) {
    T2 v;
    __builtin_memcpy(&v, &word, 4);
    v = change(v);
    __builtin_memcpy(&word, &v, 4);
    return word;
  });
  T2 v;
  __builtin_memcpy(&v, &before, 4);
  return v;
}

}  // namespace portolan

#define PORTOLAN_SHORT_SUM(T, T2)                                                                              \
  PORTOLAN_DEVICE T atomicAdd(T* p, T v) {                                                                     \
    return portolan::changed_short_(p, [=] __attribute__((device)) (T before) { return __hadd(before, v); });  \
  }                                                                                                            \
  PORTOLAN_DEVICE T2 atomicAdd(T2* p, T2 v) {                                                                  \
    return portolan::changed_pair_(p, [=] __attribute__((device)) (T2 before) { return __hadd2(before, v); }); \
  }
PORTOLAN_SHORT_SUM(__half, __half2)
PORTOLAN_SHORT_SUM(__hip_bfloat16, __hip_bfloat162)
#undef PORTOLAN_SHORT_SUM
PORTOLAN_DEVICE unsigned short atomicCAS(unsigned short* p, unsigned short compare, unsigned short v) {
  return portolan::changed_short_(
      p, [=] __attribute__((device)) (unsigned short before) { return before == compare ? v : before; });
}

#define PORTOLAN_FOR_BLOCK(name) name
#else
#define PORTOLAN_FOR_BLOCK(name) ::name##_block
#endif

// For the threads of a block alone; HIP 5 has them for the whole device, which is as right.
namespace portolan {
#define PORTOLAN_BLOCK_ATOMIC(name)                                   \
  template <class T>                                                  \
  PORTOLAN_DEVICE T name##_block(T* p, typename itself_<T>::type v) { \
    return PORTOLAN_FOR_BLOCK(name)(p, v);                            \
  }
PORTOLAN_BLOCK_ATOMIC(atomicAdd)
PORTOLAN_BLOCK_ATOMIC(atomicSub)
PORTOLAN_BLOCK_ATOMIC(atomicMin)
PORTOLAN_BLOCK_ATOMIC(atomicMax)
PORTOLAN_BLOCK_ATOMIC(atomicInc)
PORTOLAN_BLOCK_ATOMIC(atomicDec)
PORTOLAN_BLOCK_ATOMIC(atomicAnd)
PORTOLAN_BLOCK_ATOMIC(atomicOr)
PORTOLAN_BLOCK_ATOMIC(atomicXor)
PORTOLAN_BLOCK_ATOMIC(atomicExch)
#undef PORTOLAN_BLOCK_ATOMIC
template <class T>
PORTOLAN_DEVICE T atomicCAS_block(T* p, typename itself_<T>::type compare, typename itself_<T>::type v) {
  return PORTOLAN_FOR_BLOCK(atomicCAS)(p, compare, v);
}
}  // namespace portolan
#undef PORTOLAN_FOR_BLOCK
