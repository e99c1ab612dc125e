#include "translate/sketch/filling/watch.h"

#include <algorithm>

namespace portolan::sketch::filling {
namespace {

constexpr uint64_t kWithoutCount = 4000;  // limit where it is not known how long the source runs

// Code of other instruction sets does not take as many instructions, and what is written in vectors takes more.
double limit_factor(double times_longer) {
  return 2 * std::max(1.5, times_longer);
}

uint64_t limit_for(uint64_t instructions, double times_longer) {
  return static_cast<uint64_t>(limit_factor(times_longer) * static_cast<double>(instructions)) + 500;
}

}  // namespace

bool Watch::look_at(Test& test, emulate::Request request, double times_longer, uint64_t most) {
  stores_ = std::make_shared<Stores>();
  touched_ = std::make_shared<Touched>();
  familiar_ = std::make_shared<Familiar>();
  pending_.clear(), written_.clear();
  flags_only_ = false;
  seen_ = stored_in_the_beginning_ = last_new_ = quiet_ = 0;
  objects_.begin();
  ways_.begin();
  ++run_;
  request.limits.instructions = most;
  request.limits.time = kRunTime;
  auto outcome = engine_->run(image_, request);
  if (most < kLongestRun && outcome && outcome->ending == emulate::Ending::limit) {
    ways_.forget();
    return false;
  }
  const bool known = outcome && outcome->ending != emulate::Ending::unsupported;
  instructions_ = known ? outcome->instructions : 0;
  test.limit = instructions_ == 0 ? kWithoutCount : limit_for(instructions_, times_longer);
  if (known) test.familiar = std::move(familiar_);
  if (!known || outcome->ending != emulate::Ending::returned) return true;
  // stores_: gone if it called a function of the outside.
  if (stores_ && written_.size() < kMostWritten)
    test.history = std::make_shared<History>(history_of(image_, request, written_));
  test.stores = std::move(stores_);
  test.touched = std::move(touched_);
  test.quiet = limit_for(std::max(quiet_, seen_ - last_new_), times_longer);
  return true;
}

Test Watch::beginning_of(const Test& test, double times_longer) const {
  Test beginning = test;
  beginning.limit = limit_for(kBeginning, times_longer);
  beginning.stored_by_limit = stored_in_the_beginning_;
  beginning.history = nullptr;
  return beginning;
}

// What a comparison computes shows in its flags alone; another instruction set may need it as a number.
void Watch::note_familiar() {
  constexpr size_t kMostOperands = 4;
  const std::vector<uint64_t>& numbers = ways_.numbers();
  const size_t count = std::min(numbers.size(), kMostOperands);
  for (size_t a = 0; a < count; ++a)
    for (size_t b = 0; b < count; ++b) {
      if (a == b) continue;
      familiar_->add(numbers[a] - numbers[b]);
      familiar_->add(numbers[a] & numbers[b]);
    }
}

std::optional<uint64_t> Watch::before(uint64_t pc, std::span<const llvm::APInt> slots, emulate::MemoryAccess& memory) {
  objects_.before(pc, slots);
  for (const Access& access : pending_) {
    for (uint64_t at = access.address; stores_ && at < access.address + access.size; ++at) {
      uint8_t byte = 0;
      if (!memory.read(at, {&byte, 1})) continue;
      (*stores_)[at].set(byte);
      if (!may_be_on_stack(at) && written_.size() < kMostWritten) written_.push_back({at, byte});
    }
    uint64_t number = 0;
    if (access.size <= 8 && memory.read(access.address, {reinterpret_cast<uint8_t*>(&number), access.size}))
      familiar_->add(number);
  }
  pending_.clear();
  ways_.before(pc, memory);
  if (flags_only_) note_familiar();
  flags_only_ = false;
  return pc;
}

void Watch::after(const emulate::IrStep& step, std::span<const llvm::APInt> slots, std::span<const Access> accesses,
                  bool completed) {
  objects_.after(step, slots, accesses);
  verify::Ways::Kind& kind = ways_.after(step, slots, accesses, completed);
  if (kind.noted != run_)
    for (const uint64_t constant : kind.constants) familiar_->add(constant);
  kind.noted = run_;
  ++seen_;
  for (const Access& access : accesses) {
    if (access.write) pending_.push_back(access);
    if (access.write && seen_ <= kBeginning && !may_be_on_stack(access.address))
      stored_in_the_beginning_ += access.size;
    for (uint64_t at = access.address; touched_ && !may_be_on_stack(at) && at < access.address + access.size; ++at)
      if (touched_->try_emplace(at, static_cast<uint32_t>(touched_->size())).second) {
        quiet_ = std::max(quiet_, seen_ - last_new_);
        last_new_ = seen_;
      }
  }
  for (const assembly::Slot slot : step.written)
    if (slots[slot].getBitWidth() > 1) familiar_->add(slots[slot]);
  flags_only_ = kind.compares && std::all_of(step.written.begin(), step.written.end(),
                                             [&slots](assembly::Slot slot) { return slots[slot].getBitWidth() == 1; });
}

}  // namespace portolan::sketch::filling
