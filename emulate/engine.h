// What runs code. An engine takes an image and a batch of requests, and says how each one ended. Engines differ in what
// they can tell (Capabilities) and never in what the fields mean. A request is independent of the one before it: memory
// starts from the image, buffers and stack afresh each time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emulate/image.h"
#include "emulate/machine_state.h"
#include "emulate/recording.h"
#include "ir/diagnostic.h"
#include "ir/isa.h"

namespace portolan::emulate {

// A buffer. Its pages hold nothing else but fill bytes, and the pages before and after are not mapped unless another
// region is there; so an overrun is caught exactly where the buffer touches a page border (see place() in arena.h).
struct Region {
  uint64_t address = 0;
  std::vector<uint8_t> bytes;
  bool writable = true;
};

// What a request puts into the image's writable data before it runs.
struct DataPatch {
  uint64_t address = 0;
  std::vector<uint8_t> bytes;
};

// The emulated program's memory, for handlers of external calls. False: some byte is not mapped (or not writable), and
// nothing was done.
class MemoryAccess {
 public:
  virtual ~MemoryAccess() = default;
  virtual bool read(uint64_t address, std::span<uint8_t> bytes) = 0;
  virtual bool write(uint64_t address, std::span<const uint8_t> bytes) = 0;
};

// Calls that leave the image. The handler sees the state on entry of the function (x86-64: return address still on the
// stack), changes registers and memory as the function would, and the engine returns to the caller. It runs in the
// calling process whatever the engine.
class ExternalHandler {
 public:
  enum class Action : uint8_t {
    handled,    // go on at the return address
    unhandled,  // nothing known about this function: Ending::external_unhandled
    fault,      // it touched memory it may not: Ending::trapped, segmentation fault at the given address
    stop,       // the program ends here on purpose (exit, abort): Ending::stopped
  };
  struct Result {
    Action action = Action::unhandled;
    uint64_t digest = 0;   // of the arguments: two runs behave alike when names and digests of their calls agree
    uint64_t address = 0;  // of the fault
    std::string alias;     // what Outcome::calls calls it, if not by its name
    bool silent = false;   // a helper of the compiler, no call that anybody wrote: not listed in Outcome::calls
  };

  virtual ~ExternalHandler() = default;
  virtual void start_request() = 0;  // forget what the last request did (heap, random numbers)
  virtual Result on_external(const std::string& name, MachineState& state, MemoryAccess& memory) = 0;
};

struct Limits {
  uint64_t instructions = 0;  // 0: none. See Capabilities::counts
  std::chrono::milliseconds time{1000};
};

struct Request {
  uint64_t entry = 0;
  // Registers on entry. The engine sets stack pointer, return address, thread pointer and (RISC-V) gp.
  MachineState state;
  std::vector<Region> regions;
  std::vector<DataPatch> data;           // each within a writable segment; else the segments are as the image has them
  std::vector<uint8_t> stack_arguments;  // what the caller put at the stack pointer before the call
  uint64_t stack_size = 64 * 1024;
  uint8_t fill = 0xa5;  // what unwritten stack and the rest of the regions' pages hold
  Limits limits;
  ExternalHandler* externals = nullptr;
  bool coverage = false;           // collect Outcome::blocks and edges where the engine can
  Recording* recording = nullptr;  // of this run, where the engine can (Capabilities::records)
};

enum class Ending : uint8_t {
  returned,            // to the caller of the entry function
  trapped,             // Outcome::trap
  limit,               // instructions or time
  external_unhandled,  // called a function nobody knows; the last of Outcome::calls names it
  stopped,             // a handler ended the program
  unsupported,         // the engine does not know an instruction, or lost its process: says nothing about the program
};

enum class TrapKind : uint8_t {
  divide,
  floating_point,
  illegal,
  segmentation,
  alignment,
  breakpoint,
  system_call,
  other
};
enum class Access : uint8_t { unknown, read, write, execute };

struct Trap {
  TrapKind kind = TrapKind::other;
  Access access = Access::unknown;
  uint64_t address = 0;  // the data address of memory faults, else pc
};

struct ExternalCall {
  std::string name;
  uint64_t digest = 0;
  bool operator==(const ExternalCall&) const = default;
};

// Bytes of the image's writable segments that differ from what the image has there, also where the request put them.
struct MemoryChange {
  uint64_t address = 0;
  std::vector<uint8_t> bytes;
  bool operator==(const MemoryChange&) const = default;
};

// [start, start + size) was entered at start and run through unless a trap ended the run in it. Engines cut code into
// blocks each in its own way: one may be a single instruction (size 1), or go on over labels.
struct Block {
  uint64_t start = 0;
  uint32_t size = 0;
  auto operator<=>(const Block&) const = default;
};

// `from` is an address within the last instruction of a block, `to` the start of the block that ran next.
struct Edge {
  uint64_t from = 0;
  uint64_t to = 0;
  auto operator<=>(const Edge&) const = default;
};

struct Outcome {
  Ending ending = Ending::unsupported;
  Trap trap;                                  // Ending::trapped
  std::string detail;                         // Ending::unsupported: why
  MachineState state;                         // at the end; pc of a trap is the instruction that trapped
  std::vector<std::vector<uint8_t>> regions;  // contents at the end, in the request's order
  std::vector<uint64_t> stray_writes;  // addresses outside the regions but on their pages that changed (16 at most)
  std::vector<MemoryChange> changes;   // of the image's writable segments, ascending
  std::vector<ExternalCall> calls;
  uint64_t instructions = 0;  // Capabilities::counts
  std::vector<Block> blocks;  // sorted, unique; Capabilities::coverage
  std::vector<Edge> edges;    // sorted, unique
};

struct Capabilities {
  bool externals = false;
  bool coverage = false;
  bool counts = false;         // Outcome::instructions and Limits::instructions, when coverage is asked for
  bool access_kind = false;    // Trap::access of segmentation faults is never unknown
  bool rounding_modes = true;  // fp_control other than what a process starts with
  bool fp_status = false;      // sticky floating-point exception bits are right
  bool nan_boxing = true;      // RISC-V: upper halves of single-precision registers are right
  bool x87 = false;
  bool records = false;        // Request::recording
  bool upper_vectors = false;  // x86-64: bytes 16-31 of the vector registers
};

class Engine {
 public:
  virtual ~Engine() = default;
  virtual std::string_view name() const = 0;
  virtual Isa isa() const = 0;
  virtual Capabilities capabilities() const = 0;
  // Nothing, or why this engine must not be asked to run the image.
  virtual std::optional<std::string> refuses(const Image& image) = 0;
  // One outcome per request, in order. The error is for what concerns all of them (the image can't be loaded, a
  // region is outside the arena, the emulator is not installed).
  virtual Expected<std::vector<Outcome>> run_all(const Image& image, std::span<const Request> requests) = 0;

  Expected<Outcome> run(const Image& image, const Request& request) {
    Expected<std::vector<Outcome>> all = run_all(image, {&request, 1});
    if (!all) return all.error();
    return std::move(all->front());
  }
};

// "ir", "native" (the host's own ISA), "unicorn", "qemu".
Expected<std::unique_ptr<Engine>> make_engine(std::string_view name, Isa isa);

// The state a request begins with: stack pointer, return address, thread pointer and gp filled in. `stack` gets the
// bytes that stand at the stack pointer (x86-64: return address, then arguments; else the arguments).
MachineState entry_state(const Image& image, const Request& request, std::vector<uint8_t>& stack);

}  // namespace portolan::emulate
