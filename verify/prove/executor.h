// Runs the machine-level IR of one side symbolically, from a cut point along every way to the next ones.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <unordered_map>

#include "ir/fair_clock.h"
#include "verify/prove/state.h"
#include "verify/prove/symbols.h"

namespace portolan::prove {

struct Failure {
  std::string reason, detail;  // of the closed list (prove.h)
};

struct Limits {
  size_t paths = 256;
  size_t steps = 200000;
  bool any_nan = false;  // every operation that makes a NaN makes the same one, on both sides
  bool copies = false;   // what nobody gave, or a callee left in registers, is the same on both sides
  bool shared = false;   // other threads write: what is read outside the frame may be anything, the same on both sides
  // Time is watched: the lines of instructions whose time depends on their operands.
  const std::set<uint32_t>* slow_lines = nullptr;
  // Accesses of memory that is secret, by line and whether they write: what is read there may be anything, another
  // thing in the other copy and each time.
  const std::set<std::pair<uint32_t, bool>>* secret_accesses = nullptr;
  uint32_t visits = 1;  // of one cut point on one path; more than one only in bounded proofs
  FairClock::time_point deadline;
};

// Where a side's frame lies, and which parts of it are memory like any other, because addresses of them are computed or
// given away; the rest is accessed at constant offsets only.
struct FrameLayout {
  Term variable;  // the frame base (ir/ops.def) is variable + displacement
  int64_t displacement = 0;
  std::vector<std::pair<int64_t, int64_t>> objects;  // [low, high) from the frame base
};

// What a first look at a side finds of its frame.
struct FrameSurvey {
  std::set<int64_t> computed;                    // constant parts of addresses that are computed or given away
  std::set<std::pair<int64_t, unsigned>> saved;  // bytes where a register's entry value is kept
  int64_t low = 0;                               // the lowest offset that is accessed
  bool escapes = false;                          // an address is given to a callee or stored
  bool moves = false;                            // the stack pointer is not always at a constant place
  int64_t stack = 0;                             // the lowest constant place where it is
  std::set<BlockId> idle_loops;                  // beginnings of loops that never turn
};

class Executor {
 public:
  Executor(terms::Pool& pool, const Side& side, Symbols& symbols, FrameLayout frame);
  // Runs only look at the frame from now on: computed addresses in it are noted instead of being failures.
  void survey(FrameSurvey* survey, const State& entry);
  // Callees of unknown signature get no more on the stack here than the source gives them on any way. It has run by
  // now.
  void pass_no_more_than(const Executor& source) { source_ = &source; }
  // What a cut point finds where it may find something else when it is reached another way.
  void note_held(Term value);

  // All ways on from the beginning of `block`. The failure says why some way could not be followed.
  // `conditions` hold there.
  std::vector<Path> run(BlockId block, State state, const Limits& limits, std::vector<Term> conditions = {});
  // All ways on from where a path from `start` has come to, each as one path from `start`. Nothing: too many.
  std::optional<std::vector<Path>> resume(BlockId start, const Path& path, const Limits& limits);
  const std::optional<Failure>& failure() const { return failure_; }
  // Bounded runs: some way was cut short because it came round too often.
  bool dropped() const { return dropped_; }

  Term base() const;
  Term frame_variable() const { return frame_.variable; }
  // The bytes [offset, offset + bytes) of the frame; what nobody wrote is a variable.
  Term frame_bytes(State& state, int64_t offset, unsigned bytes);
  void set_frame_bytes(State& state, int64_t offset, Term value);
  // Whether bytes of the frame are two things that happen to lie side by side: some access begins within them, and none
  // has been seen of them all.
  bool falls_apart(int64_t offset, unsigned bytes) const;
  // Offset of an address in the frame, if it is one at a constant offset; of the latter, if it is in no object too.
  std::optional<int64_t> constant_offset(Term address) const;
  std::optional<int64_t> frame_offset(Term address) const;
  bool mentions_base(Term t) const;

 private:
  struct Thread {
    BlockId block = ir::kNoBlock;
    Path path;
    std::map<BlockId, uint32_t> visits;
    std::vector<std::pair<Term, bool>> known;
    bool started = false;
    std::optional<int64_t> lowest_access, stack_before;  // of the present instruction
  };

  std::vector<Path> run_all(BlockId start, Thread thread, const Limits& limits);
  std::span<const Term> made_of(Term t) const;
  void note_offsets(Term value);
  // An address in the frame that is not at a constant offset, or leaves the function's hands. False: it can't be
  // followed.
  bool computed(Term address, std::string_view use, uint32_t line);
  // The frame ends at the stack pointer, but for x86-64's red zone: what is below may change at any time. An
  // instruction that moves the pointer reaches what it has before or after, so its accesses are judged when it is done.
  void note_access(Thread& thread, int64_t offset);
  void begin_instruction(Thread& thread, uint32_t line);
  void look_at_stack(const State& state);
  std::optional<int64_t> stack_end(const State& state) const;
  // Where in the frame a callee of unknown signature may have arguments.
  std::pair<int64_t, int64_t> unknown_stack_arguments(const State& state, int64_t from) const;
  std::optional<uint32_t> stack_places_passed(const State& state, uint32_t call, unsigned above);
  bool pass_scalars(Thread& thread, uint32_t call, CallEvent& event, unsigned above);
  void forget_callee_stack(State& state, const CallEvent& call, bool scalars, unsigned above);
  bool block_body(Thread& thread);
  bool instruction(Thread& thread, ValueId v);
  // Not harmless whatever it reads or writes: it faults, or touches what is somebody else's. Then this has failed.
  bool is_harmful(const Thread& thread, const Access& access, std::optional<int64_t> frame_offset);
  void store(Thread& thread, Term address, Term value, uint32_t line, Alignment alignment = {});
  Term read(Thread& thread, Term address, unsigned width, uint32_t line, Alignment alignment = {});
  Alignment alignment_of(const ir::Instruction& i) const;
  // Reads and writes at once. The old value.
  Term exchange(Thread& thread, const ir::Instruction& i);
  void show(Thread& thread, Term address, std::optional<int64_t> frame_offset);
  bool is_secret(uint32_t line, bool write) const {
    return limits_.secret_accesses != nullptr && limits_.secret_accesses->contains({line, write});
  }
  Term read_shared(Thread& thread, Term address, unsigned width, uint32_t line);
  void note_event(Thread& thread, const Event& event);
  static uint32_t calls_before(const Thread& thread) { return static_cast<uint32_t>(thread.path.calls.size()); }
  // `above`: bytes between the stack pointer and the stack arguments. Nothing: it failed.
  std::optional<Term> argument(State& state, const verify::BoundaryValue& parameter, unsigned above);
  void call(Thread& thread, uint32_t call, Term address, uint32_t line, unsigned above = 0);
  // What else a callee may find that takes whatever any register holds.
  bool pass_all(Thread& thread, const ir::CallTarget& target, CallEvent& event, uint32_t line, unsigned above);
  bool terminator(Thread thread);
  void follow(Thread thread, size_t edge, Term condition);
  void finish(Thread thread, End end);
  bool jump_by_table(Thread& thread);
  void fail(std::string reason, std::string detail);
  std::optional<bool> decided(const Thread& thread, Term condition) const;
  // Whose name a value has that nobody gave.
  std::string_view owner() const { return limits_.copies ? "c" : side_.prefix(); }
  Term fresh(Thread& thread, std::string_view what, unsigned width);

  terms::Pool& pool_;
  const Side& side_;
  Symbols& symbols_;
  FrameLayout frame_;
  FrameSurvey* survey_ = nullptr;
  const Executor* source_ = nullptr;                       // of a target
  uint32_t most_stack_places_ = 0;                         // that a callee of unknown signature was given
  std::vector<Term> entry_values_;                         // while surveying
  std::set<std::pair<int64_t, unsigned>> frame_accesses_;  // offset and bytes
  std::string segment_;
  mutable std::unordered_map<uint32_t, bool> mentions_;  // the frame's base, by term
  std::vector<Term> values_;
  std::vector<Thread> work_;
  std::vector<Path> done_;
  size_t steps_ = 0;
  Limits limits_;
  bool dropped_ = false, exchanging_ = false;
  std::optional<Failure> failure_;
};

// How the convention holds a value of `bits` bits in a register of `width`: what the caller (or callee) put above it.
Term in_register(terms::Pool& pool, Isa isa, const verify::BoundaryValue& value, Term bits, unsigned width, Term above);

}  // namespace portolan::prove
