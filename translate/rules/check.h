// Proves rules: the template, assembled and read back by the target's own frontend, does for all inputs what the
// pattern says, under every allocation of registers that the template's constraints permit, and leaves everything else
// as it was. Nothing of the matcher or of the emission is believed.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "translate/rules/rule.h"

namespace portolan::rules {

struct CheckOptions {
  std::chrono::milliseconds time{20000};  // of one question
  std::chrono::milliseconds total{120000};
};

struct CheckResult {
  enum class Verdict : uint8_t { proved, wrong, unknown, malformed };
  Verdict verdict = Verdict::unknown;
  std::string detail;  // what failed: the obligation, with the counterexample if there is one
  unsigned obligations = 0, by_solver = 0;
  double seconds = 0;
};

CheckResult check(const Instance& rule, const Template& target, const CheckOptions& options);

// The template as text, one line each, with these names in place of the operands.
using NameOf = std::function<std::string(const TemplatePiece&)>;
std::string instantiate(const Template& target, const NameOf& name);

}  // namespace portolan::rules
