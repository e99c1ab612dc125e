// Conditions over terms as one question in SMT-LIB that Z3 and cvc5 both read. Each term is printed once: shared ones
// get a name and an equation (which Z3 takes in linear time; its define-fun is quadratic).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "verify/terms/term.h"

namespace portolan::solve {

using terms::Pool;
using terms::Term;

enum class Arithmetic : uint8_t {
  exact,
  // Products, quotients and remainders are uninterpreted functions; a remainder is a - (a / b) * b. Unsatisfiable means
  // so for the true functions too; satisfiable means nothing.
  uninterpreted,
};
enum class Memories : uint8_t {
  functions,  // reads of a memory variable are applications of a function; writes are resolved in memories.h
  arrays,
};

struct PrintOptions {
  Arithmetic arithmetic = Arithmetic::exact;
  Memories memories = Memories::functions;
};

struct Question {
  // What a model is asked for: `expression` for the value of `term`.
  struct Value {
    std::string expression;
    unsigned width = 0;
    Term term;  // none: of something that is no term, as the byte of a memory
  };
  struct Byte {
    std::string memory;             // the variable's name
    size_t address = 0, value = 0;  // indices into `values`
  };
  // An application of an uninterpreted function that stands for `kind`: result and operands as they were printed.
  struct Abstracted {
    terms::Kind kind;
    unsigned width = 0;
    std::string result, a, b;
    bool operator<(const Abstracted& other) const { return result < other.result; }
  };
  std::string text;  // options, declarations and assertions, up to but without (check-sat)
  std::vector<Value> values;
  std::vector<Byte> bytes;
  std::vector<Abstracted> abstracted;
  bool has_applications = false;  // of functions that are uninterpreted in the terms themselves, or memory equations
                                  // that were only approximated: a model says nothing
  bool has_products = false;      // mul, umulh, …, srem of anything
  bool too_large = false;         // nothing was printed
};

// Is there a valuation under which all of `conditions` (one bit each) hold? Makes terms (equations of addresses).
Question print_question(Pool& pool, std::span<const Term> conditions, PrintOptions options);

// Applications that have a meaning here: clz, ctz, popcount and rotl (term.h).
bool is_bit_count(const Pool& pool, Term apply);

// |name|, with what may not stand between bars written as %XX.
std::string quoted(std::string_view name);

}  // namespace portolan::solve
