// The ways that runs of one side go at branches, and what they compare where they might have gone another: from that
// inputs are made which do (guided.h).
#pragma once

#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "emulate/ir_code.h"
#include "emulate/ir_engine.h"
#include "frontends/asm/machine.h"

namespace portolan::verify {

inline bool may_be_on_stack(uint64_t address) {
  return address > emulate::kStackTop - 64 * 1024 && address <= emulate::kStackTop;
}

// Looks on while the IR engine runs, one run after the other.
class Ways {
 public:
  using Pairs = std::set<std::pair<uint64_t, uint64_t>>;
  using Access = emulate::IrObserver::Access;
  // What matters of an instruction.
  struct Kind {
    std::vector<uint64_t> ways;  // more than one: a branch
    bool compares = false;       // it sets flags, or branches by registers
    std::vector<assembly::Slot> reads;
    std::vector<uint64_t> constants;
    uint64_t noted = 0;  // of the user's
  };

  explicit Ways(Isa isa) : machine_(assembly::Machine::get(isa)) {}

  void begin();
  void before(uint64_t pc, emulate::MemoryAccess& memory);
  Kind& after(const emulate::IrStep& step, std::span<const llvm::APInt> slots, std::span<const Access> accesses,
              bool completed);
  void forget();  // the last run

  bool fresh() const { return fresh_; }  // it went a way that no run before it went
  // It went a way that few runs before it went after the same two ways.
  bool fresh_in_turn() const { return fresh_in_turn_; }
  // Some branch that was come to has a way that no run went.
  bool left() const { return !open_.empty(); }
  // Pairs of numbers, the first none of the code's own, that met before such branches in the last run; `in_turn`:
  // before those with a way that few runs went after the same two ways.
  const Pairs& compared(bool in_turn) const { return in_turn ? compared_in_turn_ : compared_; }
  // Numbers that the last run loaded from elsewhere than the stack: where, and how many bytes; each place once.
  const std::map<uint64_t, uint32_t>& loads() const { return loads_; }
  // What the last comparison read.
  const std::vector<uint64_t>& numbers() const { return numbers_; }

 private:
  Kind& kind_of(const emulate::IrStep& step);
  void went(uint64_t to);
  void note_compared(Pairs& compared) const;

  const assembly::Machine& machine_;
  std::unordered_map<uint64_t, Kind> kinds_;
  Pairs gone_, open_;  // ways: from, to
  Pairs gone_now_, opened_now_, closed_now_;
  Pairs compared_, compared_in_turn_;
  std::unordered_map<uint64_t, unsigned> gone_in_turn_;  // a way and the two before it, hashed: how many runs
  std::unordered_set<uint64_t> in_turn_;                 // of the present run
  uint64_t last_way_ = 0, way_before_ = 0;
  std::vector<uint64_t> numbers_;
  size_t own_begin_ = 0, own_end_ = 0;  // of these, the instruction's constants
  std::vector<Access> loaded_;
  std::map<uint64_t, uint32_t> loads_;
  const Kind* branch_ = nullptr;  // the instruction before
  uint64_t pc_ = 0;
  bool fresh_ = false, fresh_in_turn_ = false;
};

}  // namespace portolan::verify
