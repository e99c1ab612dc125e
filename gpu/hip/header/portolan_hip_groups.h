// Cooperative groups: the block, tiles of it of up to 32 threads, which never reach across a warp of 32, the threads
// of a warp that run together, and the grid where HIP has a device library. Clusters are not here, so that Portolan
// refuses them.
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

// Those threads of the warp that came here together; ranks count them from the lowest lane.
struct coalesced_group {
  unsigned mask_;
  PORTOLAN_MEMBER void sync() const { portolan::syncwarp(mask_); }
  PORTOLAN_MEMBER unsigned num_threads() const { return (unsigned)__builtin_popcount(mask_); }
  PORTOLAN_MEMBER unsigned size() const { return num_threads(); }
  PORTOLAN_MEMBER unsigned thread_rank() const {
    return (unsigned)__builtin_popcount(mask_ & ((1u << portolan::lane_()) - 1));
  }
  PORTOLAN_MEMBER unsigned meta_group_rank() const { return 0; }
  PORTOLAN_MEMBER unsigned meta_group_size() const { return 1; }
  template <class T>
  PORTOLAN_MEMBER T shfl(T v, int from) const {
    return portolan::shfl_sync(mask_, v, (int)lane_of_((unsigned)from));
  }
  // Where there is no thread of that rank a thread keeps its own.
  template <class T>
  PORTOLAN_MEMBER T shfl_up(T v, unsigned by) const {
    const unsigned rank = thread_rank();
    return portolan::shfl_sync(mask_, v, (int)lane_of_(by <= rank ? rank - by : rank));
  }
  template <class T>
  PORTOLAN_MEMBER T shfl_down(T v, unsigned by) const {
    const unsigned rank = thread_rank();
    return portolan::shfl_sync(mask_, v, (int)lane_of_(by < size() - rank ? rank + by : rank));
  }
  PORTOLAN_MEMBER int any(int bit) const { return portolan::any_sync(mask_, bit); }
  PORTOLAN_MEMBER int all(int bit) const { return portolan::all_sync(mask_, bit); }
  PORTOLAN_MEMBER unsigned ballot(int bit) const { return ranks_(portolan::ballot_sync(mask_, bit)); }
  template <class T>
  PORTOLAN_MEMBER unsigned match_any(T v) const {
    return ranks_(portolan::match_any_sync(mask_, v));
  }

  PORTOLAN_MEMBER unsigned lane_of_(unsigned rank) const {
    unsigned left = mask_;
    for (unsigned n = 0; n < rank && left != 0; ++n) left &= left - 1;
    return left == 0 ? 31 : (unsigned)__builtin_ctz(left);
  }
  // Bits of lanes as bits of ranks.
  PORTOLAN_MEMBER unsigned ranks_(unsigned lanes) const {
    unsigned ranks = 0, n = 0;
    for (unsigned left = mask_; left != 0; left &= left - 1) ranks |= (lanes >> __builtin_ctz(left) & 1) << n++;
    return ranks;
  }
};
PORTOLAN_DEVICE coalesced_group coalesced_threads() {
  return {portolan::activemask()};
}

#if !defined(PORTOLAN_FREESTANDING) && !defined(PORTOLAN_OWN_GROUPS)
// All blocks of a kernel that was launched by hipLaunchCooperativeKernel.
struct grid_group {
  PORTOLAN_MEMBER void sync() const { __ockl_grid_sync(); }
  PORTOLAN_MEMBER bool is_valid() const { return __ockl_grid_is_valid() != 0; }
  PORTOLAN_MEMBER unsigned long long block_rank() const {
    return ((unsigned long long)blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
  }
  PORTOLAN_MEMBER unsigned long long num_blocks() const {
    return (unsigned long long)gridDim.x * gridDim.y * gridDim.z;
  }
  PORTOLAN_MEMBER unsigned long long thread_rank() const {
    const thread_block block;
    return block_rank() * block.num_threads() + block.thread_rank();
  }
  PORTOLAN_MEMBER unsigned long long num_threads() const { return num_blocks() * thread_block().num_threads(); }
  PORTOLAN_MEMBER unsigned long long size() const { return num_threads(); }
  PORTOLAN_MEMBER dim3 group_dim() const { return dim3(gridDim.x, gridDim.y, gridDim.z); }
  PORTOLAN_MEMBER dim3 dim_blocks() const { return group_dim(); }
  PORTOLAN_MEMBER dim3 block_index() const { return dim3(blockIdx.x, blockIdx.y, blockIdx.z); }
};
PORTOLAN_DEVICE grid_group this_grid() {
  return {};
}
#endif

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
