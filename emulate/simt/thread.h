// One thread: frames of the functions it is in, and what it waits for.
#pragma once

#include <vector>

#include "emulate/simt/launch.h"
#include "emulate/simt/micro.h"

namespace portolan::simt {

// What a block of a function costs, each time that it runs.
struct BlockFacts {
  uint32_t steps = 0;       // instructions and the terminator
  uint32_t lines = 0;       // of the source, after the first; each stands for an instruction of it
  uint32_t arithmetic = 0;  // of these
  uint32_t first_line = 0, last_line = 0;
  bool first_is_arithmetic = false, empty = true;
};
std::vector<BlockFacts> facts_of(const Code& code);

struct Frame {
  const Code* code = nullptr;
  std::vector<APInt> values, slots;
  std::vector<Mark> value_marks, slot_marks;  // with an observer
  ir::BlockId block = 0;
  size_t next = 0;     // in the block's instructions
  bool begun = false;  // the block
  // Compiled code: instead of values, slots, block and next. `micro`: where it goes on; below a call: the call.
  const Compiled* compiled = nullptr;
  std::vector<uint64_t> words;
  const Micro* micro = nullptr;
  uint64_t stack_pointer = 0;
  uint32_t line = 0;                 // of the instruction before
  std::vector<bool>* ran = nullptr;  // blocks
  const BlockFacts* facts = nullptr;
};

enum class State : uint8_t { ready, waits, done };

struct Thread {
  std::vector<Frame> frames;
  State state = State::ready;
  uint64_t number = 0;  // in the block
  uint32_t warp = 0, lane = 0;
  Dimensions index;
  Allocation local;
  uint64_t random = 0;  // what undefined values are drawn from

  // While it waits: the instruction, which is executed when the others have come.
  const ir::Function* waits_in = nullptr;
  ir::ValueId waits_at = ir::kNoValue;  // not of compiled code
  const ir::Instruction* waits_for = nullptr;

  Frame& frame() { return frames.back(); }
  const ir::Instruction& instruction() const { return *waits_for; }
  APInt operand(size_t n) const {
    const Frame& f = frames.back();
    if (!f.compiled) return f.values[waits_for->operands[n]];
    const Micro& m = f.micro[-1];
    return value_at(f.words.data() + (n == 0 ? m.a : n == 1 ? m.b : m.c), waits_in->width(waits_for->operands[n]));
  }
  // Of at most 64 bits.
  uint64_t word(size_t n) const {
    const Frame& f = frames.back();
    if (!f.compiled) return f.values[waits_for->operands[n]].getZExtValue();
    const Micro& m = f.micro[-1];
    return f.words[n == 0 ? m.a : n == 1 ? m.b : m.c];
  }
  // Ends the wait of compiled code with a result of at most 64 bits.
  void go_on(uint64_t result) {
    Frame& f = frames.back();
    f.words[f.micro[-1].to] = result;
    state = State::ready;
  }
  // Ends the wait with this result.
  void go_on(APInt result, Mark mark = kPlain) {
    Frame& f = frames.back();
    state = State::ready;
    if (f.compiled) return put_value(f.words.data() + f.micro[-1].to, result);
    if (!f.value_marks.empty()) f.value_marks[waits_at] = mark;
    f.values[waits_at] = std::move(result);
  }
};

}  // namespace portolan::simt
