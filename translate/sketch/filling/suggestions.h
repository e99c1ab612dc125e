// Values for immediates of which not all are listed: what a solver finds on the ways that runs took, and numbers that
// the source leaves in memory.
#pragma once

#include <map>

#include "translate/sketch/filling/path.h"

namespace portolan::sketch::filling {

class Suggestions {
 public:
  // The first value of such a hole failed, as the conflict says: a solver may know a better one. A few are asked.
  void ask(PathSolver& solver, const std::vector<Domain>& domains, std::span<const Test> tests, const Choices& choices,
           Mask conflict);
  // Numbers that the source's runs leave in the caller's memory, whatever the input.
  void add_stored(const std::vector<Domain>& domains, std::span<const Test> tests);
  // Puts them first, unless they are known. False: all are.
  bool take(std::vector<Domain>& domains);

 private:
  void add(const std::vector<Domain>& domains, HoleId hole, int64_t value);

  std::map<HoleId, std::vector<std::string>> words_;
  unsigned solved_ = 0;
};

}  // namespace portolan::sketch::filling
