// The assumption that pointer arguments do not overlap, as conditions on a path of the source: no byte that it reaches
// by an address computed from one argument is written by an address computed from another. An address is computed from
// an argument if the argument occurs in it once, undivided, beside what is computed from no pointer; of any other
// nothing is assumed.
#pragma once

#include "verify/prove/summary.h"

namespace portolan::prove {

class Apart {
 public:
  // `parameters`: by position, as variables; a null term for what can be no pointer.
  Apart(terms::Pool& pool, const Summary& source, std::vector<Term> parameters);

  // What is assumed where the source takes this path.
  std::vector<Term> conditions(const Path& path);
  // The argument that an address is computed from, if it is one alone.
  std::optional<size_t> argument_of(Term address);
  // The address is that of a symbol, with numbers added.
  bool is_in_data(const Symbols& symbols, Term address);
  // The arguments that are used as pointers, from 0. Fewer than two: nothing is ever assumed.
  const std::set<size_t>& pointers() const { return pointers_; }

 private:
  // How often each argument is in a value, modulo 2^64; arguments that aren't in it have no entry. None: not known.
  using Shares = std::optional<std::map<size_t, uint64_t>>;

  void follow(const Summary& source);
  Shares shares(Term t);
  Shares of_node(Term t);
  Shares of_sum(Term t);
  // What holds no argument makes what holds none.
  Shares of_operands(Term t);
  bool holds_argument(Term t);

  terms::Pool& pool_;
  std::vector<Term> parameters_;
  std::set<size_t> pointers_;
  std::map<Term, Shares> at_cuts_;  // variables of the source's cut points
  std::map<Term, Shares> known_;
};

}  // namespace portolan::prove
