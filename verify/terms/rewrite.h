// Terms seen with some of their parts replaced, and terms as numbers.
#pragma once

#include <functional>
#include <unordered_map>

#include "verify/terms/term.h"

namespace portolan::terms {

// Rebuilds terms with some terms (variables or not) replaced, normalising again. Remembers what it has rebuilt, so one
// object serves many terms.
class Substitution {
 public:
  explicit Substitution(Pool& pool) : pool_(pool) {}
  // `what` where it stands in the original; what is put there is not looked at again, so variables may change places.
  // Anything but a variable or a memory also where it arises by rebuilding. Forgets what was rebuilt before.
  void replace(Term what, Term by);
  // Takes a condition (one bit, over what replace() put in) as true: its conjuncts hold, their negations do not; of an
  // equation the more complex side gives way to the other.
  void assume(Term condition);
  // An assumption has become false: nothing satisfies all of them.
  bool contradictory() const { return contradictory_; }
  Term operator()(Term t);

 private:
  Term rebuild(Term t);
  Term settle(Term t);
  void learn(Term what, Term by);
  void learn_bit(Term t);
  void learn_order(Term t);
  void learn_from_denial(Term t);

  Pool& pool_;
  std::unordered_map<Term, Term, TermHash> replaced_, facts_, done_, settled_;
  bool contradictory_ = false;
};

// The value of terms for given values of variables. What is not given is drawn from `seed` by the variable's name, so
// two evaluations with one seed agree on it; uninterpreted functions and memories likewise (bytes by memory name and
// address). Functions with a known meaning (term.h, domain.h) have it. Two memories are equal if they began as one and
// hold the same bytes.
class Evaluation {
 public:
  Evaluation(const Pool& pool, uint64_t seed) : pool_(pool), seed_(seed) {}
  void set(Term variable, APInt value) { given_.insert_or_assign(variable, std::move(value)); }
  // The byte of a memory variable at an address; unset: hashed from name, address and seed.
  std::function<uint8_t(std::string_view memory, uint64_t address)> byte;
  APInt operator()(Term t);                            // of a bit-vector
  uint8_t memory_byte(Term memory, uint64_t address);  // of any memory term
  // Forgets values, keeps what was set.
  void clear() {
    done_.clear();
    digests_.clear();
  }

 private:
  using Missing = std::vector<Term>;  // what must be known first
  std::optional<APInt> compute(Term t, Missing& missing);
  std::optional<APInt> compute_apply(Term t, Missing& missing);
  std::optional<APInt> compute_read(Term t, Missing& missing);
  std::optional<uint8_t> byte_at(Term memory, uint64_t address, Missing& missing);
  std::optional<uint64_t> digest(Term t, Missing& missing);
  std::optional<uint64_t> digest_memory(Term memory, Missing& missing);
  std::optional<uint64_t> digest_call(Term t, Missing& missing);
  const APInt* known(Term t, Missing& missing);
  void settle(Missing todo);

  const Pool& pool_;
  uint64_t seed_;
  std::unordered_map<Term, APInt, TermHash> given_, done_;
  std::unordered_map<Term, uint64_t, TermHash> digests_;
};

}  // namespace portolan::terms
