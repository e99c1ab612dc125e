// The threads of one block, run in turns: each until it waits for others, then the meetings that are complete.
#pragma once

#include <chrono>

#include "emulate/simt/shadow.h"
#include "emulate/simt/thread.h"

namespace portolan::simt {

// What all blocks of a launch share.
struct Grid {
  const Program& program;
  Memory& memory;
  const Launch& launch;
  Outcome& outcome;
  uint64_t steps = 0;  // left
  std::optional<std::chrono::steady_clock::time_point> deadline;
};

class Block {
 public:
  Block(Grid& grid, Dimensions index, const Code& kernel);
  bool run();  // false: a finding ended it

 private:
  // Execution of one thread: execute.cpp. False: the block has ended.
  bool advance(Thread& thread);
  bool execute(Thread& thread, ir::ValueId id);
  bool leave(Thread& thread);
  void follow(Thread& thread, const ir::Edge& edge);
  bool enter(Thread& thread, const Code& code, std::span<const APInt> arguments);
  bool call(Thread& thread, ir::ValueId id);
  void give_back(Thread& thread, std::span<const ir::ValueId> results);
  APInt leaf(Thread& thread, const ir::Instruction& inst);
  APInt identity(const Thread& thread, ir::Identity which) const;
  APInt undefined(Thread& thread, uint32_t width);

  // Memory: access.cpp.
  bool load(Thread& thread, const ir::Instruction& inst, uint64_t address, uint32_t width, APInt& result, bool atomic);
  bool store(Thread& thread, const ir::Instruction& inst, uint64_t address, const APInt& value, bool atomic);
  Memory::Found find(Thread& thread, uint64_t address, uint64_t size, bool& shared);
  bool access(Thread& thread, const ir::Instruction& inst, uint64_t address, uint64_t size, bool write, bool atomic,
              Memory::Found& found);

  // Marks: observe.cpp. `depth`: of the frame in which the instruction stands.
  bool observe(Thread& thread, size_t depth, ir::ValueId id);
  bool observe_memory(Thread& thread, ir::ValueId id, Mark& result);
  bool observe_lanes(std::span<Thread* const> group, std::span<Mark> marks);
  bool observe_barrier(std::span<Thread* const> group, Mark& result);
  bool depends(const Thread& thread, uint32_t line, const char* what);
  Mark mark_of(const Thread& thread, const ir::Instruction& inst, size_t operand) const;
  Mark computed(ir::Op op, std::span<const APInt> operands, std::span<const Mark> marks, const APInt& result);
  static std::vector<Mark>& marks_of(Allocation& allocation);
  Mark loaded(Allocation& allocation, uint64_t offset, const APInt& value);
  void stored(Allocation& allocation, uint64_t offset, uint64_t size, Mark mark);

  // Meetings: meet.cpp.
  bool meet_lanes(uint32_t warp);
  bool meet_members(uint32_t warp, Thread& first);
  bool meet_active(uint32_t warp);
  bool give_lanes(std::span<Thread* const> group, uint64_t members);
  bool meet_block();
  bool give_barrier(std::span<Thread* const> group);
  bool stuck();

  bool fail(const Thread& thread, FindingKind kind, uint32_t line, std::string detail, uint64_t address = 0);
  void find_race(const Thread& thread, uint32_t line, const Access& before, uint64_t address);
  void add(Finding finding);
  std::span<Thread> warp(uint32_t number);

  Grid& grid_;
  Dimensions index_;
  std::vector<Thread> threads_;
  Allocation shared_;
  Shadow shadow_;
  const ir::Function no_function_;
  uint32_t epoch_ = 0;
  bool ended_ = false;
};

}  // namespace portolan::simt
