// One instruction after the other of one thread.
#include <algorithm>

#include "emulate/simt/block.h"
#include "ir/concrete_domain.h"
#include "ir/interpreter.h"
#include "ir/op_semantics.h"
#include "llvm/ADT/ArrayRef.h"

namespace portolan::simt {

using ir::Op;

namespace {

constexpr size_t kMaxFrames = 200;

}  // namespace

APInt Block::undefined(Thread& thread, uint32_t width) {
  llvm::SmallVector<uint64_t, 4> words((width + 63) / 64);
  for (uint64_t& w : words) {
    // splitmix64 (Steele, Lea, Flood 2014).
    uint64_t z = thread.random += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    w = z ^ (z >> 31);
  }
  return APInt(width, llvm::ArrayRef<uint64_t>(words.data(), words.size()));
}

APInt Block::identity(const Thread& thread, ir::Identity which) const {
  const Dimensions parts[] = {thread.index, grid_.launch.block, index_, grid_.launch.grid};
  const unsigned n = static_cast<unsigned>(which);
  if (n < 12) {
    const Dimensions& d = parts[n / 3];
    return APInt(32, n % 3 == 0 ? d.x : n % 3 == 1 ? d.y : d.z);
  }
  return APInt(32, which == ir::Identity::lane         ? thread.lane
                   : which == ir::Identity::lane_width ? grid_.launch.lane_width
                                                       : thread.warp);
}

APInt Block::leaf(Thread& thread, const ir::Instruction& inst) {
  if (inst.op == Op::frame_address) return APInt(64, thread.frame().stack_pointer + static_cast<uint64_t>(inst.offset));
  if (inst.op == Op::symbol_address) {
    const ir::SymbolRef& symbol = thread.frame().code->function->symbols[inst.index];
    const auto found = grid_.program.symbols.find(symbol.name);
    // A high and a low part add up to the whole.
    constexpr uint64_t kPage = 0xfff;
    const uint64_t parts = symbol.part == ir::AddressPart::high  ? ~kPage
                           : symbol.part == ir::AddressPart::low ? kPage
                                                                 : ~uint64_t{0};
    if (found != grid_.program.symbols.end() && symbol.kind == ir::AddressKind::address)
      return APInt(64, (found->second + static_cast<uint64_t>(symbol.addend)) & parts);
    fail(thread, FindingKind::unsupported, inst.line, "no address for '" + symbol.name + "'");
  }
  return APInt(inst.width, 0);
}

std::vector<APInt> Block::unset_slots(const Code& code) const {
  std::vector<APInt> slots;
  for (uint32_t width : code.slot_widths)
    slots.push_back(width < 8 ? APInt(width, 0) : APInt::getSplat(width, APInt(8, grid_.launch.register_byte)));
  return slots;
}

bool Block::enter(Thread& thread, const Code& code, std::span<const APInt> arguments) {
  if (thread.frames.size() >= kMaxFrames)
    return fail(thread, FindingKind::unsupported, 0, "calls are nested too deeply");
  const uint64_t below = thread.frames.empty() ? grid_.program.local_window + grid_.launch.local_bytes
                                               : thread.frame().stack_pointer - thread.frame().code->frame_bytes;
  Frame frame;
  frame.code = &code;
  frame.stack_pointer = below;
  frame.facts = grid_.facts(code).data();
  const ir::Function& f = *code.function;
  frame.ran = &grid_.outcome.coverage[&code];
  frame.ran->resize(f.blocks.size());
  const std::vector<ir::ValueId>& parameters = f.blocks[0].parameters;
  if (grid_.compiled) {
    frame.compiled = &grid_.compiled_code(code);
    if (waves_.empty()) frame.words = frame.compiled->initial;
    frame.micro = frame.compiled->micros.data();
    for (size_t n = 0; n < parameters.size() && n < arguments.size(); ++n)
      put_value(&frame.words[frame.compiled->parameters[n]], arguments[n]);
    thread.frames.push_back(std::move(frame));
    return true;
  }
  frame.values.reserve(f.values.size());
  for (size_t id = 0; id < f.values.size(); ++id) {
    const ir::Instruction& inst = f.values[id];
    frame.values.push_back(inst.op == Op::constant ? f.constants[inst.index] : APInt(inst.width, 0));
  }
  frame.slots = unset_slots(code);
  if (grid_.launch.observer) {
    frame.value_marks.resize(f.values.size(), kPlain);
    frame.slot_marks.resize(frame.slots.size(), kUnset);
  }
  for (size_t n = 0; n < parameters.size() && n < arguments.size(); ++n) frame.values[parameters[n]] = arguments[n];
  thread.frames.push_back(std::move(frame));
  return true;
}

bool Block::call(Thread& thread, const ir::Instruction& inst, std::span<const APInt> arguments) {
  const ir::CallTarget& target = thread.frame().code->function->calls[inst.index];
  const auto callee = grid_.program.functions.find(target.symbol.name);
  if (target.indirect || callee == grid_.program.functions.end())
    return fail(thread, FindingKind::unsupported, inst.line, "'" + target.symbol.name + "' cannot be called");
  if (!enter(thread, callee->second, arguments)) return false;
  if (!callee->second.shares_slots) return true;
  const Frame& caller = thread.frames[thread.frames.size() - 2];
  thread.frame().slots = caller.slots, thread.frame().slot_marks = caller.slot_marks;
  return true;
}

// Results become the value of the call in the frame below, first lowest.
void Block::give_back(Thread& thread, std::span<const ir::ValueId> results) {
  std::vector<APInt> pieces;
  std::vector<Mark> marks;
  for (ir::ValueId v : results) {
    pieces.push_back(thread.frame().values[v]);
    if (grid_.launch.observer) marks.push_back(thread.frame().value_marks[v]);
  }
  const Frame callee = std::move(thread.frame());
  thread.frames.pop_back();
  Frame& caller = thread.frame();
  if (callee.code->shares_slots) {
    caller.slots = callee.slots, caller.slot_marks = callee.slot_marks;
    return;
  }
  const ir::ValueId id = caller.code->function->blocks[caller.block].instructions[caller.next - 1];
  APInt& value = caller.values[id];
  uint32_t low = 0;
  for (const APInt& piece : pieces) {
    if (low + piece.getBitWidth() > value.getBitWidth()) break;
    value.insertBits(piece, low);
    low += piece.getBitWidth();
  }
  if (std::none_of(marks.begin(), marks.end(), [](Mark m) { return m != kPlain; })) return;
  const bool whole = low == value.getBitWidth() && pieces.size() == marks.size();
  caller.value_marks[id] =
      whole ? grid_.launch.observer->join(pieces, marks) : grid_.launch.observer->undefined(value.getBitWidth());
}

bool Block::execute(Thread& thread, ir::ValueId id) {
  Frame& frame = thread.frame();
  const ir::Instruction& inst = (*frame.code->function)[id];
  auto word = [&](size_t n) { return frame.values[inst.operands[n]].getZExtValue(); };
  switch (inst.op) {
    case Op::constant:
      return true;
    case Op::get_slot:
      frame.values[id] = frame.slots[inst.index];
      return true;
    case Op::set_slot:
      frame.slots[inst.index] = frame.values[inst.operands[0]];
      return true;
    case Op::undef:
      frame.values[id] = undefined(thread, inst.width);
      return true;
    case Op::identity:
      frame.values[id] = identity(thread, inst.which);
      return true;
    case Op::load: {
      uint64_t words[kMaxAccessBytes / 8] = {};
      if (!load(thread, inst, word(0), inst.width, words, inst.ordering != ir::Ordering::none)) return false;
      frame.values[id] = value_at(words, inst.width);
      return true;
    }
    case Op::store: {
      const APInt& value = frame.values[inst.operands[1]];
      return store(thread, inst, word(0), value.getBitWidth(), value.getRawData(), inst.ordering != ir::Ordering::none);
    }
    case Op::atomic_rmw:
    case Op::atomic_cas: {
      APInt old(inst.width, 0);
      if (!exchange(thread, inst, word(0), frame.values[inst.operands[1]], frame.values[inst.operands.back()], old))
        return false;
      frame.values[id] = std::move(old);
      return true;
    }
    case Op::fence:
      warps_[thread.warp].fenced |= uint64_t{1} << thread.lane;
      return true;
    case Op::call: {
      std::vector<APInt> arguments;
      for (ir::ValueId operand : inst.operands) arguments.push_back(frame.values[operand]);
      return call(thread, inst, arguments);
    }
    case Op::active_lanes:
    case Op::lane_read:
    case Op::lane_ballot:
    case Op::lane_match:
    case Op::lane_reduce:
    case Op::block_barrier:
      thread.state = State::waits;
      thread.waits_in = frame.code->function;
      thread.waits_at = id;
      thread.waits_for = &inst;
      return true;
    default:
      break;
  }
  if (ir::info(inst.op).effects != ir::Effects::Pure)
    return fail(thread, FindingKind::unsupported, inst.line,
                "'" + std::string(ir::info(inst.op).name) + "' in a kernel");
  if (inst.operands.empty()) {
    frame.values[id] = leaf(thread, inst);
    return !ended_;
  }
  llvm::SmallVector<APInt, 4> operands;
  for (ir::ValueId operand : inst.operands) operands.push_back(frame.values[operand]);
  frame.values[id] =
      ir::evaluate_concrete(*frame.code->function, inst, std::span<const APInt>(operands.data(), operands.size()));
  return true;
}

void Block::follow(Thread& thread, const ir::Edge& edge) {
  Frame& frame = thread.frame();
  std::vector<APInt> arguments;
  std::vector<Mark> marks;
  for (ir::ValueId v : edge.arguments) {
    arguments.push_back(frame.values[v]);
    if (grid_.launch.observer) marks.push_back(frame.value_marks[v]);
  }
  const std::vector<ir::ValueId>& parameters = frame.code->function->blocks[edge.target].parameters;
  for (size_t n = 0; n < parameters.size(); ++n) frame.values[parameters[n]] = std::move(arguments[n]);
  for (size_t n = 0; n < marks.size(); ++n) frame.value_marks[parameters[n]] = marks[n];
  frame.block = edge.target;
  frame.next = 0;
  frame.begun = false;
}

bool Block::leave(Thread& thread) {
  Frame& frame = thread.frame();
  const ir::Terminator& t = frame.code->function->blocks[frame.block].terminator;
  const bool decides = t.op == Op::branch || t.op == Op::switch_;
  if (grid_.launch.observer && decides && frame.value_marks[t.operands[0]] != kPlain) {
    if (t.op == Op::branch && grid_.launch.observer->both_ways()) return both_ways(thread, t);
    return depends(thread, t.line != 0 ? t.line : frame.line, "control");
  }
  switch (t.op) {
    case Op::jump:
      return follow(thread, t.edges[0]), true;
    case Op::branch:
      return follow(thread, t.edges[frame.values[t.operands[0]].getBoolValue() ? 0 : 1]), true;
    case Op::switch_: {
      const uint64_t value = frame.values[t.operands[0]].getLimitedValue();
      const size_t n = static_cast<size_t>(std::find(t.cases.begin(), t.cases.end(), value) - t.cases.begin());
      return follow(thread, t.edges[n]), true;
    }
    case Op::ret:
      if (thread.frames.size() == 1)
        thread.state = State::done;
      else
        give_back(thread, t.operands);
      return true;
    case Op::trap:
      return fail(thread, FindingKind::trapped, t.line, "the kernel stops itself");
    default:
      return fail(thread, FindingKind::unsupported, t.line, "control went where the program says it never goes");
  }
}

// Counts a block that so many lanes come to, all of it at once. `line`: of the instruction before.
bool Block::count(const Thread& thread, const BlockFacts& facts, uint32_t& line, uint64_t lanes) {
  const uint64_t steps = facts.steps * lanes;
  if (grid_.steps < steps) {
    grid_.steps = 0;
    return fail(thread, FindingKind::step_limit, 0, "the limit of instructions is reached");
  }
  constexpr uint64_t kBetweenLooks = 0x1000;  // at the clock
  const uint64_t before = grid_.steps;
  grid_.steps -= steps;
  if (before / kBetweenLooks != grid_.steps / kBetweenLooks) {
    if (grid_.deadline && FairClock::now() > *grid_.deadline)
      return fail(thread, FindingKind::time_limit, 0, "the limit of time is reached");
    if (grid_.launch.observer && grid_.launch.observer->exhausted())
      return fail(thread, FindingKind::data_dependent, 0, "the observer has seen enough");
  }
  if (facts.empty) return true;
  const bool other_line = facts.first_line != line;
  grid_.outcome.source_instructions += lanes * (facts.lines + other_line);
  grid_.outcome.lane_instructions += lanes * (facts.arithmetic + (other_line && facts.first_is_arithmetic));
  line = facts.last_line;
  return true;
}

bool Block::begin(Thread& thread, ir::BlockId block, uint64_t& used) {
  Frame& frame = thread.frame();
  const BlockFacts& facts = frame.facts[block];
  (*frame.ran)[block] = true;
  used += facts.steps;
  return count(thread, facts, frame.line, 1);
}

bool Block::advance(Thread& thread) {
  if (thread.frame().compiled) return advance_compiled(thread);
  for (uint64_t used = 0; thread.state == State::ready;) {
    Frame& frame = thread.frame();
    const std::vector<ir::ValueId>& instructions = frame.code->function->blocks[frame.block].instructions;
    if (!frame.begun) {
      if (used >= kTurn) return true;
      if (!begin(thread, frame.block, used)) return false;
      frame.begun = true;
    }
    if (frame.next == instructions.size()) {
      if (!leave(thread)) return false;
      continue;
    }
    const ir::ValueId id = instructions[frame.next++];
    const size_t depth = thread.frames.size() - 1;
    if (!execute(thread, id) || (grid_.launch.observer && !observe(thread, depth, id))) return false;
  }
  return true;
}

}  // namespace portolan::simt
