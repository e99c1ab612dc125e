// What values of a described chip's program or of a specification are in terms of the inputs. An observer of the
// interpreter (emulate/accelerator/observer.h) whose marks are terms: a number is one of 64 bits together with the
// interval that it lies in, so that nothing that might need more bits is ever believed; a real number is 64 bits that
// only uninterpreted functions, named by operation and format, make and read.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "emulate/accelerator/observer.h"
#include "verify/terms/term.h"

namespace portolan::tiles {

using accelerator::Mark;
using accelerator::Marked;
using accelerator::Number;
using terms::Term;

struct Interval {
  Number low = 0, high = 0;
};

class ValueTerms : public accelerator::Observer {
 public:
  ValueTerms(terms::Pool& pool, const accelerator::Description& description);

  // A cell holds a variable of its width from now on.
  void give(uint32_t state, uint64_t index, Term bits);
  // Its bits, if they depend on the inputs.
  std::optional<Term> cell(uint32_t state, uint64_t index) const;
  // Why the run says nothing about other inputs; empty: it does.
  const std::string& why_lost() const { return lost_; }
  // Real numbers that were made integers: where that is undefined for one of them, so is the run.
  const std::set<Term>& rounded() const { return rounded_; }

  Mark operation(accelerator::Operator operation, const accelerator::Type& operands, const accelerator::Type& result,
                 Marked a, Marked b) override;
  Mark builtin(accelerator::Builtin which, const accelerator::Expression& e, const Marked* operands,
               size_t count) override;
  Mark conversion(accelerator::Conversion which, const accelerator::Type& from, const accelerator::Type& to,
                  Marked a) override;
  Mark slice(Marked whole, unsigned low, unsigned width) override;
  Mark choice(Marked condition, const accelerator::Type& type, Marked then, Marked otherwise) override;
  Mark read(uint32_t state, uint64_t first, unsigned cells, const accelerator::Type& type, uint64_t bits) override;
  void write(uint32_t state, uint64_t first, unsigned cells, const accelerator::Type& type, Marked value) override;
  void begins(uint32_t unit) override;
  void takes(uint32_t unit, uint32_t queue) override;
  void gives(uint32_t unit, uint32_t queue) override;
  void lost(accelerator::Position at, std::string why) override;

 private:
  struct Value {
    Term term;  // none yet: the sum of two others, made when somebody asks
    Interval interval;
    // Of a number that was brought between two bounds: the one that it was before.
    Mark unbounded = 0;
    Marked left, right;  // of a sum
  };
  using Clock = std::vector<uint64_t>;  // how far each unit was

  Mark made(Term term, Interval interval, Mark unbounded = 0);
  Mark sum(Marked a, Marked b, Interval interval);
  Term term(Mark mark);
  Mark give_up(std::string why);
  Term term_of(const Marked& x, bool real);
  Interval interval_of(const Marked& x) const;
  Mark integer_operation(accelerator::Operator operation, Marked a, Marked b);
  Mark compared(accelerator::Operator operation, Marked a, Marked b);
  Mark real_operation(accelerator::Operator operation, const accelerator::Type& type, Marked a, Marked b);
  Mark shifted(accelerator::Operator operation, Marked a, Marked b);
  Mark bounded(Marked x, Interval limits);
  Mark extreme(bool least, Marked a, Marked b);
  Mark wrapped(Marked x, const accelerator::Type& to);
  Term function(const std::string& name, std::vector<Term> arguments);
  void touch(uint32_t state, uint64_t index, bool writes);

  struct Uses {
    uint32_t writer = 0;
    uint64_t written = 0;                                // the writer's time; 0: never
    std::vector<std::pair<uint32_t, uint64_t>> readers;  // since then
  };

  terms::Pool& pool_;
  const accelerator::Description& description_;
  std::vector<Value> values_{1};
  std::unordered_map<Term, Mark, terms::TermHash> known_;
  std::vector<std::unordered_map<uint64_t, Term>> cells_;
  std::vector<std::unordered_map<uint64_t, Uses>> uses_;
  std::vector<Clock> clocks_;               // of each unit
  std::vector<std::vector<Clock>> tokens_;  // of each queue, in order
  std::vector<size_t> taken_;
  std::vector<std::pair<uint32_t, uint32_t>> ends_;  // of each queue: who gives, who takes
  uint32_t unit_ = 0;
  std::set<Term> rounded_;
  std::map<std::pair<Term, bool>, Mark> numbers_;  // by the bits that they were written as, and whether signed
  std::unordered_map<Term, Mark, terms::TermHash> integers_;  // by the real number that is exactly it
  std::map<std::pair<Term, std::string>, Term> reals_;        // by the bits that they were written as, and the format
  std::string lost_;
};

}  // namespace portolan::tiles
