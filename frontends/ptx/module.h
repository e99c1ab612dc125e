// A PTX module as written: variables, functions, statements with resolved registers. What instructions mean is the
// lifter's business (lift.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ir/diagnostic.h"

namespace portolan::ptx {

// Fundamental types and those that only instructions know (tf32, e4m3x2, …): kind, bits of one element, elements.
struct Type {
  enum Kind : uint8_t { none, untyped, is_unsigned, is_signed, floating, brain, predicate, tensor, e4m3, e5m2 };
  Kind kind = none;
  uint16_t bits = 0;  // of one element
  uint8_t lanes = 1;
  uint32_t width() const { return uint32_t{bits} * lanes; }
  bool is_float() const { return kind == floating || kind == brain; }
  bool is_integer() const { return kind == is_unsigned || kind == is_signed || kind == untyped; }
  bool operator==(const Type&) const = default;
};
std::optional<Type> type_from_name(std::string_view name);  // without the dot

enum class Space : uint8_t { none, reg, global, constant, shared, local, param };

struct Register {
  std::string name;
  Type type;
};

// A number in memory, or the address of a variable.
struct InitialValue {
  uint32_t offset = 0;
  std::string symbol;
  bool generic = false;
  int64_t addend = 0;
};

struct Variable {
  std::string name;
  SourceLocation location;
  Space space = Space::none;
  Type type;
  uint32_t alignment = 1;
  uint64_t size = 0;  // bytes; 0: the launch says (extern .shared)
  bool is_extern = false;
  std::vector<uint8_t> bytes;           // initial; shorter than size: zeros follow
  std::vector<InitialValue> addresses;  // 8 bytes each, on top of `bytes`
};

struct Operand {
  enum Kind : uint8_t {
    none,
    reg,      // `index` into Function::registers
    integer,  // `bits`, 64 of them
    real,     // `bits` of an f64
    single,   // `bits` of an f32
    special,  // %tid.x: `name` with the selector
    local,    // `index` into Function::variables
    other,    // a label, a function or a variable of the module
    memory,   // [elements[0] + bits]
    vector,   // {elements}
    list,     // (elements) of a call
    pair,     // d|p: elements
    sink,     // _
  };
  Kind kind = none;
  bool negated = false;  // !p
  bool minus = false;    // -a
  bool is_unsigned = false;
  uint32_t index = 0;
  uint64_t bits = 0;
  std::string name;
  std::string selector;  // b0 h1 x …
  std::vector<Operand> elements;
  uint32_t line = 0, column = 0;
};

struct Statement {
  bool is_label = false;
  bool guard_negated = false;
  uint32_t line = 0, column = 0;
  std::optional<uint32_t> guard;  // register
  std::string name;               // of the label, or the instruction with all its modifiers
  std::vector<Operand> operands;
  std::vector<std::string> targets;  // .branchtargets of this label
};

struct Function {
  std::string name;
  SourceLocation location;
  bool is_kernel = false, has_body = false;
  std::vector<Register> registers;
  std::vector<Variable> variables;            // parameters first, then what the body declares
  std::vector<uint32_t> parameters, results;  // into `variables`; .reg parameters are registers, see below
  std::vector<uint32_t> register_parameters, register_results;  // into `registers`
  std::vector<Statement> statements;
  uint32_t block_size[3] = {0, 0, 0};  // .reqntid, else .maxntid; 0: not stated
  bool block_size_required = false;
};

struct Module {
  std::string file, version, target;
  uint32_t address_size = 64;
  std::vector<Variable> variables;
  std::vector<Function> functions;
  const Function* find_function(std::string_view name) const;  // with a body, if there is one
};

}  // namespace portolan::ptx
