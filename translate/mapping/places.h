// Places in a memory for what a program keeps there, in the order in which it is asked for: the first gap that is large
// enough. Where that runs out although never too much is there at once, a solver is asked for all places together, and
// the program is made again with those.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "frontends/accelerator/number.h"

namespace portolan::mapping {

using accelerator::Number;

// So many rows from one moment to another.
struct Span {
  Number count = 0;
  size_t begin = 0, end = SIZE_MAX;
};

// Where each begins, so that none that are there together overlap, within so many rows. No value: there is no way, or
// no solver found one.
std::optional<std::vector<Number>> solve_places(const std::vector<Span>& spans, Number rows);

class Places {
 public:
  // `given`: places to take instead, in order.
  explicit Places(Number all = 0, std::vector<Number> given = {}) : all_(all), given_(std::move(given)) {}

  // `passing`: only until the next `turn`. No value: it can't be, whatever the places.
  std::optional<Number> take(Number count, bool passing = false);
  void give_back(Number first);
  // What is on the way from here on belongs together.
  void turn() { ++turn_; }

  // Places were given that the memory hasn't.
  bool beyond() const { return beyond_; }
  // For another time: places for all that was taken, by a solver.
  std::optional<std::vector<Number>> solved() const;

 private:
  struct Taken {
    Span span;
    Number first = 0;
    bool passing = false;
    size_t turn = 0;
  };
  Number all_;
  std::vector<Number> given_;
  std::map<Number, Number> used_;  // first: count
  std::vector<Taken> taken_;
  std::map<Number, size_t> by_place_;  // what is there, as a number of taken_
  size_t now_ = 0, turn_ = 0;
  bool beyond_ = false;
};

}  // namespace portolan::mapping
