// Lengths of tiles by a solver: rows that memories have, and what operations say they allow, are its constraints; of
// what fits, the largest tiles come first. What they cost is found out by whoever asks (kernel.cpp).
#pragma once

#include "translate/mapping/plan.h"
#include "verify/solve/session.h"

namespace portolan::mapping {

class TileSolver {
 public:
  // `lengths`: of each variable those that its tile may have.
  TileSolver(Terms& terms, const accelerator::Description& chip, const Plan& plan,
             const std::vector<std::pair<Number, std::vector<Number>>>& lengths);

  // The largest that it has not given yet. Nothing: there are no more, or no solver answered.
  std::optional<std::map<Number, Number>> next();
  bool answered() const { return answered_; }

 private:
  struct Pools {
    Number count = 0;
    std::vector<std::string> rows;
  };
  void add(const Step& step);
  void rules(const Step& step);
  std::optional<std::string> text_of(const Term* term) const;
  std::optional<std::string> ask(const std::string& commands);

  Terms& terms_;
  const accelerator::Description& chip_;
  const Plan& plan_;
  std::vector<Number> variables_;
  std::string question_;                      // until it is asked
  std::map<uint32_t, Pools> pools_;           // by memory
  std::map<Number, std::string> parameters_;  // of an operation: how a tile's length is called
  solve::Session session_;
  bool answered_ = false;
};

}  // namespace portolan::mapping
