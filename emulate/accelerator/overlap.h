// When instructions begin on a chip whose controllers work side by side while the hardware keeps the program's order
// where two of them touch the same rows. Results are those of the program's order; only time is kept here.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "emulate/accelerator/evaluate.h"

namespace portolan::accelerator {

class Overlap {
 public:
  using Time = Number;
  explicit Overlap(const Description& chip) : chip_(chip), free_(chip.controllers.size(), 0), inside_(free_.size()) {}

  // Of the instruction that `evaluator` has begun: not before its controller has room and is free, and what it touches
  // is done.
  Time begin(const Instruction& instruction, Evaluator& evaluator);
  // Of the same: how long its controller is busy, and when what comes after may use what it wrote.
  void end(const Instruction& instruction, Time busy_until, Time done);

 private:
  struct Row {
    Time written = 0, read = 0;
  };
  struct Span {
    uint32_t state;
    Number first, end;
    bool writes;
  };
  struct Far {  // a span of an external memory
    Number first, end;
    bool writes;
    Time done;
  };

  const Description& chip_;
  std::vector<Time> free_;                // by controller
  std::vector<std::deque<Time>> inside_;  // by controller: when what is in it ends
  Time entered_ = 0;                      // when the last instruction came in: they come in order
  std::map<uint32_t, std::vector<Row>> rows_;
  std::map<uint32_t, std::vector<Far>> far_;
  std::vector<Span> spans_;  // of the instruction that has begun
};

}  // namespace portolan::accelerator
