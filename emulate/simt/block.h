// The threads of one block, run in turns: each until it waits for others, then the meetings that are complete.
#pragma once

#include "emulate/simt/shadow.h"
#include "emulate/simt/wave.h"
#include "ir/fair_clock.h"

namespace portolan::simt {

constexpr uint64_t kTurn = 20'000;  // steps before another thread has its turn: threads may spin for each other

constexpr uint32_t kMaxAccessBytes = 64;

// What was written since, as it stood there before each write.
struct Written {
  struct Piece {
    Allocation* allocation = nullptr;
    uint64_t offset = 0;
    std::vector<uint8_t> bytes, written;
    std::vector<Mark> marks;
  };
  std::vector<Piece> pieces;
  void note(Allocation& allocation, uint64_t offset, uint64_t size);
  std::vector<Piece> undo();
  static void put(const Piece& piece);
};

// What all blocks of a launch share.
struct Grid {
  Grid(const Program& p, Memory& m, const Launch& l, Outcome& o)
      : program(p), memory(m), launch(l), outcome(o), steps(l.steps) {}

  const Program& program;
  Memory& memory;
  const Launch& launch;
  Outcome& outcome;
  uint64_t steps;  // left
  std::optional<FairClock::time_point> deadline;
  bool compiled = false;

  const std::vector<BlockFacts>& facts(const Code& code);
  const Compiled& compiled_code(const Code& code);
  const WaveCode& wave_code(const Code& code);
  ir::BlockId meeting(const Code& code, ir::BlockId branch);  // where its ways meet again
  // Where instructions of a line found their allocation last.
  struct Recent {
    uint64_t start = 0, size = 0;
    Allocation* allocation = nullptr;
  };
  std::array<Recent, 64> recent = {};

 private:
  std::unordered_map<const Code*, std::vector<BlockFacts>> facts_;
  std::unordered_map<const Code*, std::unique_ptr<Compiled>> compiled_;
  std::unordered_map<const Code*, std::unique_ptr<WaveCode>> wave_code_;
  std::unordered_map<const Code*, std::vector<ir::BlockId>> meetings_;
};

class Block {
 public:
  Block(Grid& grid, Dimensions index, const Code& kernel);
  bool run();  // false: a finding ended it

 private:
  // Execution of one thread: execute.cpp. False: the block has ended.
  friend struct Steps;
  friend struct WaveSteps;
  bool advance(Thread& thread);
  bool advance_compiled(Thread& thread);
  bool begin(Thread& thread, ir::BlockId block, uint64_t& used);
  bool count(const Thread& thread, const BlockFacts& facts, uint32_t& line, uint64_t lanes);
  bool execute(Thread& thread, ir::ValueId id);
  bool leave(Thread& thread);
  void follow(Thread& thread, const ir::Edge& edge);
  bool enter(Thread& thread, const Code& code, std::span<const APInt> arguments);
  std::vector<APInt> unset_slots(const Code& code) const;
  // The registers of a thread that has just begun, or has ended.
  std::vector<APInt> slots_of(const Thread& thread) const;
  void set_slots(Thread& thread, std::vector<APInt> slots);
  bool call(Thread& thread, const ir::Instruction& inst, std::span<const APInt> arguments);
  void give_back(Thread& thread, std::span<const ir::ValueId> results);
  APInt leaf(Thread& thread, const ir::Instruction& inst);
  APInt identity(const Thread& thread, ir::Identity which) const;
  APInt undefined(Thread& thread, uint32_t width);

  // Waves whose lanes run in step: wave.cpp.
  void make_waves(const Code& kernel);
  bool run_waves();
  bool advance_wave(Wave& wave);
  bool open_barrier();
  void part_waves();

  // Memory: access.cpp.
  bool load(Thread& thread, const ir::Instruction& inst, uint64_t address, uint32_t width, uint64_t* result,
            bool atomic);
  bool store(Thread& thread, const ir::Instruction& inst, uint64_t address, uint32_t width, const uint64_t* value,
             bool atomic);
  void check_written(const Thread& thread, const ir::Instruction& inst, uint64_t address, const Memory::Found& found,
                     uint32_t size);
  // atomic_rmw and atomic_cas.
  bool exchange(Thread& thread, const ir::Instruction& inst, uint64_t address, const APInt& operand,
                const APInt& replacement, APInt& old);
  Memory::Found find(Thread& thread, uint64_t address, uint64_t size, uint32_t line, bool& shared);
  bool access(Thread& thread, const ir::Instruction& inst, uint64_t address, uint64_t size, bool write, bool atomic,
              Memory::Found& found);

  // Marks: observe.cpp. `depth`: of the frame in which the instruction stands.
  bool observe(Thread& thread, size_t depth, ir::ValueId id);
  bool observe_memory(Thread& thread, ir::ValueId id, Mark& result);
  bool observe_lanes(std::span<Thread* const> group, std::span<Mark> marks);
  bool observe_barrier(std::span<Thread* const> group, Mark& result);
  bool depends(const Thread& thread, uint32_t line, const char* what);
  Mark mark_of(const Thread& thread, const ir::Instruction& inst, size_t operand) const;
  Mark computed(ir::Op op, std::span<const APInt> operands, std::span<const Mark> marks, const APInt& result,
                ir::FloatFormat format = ir::FloatFormat::none);
  static std::vector<Mark>& marks_of(Allocation& allocation);
  Mark loaded(Allocation& allocation, uint64_t offset, const APInt& value);
  Mark joined(std::vector<Mark> marks, const APInt& value);
  Mark loaded_by_choice(Thread& thread, const ir::Instruction& inst, const Observer::Choices& choices);
  void stored(Allocation& allocation, uint64_t offset, uint64_t size, Mark mark);

  // Branches that depend on data: both_ways.cpp.
  bool both_ways(Thread& thread, const ir::Terminator& branch);
  bool walk(Thread& thread, size_t depth, ir::BlockId meet);
  bool reads_nothing(Thread& thread, ir::ValueId id);
  bool join_written(Thread& thread, uint32_t line, const Written& own, const Written& other,
                    const std::vector<Written::Piece>& left,
                    const std::function<Mark(const APInt&, Mark, const APInt&, Mark)>& chosen);

  // Meetings: meet.cpp.
  bool meet_lanes(uint32_t warp);
  bool meet_members(uint32_t warp, Thread& first);
  bool meet_active(uint32_t warp);
  bool give_words(std::span<Thread* const> group);
  bool give_lanes(std::span<Thread* const> group, uint64_t members);
  bool meet_block();
  bool give_barrier(std::span<Thread* const> group);
  bool stuck();

  bool fail(const Thread& thread, FindingKind kind, uint32_t line, std::string detail, uint64_t address = 0);
  void find_race(const Thread& thread, uint32_t line, const Access& before, uint64_t address);
  void add(Finding finding);
  std::span<Thread> warp(uint32_t number);

  struct Warp {
    uint32_t epoch = 0;   // barriers of the warp that it has passed
    uint64_t fenced = 0;  // lanes, since their last accesses to memory
  };

  Grid& grid_;
  Dimensions index_;
  std::vector<Thread> threads_;
  std::vector<Warp> warps_;
  std::vector<Wave> waves_;  // empty: threads run one by one
  Allocation shared_;
  Shadow shadow_;
  const ir::Function no_function_;
  const uint64_t local_bytes_;  // of a thread; they are there when it first touches them
  std::vector<Thread*> group_;  // that meet
  uint32_t epoch_ = 0;
  bool ended_ = false, parted_ = false;
  Written* written_ = nullptr;  // while a branch that depends on data is followed
  unsigned ways_ = 0;           // such branches within one another
  unsigned supposed_ = 0;       // of these, ways that these data do not take
};

}  // namespace portolan::simt
