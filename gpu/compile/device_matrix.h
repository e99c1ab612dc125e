// CUDA's mma.h for clang without a toolkit: matrices of 16 by 16 by 16 of f16, summed in f32 or f16.
#pragma once

namespace nvcuda {
namespace wmma {

struct matrix_a;
struct matrix_b;
struct accumulator;
struct row_major;
struct col_major;
enum layout_t { mem_row_major, mem_col_major };

template <class Use, int M, int N, int K, class T, class Layout = void>
struct fragment;

template <class T, int Count>
struct fragment_elements {
  enum { num_elements = Count, num_storage_elements = Count };
  typedef T element_type;
  T x[Count];
};
template <class Layout>
struct fragment<matrix_a, 16, 16, 16, _Float16, Layout> : fragment_elements<_Float16, 16> {};
template <class Layout>
struct fragment<matrix_b, 16, 16, 16, _Float16, Layout> : fragment_elements<_Float16, 16> {};
template <>
struct fragment<accumulator, 16, 16, 16, float> : fragment_elements<float, 8> {};
template <>
struct fragment<accumulator, 16, 16, 16, _Float16> : fragment_elements<_Float16, 8> {};

template <class Layout>
struct is_columns {
  enum { value = 0 };
};
template <>
struct is_columns<col_major> {
  enum { value = 1 };
};

template <class Use, int M, int N, int K, class T, class Layout, class V>
D void fill_fragment(fragment<Use, M, N, K, T, Layout>& f, const V& v) {
  for (T& e : f.x) e = (T)v;
}
template <class Layout>
D void load_matrix_sync(fragment<matrix_a, 16, 16, 16, _Float16, Layout>& f, const _Float16* p, unsigned stride) {
  __hmma_m16n16k16_ld_a((int*)f.x, (const int*)p, stride, is_columns<Layout>::value);
}
template <class Layout>
D void load_matrix_sync(fragment<matrix_b, 16, 16, 16, _Float16, Layout>& f, const _Float16* p, unsigned stride) {
  __hmma_m16n16k16_ld_b((int*)f.x, (const int*)p, stride, is_columns<Layout>::value);
}
// The builtins want their layout as a constant.
D void load_matrix_sync(fragment<accumulator, 16, 16, 16, float>& f, const float* p, unsigned stride, layout_t layout) {
  if (layout == mem_col_major)
    __hmma_m16n16k16_ld_c_f32(f.x, p, stride, 1);
  else
    __hmma_m16n16k16_ld_c_f32(f.x, p, stride, 0);
}
D void load_matrix_sync(fragment<accumulator, 16, 16, 16, _Float16>& f, const _Float16* p, unsigned stride,
                        layout_t layout) {
  if (layout == mem_col_major)
    __hmma_m16n16k16_ld_c_f16((int*)f.x, (const int*)p, stride, 1);
  else
    __hmma_m16n16k16_ld_c_f16((int*)f.x, (const int*)p, stride, 0);
}
D void store_matrix_sync(float* p, const fragment<accumulator, 16, 16, 16, float>& f, unsigned stride,
                         layout_t layout) {
  if (layout == mem_col_major)
    __hmma_m16n16k16_st_c_f32(p, f.x, stride, 1);
  else
    __hmma_m16n16k16_st_c_f32(p, f.x, stride, 0);
}
D void store_matrix_sync(_Float16* p, const fragment<accumulator, 16, 16, 16, _Float16>& f, unsigned stride,
                         layout_t layout) {
  if (layout == mem_col_major)
    __hmma_m16n16k16_st_c_f16((int*)p, (const int*)f.x, stride, 1);
  else
    __hmma_m16n16k16_st_c_f16((int*)p, (const int*)f.x, stride, 0);
}
// Of the layouts: 0 and 1 for A by rows, 2 and 3 by columns; B by columns the odd ones.
template <class A, class B>
struct layouts_of {
  enum { value = (is_columns<A>::value ? 2 : 0) + (is_columns<B>::value ? 1 : 0) };
};
template <class A, class B>
D void mma_sync(fragment<accumulator, 16, 16, 16, float>& d, const fragment<matrix_a, 16, 16, 16, _Float16, A>& a,
                const fragment<matrix_b, 16, 16, 16, _Float16, B>& b,
                const fragment<accumulator, 16, 16, 16, float>& c) {
  __hmma_m16n16k16_mma_f32f32(d.x, (const int*)a.x, (const int*)b.x, c.x, layouts_of<A, B>::value, 0);
}
template <class A, class B>
D void mma_sync(fragment<accumulator, 16, 16, 16, _Float16>& d, const fragment<matrix_a, 16, 16, 16, _Float16, A>& a,
                const fragment<matrix_b, 16, 16, 16, _Float16, B>& b,
                const fragment<accumulator, 16, 16, 16, _Float16>& c) {
  __hmma_m16n16k16_mma_f16f16((int*)d.x, (const int*)a.x, (const int*)b.x, (const int*)c.x, layouts_of<A, B>::value, 0);
}

}  // namespace wmma
}  // namespace nvcuda
