// Whether what a processor shows beside results (where it goes, which addresses it touches, operands of instructions
// whose time depends on them) can depend on secrets: an abstract run of the machine-level IR of a function and of all
// that it calls in its unit. No finding is a proof, under the listed assumptions; a finding is only a suspicion.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "verify/leak/latency.h"
#include "verify/prove/side.h"

namespace portolan::leak {

// A parameter of the boundary whose value, or what it leads to, is secret.
struct Secret {
  size_t parameter = 0;
  bool pointee = false;
  bool operator==(const Secret&) const = default;
};

struct Finding {
  enum class Kind : uint8_t {
    branch,    // control goes one way or another
    address,   // of a load or store, or of code
    operand,   // of an instruction of variable time
    unlisted,  // of an instruction whose time nobody promises
    callee,    // what happens to it there is not known
  };
  Kind kind = Kind::branch;
  std::string function;
  uint32_t line = 0;  // objects: offset in the section
  std::string what;   // "division", the callee
  auto operator<=>(const Finding&) const = default;
};
std::string_view to_string(Finding::Kind kind);

struct Taint {
  std::set<Finding> findings;
  std::string reason, detail;  // of the closed list of verdicts: the run came to no end; empty: it did
  bool used_no_alias = false;
  std::set<std::string> callees;  // of the C library, that were taken by their description
};

struct Question {
  const assembly::CodeIndex& index;
  prove::Which which;  // whose places the boundary's values have
  const verify::Boundary& boundary;
  std::vector<Secret> secrets;
  bool no_alias = false;
};

Taint find_taint(const Question& question);

}  // namespace portolan::leak
