// Runs functions of the IR, at machine level (registers in slots) and raised (values, arguments, frames) alike.
//
// Untrusted input is fine as long as the function is well-formed, which check() says: whatever the program does
// ends in an Outcome.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ir/function.h"

namespace portolan::ir {

enum class Ending : uint8_t {
  returned,
  trapped,  // Outcome::trap
  faulted,  // Outcome::address could not be read or written
  step_limit,
  unreachable,  // ran into the unreachable terminator
  bad_jump,     // an indirect jump to none of its targets: Outcome::address
  unsupported,  // the environment lacks a symbol or callee: Outcome::detail
  stopped,      // the environment ended the program on purpose
};

struct Outcome {
  Ending ending = Ending::returned;
  TrapKind trap = TrapKind::none;
  bool write = false;  // faulted: a store, else a load
  uint64_t address = 0;
  uint32_t line = 0;  // of the instruction that ended the run otherwise than by returning
  std::string detail;
  APInt result{1, 0};  // raised functions: the pieces that were returned, first piece lowest
};

struct Call {
  const CallTarget& target;
  uint64_t address = 0;              // indirect calls
  std::span<const APInt> arguments;  // raised functions
  uint32_t result_width = 0;
  uint64_t stack_pointer = 0;  // raised functions: below it is free
  bool tail = false;
};

// The world around a function. Reads and writes of memory are little-endian and return false when a byte may not be
// accessed; nothing has happened then.
class Environment {
 public:
  virtual ~Environment() = default;
  virtual bool read(uint64_t address, std::span<uint8_t> bytes) = 0;
  virtual bool write(uint64_t address, std::span<const uint8_t> bytes) = 0;
  // The address, or part of it, that the reference stands for.
  virtual std::optional<uint64_t> symbol_address(const SymbolRef&) { return std::nullopt; }
  virtual uint64_t thread_pointer() { return 0; }
  // Makes the call: changes `slots` (machine level) or sets outcome.result (raised). Anything but Ending::returned
  // ends the caller the same way.
  virtual Outcome call(const Call&, std::span<APInt> /*slots*/) {
    Outcome outcome;
    outcome.ending = Ending::unsupported;
    outcome.detail = "calls are not supported here";
    return outcome;
  }
  // What Terminator::cases of an indirect jump holds for the block at this address.
  virtual uint64_t jump_case(uint64_t address) { return address; }
};

struct Start {
  std::span<APInt> slots;        // machine level: registers before and after the run
  std::vector<APInt> arguments;  // raised: for the parameters of the entry block
  uint64_t stack_pointer = 0;    // raised: at entry; frames grow down from it
  uint64_t* steps = nullptr;     // counted down to 0 over all calls, by blocks; nullptr: no limit
  uint64_t undef_seed = 0;       // what undef gives is drawn from it
};

// What atomic_rmw puts in the place of `old`.
APInt modified(const Instruction& atomic_rmw, const APInt& old, const APInt& operand);

class Interpreter {
 public:
  explicit Interpreter(const Function& function);
  ~Interpreter();

  Outcome run(Environment& environment, const Start& start);
  // The same up to a direct tail call without operands, which the environment is not asked to make: its place in
  // Function::calls. Nothing: outcome() says how the run ended.
  std::optional<uint32_t> run_to_tail_call(Environment& environment, const Start& start);
  Outcome& outcome();

  // What it was in the last run that came to it.
  const APInt& value(ValueId id) const;

  // Edges taken by all runs so far, by block and edge of its terminator.
  bool taken(BlockId block, size_t edge) const;
  size_t edges_taken() const;
  size_t edges() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace portolan::ir
