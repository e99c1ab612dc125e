// The marks of what one instruction has computed, found after it was executed (observer.h).
#include <fmt/format.h>

#include <algorithm>

#include "emulate/simt/block.h"
#include "ir/interpreter.h"

namespace portolan::simt {

using ir::Instruction;
using ir::Op;

namespace {

// Of an operation that is done in memory or over lanes, as one on values; order does not show.
std::optional<Op> combining(ir::RmwKind kind, bool reals = false) {
  switch (kind) {
    case ir::RmwKind::add:
      return Op::add;
    case ir::RmwKind::bit_and:
      return Op::bit_and;
    case ir::RmwKind::bit_or:
      return Op::bit_or;
    case ir::RmwKind::bit_xor:
      return Op::bit_xor;
    case ir::RmwKind::smin:
      return Op::smin;
    case ir::RmwKind::smax:
      return Op::smax;
    case ir::RmwKind::umin:
      return Op::umin;
    case ir::RmwKind::umax:
      return Op::umax;
    case ir::RmwKind::fadd:
    case ir::RmwKind::fadd_flush:
      return reals ? std::optional(Op::fadd) : std::nullopt;
    case ir::RmwKind::fmin:
      return reals ? std::optional(Op::fminnum) : std::nullopt;
    case ir::RmwKind::fmax:
      return reals ? std::optional(Op::fmaxnum) : std::nullopt;
    default:
      return std::nullopt;
  }
}

bool any_marked(std::span<const Mark> marks) {
  return std::any_of(marks.begin(), marks.end(), [](Mark m) { return m != kPlain; });
}

std::vector<APInt> bytes_of(const APInt& value) {
  std::vector<APInt> all;
  for (uint32_t n = 0; n < value.getBitWidth() / 8; ++n) all.push_back(value.extractBits(8, 8 * n));
  return all;
}

}  // namespace

bool Block::depends(const Thread& thread, uint32_t line, const char* what) {
  return fail(thread, FindingKind::data_dependent, line, std::string(what) + " depends on data");
}

Mark Block::mark_of(const Thread& thread, const Instruction& inst, size_t n) const {
  return thread.frames.back().value_marks[inst.operands[n]];
}

Mark Block::computed(Op op, std::span<const APInt> operands, std::span<const Mark> marks, const APInt& result,
                     ir::FloatFormat format) {
  if (!any_marked(marks)) return kPlain;
  Instruction inst;
  inst.op = op;
  inst.format = format;
  inst.width = result.getBitWidth();
  return grid_.launch.observer->compute(no_function_, inst, operands, marks, result);
}

std::vector<Mark>& Block::marks_of(Allocation& allocation) {
  allocation.marks.resize(allocation.bytes.size(), kPlain);
  return allocation.marks;
}

Mark Block::joined(std::vector<Mark> marks, const APInt& value) {
  for (Mark& m : marks)
    if (m == kUnset) m = grid_.launch.observer->undefined(8);
  return any_marked(marks) ? grid_.launch.observer->join(bytes_of(value), marks) : kPlain;
}

Mark Block::loaded(Allocation& allocation, uint64_t offset, const APInt& value) {
  if (allocation.marks.empty()) return kPlain;
  const std::span<Mark> marks = std::span(allocation.marks).subspan(offset, value.getBitWidth() / 8);
  for (Mark& m : marks)
    if (m == kUnset) m = grid_.launch.observer->undefined(8);
  if (!any_marked(marks)) return kPlain;
  return grid_.launch.observer->join(bytes_of(value), marks);
}

void Block::stored(Allocation& allocation, uint64_t offset, uint64_t size, Mark mark) {
  if (mark == kPlain && allocation.marks.empty()) return;
  const std::span<Mark> marks = std::span(marks_of(allocation)).subspan(offset, size);
  if (mark == kPlain)
    std::fill(marks.begin(), marks.end(), kPlain);
  else
    grid_.launch.observer->split(mark, marks);
}

// A load from one of a few addresses: what is there, by the conditions; the last one decides first.
Mark Block::loaded_by_choice(Thread& thread, const Instruction& inst, const Observer::Choices& choices) {
  struct Case {
    APInt value;
    Mark mark = kPlain;
  };
  std::vector<Case> cases;
  for (const APInt& address : choices.values) {
    bool shared = false;
    const uint64_t size = inst.width / 8;
    const Memory::Found found = find(thread, address.getZExtValue(), size, inst.line, shared);
    Case& one = cases.emplace_back(Case{APInt(inst.width, 0), kPlain});
    if (!found.allocation) {
      one.mark = grid_.launch.observer->undefined(inst.width);
      continue;
    }
    for (uint64_t n = 0; n < size; ++n)
      one.value.insertBits(APInt(8, found.allocation->bytes[found.offset + n]), static_cast<unsigned>(8 * n));
    one.mark = loaded(*found.allocation, found.offset, one.value);
  }
  for (size_t c = 0; c < choices.conditions.size(); ++c) {
    std::vector<Case> fewer;
    for (size_t n = 0; n + 1 < cases.size(); n += 2) {
      const Case &no = cases[n], &yes = cases[n + 1], &now = choices.holds[c] ? yes : no;
      const bool same = no.mark == yes.mark && (no.mark != kPlain || no.value == yes.value);
      const APInt operands[] = {APInt(1, choices.holds[c]), yes.value, no.value};
      const Mark marks[] = {choices.conditions[c], yes.mark, no.mark};
      fewer.push_back({now.value, same ? no.mark : computed(Op::select, operands, marks, now.value)});
    }
    cases = std::move(fewer);
  }
  return cases[0].mark;
}

bool Block::observe_memory(Thread& thread, ir::ValueId id, Mark& result) {
  const Frame& frame = thread.frame();
  const Instruction& inst = (*frame.code->function)[id];
  Observer& observer = *grid_.launch.observer;
  if (mark_of(thread, inst, 0) != kPlain) {
    const auto choices = inst.op == Op::load ? observer.choices(mark_of(thread, inst, 0)) : std::nullopt;
    if (!choices) return depends(thread, inst.line, "an address");
    result = loaded_by_choice(thread, inst, *choices);
    return true;
  }
  const uint32_t width = inst.op == Op::store ? frame.values[inst.operands[1]].getBitWidth() : inst.width;
  const uint64_t address = frame.values[inst.operands[0]].getZExtValue(), size = width / 8;
  bool shared = false;
  const Memory::Found found = find(thread, address, size, inst.line, shared);
  const bool tracked = shared || (found.allocation != &thread.local && found.allocation->writable);
  const std::optional<Op> combine = combining(inst.rmw, observer.reals_in_any_order());
  const Mark there =
      inst.op == Op::load || inst.op == Op::store ? kPlain : loaded(*found.allocation, found.offset, frame.values[id]);
  // Nothing came between the look and the exchange: it finds what it expects, whatever the data are.
  const bool finds = inst.op == Op::atomic_cas && observer.in_this_order() && there == mark_of(thread, inst, 1) &&
                     frame.values[id] == frame.values[inst.operands[1]];
  const bool plain =
      inst.op == Op::atomic_rmw && observer.in_this_order() && there == kPlain && mark_of(thread, inst, 1) == kPlain;
  if ((inst.op == Op::atomic_cas && !finds) || (inst.op == Op::atomic_rmw && !combine && !plain))
    return fail(thread, FindingKind::unsupported, inst.line, "an atomic access whose order shows");
  if (tracked) {
    Touch touch;
    touch.kind = inst.op == Op::load ? Touch::read : inst.op == Op::store ? Touch::write : Touch::modify;
    touch.rmw = inst.rmw;
    touch.shared = shared;
    touch.address = address, touch.size = size;
    touch.block = index_.x + grid_.launch.grid.x * (index_.y + uint64_t{grid_.launch.grid.y} * index_.z);
    touch.thread = static_cast<uint32_t>(thread.number), touch.warp = thread.warp, touch.line = inst.line;
    touch.block_epoch = epoch_, touch.warp_epoch = warps_[thread.warp].epoch;
    grid_.launch.observer->touch(touch);
  }
  if (inst.op == Op::load) {
    result = loaded(*found.allocation, found.offset, frame.values[id]);
  } else if (inst.op == Op::store) {
    stored(*found.allocation, found.offset, size, mark_of(thread, inst, 1));
  } else if (finds) {
    stored(*found.allocation, found.offset, size, mark_of(thread, inst, 2));
    result = there;
  } else if (plain) {
    stored(*found.allocation, found.offset, size, kPlain);
  } else {
    // What was there before depends on who came first.
    const Mark marks[] = {there, mark_of(thread, inst, 1)};
    const APInt operands[] = {frame.values[id], frame.values[inst.operands[1]]};
    stored(*found.allocation, found.offset, size,
           computed(*combine, operands, marks, ir::modified(inst, operands[0], operands[1]), inst.format));
    result = observer.in_this_order() ? there : observer.undefined(inst.width);
  }
  return true;
}

bool Block::observe(Thread& thread, size_t depth, ir::ValueId id) {
  Frame& frame = thread.frames[depth];
  const Instruction& inst = (*frame.code->function)[id];
  Mark& result = frame.value_marks[id];
  result = kPlain;
  switch (inst.op) {
    case Op::get_slot: {
      Mark& slot = frame.slot_marks[inst.index];
      if (slot == kUnset) slot = grid_.launch.observer->undefined(inst.width);
      result = slot;
      return true;
    }
    case Op::set_slot:
      frame.slot_marks[inst.index] = frame.value_marks[inst.operands[0]];
      return true;
    case Op::undef:
      result = grid_.launch.observer->undefined(inst.width);
      return true;
    case Op::load:
    case Op::store:
    case Op::atomic_rmw:
    case Op::atomic_cas:
      return observe_memory(thread, id, result);
    case Op::call: {
      Frame& callee = thread.frame();
      const std::vector<ir::ValueId>& parameters = callee.code->function->blocks[0].parameters;
      for (size_t n = 0; n < parameters.size() && n < inst.operands.size(); ++n)
        callee.value_marks[parameters[n]] = frame.value_marks[inst.operands[n]];
      return true;
    }
    case Op::active_lanes:
      return fail(thread, FindingKind::unsupported, inst.line, "which lanes run together is open");
    default:
      break;
  }
  if (ir::info(inst.op).effects != ir::Effects::Pure || inst.operands.empty()) return true;
  llvm::SmallVector<APInt, 4> operands;
  llvm::SmallVector<Mark, 4> marks;
  for (ir::ValueId operand : inst.operands) marks.push_back(frame.value_marks[operand]);
  if (!any_marked(std::span<const Mark>(marks.data(), marks.size()))) return true;
  for (ir::ValueId operand : inst.operands) operands.push_back(frame.values[operand]);
  result = grid_.launch.observer->compute(*frame.code->function, inst,
                                          std::span<const APInt>(operands.data(), operands.size()),
                                          std::span<const Mark>(marks.data(), marks.size()), frame.values[id]);
  return true;
}

// Lanes that meet: who is there and which lane gives what must not depend on data.
bool Block::observe_lanes(std::span<Thread* const> group, std::span<Mark> marks) {
  const Instruction& inst = group[0]->instruction();
  Observer& observer = *grid_.launch.observer;
  auto given = [](const Thread* t) { return t->frames.back().value_marks[t->instruction().operands[1]]; };
  for (const Thread* t : group) {
    if (mark_of(*t, inst, 0) != kPlain) return depends(*t, inst.line, "a member mask");
  }
  // Lanes that are not active read too, by whatever their registers hold: that may be any lane's value.
  auto reads_any = [&](const Thread* t) { return inst.op == Op::lane_read && mark_of(*t, inst, 2) != kPlain; };
  if (std::none_of(group.begin(), group.end(), [&](const Thread* t) { return given(t) != kPlain || reads_any(t); }))
    return true;
  // A bit of each lane as a mask.
  auto mask = [&](auto bit_of_lane) {
    std::vector<APInt> bits(inst.width, APInt(1, 0));
    std::vector<Mark> of_bits(inst.width, kPlain);
    for (const Thread* t : group) std::tie(bits[t->lane], of_bits[t->lane]) = bit_of_lane(t);
    return any_marked(of_bits) ? observer.join(bits, of_bits) : kPlain;
  };
  switch (inst.op) {
    case Op::lane_read:
      for (size_t n = 0; n < group.size(); ++n) {
        for (const Thread* other : group)
          if (group[n]->operand(2) == other->lane) marks[n] = given(other);
        if (reads_any(group[n])) marks[n] = observer.undefined(inst.width);
      }
      return true;
    case Op::lane_ballot: {
      const Mark all = mask([&](const Thread* t) { return std::pair(t->operand(1), given(t)); });
      std::fill(marks.begin(), marks.end(), all);
      return true;
    }
    case Op::lane_match:
      for (size_t n = 0; n < group.size(); ++n)
        marks[n] = mask([&](const Thread* t) {
          const APInt operands[] = {group[n]->operand(1), t->operand(1)};
          const Mark both[] = {given(group[n]), given(t)};
          const APInt same(1, operands[0] == operands[1]);
          return std::pair(same, computed(Op::eq, operands, both, same));
        });
      return true;
    case Op::lane_reduce: {
      const std::optional<Op> combine = combining(inst.rmw);
      if (!combine) return fail(*group[0], FindingKind::unsupported, inst.line, "this reduction");
      APInt sum = group[0]->operand(1);
      Mark all = given(group[0]);
      for (const Thread* t : group.subspan(1)) {
        const APInt operands[] = {sum, t->operand(1)};
        const Mark both[] = {all, given(t)};
        sum = ir::modified(inst, operands[0], operands[1]);
        all = computed(*combine, operands, both, sum);
      }
      std::fill(marks.begin(), marks.end(), all);
      return true;
    }
    default:
      return fail(*group[0], FindingKind::unsupported, inst.line, "this meeting of lanes");
  }
}

// How many threads gave 1.
bool Block::observe_barrier(std::span<Thread* const> group, Mark& result) {
  const Instruction& inst = group[0]->instruction();
  APInt sum(32, 0);
  for (const Thread* t : group) {
    const Instruction& own = t->instruction();
    if (mark_of(*t, own, 0) != kPlain || mark_of(*t, own, 1) != kPlain) return depends(*t, inst.line, "a barrier");
    if (!t->operand(1).isZero())
      return fail(*t, FindingKind::unsupported, inst.line, "a barrier of a part of the block");
    const Mark bit[] = {mark_of(*t, own, 2)};
    const APInt one[] = {t->operand(2)};
    const APInt operands[] = {sum, one[0].zext(32)};
    const Mark both[] = {result, computed(Op::zext, one, bit, operands[1])};
    sum = operands[0] + operands[1];
    result = computed(Op::add, operands, both, sum);
  }
  return true;
}

}  // namespace portolan::simt
