// Expressions of a specification and of a description's operations in one form, so that the two can be compared:
// functions, lets and constants are resolved, types are spelled out, and equal terms are the same object.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "frontends/accelerator/description.h"

namespace portolan::mapping {

using accelerator::Number;

struct Term {
  enum class Kind : uint8_t { number, real, variable, element, operation, reduction };
  Kind kind = Kind::number;
  Number number = 0;  // number; variable: which
  double real = 0;
  // real: its type; element: its type as read; operation and reduction: which, with the type where that matters.
  std::string what;
  uint32_t state = accelerator::kNone;  // element: of which description is known from where the term stands
  bool foreign = false;                 // element: of the specification, not of the chip
  std::vector<const Term*> operands;    // reduction: the body, then the end of each range
  std::vector<Number> bound;            // reduction: its variables
};

// A sum of products of variables, each with a number.
using Polynomial = std::map<std::vector<Number>, Number>;

class Terms {
 public:
  const Term* number(Number value);
  const Term* real(double value, const std::string& type);
  const Term* variable(Number id);
  Number fresh() { return next_++; }
  const Term* element(uint32_t state, bool foreign, const std::string& type, std::vector<const Term*> indices);
  const Term* operation(const std::string& what, std::vector<const Term*> operands);
  const Term* reduction(const std::string& what, const Term* body, std::vector<const Term*> ends,
                        std::vector<Number> bound);

 private:
  const Term* intern(Term term);
  std::deque<Term> all_;
  std::map<std::string, const Term*> known_;
  Number next_ = 1;
};

// "s8", or a real format's parameters.
std::string type_key(const accelerator::Type& type);

// What it is in variables, if it is a polynomial in them.
std::optional<Polynomial> polynomial(const Term* term);

// Reads expressions of one description. Elements of tensors that equations define become what they are defined as.
class TermReader {
 public:
  TermReader(Terms& terms, const accelerator::Description& from) : terms_(terms), from_(from) {}

  // `slots`: what local values stand for. Null: there is something in it that terms don't express.
  const Term* read(const accelerator::Expression& e, std::vector<const Term*>& slots);
  // Elements of tensors that equations define stay what they are.
  void keep_definitions() { keeps_ = true; }
  void keep_definition(uint32_t state) { kept_.insert(state); }

  struct Loop {
    Number variable;
    const Term* end;
  };
  // A block that is one assignment within loops from 0: its loops, target and value. False: it is something else.
  struct Assignment {
    std::vector<Loop> loops;
    const Term *target = nullptr, *value = nullptr;
  };
  bool read(const accelerator::Block& block, std::vector<const Term*>& slots, Assignment& out);

 private:
  const Term* defined(uint32_t state, const std::vector<const Term*>& indices);
  const Term* call(const accelerator::Expression& e, std::vector<const Term*>& slots);
  const Term* reduce(const accelerator::Expression& e, std::vector<const Term*>& slots);
  const Term* chain(const std::string& what, const std::vector<const Term*>& operands);

  Terms& terms_;
  const accelerator::Description& from_;
  bool keeps_ = false;
  std::set<uint32_t> kept_;
  std::map<std::pair<uint32_t, std::vector<const Term*>>, const Term*> definitions_;
};

}  // namespace portolan::mapping
