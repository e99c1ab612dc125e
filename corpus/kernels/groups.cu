// Cooperative groups: a block, tiles of it, reductions over tiles.
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>

namespace cg = cooperative_groups;

// The sum of the block's numbers: by tiles of a warp, then by the first tile.
extern "C" __global__ void group_sum(int n, const int* in, int* out) {
  __shared__ int sums[32];
  cg::thread_block block = cg::this_thread_block();
  cg::thread_block_tile<32> tile = cg::tiled_partition<32>(block);
  int i = blockIdx.x * block.size() + block.thread_rank();
  int sum = cg::reduce(tile, i < n ? in[i] : 0, cg::plus<int>());
  if (tile.thread_rank() == 0) sums[tile.meta_group_rank()] = sum;
  block.sync();
  if (tile.meta_group_rank() != 0) return;
  sum = tile.thread_rank() < tile.meta_group_size() ? sums[tile.thread_rank()] : 0;
  for (int by = tile.size() / 2; by > 0; by /= 2) sum += tile.shfl_down(sum, by);
  if (tile.thread_rank() == 0) out[blockIdx.x] = sum;
}

// Tiles of eight: the greatest of each, how many of its numbers are below that, and each number less its right neighbour.
extern "C" __global__ void tile_facts(const int* in, int* greatest, int* below, int* steps) {
  auto tile = cg::tiled_partition<8>(cg::this_thread_block());
  int i = blockIdx.x * blockDim.x + threadIdx.x, v = in[i];
  int most = cg::reduce(tile, v, cg::greater<int>());
  unsigned less = tile.ballot(v < most);
  int next = tile.shfl(v, (tile.thread_rank() + 1) % tile.size());
  if (tile.thread_rank() == 0) greatest[i / 8] = most, below[i / 8] = __popc(less);
  steps[i] = tile.any(v == 0) ? 0 : v - next;
}
