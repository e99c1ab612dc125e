// What a variant would leave behind, without running on: variants that leave the same are one.
#pragma once

#include <unordered_map>
#include <vector>

#include "emulate/engine.h"
#include "emulate/ir_code.h"
#include "translate/sketch/filling/layout.h"

namespace portolan::sketch::filling {

class Preview {
 public:
  explicit Preview(emulate::IrCode& code) : code_(code) {}
  // The state that the following variants of this line start from; `undefined`: slots that hold nothing that anybody
  // gave them, and are taken to hold the same: who reads one never counts as doing what another does that does not.
  // Only `looked_at` tell states apart.
  void start(const Site& site, std::span<const llvm::APInt> slots, const std::vector<bool>& undefined,
             std::span<const assembly::Slot> looked_at);
  // A number for these registers and flags, stores and where execution goes on after the code at [begin, end) has run
  // from here; variants that trap or cannot be followed have numbers of their own.
  uint64_t state_after(uint64_t begin, uint64_t end, emulate::MemoryAccess& memory);
  // What the last of them reads; nullptr: memory too.
  const std::vector<assembly::Slot>* slots_read() const { return last_pure_ ? &last_->reads : nullptr; }
  // What the last of them wrote, flags left aside: all of it is such a number.
  template <class Predicate>
  bool all_written(Predicate predicate) const {
    for (const assembly::Slot slot : last_written_)
      if (slots_[slot].getBitWidth() > 1 && !predicate(slots_[slot])) return false;
    return true;
  }

 private:
  // What a variant did from a state in which the slots that it may read held the same; of those only that touch no
  // memory.
  struct Memo {
    bool known = false;                 // which slots it may read
    bool pure = false;                  // it touches no memory
    std::vector<assembly::Slot> reads;  // any of its instructions
    std::vector<std::pair<uint64_t, emulate::IrStep*>> steps;
    size_t from = 0;    // a number for what these held; 0: nothing is kept
    uint64_t next = 0;  // where it went; 0: it cannot be followed
    std::vector<std::pair<assembly::Slot, llvm::APInt>> written;
  };
  void look_at(uint64_t begin, uint64_t end, Memo& memo);
  uint64_t after_registers(Memo& memo, uint64_t begin, uint64_t end, emulate::MemoryAccess& memory);
  uint64_t recall(const Memo& memo, uint64_t begin, uint64_t end);
  uint64_t run(uint64_t begin, uint64_t end, emulate::MemoryAccess& memory, Memo& memo, bool keep);

  emulate::IrCode& code_;
  void hold(assembly::Slot slot, const llvm::APInt& value, bool undefined);

  std::unordered_map<const Site*, std::vector<Memo>> memos_;  // by place among the variants
  std::vector<Memo>* line_ = nullptr;
  uint64_t low_ = 0;  // where the line's variants begin
  const Memo* last_ = nullptr;
  bool last_pure_ = false;
  std::vector<size_t> held_;  // numbers for the slots at the start
  std::vector<bool> undefined_;
  std::vector<llvm::APInt> start_, slots_;
  std::vector<size_t> parts_;  // of the number for the state at the start, by slot; 0: it is not looked at
  size_t at_start_ = 0;
  std::vector<assembly::Slot> last_written_;  // each once
};

}  // namespace portolan::sketch::filling
