// Numbers that the source has at some time of a run, in a register, in what it stores, or in its code. A translation
// computes most of what it computes by the same numbers: a filling that leaves others is less likely, and is tried
// later; where one adds a negative multiple the other subtracts, so negatives count too. It decides nothing.
#pragma once

#include <cstdint>
#include <unordered_set>

#include "llvm/ADT/APInt.h"

namespace portolan::sketch::filling {

class Familiar {
 public:
  void add(uint64_t number) {
    whole_.insert(number);
    low_.insert(static_cast<uint32_t>(number));
  }
  void add(const llvm::APInt& number);
  // The number itself, or 32 bits of one of them with zeros or ones above. Of vectors: each half, or quarter.
  bool knows(const llvm::APInt& number) const;
  bool knows(uint64_t number) const { return has(number) || has(-number); }

 private:
  bool has(uint64_t number) const;

  std::unordered_set<uint64_t> whole_;
  std::unordered_set<uint32_t> low_;
};

}  // namespace portolan::sketch::filling
