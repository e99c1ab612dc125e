// An observer of the interpreter of specifications that reads what it computes as expressions in real algebra, so that
// they can be compared with those of a kernel, for all contents of the inputs.
#pragma once

#include <unordered_map>

#include "emulate/accelerator/observer.h"
#include "gpu/lifting/expression.h"

namespace portolan::lifting {

class Algebra : public accelerator::Observer {
 public:
  // An element of a tensor that is an input: `argument` of the kernel, in one row.
  void input(uint32_t state, uint64_t cell, uint32_t argument, const accelerator::Type& type);
  // What an element of a tensor holds in the end; null: `why`.
  ExpressionPtr at(uint32_t state, uint64_t cell, const accelerator::Type& type, uint64_t bits) const;
  const std::string& why() const { return why_; }

  accelerator::Mark operation(accelerator::Operator operation, const accelerator::Type& operands,
                              const accelerator::Type& result, accelerator::Marked a, accelerator::Marked b) override;
  accelerator::Mark builtin(accelerator::Builtin which, const accelerator::Expression& e,
                            const accelerator::Marked* operands, size_t count) override;
  accelerator::Mark conversion(accelerator::Conversion which, const accelerator::Type& from,
                               const accelerator::Type& to, accelerator::Marked a) override;
  accelerator::Mark slice(accelerator::Marked whole, unsigned low, unsigned width) override;
  accelerator::Mark choice(accelerator::Marked condition, const accelerator::Type& type, accelerator::Marked then,
                           accelerator::Marked otherwise) override;
  accelerator::Mark read(uint32_t state, uint64_t first, unsigned cells, const accelerator::Type& type,
                         uint64_t bits) override;
  void write(uint32_t state, uint64_t first, unsigned cells, const accelerator::Type& type,
             accelerator::Marked value) override;
  void begins(uint32_t) override {}
  void takes(uint32_t, uint32_t) override {}
  void gives(uint32_t, uint32_t) override {}
  void lost(accelerator::Position, std::string why) override { why_ = std::move(why); }

 private:
  accelerator::Mark add(ExpressionPtr e);
  accelerator::Mark unknown(const char* what);
  ExpressionPtr of(accelerator::Marked x, bool real) const;
  static ExpressionPtr held(ExpressionPtr x, const accelerator::Type& type);
  ExpressionPtr condition(accelerator::Marked x) const;

  std::vector<ExpressionPtr> known_;  // by mark, from 1; null: nothing is known
  std::map<std::pair<uint32_t, uint64_t>, accelerator::Mark> cells_;
  std::string why_;
};

// Elements as they lie in tensors of these extents, by argument; results are followed in one row.
using Placed = std::unordered_map<const Expression*, ExpressionPtr>;
ExpressionPtr placed(const ExpressionPtr& e, const std::vector<std::vector<int64_t>>& extents, Placed& known);

// The same but for numbers' last places.
bool same_expression(const ExpressionPtr& a, const ExpressionPtr& b);

}  // namespace portolan::lifting
