// Sums whose terms are elements of memories, or products of two, at places that lie evenly: what most of a chip's time
// goes to. How such a sum is found is worked out once for each expression; a run of it then works out where the
// elements lie, checks that all are inside, and adds in one loop of plain numbers. Whatever does not fit, or would end
// in a fault, is left to the evaluator, which says what is wrong.
#pragma once

#include <memory>
#include <unordered_map>

#include "emulate/accelerator/store.h"

namespace portolan::accelerator {

class Evaluator;

// An expression by what of it depends on the index of the sum.
struct SumPlan {
  enum class Kind : uint8_t {
    fixed,    // nothing: `e` is evaluated once
    index,    // a slot that moves evenly
    combine,  // integers: add, subtract, multiply
    element,  // parts: the indices
    real,     // a conversion to a real format
    product,
    choice,   // condition, if so, if not
    compare,  // and what conditions are made of
    both,
    either,
    opposite,
    call,  // parts: the arguments, then the value
    let,   // parts: what the slot holds, the value
  };
  Kind kind = Kind::fixed;
  const Expression* e = nullptr;
  std::vector<SumPlan> parts;
};

class Sums {
 public:
  explicit Sums(Evaluator& evaluator) : ev_(evaluator) {}

  struct Result {
    Number number = 0;
    double real = 0;
    bool defined = true;
  };
  // False: nothing has happened.
  bool run(const Expression& sum, Result& result);

 private:
  struct Linear {  // first + n * step
    Number first = 0, step = 0;
    Number at(Number n) const { return first + n * step; }
  };
  struct Factor {
    const Store* store = nullptr;  // null: the number itself
    Linear place;
    const Type* type = nullptr;
    const RealFormat* to = nullptr;  // what it is converted to
  };
  struct Term {
    Factor a, b;
    bool is_product = false;
  };

  const SumPlan* plan_of(const Expression& sum);
  bool in_chunks(const Expression& sum, const SumPlan& plan, Result& result);
  // All of these: for the numbers n from 0 below `count_`, which may become less. False: not evenly, or not at all.
  bool term(const SumPlan& plan, Term& out);
  bool factor(const SumPlan& plan, Factor& out);
  bool element(const SumPlan& plan, Factor& out);
  bool linear(const SumPlan& plan, Linear& out);
  bool condition(const SumPlan& plan, bool& out);
  bool compare(const SumPlan& plan, bool& out);
  template <class Use>
  bool inside(const SumPlan& plan, const Use& use);  // a call, a let
  bool bind(const SumPlan& plan, uint32_t slot);     // in the present frame
  void add(const Expression& sum, const Term& term, Result& result) const;
  double real_of(const Factor& factor, Number n, bool& defined) const;

  Evaluator& ev_;
  std::unordered_map<const Expression*, std::unique_ptr<SumPlan>> plans_;  // null: not such a sum
  std::vector<std::pair<size_t, Linear>> moving_;                          // slots, counted from the first frame's
  Number count_ = 0;
};

}  // namespace portolan::accelerator
