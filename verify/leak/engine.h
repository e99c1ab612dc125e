// The abstract run itself: states, blocks, calls.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "verify/leak/memory.h"
#include "verify/leak/taint.h"

namespace portolan::leak {

struct State {
  std::vector<Value> slots;
  Memory memory;
  bool operator==(const State&) const = default;
};

// A function of the unit, lifted.
struct Code {
  std::string name, refusal;
  ir::Function function;
  bool jumps_by_table = false;
};

class Engine {
 public:
  explicit Engine(const Question& question);
  Taint run();

  const assembly::Machine& machine() const { return machine_; }
  const MemoryRules& rules() const { return rules_; }
  // Ends the run: nothing can be said.
  void fail(std::string reason, std::string detail);
  bool failed() const { return !taint_.reason.empty(); }
  void find(Finding::Kind kind, const Code& code, uint32_t line, std::string what);
  // The state after a call, or nothing if it does not come back.
  std::optional<State> call(const Code& caller, const ir::CallTarget& target, uint32_t line, State state, bool tail);
  bool step();
  const std::map<uint32_t, LineLatency>& latencies() const { return latencies_; }
  bool is_constant_data(const std::string& symbol) const;
  bool functions_in_data() const { return functions_in_data_; }

 private:
  State entry_state();
  const Code& code_of(const std::string& symbol);
  std::optional<State> run_function(const Code& code, const State& entry);
  std::optional<State> known_library(const Code& caller, const std::string& name, uint32_t line, State& state);
  void unknown_callee(const Code& caller, const std::string& name, uint32_t line, State& state);
  void forget_registers(State& state, Bases results) const;

  const Question& question_;
  const assembly::Machine& machine_;
  MemoryRules rules_;
  std::map<uint32_t, LineLatency> latencies_;
  std::map<std::string, Code> codes_;
  struct Known {
    State before;
    std::optional<State> after;
  };
  std::map<std::string, std::vector<Known>> known_;
  std::vector<const Code*> stack_;
  bool functions_in_data_ = false;
  size_t steps_ = 0;
  Taint taint_;
};

// Objects: offset 0 is a line like any other.
inline constexpr uint32_t kNoLine = UINT32_MAX;

// One function: a fixed point over its blocks.
class Activation {
 public:
  Activation(Engine& engine, const Code& code);
  std::optional<State> run(const State& entry);

 private:
  // After the block, by edge; nothing: control does not go there.
  void run_block(ir::BlockId block, State state);
  bool instruction(State& state, ir::ValueId v);
  Value leaf(State& state, const ir::Instruction& i);
  void begin_line(const State& state, ir::BlockId block, size_t at, uint32_t line);
  void end_line();
  void touch(const ir::Instruction& i, const Value& address);
  void note_read(const Value& v) { line_secret_ |= v.secret != 0; }
  void terminator(ir::BlockId block, State state);
  void flow(ir::BlockId to, State state);
  void leave(State state);
  void remember(ir::ValueId v);

  // What a branch says of the values that it compared (refine.cpp).
  void refine(State& state, ir::ValueId condition, bool truth);
  struct Order {
    ir::ValueId a, b;
    ir::Op relation;  // ult or slt: a < b
    bool negated;
  };
  std::optional<Order> order_of(ir::ValueId bit) const;
  bool is_difference(ir::ValueId difference, ir::ValueId a, ir::ValueId b) const;
  bool is_equality_of(ir::ValueId bit, ir::ValueId a, ir::ValueId b) const;
  bool equal_constants(ir::ValueId a, ir::ValueId b) const;
  bool is_zero(ir::ValueId v) const;
  void constrain(State& state, ir::ValueId a, ir::ValueId b, ir::Op relation, bool truth);
  void narrow(State& state, ir::ValueId v, const Range& range);
  ir::ValueId same_as(ir::ValueId v) const { return canonical_[v]; }
  const ir::Instruction& at(ir::ValueId v) const { return f_[canonical_[v]]; }

  Engine& engine_;
  const Code& code_;
  const ir::Function& f_;
  std::vector<Value> values_;
  std::vector<ir::ValueId> canonical_;  // the first value of the block that is surely the same
  std::vector<ir::ValueId> in_slot_;    // at this place of the block
  std::map<std::pair<int64_t, uint32_t>, ir::ValueId> in_frame_;  // by offset and width
  std::map<std::tuple<ir::Op, uint32_t, uint32_t, ir::ValueId>, ir::ValueId> parts_;
  uint32_t line_ = kNoLine;
  bool line_secret_ = false;
  struct Incoming {
    std::optional<State> state;
    uint32_t joins = 0;
    bool waiting = false;
  };
  std::vector<Incoming> blocks_;
  std::optional<State> result_;
};

}  // namespace portolan::leak
