// One recorded run with an immediate as a variable.
#pragma once

#include <map>

#include "translate/sketch/filling/runner.h"
#include "verify/terms/term.h"

namespace portolan::sketch::filling {

// A number that follows the immediate v: factor * v + offset.
struct Affine {
  llvm::APInt factor, offset;
};

// How a variant follows the immediate: constants of its instructions, by step and value; or, if all it does is to load
// a constant however many instructions that takes, the slots it leaves.
struct Follows {
  std::vector<std::map<ir::ValueId, Affine>> constants;
  std::map<assembly::Slot, Affine> loads;
};

class Replay {
 public:
  Replay(terms::Pool& pool, terms::Term immediate, const emulate::Image& image, const Recording& recording,
         const std::map<const Site*, Follows>& follows);

  // False: the run holds something that cannot be followed.
  bool run();
  // Holds for those values of the immediate that take the same way.
  terms::Term path() const { return path_; }
  terms::Term slot(assembly::Slot slot) const { return slots_[slot]; }
  // Bytes that were written, by address.
  const std::map<uint64_t, terms::Term>& bytes() const { return bytes_; }

 private:
  bool step(const TraceStep& step, uint64_t next, const std::map<ir::ValueId, Affine>* constants);
  terms::Term operand(const ir::Function& function, ir::ValueId v, const std::map<ir::ValueId, Affine>* constants);
  terms::Term affine(const Affine& a);
  terms::Term read(const emulate::IrObserver::Access& access);
  void require(terms::Term a, terms::Term b);

  terms::Pool& pool_;
  terms::Term immediate_;
  const emulate::Image& image_;
  const Recording& recording_;
  const std::map<const Site*, Follows>& follows_;
  std::vector<terms::Term> slots_, values_;
  std::map<uint64_t, terms::Term> bytes_;
  std::map<uint64_t, uint8_t> stack_;
  terms::Term path_;
  unsigned unknown_ = 0;
};

// The term of a pure instruction of a lifted step; nothing for what has an effect.
std::optional<terms::Term> pure_term(terms::Pool& pool, const ir::Function& function, const ir::Instruction& i,
                                     std::span<const terms::Term> operands, unsigned& unknown);

}  // namespace portolan::sketch::filling
