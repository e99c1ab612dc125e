// The prover as commands ask for it: two files, what crosses every border, and a limit of time.
#pragma once

#include <functional>

#include "frontends/asm/lift.h"
#include "verify/judge/judge.h"

namespace portolan::cli {

struct ProofRequest {
  const assembly::CodeIndex& source;
  const assembly::CodeIndex& target;
  std::map<std::string, verify::Boundary> boundaries;  // by the source's names: pairs and functions of the outside
  double seconds = 0;                                  // for each function; 0: no proofs
  // Of one call of a variadic function with a format string (translate::describe_call).
  std::function<std::optional<verify::Boundary>(const std::string& function, const std::string& format)> describe_call;
  bool no_alias = false;  // pointer arguments may be assumed not to overlap
  prove::MemoryOrder memory_order = prove::MemoryOrder::sequential_only;
};

// Empty where no proofs are wanted. Both indexes must outlive what is returned.
std::function<prove::Proof(const verify::Boundary&)> make_prover(ProofRequest request);

}  // namespace portolan::cli
