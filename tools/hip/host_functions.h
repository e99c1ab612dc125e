// What nvcc's headers declare and clang's reading of them leaves out: min and max of the host, loads and stores with
// hints for caches. Read before CUDA source.
#pragma once

// clang knows managed variables as HIP's alone. As the device's they are read, and the porting refuses them with their
// line.
#include <crt/host_defines.h>
#undef __managed__
#define __managed__ __device__

#define PORTOLAN_LEAST(type, left, right)                                     \
  static inline __attribute__((host)) type min(const left a, const right b) { \
    return (type)b < (type)a ? (type)b : (type)a;                             \
  }                                                                           \
  static inline __attribute__((host)) type max(const left a, const right b) { \
    return (type)a < (type)b ? (type)b : (type)a;                             \
  }
#define PORTOLAN_LEAST_OF(type)                               \
  PORTOLAN_LEAST(type, type, type)                            \
  PORTOLAN_LEAST(unsigned type, unsigned type, unsigned type) \
  PORTOLAN_LEAST(unsigned type, type, unsigned type)          \
  PORTOLAN_LEAST(unsigned type, unsigned type, type)
PORTOLAN_LEAST_OF(int)
PORTOLAN_LEAST_OF(long)
PORTOLAN_LEAST_OF(long long)
PORTOLAN_LEAST(float, float, float)
PORTOLAN_LEAST(double, double, double)
PORTOLAN_LEAST(double, float, double)
PORTOLAN_LEAST(double, double, float)
#undef PORTOLAN_LEAST_OF
#undef PORTOLAN_LEAST

template <class T>
struct portolan_itself {
  typedef T type;
};
#define PORTOLAN_LOAD(name) \
  template <class T>        \
  __attribute__((device)) T name(const T*);
#define PORTOLAN_STORE(name) \
  template <class T>         \
  __attribute__((device)) void name(T*, typename portolan_itself<T>::type);
PORTOLAN_LOAD(__ldca)
PORTOLAN_LOAD(__ldcs)
PORTOLAN_LOAD(__ldlu)
PORTOLAN_LOAD(__ldcg)
PORTOLAN_LOAD(__ldcv)
PORTOLAN_STORE(__stwb)
PORTOLAN_STORE(__stcs)
PORTOLAN_STORE(__stcg)
PORTOLAN_STORE(__stwt)
#undef PORTOLAN_LOAD
#undef PORTOLAN_STORE
