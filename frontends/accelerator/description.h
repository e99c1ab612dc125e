// A chip as its description file says it: parameters, number formats, state, words and instructions, each with the
// place in the text and the source that vouches for it. parse() fills in what is written, check() what follows from it.
// The language itself: docs/accelerator-language.md.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "frontends/accelerator/number.h"
#include "ir/diagnostic.h"

namespace portolan::accelerator {

struct Position {
  uint32_t line = 0, column = 0;
};

inline constexpr uint32_t kNone = UINT32_MAX;

// Where a fact stands and which source says so.
struct Fact {
  Position at;
  uint32_t source = kNone;  // index in Description::sources
};

struct Field;
struct Layout;
struct Names;

// Of an expression or a place. A number without width is any integer.
struct Type {
  const RealFormat* real = nullptr;  // null: an integer
  unsigned width = 0;
  bool is_signed = false;
  bool bit = false;  // 0 or 1, and so a condition
  const Layout* layout = nullptr;
  const Names* names = nullptr;
};

struct TypeName {  // as written
  std::string name;
  Position at;
};

struct Expression;
struct Statement;
using ExpressionPointer = std::unique_ptr<Expression>;
using Block = std::vector<Statement>;

struct Range {  // of a loop or a reduction: from first to below end
  std::string name;
  Position at;
  uint32_t slot = kNone;
  ExpressionPointer first, end;
};

struct Expression {
  enum class Kind : uint8_t {
    number,
    real,
    name,
    subscript,
    slice,
    as_type,
    member,
    call,
    convert,
    match,  // as parsed (some remain)
    local,
    element,
    as_element,
    field_of,
    unary,
    binary,
    condition,
    reduce,
    let,
    builtin,
  };
  // name, member, call, convert and builtin keep their word in `name`.
  Kind kind = Kind::number;
  Operator operation = Operator::add;
  Position at;
  Type type;
  Number number = 0;
  double real = 0;
  std::string name, method;
  uint32_t index = kNone;  // local: slot; element: state; call: function; let: slot; reduce, builtin, convert: which
  unsigned low = 0, width = 0;   // field_of: bits of a number,
  const Field* field = nullptr;  // or a field of a layout
  std::vector<ExpressionPointer> operands;
  std::vector<Range> ranges;  // reduce
  ExpressionPointer filter;   // reduce: only where this holds
};

struct Statement {
  enum class Kind : uint8_t { let, variable, assign, branch, loop, together, outcome, call, issue, stop, jump };
  Kind kind = Kind::let;
  Fact fact;
  std::string name;                 // let, variable, call, issue; outcome: what it is called
  std::string text;                 // outcome: why
  uint32_t index = kNone;           // let, variable: slot; call: procedure; issue: instruction
  ExpressionPointer target, value;  // value: also the condition of a branch or outcome
  std::vector<ExpressionPointer> arguments;
  std::vector<std::pair<std::string, ExpressionPointer>> bindings;  // issue
  std::vector<uint32_t> bound;                                      // issue: the field of each binding
  std::vector<Range> ranges;
  Block body, otherwise;
};

struct Source {
  std::string name, text;
  Position at;
};

struct Parameter {
  std::string name, text;
  Fact fact;
  Number value = 0;
  ExpressionPointer initial, lowest, highest;  // the bounds only with a range
  std::vector<ExpressionPointer> allowed;
};

struct BuildChoice {  // what a recorded run may state about the build that it came from
  std::string name, value;
  Fact fact;
};

struct Names {
  std::string name;
  Fact fact;
  std::vector<std::pair<std::string, Number>> values;
  const std::string* name_of(Number value) const;
};

struct BitRange {
  std::string container_name;
  uint32_t container = 0;
  unsigned high = 0, low = 0;
  unsigned width() const { return high - low + 1; }
};

struct Field {
  std::string name, text;
  Fact fact;
  std::vector<BitRange> ranges;  // highest part of the value first
  TypeName type_name;
  Type type;
  uint32_t registers = kNone;  // the value is the number of one of these
  Number scale = 1, offset = 0;
  unsigned width() const;
};

struct Layout {
  std::string name;
  Fact fact;
  unsigned width = 0;
  std::vector<Field> fields;
};

struct State {
  std::string name, text;
  Fact fact;
  bool is_register = false, external = false, hidden = false;
  bool given = false;  // filled by the caller: an input of a tensor specification
  TypeName type_name;
  Type type;
  std::vector<ExpressionPointer> extents;
  std::vector<Number> extent;  // computed
  ExpressionPointer initial;   // null: undefined until written
  Number initial_value = 0;
  // Output of a specification: an element may differ by this much of its size and the root mean square of all elements
  // together. 0: by nothing.
  double within = 0;
  double lowest = 0, highest = 0;  // input of a specification: what it holds; equal: anything
  Number elements() const;
};

struct Queue {
  std::string name;
  Fact fact;
  ExpressionPointer initial;
  Number tokens = 0;
};

struct Unit {
  std::string name;
  Fact fact;
};

// A part of the chip that works beside the others while the hardware itself keeps the program's order where two
// instructions touch the same rows. It shows in time only.
struct Controller {
  std::string name;
  Fact fact;
  ExpressionPointer entries;  // how many instructions may wait in it; null: any number
  Number depth = 0;           // the same; 0: any
};

// Rows of a memory that an instruction reads or writes, for the order that controllers keep.
struct Touch {
  bool writes = false;
  std::string memory;
  Fact fact;
  uint32_t state = kNone;
  ExpressionPointer first, end, condition;  // null condition: always
};

struct Container {  // one of the bit strings that an instruction consists of
  std::string name;
  Fact fact;
  unsigned width = 0;
  UnsignedNumber usual = 0;  // bits of an instruction that is given by the values of some fields only
};

struct Format {
  std::string name, base;
  Fact fact;
  std::vector<Field> fields;  // after checking: with those of the base, first
  const Field* field(const std::string& name) const;
};

struct Constraint {
  std::string field;
  Fact fact;
  ExpressionPointer value;
  uint32_t index = kNone;
  Number number = 0;
};

struct TokenUse {
  std::string queue;
  Fact fact;
  uint32_t index = kNone;
  ExpressionPointer condition;  // null: always
};

// A piece of an instruction's assembly syntax.
struct SyntaxItem {
  enum class Kind : uint8_t { word, operand, flag, group };
  Kind kind = Kind::word;
  std::string text;  // word: as printed; operand, flag: the field
  uint32_t field = kNone;
  std::vector<SyntaxItem> items;  // group: written only if an operand in it is not zero
};

struct Instruction {
  std::string name, text;
  Fact fact;
  std::string format_name;
  uint32_t format = kNone;
  std::vector<Constraint> encoding;
  bool has_encoding = false;
  std::string syntax;
  Fact syntax_fact;
  std::vector<SyntaxItem> items;
  std::string unit_name;
  Fact unit_fact;
  uint32_t unit = 0;
  std::vector<TokenUse> waits, signals;
  std::string controller_name;
  Fact controller_fact;
  uint32_t controller = 0;
  std::vector<Touch> touches;
  Block meaning;
  bool has_meaning = false;
  ExpressionPointer cost, latency;
  std::vector<std::pair<std::string, Fact>> notes;
  uint32_t slots = 0;                                  // of a frame; the fields come first
  std::vector<UnsignedNumber> fixed_mask, fixed_bits;  // for each part: what a word of this instruction must be
  size_t text_begin = 0, text_end = 0;
};

struct Routine {  // a function (value) or a procedure (body)
  std::string name;
  Fact fact;
  bool is_procedure = false;
  std::vector<std::pair<std::string, TypeName>> parameters;
  std::vector<Type> parameter_types;
  ExpressionPointer value;
  Block body;
  uint32_t slots = 0;
  size_t text_begin = 0, text_end = 0;
};

// What a mapper may use: instructions in a row, with what they come to as one assignment per element. The claim is run
// against the instructions before it is relied on.
struct Operation {
  std::string name, text;
  Fact fact;
  // Routines with the same parameters; kNone: not written.
  uint32_t does = kNone, by = kNone, when = kNone, holds = kNone;
  // holds MEMORY[PARAMETER] = value: a constant that lies there beforehand.
  std::string held_memory, held_index;
  Position held_at;
  uint32_t held_state = kNone, held_parameter = kNone;
  bool last = false;  // ends a program
};

struct Equation {  // of a tensor specification: each element of a tensor
  uint32_t state = kNone;
  bool is_output = false;
  Fact fact;
  std::vector<Range> indices;  // bounds may be missing until checked
  ExpressionPointer value;     // moves into the meaning when checked
};

struct Description {
  std::string file, contents, name, text;
  Position at;
  bool is_specification = false;  // tensors and equations, and one instruction that computes them all
  std::vector<Source> sources;
  std::deque<Parameter> parameters;
  std::vector<BuildChoice> builds;
  std::deque<RealFormat> reals;
  std::deque<Layout> layouts;
  std::deque<Names> names;
  std::deque<State> states;
  std::vector<Queue> queues;
  std::vector<Unit> units;
  std::vector<Controller> controllers;
  std::vector<Container> containers;
  std::deque<Format> formats;
  std::deque<Instruction> instructions;
  std::deque<Routine> routines;
  std::deque<std::pair<std::string, std::pair<ExpressionPointer, Fact>>> constants;  // let, in order
  std::deque<Operation> operations;
  std::deque<Equation> equations;
  std::vector<std::pair<std::string, Fact>> notes;
  std::map<std::string, Number> values;  // of parameters, constants and enumerators
  // The order in which parameters and constants stand in the text: each may use those before it.
  std::vector<std::pair<bool, uint32_t>> order;

  // A message about a place in the text, with its line.
  Diagnostic error(Position at, std::string message) const;
  std::string_view line(uint32_t number) const;
};

}  // namespace portolan::accelerator
