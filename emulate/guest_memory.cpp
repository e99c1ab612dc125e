#include "emulate/guest_memory.h"

#include <algorithm>
#include <cstring>

namespace portolan::emulate {

GuestMemory::GuestMemory(const Image& image) {
  for (const Segment& segment : image.segments) {
    Mapped& mapped =
        segments.emplace_back(Mapped{segment.address, segment.bytes, segment.writable, segment.executable});
    mapped.bytes.resize(page_ceil(segment.memory_size));
  }
  stack.writable = true;
}

void GuestMemory::reset_segments(const Image& image, const Request& request) {
  for (size_t i = 0; i < segments.size(); ++i) {
    if (!segments[i].writable) continue;
    const std::vector<uint8_t>& initial = image.segments[i].bytes;
    std::vector<uint8_t>& bytes = segments[i].bytes;
    if (!initial.empty()) std::memcpy(bytes.data(), initial.data(), initial.size());
    std::memset(bytes.data() + initial.size(), 0, bytes.size() - initial.size());
  }
  for (const DataPatch& patch : request.data) write(patch.address, patch.bytes);
}

bool GuestMemory::refill_regions(const MemoryPlan& plan) {
  bool same = regions.size() == plan.regions.size();
  for (size_t i = 0; same && i < regions.size(); ++i)
    same = regions[i].address == plan.regions[i].address && regions[i].writable == plan.regions[i].writable &&
           regions[i].bytes.size() == plan.regions[i].contents.size();
  for (size_t i = 0; same && i < regions.size(); ++i)
    std::memcpy(regions[i].bytes.data(), plan.regions[i].contents.data(), regions[i].bytes.size());
  return same;
}

void GuestMemory::reset_stack(const Request& request, const MemoryPlan& plan, unsigned stack_pointer) {
  stack.address = plan.stack_address;
  stack.bytes.resize(plan.stack_size);
  std::memset(stack.bytes.data(), request.fill, stack.bytes.size());
  const uint64_t pointer = plan.entry.general[stack_pointer];
  std::copy(plan.stack.begin(), plan.stack.end(),
            stack.bytes.begin() + static_cast<ptrdiff_t>(pointer - stack.address));
}

void GuestMemory::collect(const Image& image, const Request& request, const MemoryPlan& plan, Outcome& outcome) const {
  std::vector<std::span<const uint8_t>> pages;
  for (const Mapped& mapped : regions) pages.emplace_back(mapped.bytes);
  collect_regions(request, plan, pages, outcome);
  if (untouched_) return;
  for (size_t i = 0; i < segments.size(); ++i)
    if (segments[i].writable) collect_changes(image.segments[i], segments[i].bytes, outcome.changes);
}

const GuestMemory::Mapped* GuestMemory::find(uint64_t address, uint64_t size) const {
  if (stack.holds(address, size)) return &stack;
  for (const std::vector<Mapped>* list : {&segments, &regions})
    for (const Mapped& mapped : *list)
      if (mapped.holds(address, size)) return &mapped;
  return nullptr;
}

bool GuestMemory::read(uint64_t address, std::span<uint8_t> bytes) {
  if (bytes.empty()) return true;
  const Mapped* mapped = find(address, bytes.size());
  if (mapped == nullptr) return false;
  std::memcpy(bytes.data(), mapped->bytes.data() + (address - mapped->address), bytes.size());
  return true;
}

bool GuestMemory::write(uint64_t address, std::span<const uint8_t> bytes) {
  if (bytes.empty()) return true;
  const Mapped* mapped = find(address, bytes.size());
  if (mapped == nullptr || !mapped->writable) return false;
  uint8_t* const where = const_cast<uint8_t*>(mapped->bytes.data()) + (address - mapped->address);
  if (mapped >= segments.data() && mapped < segments.data() + segments.size()) untouched_ = false;
  if (logging_ && !log_is_full()) {
    log_.push_back({where, bytes.size()});
    kept_.insert(kept_.end(), where, where + bytes.size());
  }
  std::memcpy(where, bytes.data(), bytes.size());
  return true;
}

void GuestMemory::start_log(bool untouched) {
  logging_ = true;
  untouched_ = untouched;
  log_.clear(), kept_.clear();
}

void GuestMemory::undo_to(size_t moment) {
  for (; log_.size() > moment; log_.pop_back()) {
    const Written& last = log_.back();
    std::memcpy(last.where, kept_.data() + (kept_.size() - last.size), last.size);
    kept_.resize(kept_.size() - last.size);
  }
}

}  // namespace portolan::emulate
