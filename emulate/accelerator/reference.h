// A tensor specification carried out: what it says, element by element, with the rounding of each step.
#pragma once

#include "emulate/accelerator/evaluate.h"
#include "frontends/accelerator/specification.h"

namespace portolan::accelerator {

class Reference {
 public:
  explicit Reference(const Description& specification, uint64_t steps = 2'000'000'000)
      : specification_(specification), evaluator_(specification, steps) {}

  Store& tensor(uint32_t state) { return evaluator_.stores()[state]; }

  void observe(Observer* observer) { evaluator_.observe(observer); }

  // From the inputs to all other tensors. What is undefined (a number that doesn't fit its tensor, a division by zero)
  // is how it ends.
  Outcome run() {
    const Instruction& compute = specification_.instructions.front();
    evaluator_.begin(compute, Word{0});
    evaluator_.run(compute);
    return evaluator_.outcome();
  }

 private:
  const Description& specification_;
  Evaluator evaluator_;
};

// The bits of a number that a text gives, as an element of a tensor; no value: it doesn't fit exactly.
std::optional<uint64_t> element_bits(const Type& type, std::string_view text);
// The element as text, from which element_bits() gives the same bits (one NaN stands for all).
std::string element_text(const Type& type, uint64_t bits);

}  // namespace portolan::accelerator
