// An observer of the SIMT engine (emulate/simt/observer.h) whose marks are terms: what each value is as a function of
// the launch's data. Two runs share a pool, so that what both sides compute from the same data is the same term.
#pragma once

#include <string>

#include "gpu/proof/domain.h"
#include "gpu/proof/quotients.h"
#include "gpu/proof/races.h"

namespace portolan::proof {

class Follower : public simt::Observer {
 public:
  // `side` tells the undefined values of one run from those of another.
  Follower(Pool& pool, std::string side) : pool_(pool), quotients_(pool), side_(std::move(side)) {}

  simt::Mark mark_of(Term t) const { return t.id + 1; }
  Term term_of(simt::Mark mark) const { return Term{mark - 1}; }
  Term term_of(const APInt& value, simt::Mark mark) const;

  simt::Mark undefined(uint32_t width) override;
  simt::Mark compute(const ir::Function& function, const ir::Instruction& inst, std::span<const APInt> operands,
                     std::span<const simt::Mark> marks, const APInt& result) override;
  simt::Mark join(std::span<const APInt> pieces, std::span<const simt::Mark> marks) override;
  void split(simt::Mark mark, std::span<simt::Mark> bytes) override;
  void touch(const simt::Touch& touch) override;
  bool reals_in_any_order() const override { return true; }
  bool exhausted() const override;

  Quotients& quotients() { return quotients_; }
  const Races& races() const { return races_; }
  // Whether reals were combined in memory: the terms are those of one order, and over the reals alone all orders agree.
  bool combined_reals() const { return combined_reals_; }
  // Terms say that a value does not depend on data, and it is another one: nothing of the run is believed.
  bool contradicted() const { return contradicted_; }

 private:
  simt::Mark mark_of(Term t, const APInt& value);

  Pool& pool_;
  Quotients quotients_;
  std::string side_;
  Races races_;
  uint64_t undefined_ = 0;
  bool contradicted_ = false, combined_reals_ = false;
};

}  // namespace portolan::proof
