// Finds rules in a function of the raised IR and chooses which to use.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "translate/rules/book.h"

namespace portolan::rules {

struct Match {
  size_t instance = 0, target = 0;    // in the library
  std::vector<ir::ValueId> operands;  // what the pattern's operands are
  std::vector<ir::APInt> immediates;  // those of them that are immediates
  std::vector<ir::ValueId> outputs;   // values that the template gives
  std::vector<ir::ValueId> inside;    // values that only the pattern uses, and need not be made
};

struct Plan {
  std::vector<Match> matches;
  std::map<ir::ValueId, size_t> at;  // the value in whose place a match is emitted
  std::vector<bool> skipped;         // values that are not emitted: outputs, what is inside, and what nobody uses
  bool empty() const { return matches.empty(); }
};

// Whether the rule takes the whole of a function of one block that gives one value.
bool covers(const Instance& rule, const ir::Function& f);

// An index of the patterns of one target's rules by the operation they end in.
class Matcher {
 public:
  Matcher(Library& library, Isa target);
  // Larger patterns first; a value belongs to one match. Asks for the proof of what it takes.
  Plan plan(const ir::Function& f) const;

 private:
  struct Candidate {
    size_t instance, target, size;
  };
  Library& library_;
  std::map<ir::Op, std::vector<Candidate>> by_root_;
};

}  // namespace portolan::rules
