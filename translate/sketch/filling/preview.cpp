#include "translate/sketch/filling/preview.h"

#include <algorithm>
#include <map>

#include "llvm/ADT/Hashing.h"

namespace portolan::sketch::filling {
namespace {

// The machine's memory with what the variant writes laid over it.
class Overlay : public ir::Environment {
 public:
  explicit Overlay(emulate::MemoryAccess& memory) : memory_(memory) {}

  bool read(uint64_t address, std::span<uint8_t> bytes) override {
    if (!memory_.read(address, bytes)) return false;
    for (size_t n = 0; n < bytes.size() && !written.empty(); ++n)
      if (const auto at = written.find(address + n); at != written.end()) bytes[n] = at->second;
    return true;
  }
  bool write(uint64_t address, std::span<const uint8_t> bytes) override {
    std::vector<uint8_t> before(bytes.size());
    if (!memory_.read(address, before)) return false;
    for (size_t n = 0; n < bytes.size(); ++n) written[address + n] = bytes[n];
    return true;
  }
  std::optional<uint64_t> symbol_address(const ir::SymbolRef& symbol) override {
    return emulate::address_of_name(symbol.name) + symbol.addend;
  }
  ir::Outcome call(const ir::Call& call, std::span<ir::APInt>) override {
    next = call.target.indirect ? call.address : *symbol_address(call.target.symbol);
    returns |= !call.tail;
    return {};
  }

  std::map<uint64_t, uint8_t> written;
  std::optional<uint64_t> next;
  bool returns = false;  // a call: it may come back

 private:
  emulate::MemoryAccess& memory_;
};

constexpr uint64_t kSteps = 4096;

}  // namespace

namespace {

// Most of them are machine words, and there are many: mixed as splitmix64 does.
size_t part_of(assembly::Slot slot, const llvm::APInt& value) {
  if (value.getBitWidth() > 64) return static_cast<size_t>(llvm::hash_combine(slot, llvm::hash_value(value))) | 1;
  uint64_t mixed = *value.getRawData() + (slot + 1) * 0x9e3779b97f4a7c15;
  mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
  return (mixed ^ mixed >> 31) | 1;
}

}  // namespace

void Preview::hold(assembly::Slot slot, const llvm::APInt& value, bool undefined) {
  start_[slot] = undefined ? llvm::APInt::getSplat(value.getBitWidth(), llvm::APInt(1, 1)).lshr(1) : value;
  slots_[slot] = start_[slot];
  held_[slot] = part_of(slot, start_[slot]);
}

// What no variant touches need not be known.
void Preview::start(const Site& site, std::span<const llvm::APInt> slots, const std::vector<bool>& undefined,
                    std::span<const assembly::Slot> looked_at) {
  if (start_.empty()) {
    start_.assign(slots.begin(), slots.end());
    slots_ = start_;
    held_.resize(start_.size());
  }
  undefined_ = undefined;
  line_ = &memos_[&site];
  low_ = site.variants_low;
  last_written_.clear();
  for (const auto* touched : {&site.read, &site.written})
    for (const assembly::Slot slot : *touched) hold(slot, slots[slot], undefined[slot]);
  parts_.assign(start_.size(), 0);
  at_start_ = 0;
  for (const assembly::Slot slot : looked_at) at_start_ ^= parts_[slot] = held_[slot];
}

void Preview::look_at(uint64_t begin, uint64_t end, Memo& memo) {
  memo.known = memo.pure = true;
  for (uint64_t pc = begin; pc < end;) {
    emulate::IrStep* step = code_.at(pc);
    if (step == nullptr || step->size == 0 || step->system_call || !step->refusal.empty()) {
      memo.pure = false;
      return;
    }
    memo.steps.emplace_back(pc, step);
    for (const ir::Instruction& i : step->function.values) {
      if (i.op == ir::Op::get_slot) memo.reads.push_back(i.index);
      const ir::Effects effects = ir::info(i.op).effects;
      memo.pure &= i.op != ir::Op::call && effects != ir::Effects::Reads && effects != ir::Effects::Writes;
    }
    pc += step->size;
  }
  std::sort(memo.reads.begin(), memo.reads.end());
  memo.reads.erase(std::unique(memo.reads.begin(), memo.reads.end()), memo.reads.end());
}

uint64_t Preview::recall(const Memo& memo, uint64_t begin, uint64_t end) {
  if (memo.next == 0) return begin;
  size_t registers = at_start_;
  for (const auto& [slot, value] : memo.written) {
    last_written_.push_back(slot);
    slots_[slot] = value;
    if (parts_[slot] != 0) registers ^= parts_[slot] ^ part_of(slot, value);
  }
  return static_cast<size_t>(llvm::hash_combine(memo.next == end ? 0 : memo.next, size_t{0}, registers));
}

uint64_t Preview::state_after(uint64_t begin, uint64_t end, emulate::MemoryAccess& memory) {
  for (const assembly::Slot slot : last_written_) slots_[slot] = start_[slot];
  last_written_.clear();
  const size_t place = (begin - low_) / (end - begin);
  if (line_->size() <= place) line_->resize(place + 1);
  Memo& memo = (*line_)[place];
  if (!memo.known) look_at(begin, end, memo);
  last_ = &memo, last_pure_ = memo.pure;
  size_t undefined = 0;
  for (const assembly::Slot slot : memo.reads)
    if (undefined_[slot]) undefined = llvm::hash_combine(undefined, slot);
  const uint64_t state = after_registers(memo, begin, end, memory);
  return undefined == 0 ? state : static_cast<size_t>(llvm::hash_combine(state, undefined));
}

uint64_t Preview::after_registers(Memo& memo, uint64_t begin, uint64_t end, emulate::MemoryAccess& memory) {
  if (!memo.pure) return run(begin, end, memory, memo, false);
  size_t from = 1;
  for (const assembly::Slot slot : memo.reads) from = (from ^ held_[slot]) * 0x9e3779b97f4a7c15 | 1;
  if (memo.from == from) return recall(memo, begin, end);
  memo.from = from, memo.next = 0;
  memo.written.clear();
  return run(begin, end, memory, memo, true);
}

uint64_t Preview::run(uint64_t begin, uint64_t end, emulate::MemoryAccess& memory, Memo& memo, bool keep) {
  Overlay world(memory);
  uint64_t pc = begin;
  for (size_t n = 0; pc >= begin && pc < end; ++n) {
    emulate::IrStep* step = n < memo.steps.size() && memo.steps[n].first == pc ? memo.steps[n].second : code_.at(pc);
    if (step == nullptr || step->system_call || !step->refusal.empty()) return begin;
    for (const assembly::Slot slot : step->written)
      if (std::find(last_written_.begin(), last_written_.end(), slot) == last_written_.end())
        last_written_.push_back(slot);
    world.next.reset();
    uint64_t steps = kSteps;
    ir::Start start;
    start.slots = slots_;
    start.steps = &steps;
    const ir::Outcome outcome = step->interpreter->run(world, start);
    if (outcome.ending != ir::Ending::returned || !world.next || world.returns) return begin;
    pc = *world.next;
  }
  if (keep) {
    memo.next = pc;
    for (const assembly::Slot slot : last_written_) memo.written.emplace_back(slot, slots_[slot]);
  }
  size_t registers = at_start_;
  for (const assembly::Slot slot : last_written_)
    if (parts_[slot] != 0) registers ^= parts_[slot] ^ part_of(slot, slots_[slot]);
  llvm::hash_code state = llvm::hash_combine(pc == end ? 0 : pc, world.written.size(), registers);
  // A byte that is stored again as it was changes nothing.
  for (const auto& [address, byte] : world.written) {
    uint8_t before = 0;
    if (!memory.read(address, {&before, 1}) || before != byte) state = llvm::hash_combine(state, address, byte);
  }
  return static_cast<size_t>(state);
}

}  // namespace portolan::sketch::filling
