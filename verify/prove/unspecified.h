// What a path of the source passes on without anybody having given it: what callees leave in registers that are theirs
// to change, what a caller has where there is no parameter. The target may pass anything instead, but one thing only
// for each.
#pragma once

#include <functional>
#include <map>

#include "verify/prove/path_pair.h"

namespace portolan::prove {

class Unspecified {
 public:
  // `entry`: registers at the entry that are no parameter's are among them.
  Unspecified(terms::Pool& pool, const Path& source, bool entry) : pool_(pool), source_(source), entry_(entry) {}

  enum class Use : uint8_t {
    argument,
    perhaps_argument,  // of a callee whose signature nobody stated
    result,
  };
  // Calls `same` with what the target must have for each part of the source's value, from the lowest bit on, until it
  // says no: parts that the target may choose are left out, unless it chose before.
  bool compare(Term source, Term target, Use use, const std::function<bool(Term, Term)>& same);
  bool any(Term source, Use use);

 private:
  bool is_free(Term part, Use use);
  bool matters_elsewhere(Term variable);

  terms::Pool& pool_;
  const Path& source_;
  bool entry_;
  std::map<Term, std::pair<Term, Term>> chosen_;  // by variable: which part of it, and what the target has for that
  std::map<Term, bool> matters_;                  // by variable
};

}  // namespace portolan::prove
