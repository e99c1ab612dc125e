#include "translate/sketch/filling/watch.h"

#include <algorithm>

#include "llvm/ADT/Hashing.h"
#include "translate/sketch/filling/surroundings.h"

namespace portolan::sketch::filling {
namespace {

constexpr uint64_t kWithoutCount = 4000;  // limit where it is not known how long the source runs
constexpr size_t kMostCompared = 48, kMostLoads = 32;
constexpr unsigned kFewRuns = 3;

// Code of other instruction sets does not take as many instructions, and what is written in vectors takes more.
double limit_factor(double times_longer) {
  return 2 * std::max(1.5, times_longer);
}

uint64_t limit_for(uint64_t instructions, double times_longer) {
  return static_cast<uint64_t>(limit_factor(times_longer) * static_cast<double>(instructions)) + 500;
}

}  // namespace

bool Watch::look_at(Test& test, emulate::Request request, double times_longer, uint64_t most) {
  const auto gone = gone_, open = open_;
  stores_ = std::make_shared<Stores>();
  touched_ = std::make_shared<std::unordered_set<uint64_t>>();
  familiar_ = std::make_shared<Familiar>();
  pending_.clear(), loaded_.clear(), written_.clear(), loads_.clear(), numbers_.clear();
  compared_.clear(), compared_in_turn_.clear();
  in_turn_.clear();
  last_way_ = way_before_ = 0;
  flags_only_ = false;
  branch_ = nullptr;
  fresh_ = fresh_in_turn_ = false;
  seen_ = stored_in_the_beginning_ = 0;
  objects_.begin();
  ++run_;
  request.limits.instructions = most;
  request.limits.time = kRunTime;
  auto outcome = engine_->run(image_, request);
  if (most < kLongestRun && outcome && outcome->ending == emulate::Ending::limit) {
    gone_ = gone, open_ = open;
    fresh_ = fresh_in_turn_ = false;
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
  return true;
}

Test Watch::beginning_of(const Test& test, double times_longer) const {
  Test beginning = test;
  beginning.limit = limit_for(kBeginning, times_longer);
  beginning.stored_by_limit = stored_in_the_beginning_;
  beginning.history = nullptr;
  return beginning;
}

Watch::Kind& Watch::kind_of(const emulate::IrStep& step, uint64_t pc) {
  const auto [at, is_new] = kinds_.try_emplace(pc);
  Kind& kind = at->second;
  if (!is_new) return kind;
  const assembly::Machine& machine = assembly::Machine::get(image_.isa);
  const Effects effects = effects_of(step, pc, machine.stack_pointer);
  kind.ways = effects.call ? std::vector<uint64_t>() : effects.next;
  std::sort(kind.ways.begin(), kind.ways.end());
  kind.ways.erase(std::unique(kind.ways.begin(), kind.ways.end()), kind.ways.end());
  for (assembly::Slot slot = 0; slot < machine.slots.size(); ++slot) {
    const uint32_t width = machine.slots[slot].width;
    if (width == 64 && effects.reads[slot]) kind.reads.push_back(slot);
    kind.compares |= width == 1 && effects.writes[slot];
  }
  kind.compares |= kind.ways.size() > 1 && !kind.reads.empty();
  for (const ir::Instruction& i : step.function.values)
    if (i.op == ir::Op::constant && step.function.constants[i.index].getBitWidth() <= 64 &&
        step.function.constants[i.index].getBitWidth() >= 8)
      kind.constants.push_back(step.function.constants[i.index].getZExtValue());
  return kind;
}

// Every two numbers of the last comparison may be what it compared.
void Watch::note_compared(std::set<std::pair<uint64_t, uint64_t>>& compared) const {
  for (const uint64_t a : numbers_)
    for (const uint64_t b : numbers_)
      if (a != b && compared.size() < kMostCompared) compared.emplace(a, b);
}

// What a comparison computes shows in its flags alone; another instruction set may need it as a number.
void Watch::note_familiar() {
  constexpr size_t kMostOperands = 4;
  const size_t count = std::min(numbers_.size(), kMostOperands);
  for (size_t a = 0; a < count; ++a)
    for (size_t b = 0; b < count; ++b) {
      if (a == b) continue;
      familiar_->add(numbers_[a] - numbers_[b]);
      familiar_->add(numbers_[a] & numbers_[b]);
    }
}

void Watch::went(uint64_t to) {
  const auto in_turn = [this](uint64_t way) { return llvm::hash_combine(pc_, way, last_way_, way_before_); };
  for (const uint64_t way : branch_->ways) {
    if (way == to) continue;
    if (gone_in_turn_[in_turn(way)] < kFewRuns) note_compared(compared_in_turn_);
    if (gone_.contains({pc_, way})) continue;
    open_.emplace(pc_, way);
    note_compared(compared_);
  }
  fresh_ |= gone_.emplace(pc_, to).second;
  if (const size_t way = in_turn(to); in_turn_.insert(way).second) fresh_in_turn_ |= ++gone_in_turn_[way] <= kFewRuns;
  open_.erase({pc_, to});
  way_before_ = last_way_;
  last_way_ = llvm::hash_combine(pc_, to);
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
  for (const Access& access : loaded_) {
    uint64_t value = 0;
    if (memory.read(access.address, {reinterpret_cast<uint8_t*>(&value), access.size})) numbers_.push_back(value);
  }
  loaded_.clear();
  if (flags_only_) note_familiar();
  flags_only_ = false;
  if (branch_ != nullptr) went(pc);
  branch_ = nullptr;
  pc_ = pc;
  return pc;
}

void Watch::after(const emulate::IrStep& step, std::span<const llvm::APInt> slots, std::span<const Access> accesses,
                  bool completed) {
  objects_.after(step, slots, accesses);
  Kind& kind = kind_of(step, pc_);
  if (kind.noted != run_)
    for (const uint64_t constant : kind.constants) familiar_->add(constant);
  kind.noted = run_;
  ++seen_;
  for (const Access& access : accesses) {
    if (access.write) pending_.push_back(access);
    if (access.write && seen_ <= kBeginning && !may_be_on_stack(access.address))
      stored_in_the_beginning_ += access.size;
    if (!access.write && access.size <= 8 && !may_be_on_stack(access.address) && loads_.size() < kMostLoads)
      loads_.emplace(access.address, access.size);
    for (uint64_t at = access.address; touched_ && !may_be_on_stack(at) && at < access.address + access.size; ++at)
      touched_->insert(at);
  }
  for (const assembly::Slot slot : step.written)
    if (slots[slot].getBitWidth() > 1) familiar_->add(slots[slot]);
  if (kind.compares) {
    numbers_.clear();
    for (const assembly::Slot slot : kind.reads) numbers_.push_back(slots[slot].getZExtValue());
    numbers_.insert(numbers_.end(), kind.constants.begin(), kind.constants.end());
    for (const Access& access : accesses)
      if (!access.write && access.size <= 8) loaded_.push_back(access);
    flags_only_ = std::all_of(step.written.begin(), step.written.end(),
                              [&slots](assembly::Slot slot) { return slots[slot].getBitWidth() == 1; });
  }
  if (completed && kind.ways.size() > 1) branch_ = &kind;
}

}  // namespace portolan::sketch::filling
