#include "verify/closer.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <vector>

#include "emulate/ir_engine.h"
#include "emulate/slot_map.h"

namespace portolan::verify {
namespace {

using llvm::APInt;

// Brent's cycle detection: a state is kept, and replaced at powers of two, until it is seen again.
class Recurrence : public emulate::IrObserver {
 public:
  std::optional<uint64_t> before(uint64_t pc, std::span<const APInt> slots, emulate::MemoryAccess&) override {
    if (unchanged_ && pc == pc_ && std::equal(slots.begin(), slots.end(), slots_.begin(), slots_.end())) {
      period_ = steps_ - kept_at_;
      return std::nullopt;
    }
    if (steps_ == next_) {
      pc_ = pc;
      slots_.assign(slots.begin(), slots.end());
      kept_at_ = steps_;
      next_ *= 2;
      unchanged_ = true;
    }
    ++steps_;
    return pc;
  }

  void after(const emulate::IrStep&, std::span<const APInt>, std::span<const Access> accesses, bool) override {
    for (const Access& access : accesses) unchanged_ &= !access.write;
  }

  void called_outside() override { unchanged_ = false; }

  std::optional<uint64_t> period() const { return period_; }

 private:
  uint64_t pc_ = 0, steps_ = 0, kept_at_ = 0, next_ = 1;
  std::vector<APInt> slots_;
  bool unchanged_ = false;
  std::optional<uint64_t> period_;
};

// Each state is compared with one that was kept, as Recurrence does, but moved by what the stack pointer was moved.
// What lies between the two stack pointers has to be what lay above the first, moved likewise; nothing else may be
// written, and nothing above that be read.
class Recursion : public emulate::IrObserver {
 public:
  explicit Recursion(assembly::Slot stack_pointer) : stack_pointer_(stack_pointer) {}

  std::optional<uint64_t> before(uint64_t pc, std::span<const APInt> slots, emulate::MemoryAccess& memory) override {
    const uint64_t now = slots[stack_pointer_].getZExtValue();
    if (contained_ && pc == pc_ && now < kept_ && same_as_kept(slots, kept_ - now, memory)) {
      endless_ = true;
      return std::nullopt;
    }
    if (steps_++ == next_) {
      pc_ = pc, kept_ = now, next_ *= 2, contained_ = true;
      slots_.assign(slots.begin(), slots.end());
      highest_read_ = 0;
    }
    return pc;
  }

  void after(const emulate::IrStep&, std::span<const APInt>, std::span<const Access> accesses, bool) override {
    for (const Access& access : accesses) {
      if (access.write)
        contained_ &= in_stack(access.address) && access.address + access.size <= kept_;
      else if (in_stack(access.address))
        highest_read_ = std::max(highest_read_, access.address + access.size);
    }
  }

  void called_outside() override { contained_ = false; }

  bool endless() const { return endless_; }

 private:
  static constexpr uint64_t kLargestFrame = 64 * 1024, kFarthest = 16 << 20;

  static bool in_stack(uint64_t address) {
    return address <= emulate::kStackTop && address >= emulate::kStackTop - kFarthest;
  }
  // A number that is counted down by as much as a frame has bytes is no address.
  static bool moved(uint64_t kept, uint64_t now, uint64_t distance) {
    return kept == now || (kept - now == distance && in_stack(kept) && in_stack(now));
  }

  bool same_as_kept(std::span<const APInt> slots, uint64_t distance, emulate::MemoryAccess& memory) const {
    if (distance > kLargestFrame || distance % 8 != 0 || highest_read_ > kept_ + distance) return false;
    for (size_t n = 0; n < slots.size(); ++n)
      if (slots[n] != slots_[n] &&
          (slots[n].getBitWidth() != 64 || !moved(slots_[n].getZExtValue(), slots[n].getZExtValue(), distance)))
        return false;
    std::vector<uint64_t> frames(distance / 4);  // the newer, then the kept
    if (!memory.read(kept_ - distance, {reinterpret_cast<uint8_t*>(frames.data()), 2 * distance})) return false;
    for (size_t n = 0; n < distance / 8; ++n)
      if (!moved(frames[distance / 8 + n], frames[n], distance)) return false;
    return true;
  }

  const assembly::Slot stack_pointer_;
  std::vector<APInt> slots_;
  uint64_t pc_ = 0, kept_ = 0, steps_ = 0, next_ = 1, highest_read_ = 0;
  bool contained_ = false, endless_ = false;
};

class DataWatcher : public emulate::IrObserver {
 public:
  std::optional<uint64_t> before(uint64_t pc, std::span<const APInt>, emulate::MemoryAccess&) override { return pc; }

  void after(const emulate::IrStep&, std::span<const APInt>, std::span<const Access> accesses, bool) override {
    for (const Access& access : accesses) note(access.address, access.size);
  }

  void called_outside() override {}

  void note(uint64_t address, uint64_t size) {
    if (address >= emulate::kHarnessBase && address < emulate::kImageEnd) accesses_.insert({address, address + size});
  }

  Touched touched() const {
    Touched ranges;
    for (const auto& [first, end] : accesses_) {
      if (ranges.empty() || ranges.back().second < first) ranges.emplace_back(first, end);
      ranges.back().second = std::max(ranges.back().second, end);
    }
    return ranges;
  }

 private:
  std::set<std::pair<uint64_t, uint64_t>> accesses_;
};

// Functions outside, with what they touch.
class WatchedHandler : public emulate::ExternalHandler {
 public:
  WatchedHandler(emulate::ExternalHandler& handler, DataWatcher& watcher) : handler_(handler), watcher_(watcher) {}
  void start_request() override { handler_.start_request(); }
  Result on_external(const std::string& name, emulate::MachineState& state, emulate::MemoryAccess& memory) override {
    Memory watched(memory, watcher_);
    return handler_.on_external(name, state, watched);
  }

 private:
  class Memory : public emulate::MemoryAccess {
   public:
    Memory(emulate::MemoryAccess& memory, DataWatcher& watcher) : memory_(memory), watcher_(watcher) {}
    bool read(uint64_t address, std::span<uint8_t> bytes) override {
      watcher_.note(address, bytes.size());
      return memory_.read(address, bytes);
    }
    bool write(uint64_t address, std::span<const uint8_t> bytes) override {
      watcher_.note(address, bytes.size());
      return memory_.write(address, bytes);
    }

   private:
    emulate::MemoryAccess& memory_;
    DataWatcher& watcher_;
  };

  emulate::ExternalHandler& handler_;
  DataWatcher& watcher_;
};

Expected<emulate::Outcome> run(const Side& side, emulate::Request request, emulate::IrObserver* observer,
                               uint64_t most_steps = kMostSteps) {
  request.coverage = true;  // else the engine does not count
  request.limits = {.instructions = most_steps, .time = std::chrono::seconds(2)};
  return emulate::make_ir_engine(side.isa(), observer)->run(side.image(), request);
}

}  // namespace

std::optional<Course> follow_course(const Side& side, emulate::Request request) {
  Recurrence recurrence;
  const Expected<emulate::Outcome> outcome = run(side, std::move(request), &recurrence);
  if (!outcome) return std::nullopt;
  const bool returned = outcome->ending == emulate::Ending::returned;
  if (!returned && outcome->ending != emulate::Ending::limit) return std::nullopt;
  return Course{returned, outcome->instructions, recurrence.period()};
}

bool recurs_for_ever(const Side& side, emulate::Request request) {
  Recursion recursion(emulate::SlotMap(side.isa()).machine().stack_pointer);
  return run(side, std::move(request), &recursion) && recursion.endless();
}

std::optional<Touched> data_touched(const Side& side, emulate::Request request) {
  constexpr uint64_t kMostStepsForData = 1 << 20;  // arrays are left at their ends only
  DataWatcher watcher;
  std::optional<WatchedHandler> handler;
  if (request.externals != nullptr) request.externals = &handler.emplace(*request.externals, watcher);
  const Expected<emulate::Outcome> outcome = run(side, std::move(request), &watcher, kMostStepsForData);
  if (!outcome || outcome->ending != emulate::Ending::returned) return std::nullopt;
  return watcher.touched();
}

std::optional<size_t> unboxed_result(const Side& side, const Boundary& boundary, emulate::Request request) {
  auto is_single = [&](const BoundaryValue& value) {
    return value.bits == 32 && side.place_of(value).kind == Place::Kind::float_result;
  };
  if (side.isa() != Isa::riscv64 || std::none_of(boundary.results.begin(), boundary.results.end(), is_single))
    return std::nullopt;
  const Expected<emulate::Outcome> outcome = run(side, std::move(request), nullptr);
  if (!outcome || outcome->ending != emulate::Ending::returned) return std::nullopt;
  for (size_t r = 0; r < boundary.results.size(); ++r) {
    if (!is_single(boundary.results[r])) continue;
    uint32_t above = 0;
    const unsigned n = float_result_register(side.isa(), side.place_of(boundary.results[r]).index);
    std::memcpy(&above, outcome->state.vector[n].data() + 4, 4);
    if (~above != 0) return r + 1;
  }
  return std::nullopt;
}

}  // namespace portolan::verify
