// Operations of a description that work on a row of a memory, or on a single number: what the mapping by rows
// (row_compiler.h) puts a kernel together from.
#pragma once

#include "translate/mapping/real_term.h"

namespace portolan::mapping {

// An element of the chip's memory in an operation: memory[base + t * step + block][middle][lane].
struct RowForm {
  uint32_t state = accelerator::kNone;
  Number base = 0;                // a parameter
  Number step = 0, step_of = 0;   // a parameter, and the reduction's variable that it goes with
  Number block = 0;               // the loop's variable in the first dimension
  std::vector<Number> dimension;  // the variable in each further dimension
};

struct RowOperation {
  const accelerator::Operation* declared = nullptr;
  std::vector<Number> parameters;
  TermReader::Assignment does;
  const Term* value = nullptr;  // simplified
  enum class Kind : uint8_t { compute, load, store };
  Kind kind = Kind::compute;
  RowForm target;  // of a store: what is stored
  Number block_length = 1, lanes = 1, middle = 1;
  Number block = 0;  // variables of the loops
  Number lane = 0;
  size_t length = 0;    // of `value`, in operations
  std::string assumes;  // what was left out of `value`
};

// A memory in which tensors lie as rows of lanes, or as single numbers (lanes is 1), or as tiles (rows is above 1).
struct RowMemory {
  uint32_t state = accelerator::kNone;
  Number places = 0, rows = 1, lanes = 1;
};

class RowOperations {
 public:
  RowOperations(RealTerms& terms, const accelerator::Description& chip);

  const std::deque<RowOperation>& all() const { return all_; }
  RowMemory memory(uint32_t state) const;
  // Of the operations' loops over the first dimension: what a tensor's rows are padded to.
  Number block() const { return block_; }
  std::optional<RowForm> form_of(const RowOperation& o, const Term* element) const;

 private:
  bool read(RowOperation& o) const;

  RealTerms& terms_;
  const accelerator::Description& chip_;
  std::deque<RowOperation> all_;
  Number block_ = 1;
};

}  // namespace portolan::mapping
