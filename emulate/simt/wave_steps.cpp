#include <algorithm>
#include <bit>
#include <numeric>

#include "emulate/simt/block.h"
#include "emulate/simt/steps.h"

namespace portolan::simt {

using ir::Op;

namespace {

// Lanes by their numbers, in the order in which threads run.
template <class Do>
bool in_order(Machine& machine, bool descending, Do act) {
  uint64_t* const words = machine.words;
  Thread* const before = machine.thread;
  const uint32_t lanes = machine.stride;
  bool goes_on = true;
  for (uint32_t n = 0; n < lanes && goes_on; ++n) {
    const uint32_t lane = descending ? lanes - 1 - n : n;
    machine.words = words + lane;
    machine.thread = &machine.wave->threads[lane];
    goes_on = act(lane);
  }
  machine.words = words, machine.thread = before;
  return goes_on;
}

uint32_t count_set(const uint64_t* bits, uint32_t lanes) {
  uint64_t sum = 0;
  for (uint32_t n = 0; n < lanes; ++n) sum += bits[n];
  return static_cast<uint32_t>(sum);
}

// Lanes whose word is not zero.
uint64_t mask_of(const uint64_t* bits, uint32_t lanes) {
  uint64_t all = 0;
  for (uint32_t lane = 0; lane < lanes; ++lane) all |= uint64_t{bits[lane] != 0} << lane;
  return all;
}

// The next turn begins behind it.
const Micro* yield(const Micro& m, Machine& machine) {
  machine.wave->micro = &m + 1;
  return nullptr;
}

bool is_zero(const ir::Function& function, const ir::Instruction& inst, size_t operand) {
  const ir::APInt* value = function.constant(inst.operands[operand]);
  return value && value->isZero();
}

Handler of_meeting(const Micro& m, uint32_t lanes, const ir::Function& function) {
  const ir::Instruction& inst = *m.inst;
  if (inst.op == Op::block_barrier)
    return is_zero(function, inst, 0) && is_zero(function, inst, 1) ? WaveSteps::barrier : nullptr;
  if (inst.op != Op::lane_ballot && inst.op != Op::lane_read) return nullptr;
  const ir::APInt* members = function.constant(inst.operands[0]);
  if (!members || !members->isMask(lanes)) return nullptr;
  if (inst.op == Op::lane_read) return WaveSteps::read_lane;
  return inst.width <= 64 ? WaveSteps::ballot : nullptr;
}

}  // namespace

Handler WaveSteps::of(Handler one, const Micro& m, uint32_t lanes, const ir::Function& function) {
  if (m.wave) return m.wave;
  if (one == Steps::move_word) return move;
  if (one == Steps::begin) return begin;
  if (one == Steps::jump || one == Steps::stop || one == Steps::refuse) return one;
  if (one == Steps::skip) return skip;
  if (one == Steps::branch) return branch_together;
  if (one == Steps::fence) return fence;
  if (one == Steps::give_back) return give_back;
  if (one == Steps::meet) {
    const Handler found = of_meeting(m, lanes, function);
    return found ? found : part;
  }
  if (one == Steps::identity && m.inst->which == ir::Identity::lane) return lane_number;
  if (one == Steps::call || one == Steps::choose) return part;
  return each_thread;
}

const Micro* WaveSteps::begin(const Micro& m, Machine& machine) {
  Wave& wave = *machine.wave;
  if (machine.used >= kTurn) {
    wave.micro = &m;
    return nullptr;
  }
  const Frame& frame = machine.thread->frames.front();
  const BlockFacts& facts = frame.facts[m.to];
  (*frame.ran)[m.to] = true;
  machine.used += facts.steps;
  return machine.block->count(*machine.thread, facts, wave.line, machine.stride) ? &m + 1 : nullptr;
}

const Micro* WaveSteps::begin_of_lane(const Micro& m, Machine& machine) {
  const Frame& frame = machine.thread->frames.front();
  (*frame.ran)[m.to] = true;
  return machine.block->count(*machine.thread, frame.facts[m.to], machine.wave->line, 1) ? &m + 1 : nullptr;
}

const Micro* WaveSteps::skip(const Micro& m, Machine& machine) {
  const uint64_t* bits = machine.words + m.a;
  const uint32_t set = count_set(bits, machine.stride);
  if (set == machine.stride) return &m + 1;
  const Micro* const end = &m + m.low;
  if (set == 0) return end;
  in_order(machine, false, [&](uint32_t lane) {
    if (bits[lane] == 0) return true;
    for (const Micro* next = &m + 1; next != end;) next = next->run(*next, machine);
    return true;
  });
  return end;
}

const Micro* WaveSteps::branch_together(const Micro& m, Machine& machine) {
  const uint32_t set = count_set(machine.words + m.a, machine.stride);
  if (set == machine.stride) return &m + 1;
  return set == 0 ? &m + m.low : part(m, machine);
}

const Micro* WaveSteps::branch_apart(const Micro& m, Machine& machine) {
  // Noted before anything else is done: the place of the bits may be another value's behind the branch.
  const uint64_t bits = mask_of(machine.words + m.a, machine.stride);
  const Micro *const end = &m + static_cast<int32_t>(m.b), *from = &m;
  if (bits == 0 && m.to == 1) return end;
  if (m.c != 0 && bits != 0) {
    // The jump behind it leads to a block whose first computations all may do.
    const Micro& inside = *(&m + 1 + static_cast<int32_t>((&m + 1)->low));
    const Frame& frame = machine.thread->frames.front();
    (*frame.ran)[inside.to] = true;
    const auto count = static_cast<uint64_t>(std::popcount(bits));
    if (!machine.block->count(*machine.thread, frame.facts[inside.to], machine.wave->line, count)) return nullptr;
    from = &inside + 1;
    for (uint32_t n = 1; n < m.c; ++n) from = from->wave(*from, machine);
  }
  const bool goes_on = in_order(machine, machine.block->grid_.launch.descending, [&](uint32_t lane) {
    const Micro* next = (bits >> lane & 1) != 0 ? from : m.to == 1 ? end : &m;
    while (next != end && next != nullptr) next = next->run(*next, machine);
    return next != nullptr;
  });
  return goes_on ? end : nullptr;
}

const Micro* WaveSteps::part(const Micro& m, Machine& machine) {
  machine.wave->micro = &m;
  machine.block->part_waves();
  return nullptr;
}

const Micro* WaveSteps::move(const Micro& m, Machine& machine) {
  std::memmove(machine.words + m.to, machine.words + m.a, machine.stride * sizeof(uint64_t));
  return &m + 1;
}

const Micro* WaveSteps::spread(const Micro& m, Machine& machine) {
  std::fill_n(machine.words + m.to, machine.stride, machine.words[m.to]);
  return &m + 1;
}

const Micro* WaveSteps::each_thread(const Micro& m, Machine& machine) {
  const bool goes_on =
      in_order(machine, machine.block->grid_.launch.descending, [&](uint32_t) { return m.run(m, machine) != nullptr; });
  return goes_on ? &m + 1 : nullptr;
}

const Micro* WaveSteps::lane_number(const Micro& m, Machine& machine) {
  std::iota(machine.words + m.to, machine.words + m.to + machine.stride, 0);
  return &m + 1;
}

// All lanes read the same: what a thread has for its own, or shares with others, they read one by one.
const Micro* WaveSteps::load_once(const Micro& m, Machine& machine) {
  Block& block = *machine.block;
  const uint64_t address = machine.words[m.a];
  const Program& program = block.grid_.program;
  if (address - program.local_window <= block.local_bytes_ ||
      address - program.shared_window <= block.shared_.bytes.size())
    return part(m, machine);
  uint64_t& bytes = block.grid_.outcome.global_bytes;
  const uint64_t before = bytes;
  if (!Steps::load(m, machine)) return nullptr;
  bytes += (bytes - before) * (machine.stride - 1);
  return &m + 1;
}

const Micro* WaveSteps::fence(const Micro& m, Machine& machine) {
  machine.block->warps_[machine.thread->warp].fenced = mask_of_width(machine.stride);
  return &m + 1;
}

const Micro* WaveSteps::ballot(const Micro& m, Machine& machine) {
  machine.words[m.to] = mask_of(machine.words + m.b, machine.stride) & m.mask;
  return meet(m, machine);
}

const Micro* WaveSteps::read_lane(const Micro& m, Machine& machine) {
  const uint32_t lanes = machine.stride, results = m.low != 0 ? 1 : lanes;
  const uint64_t* from = machine.words + m.c;
  std::array<uint64_t, 64> got;
  for (uint32_t n = 0; n < words_of(m.width); ++n) {
    const uint64_t* given = machine.words + m.b + n * lanes;
    for (uint32_t lane = 0; lane < results; ++lane) got[lane] = from[lane] < lanes ? given[from[lane]] : 0;
    std::copy_n(got.begin(), results, machine.words + m.to + n * lanes);
  }
  return meet(m, machine);
}

// Accesses before and after a meeting of the whole wave do not race.
const Micro* WaveSteps::meet(const Micro& m, Machine& machine) {
  Block::Warp& warp = machine.block->warps_[machine.thread->warp];
  if (warp.fenced == mask_of_width(machine.stride)) ++warp.epoch;
  return yield(m, machine);
}

const Micro* WaveSteps::barrier(const Micro& m, Machine& machine) {
  machine.wave->state = State::waits;
  return yield(m, machine);
}

const Micro* WaveSteps::give_back(const Micro&, Machine& machine) {
  machine.wave->state = State::done;
  for (Thread& thread : machine.wave->threads) thread.state = State::done;
  return nullptr;
}

}  // namespace portolan::simt
