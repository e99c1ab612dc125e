// One thread: frames of the functions it is in, and what it waits for.
#pragma once

#include <vector>

#include "emulate/simt/launch.h"

namespace portolan::simt {

struct Frame {
  const Code* code = nullptr;
  std::vector<APInt> values, slots;
  std::vector<Mark> value_marks, slot_marks;  // with an observer
  ir::BlockId block = 0;
  size_t next = 0;  // in the block's instructions
  uint64_t stack_pointer = 0;
  uint32_t line = 0;                 // of the instruction before
  std::vector<bool>* ran = nullptr;  // blocks
};

enum class State : uint8_t { ready, waits, done };

struct Thread {
  std::vector<Frame> frames;
  State state = State::ready;
  uint64_t number = 0;  // in the block
  uint32_t warp = 0, lane = 0;
  Dimensions index;
  Allocation local;
  uint32_t warp_epoch = 0;  // barriers of its warp it has passed
  bool fenced = false;      // since its last access to memory
  uint64_t random = 0;      // what undefined values are drawn from

  // While it waits: the instruction, which is executed when the others have come.
  const ir::Function* waits_in = nullptr;
  ir::ValueId waits_at = ir::kNoValue;

  Frame& frame() { return frames.back(); }
  const ir::Instruction& instruction() const { return (*waits_in)[waits_at]; }
  const APInt& operand(size_t n) const { return frames.back().values[instruction().operands[n]]; }
  // Ends the wait with this result.
  void go_on(APInt result, Mark mark = kPlain) {
    if (!frames.back().value_marks.empty()) frames.back().value_marks[waits_at] = mark;
    frames.back().values[waits_at] = std::move(result);
    state = State::ready;
  }
};

}  // namespace portolan::simt
