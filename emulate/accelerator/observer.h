// Who watches the interpreter and says what each value depends on. A mark stands for a function of the inputs, 0 for a
// value that depends on none of them; what marks mean is the observer's affair. The interpreter computes with numbers
// as always and hands on marks beside them, so there is one place that says what expressions mean.
#pragma once

#include "emulate/accelerator/outcome.h"
#include "frontends/accelerator/check_code.h"

namespace portolan::accelerator {

using Mark = uint32_t;

struct Marked {  // one operand: where the mark is 0 the number or the real number is what it is
  Mark mark = 0;
  Number number = 0;
  double real = 0;
};

class Observer {
 public:
  virtual ~Observer() = default;

  // What becomes of marked operands. The result's mark.
  virtual Mark operation(Operator operation, const Type& operands, const Type& result, Marked a, Marked b) = 0;
  virtual Mark builtin(Builtin which, const Expression& e, const Marked* operands, size_t count) = 0;
  virtual Mark conversion(Conversion which, const Type& from, const Type& to, Marked a) = 0;
  virtual Mark slice(Marked whole, unsigned low, unsigned width) = 0;
  virtual Mark choice(Marked condition, const Type& type, Marked then, Marked otherwise) = 0;

  // Places: cells of a state hold bits. read: of one or several cells, the lowest first; 0 for cells without marks.
  virtual Mark read(uint32_t state, uint64_t first, unsigned cells, const Type& type, uint64_t bits) = 0;
  // What is written to several cells in a row; an unmarked value takes marks away.
  virtual void write(uint32_t state, uint64_t first, unsigned cells, const Type& type, Marked value) = 0;

  // Units: an instruction begins; a token is taken and given.
  virtual void begins(uint32_t unit) = 0;
  virtual void takes(uint32_t unit, uint32_t queue) = 0;
  virtual void gives(uint32_t unit, uint32_t queue) = 0;

  // Something that marks don't follow: the run no longer says anything about other inputs.
  virtual void lost(Position at, std::string why) = 0;
};

}  // namespace portolan::accelerator
