#include "verify/ways.h"

#include <algorithm>

#include "llvm/ADT/Hashing.h"

namespace portolan::verify {
namespace {

constexpr size_t kMostCompared = 48, kMostLoads = 32;
constexpr unsigned kFewRuns = 3;

std::vector<uint64_t> places_after(const emulate::IrStep& step) {
  std::vector<uint64_t> places;
  for (const ir::Instruction& i : step.function.values)
    if (i.op == ir::Op::call) return {};
  for (const ir::Block& block : step.function.blocks)
    if (const ir::Terminator& t = block.terminator; t.op == ir::Op::tail_call && t.operands.empty())
      places.push_back(step.called[t.index]);
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

// Narrow ones are the lifter's own: of flags, and of parts of registers.
std::vector<uint64_t> widest_constants(const ir::Function& function) {
  std::vector<uint64_t> numbers;
  unsigned widest = 8;
  for (const ir::Instruction& i : function.values) {
    if (i.op != ir::Op::constant || i.width < widest || i.width > 64) continue;
    if (i.width > widest) numbers.clear();
    widest = i.width;
    numbers.push_back(function.constants[i.index].getZExtValue());
  }
  return numbers;
}

}  // namespace

void Ways::begin() {
  numbers_.clear(), loaded_.clear(), loads_.clear();
  compared_.clear(), compared_in_turn_.clear();
  gone_now_.clear(), opened_now_.clear(), closed_now_.clear(), in_turn_.clear();
  last_way_ = way_before_ = 0;
  branch_ = nullptr;
  fresh_ = fresh_in_turn_ = false;
}

void Ways::forget() {
  for (const auto& way : gone_now_) gone_.erase(way);
  for (const auto& way : opened_now_) open_.erase(way);
  open_.insert(closed_now_.begin(), closed_now_.end());
  for (const uint64_t way : in_turn_) --gone_in_turn_[way];
  begin();
}

Ways::Kind& Ways::kind_of(const emulate::IrStep& step) {
  const auto [at, is_new] = kinds_.try_emplace(pc_);
  Kind& kind = at->second;
  if (!is_new) return kind;
  kind.ways = places_after(step);
  std::set<assembly::Slot> read;
  for (const ir::Instruction& i : step.function.values) {
    if (i.op == ir::Op::get_slot && machine_.slots[i.index].width == 64) read.insert(i.index);
  }
  kind.constants = widest_constants(step.function);
  kind.reads.assign(read.begin(), read.end());
  kind.compares = (kind.ways.size() > 1 && !kind.reads.empty()) ||
                  std::any_of(step.written.begin(), step.written.end(),
                              [this](assembly::Slot slot) { return machine_.slots[slot].width == 1; });
  return kind;
}

// Every two numbers of the last comparison may be what it compared, and one alone is compared with zero. The first of a
// pair is none of the instruction's own.
void Ways::note_compared(Pairs& compared) const {
  if (numbers_.size() == 1 && compared.size() < kMostCompared) compared.emplace(numbers_.front(), 0);
  for (size_t a = 0; a < numbers_.size(); ++a)
    for (size_t b = 0; b < numbers_.size(); ++b)
      if (a != b && (a < own_begin_ || a >= own_end_) && compared.size() < kMostCompared)
        compared.emplace(numbers_[a], numbers_[b]);
}

void Ways::went(uint64_t to) {
  const auto in_turn = [this](uint64_t way) { return llvm::hash_combine(pc_, way, last_way_, way_before_); };
  for (const uint64_t way : branch_->ways) {
    if (way == to) continue;
    if (gone_in_turn_[in_turn(way)] < kFewRuns) note_compared(compared_in_turn_);
    if (gone_.contains({pc_, way})) continue;
    if (open_.emplace(pc_, way).second) opened_now_.emplace(pc_, way);
    note_compared(compared_);
  }
  if (gone_.emplace(pc_, to).second) gone_now_.emplace(pc_, to), fresh_ = true;
  if (const size_t way = in_turn(to); in_turn_.insert(way).second) fresh_in_turn_ |= ++gone_in_turn_[way] <= kFewRuns;
  if (open_.erase({pc_, to}) != 0 && opened_now_.erase({pc_, to}) == 0) closed_now_.emplace(pc_, to);
  way_before_ = last_way_;
  last_way_ = llvm::hash_combine(pc_, to);
}

void Ways::before(uint64_t pc, emulate::MemoryAccess& memory) {
  for (const Access& access : loaded_) {
    uint64_t value = 0;
    if (memory.read(access.address, {reinterpret_cast<uint8_t*>(&value), access.size})) numbers_.push_back(value);
  }
  loaded_.clear();
  if (branch_ != nullptr) went(pc);
  branch_ = nullptr;
  pc_ = pc;
}

Ways::Kind& Ways::after(const emulate::IrStep& step, std::span<const llvm::APInt> slots,
                        std::span<const Access> accesses, bool completed) {
  Kind& kind = kind_of(step);
  for (const Access& access : accesses)
    if (!access.write && access.size <= 8 && !may_be_on_stack(access.address) && loads_.size() < kMostLoads)
      loads_.emplace(access.address, access.size);
  if (kind.compares) {
    numbers_.clear();
    for (const assembly::Slot slot : kind.reads) numbers_.push_back(slots[slot].getZExtValue());
    own_begin_ = numbers_.size();
    numbers_.insert(numbers_.end(), kind.constants.begin(), kind.constants.end());
    own_end_ = numbers_.size();
    for (const Access& access : accesses)
      if (!access.write && access.size <= 8) loaded_.push_back(access);
  }
  if (completed && kind.ways.size() > 1) branch_ = &kind;
  return kind;
}

}  // namespace portolan::verify
