// Which pages a request needs besides the image, and what they hold: shared by all engines, so that "not mapped" and
// "unwritten" mean the same everywhere.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "emulate/engine.h"

namespace portolan::emulate {

// Whole pages with the same permission.
struct PageRun {
  uint64_t address = 0;
  std::vector<uint8_t> contents;
  bool writable = true;

  uint64_t end() const { return address + contents.size(); }
};

struct MemoryPlan {
  std::vector<PageRun> regions;  // ascending, disjoint
  uint64_t stack_address = 0;    // lowest byte
  uint64_t stack_size = 0;       // whole pages, up to kStackTop
  std::vector<uint8_t> stack;    // what stands at the initial stack pointer; all below it is fill
  MachineState entry;            // registers, complete
};

// An error if a region is empty of pages it could have, overlaps another, or shares a page with one of the other
// permission, or lies outside the arena.
Expected<MemoryPlan> plan_memory(const Image& image, const Request& request);

// Fills in Outcome::regions and stray_writes. `final` holds the plan's region pages after the run.
void collect_regions(const Request& request, const MemoryPlan& plan, std::span<const std::span<const uint8_t>> final,
                     Outcome& outcome);

// Adds the runs of bytes of a writable segment that changed. `now` has memory_size bytes.
void collect_changes(const Segment& segment, std::span<const uint8_t> now, std::vector<MemoryChange>& changes);

}  // namespace portolan::emulate
