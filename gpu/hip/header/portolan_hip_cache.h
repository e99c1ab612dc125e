// Loads and stores with hints for caches (__ldcg and its like). Hints about what is read again say nothing of values;
// what goes past a core's own cache sees what other blocks wrote, so it does here.
#pragma once

#include "portolan_hip_warp.h"

namespace portolan {

#if defined(__HIP__) || defined(__HIP_PLATFORM_AMD__)
template <unsigned kBytes>
struct cache_word_ {
  typedef unsigned long long type;
};
template <>
struct cache_word_<1> {
  typedef unsigned char type;
};
template <>
struct cache_word_<2> {
  typedef unsigned short type;
};
template <>
struct cache_word_<4> {
  typedef unsigned type;
};
// Up to eight bytes at once, larger types in pieces of eight.
template <class T>
PORTOLAN_DEVICE T load_past_cache_(const T* from) {
  typedef typename cache_word_<sizeof(T)>::type word;
  word words[sizeof(T) / sizeof(word)];
  for (unsigned n = 0; n < sizeof(T) / sizeof(word); ++n) words[n] = ((const volatile word*)from)[n];
  T v;
  __builtin_memcpy(&v, words, sizeof(T));
  return v;
}
template <class T>
PORTOLAN_DEVICE void store_past_cache_(T* to, T v) {
  typedef typename cache_word_<sizeof(T)>::type word;
  word words[sizeof(T) / sizeof(word)];
  __builtin_memcpy(words, &v, sizeof(T));
  for (unsigned n = 0; n < sizeof(T) / sizeof(word); ++n) ((volatile word*)to)[n] = words[n];
}
#define PORTOLAN_CACHE_LOAD(name, here)   \
  template <class T>                      \
  PORTOLAN_DEVICE T name(const T* from) { \
    return here;                          \
  }
#define PORTOLAN_CACHE_STORE(name, here)                          \
  template <class T>                                              \
  PORTOLAN_DEVICE void name(T* to, typename itself_<T>::type v) { \
    here;                                                         \
  }
#else
#define PORTOLAN_CACHE_LOAD(name, here)   \
  template <class T>                      \
  PORTOLAN_DEVICE T name(const T* from) { \
    return ::__##name(from);              \
  }
#define PORTOLAN_CACHE_STORE(name, here)                          \
  template <class T>                                              \
  PORTOLAN_DEVICE void name(T* to, typename itself_<T>::type v) { \
    ::__##name(to, v);                                            \
  }
#endif
PORTOLAN_CACHE_LOAD(ldg, *from)
PORTOLAN_CACHE_LOAD(ldca, *from)
PORTOLAN_CACHE_LOAD(ldcs, *from)
PORTOLAN_CACHE_LOAD(ldlu, *from)
PORTOLAN_CACHE_LOAD(ldcg, load_past_cache_(from))
PORTOLAN_CACHE_LOAD(ldcv, load_past_cache_(from))
PORTOLAN_CACHE_STORE(stwb, *to = v)
PORTOLAN_CACHE_STORE(stcs, *to = v)
PORTOLAN_CACHE_STORE(stcg, store_past_cache_(to, v))
PORTOLAN_CACHE_STORE(stwt, store_past_cache_(to, v))
#undef PORTOLAN_CACHE_LOAD
#undef PORTOLAN_CACHE_STORE

}  // namespace portolan
