// How values that were seen may be computed from others: as sums of up to three multiples of them and a number.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "verify/terms/term.h"

namespace portolan::prove {

using terms::APInt;
using terms::Term;

inline constexpr size_t kMostSums = 8;

// Something that a guess may be made of, with its value in each sample.
struct Piece {
  Term term;
  std::string text;
  std::vector<APInt> values;
  bool upper = false;  // not the lowest part of what it is of
};

class Sums {
 public:
  struct Sum {
    Term term;
    std::string text;
  };
  // All pieces have as many values as those that are asked for.
  Sums(terms::Pool& pool, const std::vector<Piece>& pieces) : pool_(pool), pieces_(pieces) {}
  // `width`: 32 or 64. At most kMostSums, the shortest alone.
  std::vector<Sum> find(const std::vector<APInt>& values, unsigned width);

 private:
  std::vector<Piece> summands(unsigned width) const;
  struct Multiples;
  const Multiples& multiples_of(unsigned width);

  terms::Pool& pool_;
  const std::vector<Piece>& pieces_;
  std::map<unsigned, std::shared_ptr<const Multiples>> multiples_;
};

}  // namespace portolan::prove
