// Proves that two functions of two units do the same, for all inputs, by a simulation between them: cut points at
// entry, loop heads and returns; relations between the two sides at each cut, guessed from runs and then proved
// inductive, segment by segment. Knows nothing of who made the target.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "frontends/asm/lift.h"
#include "verify/boundary.h"
#include "verify/prove/clobbers.h"
#include "verify/prove/side.h"
#include "verify/solve/solve.h"

namespace portolan::prove {

enum class MemoryOrder : uint8_t {
  sequential_only,  // nothing is said of what other threads see
  relaxed,          // they see atomic accesses and fences in the source's order
  tso,              // and x86-64's plain accesses
};

// What the proof stands on. `kind`: aliasing, alignment, fp-env, calls, stack, convention, undefined; `id` names it for
// programs, `text` for people.
struct Assumption {
  enum class Check : uint8_t {
    unchecked,
    held,      // in all runs that were followed
    violated,  // in one of them
  };
  std::string id, kind, text;
  Check check = Check::unchecked;
  std::string how = {};  // checked: in how many runs; violated: by what
  bool operator==(const Assumption&) const = default;
};

struct Obligation {
  std::string kind;  // result, memory, callee-saved, stack-pointer, return-address, call, trap, access, relation, path
  std::string what;  // for people: "result 1", "x19"
  std::string source, target;  // where the segments begin and end: "entry -> line 12"
  solve::Answer answer;
};

// A valuation under which an obligation failed: parameter values by position, and what memory holds at some addresses.
struct Suspect {
  std::vector<llvm::APInt> parameters;
  std::map<uint64_t, uint8_t> memory;
};

// Whether other threads see of the target what they see of the source.
struct OrderProof {
  bool asked = false, kept = false;
  std::string detail;  // not kept, as far as is known: why
};

struct Proof {
  enum class Level : uint8_t { proved, bounded, unknown };
  Level level = Level::unknown;
  uint32_t bound = 0;  // bounded: loop iterations
  // unknown: one of the closed list: timeout, memout, unsupported, unresolved-address, indirect-control, approximation,
  // spurious-model, solver-disagreement, vacuous, resource-limit, no-relation (no inductive relation was found),
  // no-solver
  std::string reason, detail;
  std::vector<Assumption> assumptions;
  std::vector<Obligation> obligations;  // all that were discharged, or with the first that was not at the end
  std::vector<std::string> relations;   // at each pair of cut points, as text
  OrderProof order;
  std::set<size_t> unspecified_results;      // what the source leaves there nobody gave it, on some way at least
  bool atomics_aligned = false;              // assumed of what the source accesses atomically
  bool without_overlap = false;              // proved only where pointer arguments do not overlap
  std::string floating_point = "bit-exact";  // or: equal up to NaN payloads
  double seconds = 0, cpu_seconds = 0;       // the latter with the solvers'
  // For the tester to replay; never a refutation by themselves.
  std::vector<Suspect> suspects;
};

struct Options {
  std::chrono::milliseconds time{10000};  // end to end for one function
  uint64_t solver_memory = 2ull << 30;
  MemoryOrder memory_order = MemoryOrder::sequential_only;
  // Not whether the two do the same: two copies of one function, with other values of these parameters, are to show the
  // same branches, addresses, and operands on `slow_lines`.
  std::set<size_t> secrets;
  const std::set<uint32_t>* slow_lines = nullptr;
  // Likewise, memory that these parameters point to: it is reached by addresses computed from them alone.
  std::set<size_t> secret_memory;
  bool no_alias = false;               // pointer arguments may be assumed not to overlap
  uint32_t unroll = 8;                 // bounded proofs: turns of each loop, fewer if that is too much
  verify::FormatBoundary with_format;  // empty: calls of variadic functions are not understood
};

// One side: its unit, with the code that is judged (the target's as it was written and read back).
struct Code {
  const assembly::CodeIndex& index;
  Clobbers* clobbers = nullptr;  // of the same index, shared between proofs; nullptr: the convention's are taken
  const Leftovers* leftovers = nullptr;  // of the source; nullptr: none is looked for
};

// `boundaries`: what crosses the border of each function by source name, the judged one and all callees that are known
// (functions of the unit and external ones).
Proof prove(const Code& source, const Code& target, const std::string& function,
            const std::map<std::string, verify::Boundary>& boundaries, const Options& options);

}  // namespace portolan::prove
