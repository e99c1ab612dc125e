// Concrete runs of one side's summary, over memory that has a value everywhere: what the guesses of relations are made
// from. Both sides of a pair see the same inputs, memory and results of calls.
#pragma once

#include <unordered_map>

#include "verify/prove/summary.h"
#include "verify/terms/rewrite.h"

namespace portolan::prove {

using Valuation = std::unordered_map<Term, terms::APInt, terms::TermHash>;

// What a side reads behind a cut point at places that are known there: the other side may hold it in a register.
std::vector<Term> reads_behind(const terms::Pool& pool, const CutPoint& cut);
// What memory held at the place of a read when the function began.
Term at_entry(terms::Pool& pool, Term read);

struct Visit {
  BlockId cut = ir::kNoBlock;
  Valuation values;  // of the cut point's variables, and of `reads`, now and at entry
  bool kept = true;  // false: one of many of this cut point, whose values are left out
};

struct Trace {
  std::vector<Visit> visits;  // in order; the entry is not among them
  uint64_t seed = 0;
  bool complete = false;  // ended by returning or trapping, not by the limit
};

// Numbers that the function compares with: what runs are given holds some of them, in every second run.
using Numbers = std::vector<uint64_t>;
Numbers compared_numbers(const terms::Pool& pool, std::initializer_list<const Summary*> sides);

// Values for the entry's variables, by seed.
Valuation entry_values(terms::Pool& pool, const std::vector<Term>& variables, uint64_t seed, const Numbers& compared);

// Where a run begins: a cut point, and the values of its variables.
struct Start {
  BlockId block = 0;
  Valuation values;
};

// `reads`: by cut point, of which the values are wanted too.
using Reads = std::map<BlockId, std::vector<Term>>;
Trace run_trace(terms::Pool& pool, const Summary& summary, const Valuation& entry, const Start& start, uint64_t seed,
                const Numbers& compared, size_t most_visits, FairClock::time_point deadline, const Reads& reads = {});

// The way that a run from the entry takes; nullptr: none of those that the summary has.
const Path* path_taken(terms::Pool& pool, const Summary& summary, const Valuation& entry, uint64_t seed);

}  // namespace portolan::prove
