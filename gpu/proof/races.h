// Whether the accesses of a launch are ordered: no byte is touched by two threads, once by a write, without a barrier
// of both between them. Complete, unlike emulate/simt/shadow.h: every access since the last barrier is kept. With it,
// and with control and addresses that do not depend on data, one schedule stands for all.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "emulate/simt/observer.h"

namespace portolan::proof {

class Races {
 public:
  void note(const simt::Touch& touch);
  struct Race {
    simt::Touch first, second;
  };
  const std::optional<Race>& found() const { return found_; }

 private:
  using Touches = std::vector<simt::Touch>;
  struct Cell {
    Touches reads, changes;
  };
  static bool ordered(const simt::Touch& a, const simt::Touch& b);
  void look(const Touches& earlier, const simt::Touch& now);
  static void keep(Touches& all, const simt::Touch& now);

  std::unordered_map<uint64_t, Cell> shared_, global_;  // by address
  uint64_t block_ = 0;                                  // whose shared memory it is
  std::optional<Race> found_;
};

}  // namespace portolan::proof
