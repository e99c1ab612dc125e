// The emulated program's memory as plain buffers: the image's segments, the request's regions, the stack.
#pragma once

#include <optional>
#include <vector>

#include "emulate/memory_plan.h"

namespace portolan::emulate {

class GuestMemory : public MemoryAccess {
 public:
  struct Mapped {
    uint64_t address = 0;
    std::vector<uint8_t> bytes;
    bool writable = false;
    bool executable = false;
    bool holds(uint64_t at, uint64_t size) const {
      return at >= address && at - address < bytes.size() && size <= bytes.size() - (at - address);
    }
  };

  explicit GuestMemory(const Image& image);

  // As it is at the start of a request. Buffers that have the same size as before keep their place in this process.
  void reset_segments(const Image& image, const Request& request);
  void reset_stack(const Request& request, const MemoryPlan& plan, unsigned stack_pointer);
  // Region pages that lie like the last request's are filled anew; else false, and the caller makes `regions`.
  bool refill_regions(const MemoryPlan& plan);
  // Outcome::regions, stray_writes and changes.
  void collect(const Image& image, const Request& request, const MemoryPlan& plan, Outcome& outcome) const;

  bool read(uint64_t address, std::span<uint8_t> bytes) override;
  bool write(uint64_t address, std::span<const uint8_t> bytes) override;
  const Mapped* find(uint64_t address, uint64_t size) const;

  // From now on what writes destroy is kept, so that they can be undone back to any moment since. `untouched`: the
  // segments are as the image has them. For engines that write by write() only.
  void start_log(bool untouched);
  size_t moment() const { return log_.size(); }
  bool log_is_full() const { return kept_.size() > kMostKept; }
  void undo_to(size_t moment);

  std::vector<Mapped> segments, regions;
  Mapped stack;

 private:
  static constexpr size_t kMostKept = 1 << 20;  // bytes
  struct Written {
    uint8_t* where;
    size_t size;
  };
  bool logging_ = false;
  bool untouched_ = false;  // logging, and no segment was written
  std::vector<Written> log_;
  std::vector<uint8_t> kept_;
};

}  // namespace portolan::emulate
