// What is run, and what came of it.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <unordered_map>

#include "emulate/simt/memory.h"
#include "emulate/simt/observer.h"
#include "ir/function.h"

namespace portolan::simt {

using ir::APInt;

// Machine-level code: registers are slots.
struct Code {
  const ir::Function* function = nullptr;
  std::vector<uint32_t> slot_widths;
  uint64_t frame_bytes = 0;  // below the frame base
  // Calls pass nothing but the machine's registers: a callee has its caller's slots, and the caller what it leaves in
  // them.
  bool shares_slots = false;
  // Machine code: which lines are arithmetic of lanes, by line / 4. Empty: nothing is known of lines.
  std::vector<bool> arithmetic;
};

// Functions by name, and where the windows of shared memory, of a thread's own memory and of the parameters begin.
struct Program {
  std::unordered_map<std::string, Code> functions;
  std::unordered_map<std::string, uint64_t> symbols;  // addresses
  uint64_t shared_window = 0, local_window = 0, parameter_window = 0;
};

struct Dimensions {
  uint32_t x = 1, y = 1, z = 1;
  uint64_t count() const { return uint64_t{x} * y * z; }
};

// How instructions are carried out; what comes of it is the same. With an observer they are always interpreted.
enum class Mode : uint8_t { compiled, interpreted };
std::optional<Mode> mode_from_name(std::string_view name);

struct Launch {
  std::string kernel;
  Mode mode = Mode::compiled;
  Dimensions grid, block;
  uint32_t lane_width = 32;  // of a warp; at most 64
  // The last warp of a block is filled up with threads whose z is beyond the block: code of whole waves tells them
  // apart.
  bool whole_warps = false;
  uint64_t shared_bytes = 0;
  std::vector<uint8_t> parameters;
  uint64_t steps = 100'000'000;      // instructions of all threads together
  uint64_t milliseconds = 0;         // 0: no limit of time
  uint64_t local_bytes = 64 * 1024;  // of a thread
  bool check_uninitialised = true;
  bool descending = false;      // blocks, and threads of a block where it is open, run last first
  uint8_t register_byte = 0;    // what fills registers that nobody set
  uint64_t undefined_seed = 0;  // what undefined values are drawn from
  // Optional: a thread's registers before and after; false: the thread does not take part.
  std::function<bool(uint64_t thread, std::span<APInt> slots)> prepare;
  std::function<void(uint64_t thread, std::span<const APInt> slots)> finished;
  // Optional: shared memory of a block before and after.
  std::function<void(Allocation& shared)> prepare_shared, finished_shared;
  // Optional: who follows what is computed from what; `parameter_marks`: of the bytes, empty: all are plain.
  Observer* observer = nullptr;
  std::vector<Mark> parameter_marks;
  std::vector<Mark> slot_marks;  // of a thread's registers at the start; empty: all are unset
};

enum class FindingKind : uint8_t {
  out_of_bounds,
  misaligned,
  read_only,
  uninitialised,
  race,
  barrier_divergence,  // threads wait for others that do not come
  lane_divergence,     // lanes wait for others that do not come
  trapped,
  step_limit,
  time_limit,
  data_dependent,  // with an observer: what follows would hold for these data alone
  unsupported,
};
std::string_view to_string(FindingKind kind);

struct Finding {
  FindingKind kind = FindingKind::unsupported;
  uint32_t line = 0;        // of the source
  uint32_t other_line = 0;  // race: of the access before
  std::string function;
  Dimensions block, thread;
  uint64_t address = 0;
  std::string detail;
};
std::string to_string(const Finding& finding);

// Which blocks of which functions ran.
using Coverage = std::unordered_map<const Code*, std::vector<bool>>;

struct Outcome {
  std::vector<Finding> findings;     // the first of each kind and line
  bool completed = false;            // all threads ended; races and uninitialised reads do not stop a run
  uint64_t instructions = 0;         // of the IR, of all threads
  uint64_t source_instructions = 0;  // of PTX or machine code, each once for every lane (by lines)
  uint64_t lane_instructions = 0;    // of these the arithmetic of machine code
  uint64_t global_bytes = 0;         // read and written by threads in memory that may be written
  Coverage coverage;
};

// Runs the grid block by block. Whatever the kernel does ends in an Outcome; its functions must be well-formed
// (ir/check.h).
Outcome run(const Program& program, Memory& memory, const Launch& launch);

}  // namespace portolan::simt
