// Terms seen with some of their parts replaced, and terms as numbers.
#pragma once

#include <functional>
#include <unordered_map>

#include "verify/terms/term.h"

namespace portolan::terms {

// Rebuilds terms with some terms (variables or not) replaced, normalising again. Remembers what it has rebuilt, so one
// object serves many terms. A key is replaced wherever it stands in the original or arises by rebuilding.
class Substitution {
 public:
  explicit Substitution(Pool& pool) : pool_(pool) {}
  void replace(Term what, Term by);  // forgets what was rebuilt before
  // Takes a condition (one bit) as true: its conjuncts hold, their negations do not; x == constant replaces x.
  void assume(Term condition);
  // An assumption has become false: nothing satisfies all of them.
  bool contradictory() const { return contradictory_; }
  Term operator()(Term t);

 private:
  Pool& pool_;
  std::unordered_map<Term, Term, TermHash> replaced_, done_;
  bool contradictory_ = false;
};

// The value of terms for given values of variables. What is not given is drawn from `seed` by the variable's name, so
// two evaluations with one seed agree on it; uninterpreted functions and memories likewise (bytes by memory name and
// address).
class Evaluation {
 public:
  Evaluation(const Pool& pool, uint64_t seed) : pool_(pool), seed_(seed) {}
  void set(Term variable, APInt value) { given_[variable] = std::move(value); }
  // The byte of a memory variable at an address; unset: hashed from name, address and seed.
  std::function<uint8_t(std::string_view memory, uint64_t address)> byte;
  APInt operator()(Term t);                            // of a bit-vector
  uint8_t memory_byte(Term memory, uint64_t address);  // of any memory term
  // Forgets values, keeps what was set.
  void clear() { done_.clear(); }

 private:
  const Pool& pool_;
  uint64_t seed_;
  std::unordered_map<Term, APInt, TermHash> given_, done_;
};

}  // namespace portolan::terms
