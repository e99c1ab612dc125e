// An operation of a description is a claim: what it says that its instructions do, and the instructions, run on the
// same random memories.
#pragma once

#include <set>
#include <string>

#include "emulate/accelerator/evaluate.h"

namespace portolan::mapping {

class OperationCheck {
 public:
  OperationCheck(const accelerator::Description& chip, uint64_t seed) : chip_(chip), seed_(seed) {}

  using Arguments = std::vector<accelerator::Evaluator::Argument>;
  // The reason why the two differ, or empty.
  std::string difference(const accelerator::Operation& operation, const Arguments& arguments);

 private:
  std::optional<std::string> once(const accelerator::Operation& operation, const Arguments& arguments,
                                  const std::string& kind, uint64_t round);
  const std::vector<accelerator::Store>& memories(const std::string& kind, uint64_t round);

  const accelerator::Description& chip_;
  uint64_t seed_;
  std::map<std::pair<std::string, uint64_t>, std::vector<accelerator::Store>> drawn_;  // by kind and round
  std::map<const accelerator::Operation*, std::vector<std::vector<accelerator::Number>>> agreed_;
};

}  // namespace portolan::mapping
