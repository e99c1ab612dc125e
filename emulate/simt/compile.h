// From IR to micro-operations (micro.h), one function.
#pragma once

#include <map>
#include <unordered_map>
#include <unordered_set>

#include "emulate/simt/launch.h"
#include "emulate/simt/micro.h"
#include "emulate/simt/places.h"

namespace portolan::simt {

// Which values are needed and where.
class Needs {
 public:
  Needs(const ir::Function& function, size_t slots, bool keep_slots);

  // A read of a register is the value that was written to it before, within its block.
  ir::ValueId same(ir::ValueId v) const { return same_[v]; }
  bool needed(ir::ValueId v) const { return needed_[same_[v]]; }
  // Used by other blocks than its own, or a parameter.
  bool across(ir::ValueId v) const { return across_[same_[v]]; }
  // The block gives the slot a value that somebody reads: last().
  bool written(ir::BlockId block, size_t slot) const {
    return blocks_[block].live_after.has(static_cast<uint32_t>(slot)) &&
           blocks_[block].written.has(static_cast<uint32_t>(slot));
  }
  // Those, ascending.
  template <class Do>
  void for_each_written(ir::BlockId block, Do act) const {
    blocks_[block].written.for_each([&](uint32_t slot) {
      if (blocks_[block].live_after.has(slot)) act(slot);
    });
  }
  ir::ValueId last(ir::BlockId block, size_t slot) const { return blocks_[block].last[slot]; }

 private:
  struct OfBlock {
    Places reads, written, live_after;
    std::vector<ir::ValueId> last;
  };
  void resolve(ir::BlockId id, size_t slots);
  void find_live(size_t slots, bool keep_slots);
  void need(ir::ValueId v);
  void mark_needed();
  void mark_across();

  const ir::Function& f_;
  std::vector<ir::ValueId> same_;
  std::vector<uint8_t> needed_, across_;
  std::vector<OfBlock> blocks_;
  std::vector<ir::ValueId> open_;
};

class Lowering {
 public:
  Lowering(const Program& program, const Code& code, bool keep_slots, uint8_t register_byte);
  std::unique_ptr<Compiled> run();

 private:
  void block(ir::BlockId id);
  void plan(ir::BlockId id);
  void instruction(ir::BlockId id, ir::ValueId v);
  void read_slot(ir::BlockId id, ir::ValueId v);
  void terminator(ir::BlockId id);
  void branch_on_cases(const ir::Terminator& t);
  void edge(const ir::Edge& edge);
  uint32_t fresh(uint32_t width);
  uint32_t place_of_constant(const ir::APInt& value);
  uint32_t place_of(ir::ValueId v);
  uint32_t define(ir::ValueId v);
  void die_later(ir::ValueId v);
  void release(uint32_t at);
  void move(uint32_t to, uint32_t from, uint32_t width);
  void emit(const Micro& m, ir::ValueId pure = ir::kNoValue);
  bool guard(ir::ValueId v);
  bool is_guarded(size_t at) const;
  void use_guarded(ir::ValueId v);

  const Program& program_;
  const ir::Function& f_;
  const Needs needs_;
  std::unique_ptr<Compiled> result_;
  std::vector<uint32_t> place_;
  std::map<std::vector<uint64_t>, uint32_t> constants_;
  std::vector<std::pair<size_t, ir::BlockId>> jumps_;
  std::unordered_map<uint32_t, std::vector<uint32_t>> free_;  // temporary places by their number of words
  // Of the present block, by position in it; its end is one more than the last instruction's, its terminator two.
  std::unordered_map<ir::ValueId, uint32_t> last_use_, defined_;
  std::unordered_map<ir::ValueId, uint32_t> owner_;  // the slot that may hold the value from its definition on
  std::unordered_map<uint32_t, std::vector<ir::ValueId>> dying_;
  std::unordered_set<ir::ValueId> temporary_;  // whose places are free again after their last use
  std::unordered_map<ir::ValueId, uint32_t> uses_, guarded_uses_;
  std::vector<ir::ValueId> pure_;  // by micro: the value, if it may be left out where nobody needs it
  // What is done only where a bit is 1: from behind `skip_` to below `guarded_end_`.
  size_t skip_ = 0, guarded_end_ = 0;
};

}  // namespace portolan::simt
