// What nvcc's headers declare for the host and clang's reading of them leaves out there: read before CUDA source.
#pragma once

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
