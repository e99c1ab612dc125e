// Where threads meet: lanes of a warp by their member masks, threads of a block at barriers.
#include <fmt/format.h>

#include <algorithm>

#include "emulate/simt/block.h"
#include "ir/interpreter.h"

namespace portolan::simt {

using ir::Op;

namespace {

uint64_t bit_of(const Thread& t) {
  return uint64_t{1} << t.lane;
}

bool at_same_place(const Thread& a, const Thread& b) {
  return a.waits_for == b.waits_for && a.frames.size() == b.frames.size();
}

bool waits_for_lanes(const Thread& t) {
  if (t.state != State::waits) return false;
  const Op op = t.instruction().op;
  return op != Op::block_barrier && op != Op::active_lanes;
}
bool waits_at(const Thread& t, Op op) {
  return t.state == State::waits && t.instruction().op == op;
}

}  // namespace

std::span<Thread> Block::warp(uint32_t number) {
  const size_t width = grid_.launch.lane_width, first = number * width;
  return std::span(threads_).subspan(first, std::min(width, threads_.size() - first));
}

// The members that have come to where `first` is; complete when they are all that its mask names.
bool Block::meet_members(uint32_t number, Thread& first) {
  const uint64_t members = first.word(0);
  std::vector<Thread*>& group = group_;
  group.clear();
  uint64_t present = 0;
  for (Thread& t : warp(number))
    if (waits_for_lanes(t) && at_same_place(t, first) && t.word(0) == members && (members & bit_of(t)))
      group.push_back(&t), present |= bit_of(t);
  if (present != members || members == 0) return false;
  const bool ordered = (warps_[number].fenced & present) == present;
  if (!give_lanes(group, members)) return false;
  // After a barrier of the whole warp its accesses before and after do not race.
  if (ordered && group.size() == warp(number).size()) ++warps_[number].epoch;
  return true;
}

// What compiled code does most, on words.
bool Block::give_words(std::span<Thread* const> group) {
  const ir::Instruction& inst = group[0]->instruction();
  if (!group[0]->frames.back().compiled || inst.width > 64) return false;
  if (inst.op == Op::lane_ballot) {
    uint64_t bits = 0;
    for (const Thread* t : group)
      if (t->word(1) != 0) bits |= bit_of(*t);
    for (Thread* t : group) t->go_on(bits & mask_of_width(inst.width));
    return true;
  }
  if (inst.op != Op::lane_read) return false;
  std::array<uint64_t, 64> given = {}, results = {};
  for (const Thread* t : group) given[t->lane] = t->word(1);
  for (size_t n = 0; n < group.size(); ++n)
    if (const uint64_t lane = group[n]->word(2); lane < given.size()) results[n] = given[lane];
  for (size_t n = 0; n < group.size(); ++n) group[n]->go_on(results[n]);
  return true;
}

bool Block::give_lanes(std::span<Thread* const> group, uint64_t members) {
  if (give_words(group)) return true;
  const ir::Instruction& inst = group[0]->instruction();
  std::vector<Mark> marks(grid_.launch.observer ? group.size() : 0, kPlain);
  if (grid_.launch.observer && !observe_lanes(group, marks)) return false;
  std::vector<APInt> results;
  auto all = [&](APInt result) { results.assign(group.size(), std::move(result)); };
  switch (inst.op) {
    case Op::active_lanes:
      all(APInt(inst.width, members));
      break;
    case Op::lane_read: {
      std::array<const Thread*, 64> by_lane = {};
      for (const Thread* t : group) by_lane[t->lane] = t;
      for (const Thread* t : group) {
        const uint64_t lane = t->word(2);
        const Thread* other = lane < by_lane.size() ? by_lane[lane] : nullptr;
        results.push_back(other ? other->operand(1) : APInt(inst.width, 0));
      }
      break;
    }
    case Op::lane_ballot: {
      uint64_t bits = 0;
      for (const Thread* t : group)
        if (t->word(1) != 0) bits |= bit_of(*t);
      all(APInt(inst.width, bits));
      break;
    }
    case Op::lane_match:
      for (const Thread* t : group) {
        APInt same(inst.width, 0);
        for (const Thread* other : group)
          if (other->operand(1) == t->operand(1)) same |= APInt(inst.width, bit_of(*other));
        results.push_back(std::move(same));
      }
      break;
    case Op::lane_reduce: {
      APInt result = group[0]->operand(1);
      for (const Thread* t : group.subspan(1)) result = modified(inst, result, t->operand(1));
      all(std::move(result));
      break;
    }
    default:
      all(APInt(inst.width, 0));
      break;
  }
  for (size_t n = 0; n < group.size(); ++n) group[n]->go_on(std::move(results[n]), marks.empty() ? kPlain : marks[n]);
  return true;
}

bool Block::meet_lanes(uint32_t number) {
  bool progress = false;
  for (Thread& t : warp(number))
    if (waits_for_lanes(t)) progress |= meet_members(number, t);
  return progress;
}

// When no lane of the warp can go on, those that wait at the same place are the active ones.
bool Block::meet_active(uint32_t number) {
  for (Thread& first : warp(number)) {
    if (!waits_at(first, Op::active_lanes)) continue;
    std::vector<Thread*> group;
    uint64_t present = 0;
    for (Thread& t : warp(number))
      if (waits_at(t, Op::active_lanes) && at_same_place(t, first)) group.push_back(&t), present |= bit_of(t);
    return give_lanes(group, present);
  }
  return false;
}

bool Block::give_barrier(std::span<Thread* const> group) {
  Mark mark = kPlain;
  if (grid_.launch.observer && !observe_barrier(group, mark)) return false;
  uint64_t count = 0;
  for (const Thread* t : group) count += (t->word(2) != 0);
  for (Thread* t : group) t->go_on(APInt(32, count), mark);
  ++epoch_;
  return true;
}

// A barrier of the block opens when all threads that have not ended are there, one of n threads when n are there.
bool Block::meet_block() {
  for (Thread& first : threads_) {
    if (!waits_at(first, Op::block_barrier)) continue;
    const APInt &number = first.operand(0), &wanted = first.operand(1);
    std::vector<Thread*> group;
    size_t alive = 0;
    for (Thread& t : threads_) {
      alive += t.state != State::done;
      if (waits_at(t, Op::block_barrier) && t.operand(0) == number && t.operand(1) == wanted) group.push_back(&t);
    }
    if (group.size() != (wanted.isZero() ? alive : wanted.getZExtValue())) continue;
    for (const Thread* t : group)
      if (wanted.isZero() && !at_same_place(*t, first)) {
        fail(first, FindingKind::barrier_divergence, first.instruction().line,
             fmt::format("other threads of the block are at the barrier in line {}", t->instruction().line));
        return false;
      }
    return give_barrier(group);
  }
  return false;
}

// Nothing can go on: says who waits for whom.
bool Block::stuck() {
  for (const Thread& t : threads_) {
    if (t.state != State::waits) continue;
    const uint32_t line = t.instruction().line;
    if (t.instruction().op == Op::block_barrier) continue;
    const uint64_t members = t.word(0);
    if (!(members & bit_of(t)))
      return fail(t, FindingKind::lane_divergence, line,
                  fmt::format("lane {} is not in its own member mask {:#x}", t.lane, members));
    return fail(t, FindingKind::lane_divergence, line,
                fmt::format("lane {} waits for lanes {:#x}, which do not all come", t.lane, members));
  }
  for (const Thread& t : threads_)
    if (t.state == State::waits)
      return fail(t, FindingKind::barrier_divergence, t.instruction().line,
                  "threads wait at a barrier that the others do not reach");
  return false;
}

}  // namespace portolan::simt
