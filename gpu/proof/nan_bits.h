// Whether a result depends on the sign or the payload of a NaN that an operation made: those differ between processors.
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <unordered_set>

#include "gpu/proof/domain.h"

namespace portolan::proof {

class NanBits {
 public:
  explicit NanBits(Pool& pool) : pool_(pool) {}
  // `is_number`: whoever reads the term takes any NaN for any other.
  bool looked_at(Term t, bool is_number);

 private:
  struct Use {
    Term term;
    bool is_number;
  };
  // Between which numbers a value lies, and whether it may be a NaN.
  struct Range {
    double least = -INFINITY, most = INFINITY;
    bool nan = true;
  };
  Range range_of(Term t);
  // False: bits of such a NaN show.
  bool follow(const Use& use);
  bool follow_function(const Use& use);
  bool made_of_bits(Term t, Term number, unsigned depth = 0);
  void push(Term t, bool is_number);

  Pool& pool_;
  std::vector<Use> todo_;
  std::unordered_set<uint64_t> done_;
};

}  // namespace portolan::proof
