// Cooperative groups: the block, and tiles of it of up to 32 threads, which never reach across a warp of 32. Grids,
// clusters and coalesced groups are not here, so that Portolan refuses them.
#pragma once

#include "portolan_hip_warp.h"

#if defined(__HIP__) || defined(__HIP_PLATFORM_AMD__) || defined(PORTOLAN_OWN_GROUPS)

namespace cooperative_groups {

#define PORTOLAN_MEMBER __device__ inline __attribute__((always_inline))

struct thread_block {
  PORTOLAN_MEMBER void sync() const { __syncthreads(); }
  PORTOLAN_MEMBER unsigned thread_rank() const {
    return (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
  }
  PORTOLAN_MEMBER unsigned num_threads() const { return blockDim.x * blockDim.y * blockDim.z; }
  PORTOLAN_MEMBER unsigned size() const { return num_threads(); }
  PORTOLAN_MEMBER dim3 group_index() const { return dim3(blockIdx.x, blockIdx.y, blockIdx.z); }
  PORTOLAN_MEMBER dim3 thread_index() const { return dim3(threadIdx.x, threadIdx.y, threadIdx.z); }
  PORTOLAN_MEMBER dim3 dim_threads() const { return dim3(blockDim.x, blockDim.y, blockDim.z); }
  PORTOLAN_MEMBER dim3 group_dim() const { return dim_threads(); }
};
PORTOLAN_DEVICE thread_block this_thread_block() {
  return {};
}

template <unsigned Size, class Parent = void>
struct thread_block_tile {
  static_assert(Size != 0 && Size <= 32 && (Size & (Size - 1)) == 0, "tiles are powers of two, up to a warp");
  unsigned rank_, count_;  // of the tile among its parent's, and how many those are
  __device__ thread_block_tile(unsigned rank, unsigned count) : rank_(rank), count_(count) {}
  template <class Other>
  __device__ thread_block_tile(const thread_block_tile<Size, Other>& other)
      : rank_(other.rank_), count_(other.count_) {}

  PORTOLAN_MEMBER void sync() const { portolan::syncwarp(); }
  PORTOLAN_MEMBER unsigned thread_rank() const { return portolan::lane_() & (Size - 1); }
  PORTOLAN_MEMBER static constexpr unsigned num_threads() { return Size; }
  PORTOLAN_MEMBER static constexpr unsigned size() { return Size; }
  PORTOLAN_MEMBER unsigned meta_group_rank() const { return rank_; }
  PORTOLAN_MEMBER unsigned meta_group_size() const { return count_; }
  template <class T>
  PORTOLAN_MEMBER T shfl(T v, int from) const {
    return portolan::shfl_sync(mask_(), v, from, Size);
  }
  template <class T>
  PORTOLAN_MEMBER T shfl_up(T v, unsigned by) const {
    return portolan::shfl_up_sync(mask_(), v, by, Size);
  }
  template <class T>
  PORTOLAN_MEMBER T shfl_down(T v, unsigned by) const {
    return portolan::shfl_down_sync(mask_(), v, by, Size);
  }
  template <class T>
  PORTOLAN_MEMBER T shfl_xor(T v, int by) const {
    return portolan::shfl_xor_sync(mask_(), v, by, Size);
  }
  PORTOLAN_MEMBER int any(int bit) const { return portolan::any_sync(mask_(), bit); }
  PORTOLAN_MEMBER int all(int bit) const { return portolan::all_sync(mask_(), bit); }
  PORTOLAN_MEMBER unsigned ballot(int bit) const { return portolan::ballot_sync(mask_(), bit) >> first_(); }
  template <class T>
  PORTOLAN_MEMBER unsigned match_any(T v) const {
    return portolan::match_any_sync(mask_(), v) >> first_();
  }

  PORTOLAN_MEMBER unsigned first_() const { return portolan::lane_() & ~(Size - 1); }
  PORTOLAN_MEMBER unsigned mask_() const { return (Size == 32 ? ~0u : (1u << (Size & 31)) - 1) << first_(); }
};
template <unsigned Size, class Group>
PORTOLAN_DEVICE thread_block_tile<Size, Group> tiled_partition(const Group& parent) {
  return {parent.thread_rank() / Size, (parent.num_threads() + Size - 1) / Size};
}
template <class Group>
PORTOLAN_DEVICE void sync(const Group& group) {
  group.sync();
}

#define PORTOLAN_JOIN(name, expression)                          \
  template <class T>                                             \
  struct name {                                                  \
    PORTOLAN_MEMBER T operator()(const T& a, const T& b) const { \
      return expression;                                         \
    }                                                            \
  };
PORTOLAN_JOIN(plus, a + b)
PORTOLAN_JOIN(less, b < a ? b : a)
PORTOLAN_JOIN(greater, a < b ? b : a)
PORTOLAN_JOIN(bit_and, a& b)
PORTOLAN_JOIN(bit_or, a | b)
PORTOLAN_JOIN(bit_xor, a ^ b)
#undef PORTOLAN_JOIN
// Halves, from the farthest.
template <unsigned Size, class Parent, class T, class Join>
PORTOLAN_DEVICE T reduce(const thread_block_tile<Size, Parent>& tile, T v, Join join) {
  for (unsigned by = Size / 2; by != 0; by /= 2) v = join(v, tile.shfl_xor(v, (int)by));
  return v;
}
#undef PORTOLAN_MEMBER

}  // namespace cooperative_groups

#else
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>
#endif
