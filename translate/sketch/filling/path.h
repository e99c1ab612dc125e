// A value for an immediate that has too many to be tried. Runs of a few tests are followed again with the immediate as
// a variable: where execution went and which addresses it used are conditions on it, and what came out must be what the
// source gives. A solver finds a value that meets all that on these ways; whether it is right is for the search to see.
#pragma once

#include <optional>

#include "translate/sketch/filling/runner.h"

namespace portolan::sketch::filling {

class PathSolver {
 public:
  PathSolver(const Sketch& sketch, const std::vector<Domain>& domains, Runner& runner,
             const std::vector<verify::Boundary>& boundaries)
      : sketch_(sketch), domains_(domains), runner_(runner), boundaries_(boundaries) {}

  // All other holes that the runs come to keep their choices. Nothing: no value does, or the ways cannot be followed.
  std::optional<int64_t> solve(std::span<const Test> tests, const Choices& choices, HoleId hole,
                               std::chrono::milliseconds time);

 private:
  const Sketch& sketch_;
  const std::vector<Domain>& domains_;
  Runner& runner_;
  const std::vector<verify::Boundary>& boundaries_;
};

}  // namespace portolan::sketch::filling
