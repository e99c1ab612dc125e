// Runs the meanings of a checked description: the interpreter of its expressions and statements over a chip's state.
// Undefined values are carried along: what depends on one is undefined itself, and only where one decides what happens
// (a condition, an index, a bound) does the run end, as undefined.
#pragma once

#include <vector>

#include "emulate/accelerator/compiled.h"
#include "emulate/accelerator/observer.h"
#include "emulate/accelerator/store.h"
#include "emulate/accelerator/sums.h"
#include "frontends/accelerator/encoding.h"

namespace portolan::accelerator {

class Evaluator {
 public:
  Evaluator(const Description& chip, uint64_t steps);
  Evaluator(const Evaluator&) = delete;  // sums_ knows it by its place
  Evaluator& operator=(const Evaluator&) = delete;

  // A frame for one instruction with the fields of a word in it, until the next call.
  void begin(const Instruction& instruction, const Word& word);
  bool holds(const Expression& condition);
  Number integer(const Expression& e) {
    if (ended()) return mark_ = 0;
    switch (e.kind) {
      case Expression::Kind::number:
        mark_ = 0;
        return e.number;
      case Expression::Kind::local: {
        const Value& found = local(e.index);
        tainted_ |= !found.defined;
        mark_ = found.mark;
        return found.number;
      }
      case Expression::Kind::unary:
      case Expression::Kind::binary:
        return integer_operation(e);
      default:
        return computed_integer(e);
    }
  }
  void run(const Instruction& instruction);

  struct Argument {
    Number number = 0;
    double real = 0;
  };
  // A procedure with these arguments. `issued`: what it issues is put there instead of being done.
  void carry_out(uint32_t routine, const std::vector<Argument>& arguments, std::vector<Word>* issued = nullptr);
  // A function's value, an integer.
  Number integer_of(uint32_t routine, const std::vector<Argument>& arguments);

  // Tells it what values depend on, from now on.
  void observe(Observer* observer) { observer_ = observer; }
  // One expression after the other, without Sums.
  void interpret_all() { interpret_all_ = true; }
  // Runs these in place of the meanings that have code there.
  void use(CompiledMeanings* compiled) { compiled_ = compiled; }

  std::vector<Store>& stores() { return stores_; }
  const std::vector<Store>& stores() const { return stores_; }
  bool ended() const { return outcome_.kind != Outcome::Kind::finished; }
  Outcome& outcome() { return outcome_; }
  void fail(Outcome::Kind kind, Position at, std::string why);
  // One step of the budget; false: it is used up.
  bool step(Position at);
  // What the last instruction asked for.
  bool stops = false;
  std::optional<Number> jump;
  Number here = 0;  // the number of the instruction that runs

 private:
  struct Value {
    Number number = 0;
    double real = 0;
    bool defined = true;
    Mark mark = 0;
  };

  Number computed_integer(const Expression& e);
  Number integer_of_field(const Expression& e);
  Number integer_of_many(const Expression& e);
  double real(const Expression& e);
  Value value(const Expression& e);
  Number decided(const Expression& e, const char* what);
  std::optional<uint64_t> place(const Expression& e);
  uint64_t bits_in(const Expression& e);
  Number integer_operation(const Expression& e);
  Number integer_builtin(const Expression& e);
  double real_operation(const Expression& e);
  double real_builtin(const Expression& e);
  Number integer_conversion(const Expression& e);
  double real_conversion(const Expression& e);
  std::optional<Number> rounded(const Expression& e);
  Number step_of_builtin(Builtin which, const Expression& e, Number a, Number b);
  Value chosen(const Expression& e);
  const Expression* case_of(const Expression& e);
  Value reduce(const Expression& e);
  void observe_reduction(const Expression& e, Reduction kind, bool first, Value& result, const Value& one);
  // Runs `body` for all indices, the last range's fastest, until it says false.
  template <class Body>
  bool for_each(const std::vector<Range>& ranges, size_t depth, const Body& body);
  Value call(const Expression& e);
  uint64_t bits_of(const Type& type, const Value& value, Position at);

  bool run_compiled(const Instruction& instruction, CompiledMeaning code);
  void block(const Block& block);
  void statement(const Statement& s);
  void assign(const Statement& s);
  void together(const Statement& s);
  void write(uint32_t state, uint64_t index, Cell cell);
  void procedure(const Statement& s);
  void issue(const Statement& s);
  void set_field(uint32_t slot, const Field& field, UnsignedNumber raw);
  Value& local(uint32_t slot) { return frames_[base_ + slot]; }
  size_t enter(uint32_t slots);
  size_t enter(const Routine& routine, const std::vector<ExpressionPointer>& arguments);
  void enter_first(const Routine& routine, const std::vector<Argument>& arguments);
  void leave(size_t base);

  const Description& chip_;
  std::vector<Store> stores_;
  std::vector<std::vector<uint64_t>> extents_;  // of each store
  std::vector<Value> frames_;
  size_t base_ = 0, top_ = 0;
  bool tainted_ = false;           // something undefined went into what is being computed
  uint32_t undefined_in_ = kNone;  // where that was read last
  void taint(uint32_t state) {
    tainted_ = true;
    undefined_in_ = state;
  }
  Mark mark_ = 0;  // of what integer() or real() gave last
  Observer* observer_ = nullptr;
  struct Write {
    uint32_t state;
    uint64_t index;
    Cell cell;
  };
  struct MarkedWrite {
    uint32_t state;
    uint64_t index;
    unsigned cells;
    const Type* type;
    Marked value;
  };
  void observe_write(const MarkedWrite& write);
  Marked marked(const Value& v) const { return {v.mark, v.number, v.real}; }
  std::vector<MarkedWrite> deferred_marks_;
  std::vector<Write> deferred_;
  bool deferring_ = false;
  std::vector<Word>* issued_ = nullptr;
  friend class Sums;
  Sums sums_;
  bool interpret_all_ = false;
  CompiledMeanings* compiled_ = nullptr;
  CompiledRun compiled_run_;
  std::vector<const Store::Page* const*> lists_;
  uint64_t steps_;
  Outcome outcome_;
};

template <class Body>
bool Evaluator::for_each(const std::vector<Range>& ranges, size_t depth, const Body& body) {
  if (depth == ranges.size()) return body();
  const Range& range = ranges[depth];
  const Number first = decided(*range.first, "this bound"), end = decided(*range.end, "this bound");
  for (Number i = first; i < end && !ended(); ++i) {
    if (!step(range.at)) return false;
    local(range.slot) = {i, 0, true};
    if (!for_each(ranges, depth + 1, body)) return false;
  }
  return true;
}

}  // namespace portolan::accelerator
