// What relates the two sides at a pair of cut points: for each location of a side a value written in terms of others.
// The shapes are a closed list; each is guessed from runs and stays only as long as it proves inductive.
#pragma once

#include "verify/prove/trace.h"

namespace portolan::prove {

// A guess for one location: `variable` of the cut point's state has this value. `fresh`: variables that only this guess
// brings in (the part that it leaves open).
struct Candidate {
  enum class Shape : uint8_t {
    equal,          // another location of the same width, or what memory holds at a place
    zero_extended,  // (part of) another location, or a number of fewer bits
    sign_extended,
    low_part,  // its low bits are (part of) another location, the rest is open
    constant,
    affine,    // sum of multiples of locations and entry values
    repeated,  // its lower half is its upper half too
  };
  Shape shape = Shape::equal;
  Term value;
  std::string text;  // for people: "x19 = zext(ebx)"
};

struct Relation {
  BlockId source = ir::kNoBlock, target = ir::kNoBlock;
  struct Entry {
    Location location;
    std::vector<Candidate> candidates;  // all hold as far as is known; none: the location is free
    // The one that the variable is replaced by; the others are conditions beside it.
    const Candidate* candidate() const { return candidates.empty() ? nullptr : &candidates.front(); }
  };
  // Of the source: what it knows of itself (extensions, the same as another location). Of the target: how it follows
  // from the source.
  std::vector<Entry> source_entries, target_entries;
  std::vector<Term> bounds;  // what is always so there, of the source's variables alone
};

// One visit of a pair of cut points in a pair of runs.
struct Sample {
  uint64_t seed = 0;  // of the runs: what no valuation says is drawn from it
  const Valuation* entry;
  const Valuation* source;
  const Valuation* target;
};

// What the relation says as a replacement of the cut points' variables.
terms::Substitution replacements(terms::Pool& pool, const Relation& relation);

// How many bits the values of the cut points' variables need, as far as can be seen from the ways that lead there.
using BitsNeeded = std::map<Term, unsigned>;
BitsNeeded bits_needed(terms::Pool& pool, const Summary& summary);

// `bits`: of the source's variables.
Relation guess_relation(terms::Pool& pool, const Summary& source, const Summary& target, BlockId source_cut,
                        BlockId target_cut, const std::vector<Term>& universal, const BitsNeeded& bits,
                        const std::vector<Sample>& samples);

}  // namespace portolan::prove
