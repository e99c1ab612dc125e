// Waves of AMD's, whose lanes run in step: one micro-operation in all lanes, then the next. What all lanes compute
// alike is computed once. Waves take their turns where the interpreter's threads do, and each access to memory is made
// lane after lane, so that what comes of a run is the same; of one that a finding ends, counts may differ. Where lanes
// go ways that this does not know, their threads go on one by one.
#pragma once

#include "emulate/simt/thread.h"

namespace portolan::simt {

struct WaveCode {
  std::vector<Micro> micros;      // places are those of Compiled times the lanes
  std::vector<uint32_t> origins;  // of each: the same in Compiled, or the next
  // Where a wave may be parted: places of which lane 0 alone has the value, which is that of all.
  std::unordered_map<uint32_t, std::vector<uint32_t>> first_only;
};

std::unique_ptr<WaveCode> put_in_step(const Compiled& compiled, const std::vector<BlockFacts>& facts, uint32_t lanes,
                                      bool keep_slots);

struct Wave {
  const WaveCode* code = nullptr;
  std::vector<uint64_t> words;  // each place's, lane beside lane
  const Micro* micro = nullptr;
  State state = State::ready;  // `waits`: at a barrier of the block, the micro-operation before `micro`
  uint32_t line = 0;           // of the instruction before
  std::span<Thread> threads;
};

// Micro-operations of waves that are not computations.
struct WaveSteps {
  // How a wave does what threads do by `one`; nullptr: its threads go on one by one.
  static Handler of(Handler one, const Micro& m, uint32_t lanes, const ir::Function& function);

  static const Micro* begin(const Micro& m, Machine& machine);
  static const Micro* begin_of_lane(const Micro& m, Machine& machine);  // where lanes run one by one for a while
  static const Micro* skip(const Micro& m, Machine& machine);
  static const Micro* branch_together(const Micro& m, Machine& machine);
  // Each lane from here to `b` micro-operations on, where all meet again. `c`: of the block that those with a 1 come to
  // all may do so many micro-operations; 0: it has to be begun by each. `to`: 1: those with a 0 do nothing.
  static const Micro* branch_apart(const Micro& m, Machine& machine);
  static const Micro* part(const Micro& m, Machine& machine);
  static const Micro* move(const Micro& m, Machine& machine);
  static const Micro* spread(const Micro& m, Machine& machine);  // lane 0's value to all
  static const Micro* each_thread(const Micro& m, Machine& machine);
  static const Micro* lane_number(const Micro& m, Machine& machine);
  static const Micro* load_once(const Micro& m, Machine& machine);
  static const Micro* fence(const Micro& m, Machine& machine);
  static const Micro* ballot(const Micro& m, Machine& machine);
  static const Micro* read_lane(const Micro& m, Machine& machine);
  static const Micro* meet(const Micro& m, Machine& machine);
  static const Micro* barrier(const Micro& m, Machine& machine);
  static const Micro* give_back(const Micro& m, Machine& machine);
};

}  // namespace portolan::simt
