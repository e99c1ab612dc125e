#include "emulate/memory_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace portolan::emulate {
namespace {

constexpr size_t kMaxStrayWrites = 16;
constexpr uint64_t kMaxStack = 64 * 1024 * 1024;

std::vector<const Region*> by_address(const Request& request) {
  std::vector<const Region*> sorted;
  for (const Region& region : request.regions) sorted.push_back(&region);
  std::sort(sorted.begin(), sorted.end(), [](const Region* a, const Region* b) { return a->address < b->address; });
  return sorted;
}

Expected<std::vector<PageRun>> plan_regions(const Request& request) {
  std::vector<PageRun> runs;
  const Region* previous = nullptr;
  for (const Region* region : by_address(request)) {
    const uint64_t first = page_floor(region->address);
    const uint64_t end = page_ceil(region->address + region->bytes.size());
    if (region->address < kArenaBase || end > kArenaEnd || end < first)
      return error_at({}, fmt::format("buffer at {:#x} lies outside the arena", region->address));
    if (region->bytes.empty()) continue;  // nothing may be accessed there
    if (previous != nullptr && previous->address + previous->bytes.size() > region->address)
      return error_at({}, fmt::format("buffers at {:#x} and {:#x} overlap", previous->address, region->address));
    previous = region;
    const bool shares = !runs.empty() && runs.back().end() > first;
    if (shares && runs.back().writable != region->writable)
      return error_at({}, fmt::format("read-only and writable buffers share the page at {:#x}", first));
    if (!shares) runs.push_back({first, {}, region->writable});
    PageRun& run = runs.back();
    run.contents.resize(end - run.address, request.fill);
    std::copy(region->bytes.begin(), region->bytes.end(),
              run.contents.begin() + static_cast<ptrdiff_t>(region->address - run.address));
  }
  return runs;
}

}  // namespace

MachineState entry_state(const Image& image, const Request& request, std::vector<uint8_t>& stack) {
  MachineState state = request.state;
  state.pc = request.entry;
  if (state.thread_pointer == 0) state.thread_pointer = image.thread_pointer;
  stack = request.stack_arguments;
  uint64_t pointer = (kStackTop - stack.size()) & ~uint64_t{15};
  switch (image.isa) {
    case Isa::x86_64: {
      uint8_t return_address[8];
      std::memcpy(return_address, &kReturnAddress, 8);
      stack.insert(stack.begin(), return_address, return_address + 8);
      pointer -= 8;
      break;
    }
    case Isa::aarch64:
      state.general[30] = kReturnAddress;
      break;
    case Isa::riscv64:
      state.general[0] = 0;
      state.general[1] = kReturnAddress;
      if (image.global_pointer != 0) state.general[3] = image.global_pointer;
      state.general[4] = state.thread_pointer;
      break;
  }
  state.general[stack_pointer_index(image.isa)] = pointer;
  return state;
}

namespace {

std::optional<Diagnostic> check_data(const Image& image, const Request& request) {
  for (const DataPatch& patch : request.data)
    if (std::none_of(image.segments.begin(), image.segments.end(), [&patch](const Segment& s) {
          return s.writable && patch.address >= s.address && patch.address - s.address <= s.memory_size &&
                 patch.bytes.size() <= s.memory_size - (patch.address - s.address);
        }))
      return error_at(
          {}, fmt::format("{} bytes at {:#x} are no writable data of the program", patch.bytes.size(), patch.address));
  return std::nullopt;
}

}  // namespace

Expected<MemoryPlan> plan_memory(const Image& image, const Request& request) {
  if (auto problem = check_data(image, request)) return *problem;
  Expected<std::vector<PageRun>> regions = plan_regions(request);
  if (!regions) return regions.error();
  MemoryPlan plan;
  plan.regions = std::move(*regions);
  plan.stack_size = page_ceil(std::max<uint64_t>(request.stack_size, kPageSize));
  if (plan.stack_size > kMaxStack || request.stack_arguments.size() + 256 > plan.stack_size)
    return error_at({}, fmt::format("a stack of {} bytes with {} bytes of arguments is not possible",
                                    request.stack_size, request.stack_arguments.size()));
  plan.stack_address = kStackTop - plan.stack_size;
  plan.entry = entry_state(image, request, plan.stack);
  return plan;
}

void collect_regions(const Request& request, const MemoryPlan& plan, std::span<const std::span<const uint8_t>> final,
                     Outcome& outcome) {
  outcome.regions.assign(request.regions.size(), {});
  for (size_t i = 0; i < request.regions.size(); ++i) {
    const Region& region = request.regions[i];
    for (size_t r = 0; r < plan.regions.size(); ++r) {
      const PageRun& run = plan.regions[r];
      if (region.bytes.empty() || region.address < run.address || region.address >= run.end()) continue;
      const auto from = final[r].subspan(region.address - run.address, region.bytes.size());
      outcome.regions[i].assign(from.begin(), from.end());
    }
  }
  // Whatever differs from the plan and is in no region was written past a buffer's end.
  const std::vector<const Region*> sorted = by_address(request);
  auto is_in_region = [&sorted](uint64_t address) {
    return std::any_of(sorted.begin(), sorted.end(), [address](const Region* region) {
      return address >= region->address && address - region->address < region->bytes.size();
    });
  };
  for (size_t r = 0; r < plan.regions.size(); ++r) {
    const PageRun& run = plan.regions[r];
    // Page by page: there may be a million bytes of it.
    for (size_t page = 0; run.writable && page < run.contents.size(); page += kPageSize) {
      const size_t end = std::min<size_t>(page + kPageSize, run.contents.size());
      if (std::memcmp(run.contents.data() + page, final[r].data() + page, end - page) == 0) continue;
      for (size_t i = page; i < end && outcome.stray_writes.size() < kMaxStrayWrites; ++i)
        if (run.contents[i] != final[r][i] && !is_in_region(run.address + i))
          outcome.stray_writes.push_back(run.address + i);
    }
  }
}

void collect_changes(const Segment& segment, std::span<const uint8_t> now, std::vector<MemoryChange>& changes) {
  static constexpr size_t kPiece = 256;
  static constexpr uint8_t kZeros[kPiece] = {};
  auto before = [&segment](size_t i) { return i < segment.bytes.size() ? segment.bytes[i] : uint8_t{0}; };
  for (size_t piece = 0; piece < now.size(); piece += kPiece) {
    const size_t end = std::min(piece + kPiece, now.size());
    const bool from_file = end <= segment.bytes.size(), zeros = piece >= segment.bytes.size();
    const uint8_t* const known = from_file ? segment.bytes.data() + piece : kZeros;
    if ((from_file || zeros) && std::memcmp(now.data() + piece, known, end - piece) == 0) continue;
    for (size_t i = piece; i < end; ++i) {
      if (now[i] == before(i)) continue;
      const uint64_t address = segment.address + i;
      if (changes.empty() || changes.back().address + changes.back().bytes.size() != address)
        changes.push_back({address, {}});
      changes.back().bytes.push_back(now[i]);
    }
  }
}

}  // namespace portolan::emulate
