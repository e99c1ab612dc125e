// Matrices of a warp (CUDA's mma.h) in plain C++: AMD's matrix instructions lay their tiles out otherwise and have
// other shapes. How a fragment is laid out CUDA leaves open; here it is as its hardware has it, tiles of 8 rows by what
// four lanes hold in a register each. Products of f16 and bf16 are added up as an H100 does it, bit for
// bit (portolan_hip_ptx_matrix.h), where the sum is kept in the format of what is added to; else one after the other.
#pragma once

#include "portolan_hip_ptx_matrix.h"
#include "portolan_hip_types.h"

#if defined(__HIP__) || defined(__HIP_PLATFORM_AMD__)

namespace nvcuda {
namespace wmma {

struct matrix_a {};
struct matrix_b {};
struct accumulator {};
struct row_major {};
struct col_major {};
enum layout_t { mem_row_major, mem_col_major };

#define PORTOLAN_UNROLLED _Pragma("unroll")

template <class Use, int M, int N, int K>
struct elements_;
template <int M, int N, int K>
struct elements_<matrix_a, M, N, K> {
  enum { value = M * K / 32 };
};
template <int M, int N, int K>
struct elements_<matrix_b, M, N, K> {
  enum { value = K * N / 32 };
};
template <int M, int N, int K>
struct elements_<accumulator, M, N, K> {
  enum { value = M * N / 32 };
};

template <class Use, int M, int N, int K, class T, class Layout = void>
struct fragment {
  static_assert((M == 16 && N == 16) || (M == 32 && N == 8) || (M == 8 && N == 32), "a shape of CUDA's");
  static_assert(K == 16 && sizeof(T) <= 4, "of f16, bf16 and bytes, which are 16 deep");
  enum { num_elements = elements_<Use, M, N, K>::value, num_storage_elements = num_elements };
  typedef T element_type;
  T x[num_elements];
};

// Element n of A's rows or B's columns that a lane has: which row or column, and how deep.
template <class T, int K>
struct place_ {
  enum { in_word = sizeof(T) < 4 ? 4 / sizeof(T) : 1, deep = K / (4 * in_word), words = K / in_word };
  struct word {
    T e[in_word];
  };
  PORTOLAN_DEVICE int outer(int n) { return n / (in_word * deep) * 8 + (int)portolan::lane_() / 4; }
  PORTOLAN_DEVICE int depth(int n) {
    return n / in_word % deep * 4 * in_word + (int)portolan::lane_() % 4 * in_word + n % in_word;
  }
  // All elements of row or column `outer` of tile `tile`, which the four lanes of a group have.
  PORTOLAN_DEVICE void line(const T* x, int tile, int outer, word* all) {
    PORTOLAN_UNROLLED
    for (int n = 0; n < words; ++n) {
      word own;
      PORTOLAN_UNROLLED
      for (int e = 0; e < in_word; ++e) own.e[e] = x[(tile * deep + n / 4) * in_word + e];
      all[n] = portolan::from_lane_(own, (unsigned)(outer * 4 + n % 4));
    }
  }
};
template <int N>
PORTOLAN_DEVICE int row_(int n) {
  return n / 2 / (N / 8) * 8 + (int)portolan::lane_() / 4;
}
template <int N>
PORTOLAN_DEVICE int column_(int n) {
  return n / 2 % (N / 8) * 8 + (int)portolan::lane_() % 4 * 2 + n % 2;
}

template <class Use, int M, int N, int K, class T, class Layout, class V>
PORTOLAN_DEVICE void fill_fragment(fragment<Use, M, N, K, T, Layout>& f, const V& v) {
  PORTOLAN_UNROLLED
  for (int n = 0; n < f.num_elements; ++n) f.x[n] = (T)v;
}
PORTOLAN_DEVICE int is_columns_(row_major) {
  return 0;
}
PORTOLAN_DEVICE int is_columns_(col_major) {
  return 1;
}
template <int M, int N, int K, class T, class Layout>
PORTOLAN_DEVICE void load_matrix_sync(fragment<matrix_a, M, N, K, T, Layout>& f, const T* p, unsigned stride) {
  PORTOLAN_UNROLLED
  for (int n = 0; n < f.num_elements; ++n) {
    const unsigned row = (unsigned)place_<T, K>::outer(n), column = (unsigned)place_<T, K>::depth(n);
    f.x[n] = is_columns_(Layout()) ? p[column * stride + row] : p[row * stride + column];
  }
}
template <int M, int N, int K, class T, class Layout>
PORTOLAN_DEVICE void load_matrix_sync(fragment<matrix_b, M, N, K, T, Layout>& f, const T* p, unsigned stride) {
  PORTOLAN_UNROLLED
  for (int n = 0; n < f.num_elements; ++n) {
    const unsigned column = (unsigned)place_<T, K>::outer(n), row = (unsigned)place_<T, K>::depth(n);
    f.x[n] = is_columns_(Layout()) ? p[column * stride + row] : p[row * stride + column];
  }
}
template <int M, int N, int K, class T>
PORTOLAN_DEVICE void load_matrix_sync(fragment<accumulator, M, N, K, T>& f, const T* p, unsigned stride,
                                      layout_t layout) {
  PORTOLAN_UNROLLED
  for (int n = 0; n < f.num_elements; ++n) {
    const unsigned row = (unsigned)row_<N>(n), column = (unsigned)column_<N>(n);
    f.x[n] = layout == mem_col_major ? p[column * stride + row] : p[row * stride + column];
  }
}
template <int M, int N, int K, class T>
PORTOLAN_DEVICE void store_matrix_sync(T* p, const fragment<accumulator, M, N, K, T>& f, unsigned stride,
                                       layout_t layout) {
  PORTOLAN_UNROLLED
  for (int n = 0; n < f.num_elements; ++n) {
    const unsigned row = (unsigned)row_<N>(n), column = (unsigned)column_<N>(n);
    p[layout == mem_col_major ? column * stride + row : row * stride + column] = f.x[n];
  }
}

PORTOLAN_DEVICE float wide_(__half v) {
  return __half2float(v);
}
PORTOLAN_DEVICE float wide_(__hip_bfloat16 v) {
  return __bfloat162float(v);
}
PORTOLAN_DEVICE int wide_(signed char v) {
  return v;
}
PORTOLAN_DEVICE int wide_(unsigned char v) {
  return v;
}
// What is added up, by what is kept.
PORTOLAN_DEVICE float sum_(float v) {
  return v;
}
PORTOLAN_DEVICE int sum_(int v) {
  return v;
}
PORTOLAN_DEVICE double sum_(__half v) {
  return __half2float(v);
}
PORTOLAN_DEVICE void kept_(float& to, float sum) {
  to = sum;
}
PORTOLAN_DEVICE void kept_(int& to, int sum) {
  to = sum;
}
PORTOLAN_DEVICE void kept_(float& to, double sum) {
  to = (float)sum;
}
template <class Sum>
PORTOLAN_DEVICE void kept_(__half& to, Sum sum) {
  to = __ushort_as_half(portolan::short_float::rounded<10, 5>(sum, portolan::short_float::nearest));
}
PORTOLAN_DEVICE float added_(float a, float b, float c) {
  return __builtin_fmaf(a, b, c);
}
PORTOLAN_DEVICE double added_(float a, float b, double c) {
  return __builtin_fma((double)a, (double)b, c);
}
PORTOLAN_DEVICE int added_(int a, int b, int c) {
  return (int)((unsigned)c + (unsigned)(a * b));
}

// A sum of products, whose elements are found by `left` and `right`.
template <int K, class T, class From, class To, class Left, class Right>
PORTOLAN_DEVICE void sum_of_(To& to, T, From start, Left left, Right right) {
  auto sum = sum_(start);
  PORTOLAN_UNROLLED
  for (int k = 0; k < K; ++k) sum = added_(wide_(left(k)), wide_(right(k)), sum);
  kept_(to, sum);
}
template <int K, class T, class Element>
struct bits_ {
  unsigned v[K];
  __device__ explicit bits_(Element element) {
    PORTOLAN_UNROLLED
    for (int k = 0; k < K; ++k) {
      const T one = element(k);
      unsigned short bits;
      static_assert(sizeof(one) == sizeof(bits), "of 16 bits");
      __builtin_memcpy(&bits, &one, sizeof(bits));
      v[k] = bits;
    }
  }
};
template <int K, class Left, class Right>
PORTOLAN_DEVICE void sum_of_(float& to, __half, float start, Left left, Right right) {
  to = portolan::ptx::bits<float>(portolan::tiles::sum_as_f32<portolan::tiles::f16, K>(
      bits_<K, __half, Left>(left).v, bits_<K, __half, Right>(right).v, portolan::ptx::bits<unsigned>(start)));
}
template <int K, class Left, class Right>
PORTOLAN_DEVICE void sum_of_(float& to, __hip_bfloat16, float start, Left left, Right right) {
  to = portolan::ptx::bits<float>(portolan::tiles::sum_as_f32<portolan::tiles::bf16, K>(
      bits_<K, __hip_bfloat16, Left>(left).v, bits_<K, __hip_bfloat16, Right>(right).v,
      portolan::ptx::bits<unsigned>(start)));
}
template <int K, class Left, class Right>
PORTOLAN_DEVICE void sum_of_(__half& to, __half, __half start, Left left, Right right) {
  unsigned short bits;
  __builtin_memcpy(&bits, &start, sizeof(bits));
  bits = (unsigned short)portolan::tiles::sum_as_f16<K>(bits_<K, __half, Left>(left).v,
                                                        bits_<K, __half, Right>(right).v, bits);
  __builtin_memcpy(&to, &bits, sizeof(bits));
}

template <int M, int N, int K, class T, class A, class B, class From, class To>
PORTOLAN_DEVICE void mma_sync(fragment<accumulator, M, N, K, To>& d, const fragment<matrix_a, M, N, K, T, A>& a,
                              const fragment<matrix_b, M, N, K, T, B>& b,
                              const fragment<accumulator, M, N, K, From>& c) {
  typedef place_<T, K> place;
  const int lane = (int)portolan::lane_();
  To made[M * N / 32];
  PORTOLAN_UNROLLED
  for (int row_tile = 0; row_tile < M / 8; ++row_tile) {
    typename place::word row[place::words];
    place::line(a.x, row_tile, lane / 4, row);
    PORTOLAN_UNROLLED
    for (int n = 0; n < N / 4; ++n) {
      typename place::word column[place::words];
      place::line(b.x, n / 2, lane % 4 * 2 + n % 2, column);
      sum_of_<K>(
          made[row_tile * (N / 4) + n], T(), c.x[row_tile * (N / 4) + n],
          [&](int k) { return row[k / place::in_word].e[k % place::in_word]; },
          [&](int k) { return column[k / place::in_word].e[k % place::in_word]; });
    }
  }
  PORTOLAN_UNROLLED
  for (int n = 0; n < M * N / 32; ++n) d.x[n] = made[n];
}

}  // namespace wmma
}  // namespace nvcuda

#else
#include <mma.h>
#endif
