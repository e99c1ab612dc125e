// What relations claim, and how guesses that do not come out at the end of a pair of paths are dropped.
#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "verify/input.h"
#include "verify/prove/simulation.h"
#include "verify/solve/valuations.h"

namespace portolan::prove {

using solve::Answer;
using Verdict = solve::Answer::Verdict;

constexpr unsigned kVariations = 12;  // of each model

namespace {

// The candidate's claim about the state at the end of a path pair. `at_end`: what the cut point's source variables are
// there.
Term claim(terms::Pool& pool, const Candidate& candidate, Term actual, terms::Substitution& at_end) {
  switch (candidate.shape) {
    case Candidate::Shape::low_part: {
      // Only the part below is claimed: it is the concat's lower operand.
      const auto parts = pool.operands(candidate.value);
      unsigned bits = 0;
      for (size_t n = 1; n < parts.size(); ++n) bits += pool.width(parts[n]);
      return pool.eq(pool.extract(actual, 0, bits), at_end(pool.extract(candidate.value, 0, bits)));
    }
    default:
      return pool.eq(actual, at_end(candidate.value));
  }
}

// A source's own claim: the value follows from other locations, or is a constant, twice its lower half, or the
// extension of its low bits.
Term own_claim(terms::Pool& pool, const Candidate& candidate, Term actual, terms::Substitution& at_end) {
  const unsigned width = pool.width(actual);
  switch (candidate.shape) {
    case Candidate::Shape::repeated:
      return pool.eq(pool.extract(actual, 0, width / 2), pool.extract(actual, width / 2, width / 2));
    case Candidate::Shape::zero_extended:
    case Candidate::Shape::sign_extended: {
      // An extension's operand, or the lowest part of the concat that a zero extension is.
      const auto parts = pool.operands(candidate.value);
      const unsigned bits = pool.width(parts.empty() ? candidate.value : parts.back());
      const Term low = pool.extract(actual, 0, bits);
      return pool.eq(
          actual, candidate.shape == Candidate::Shape::zero_extended ? pool.zext(low, width) : pool.sext(low, width));
    }
    case Candidate::Shape::equal:
    case Candidate::Shape::constant:
    case Candidate::Shape::affine:
    case Candidate::Shape::low_part:  // of targets alone
      break;
  }
  return pool.eq(actual, at_end(candidate.value));
}

}  // namespace

// What the relation says beyond its replacements: conditions on the cut points' variables.
std::vector<Term> Simulation::known_at(const Relation& relation) {
  std::vector<Term> known = relation.bounds;
  terms::Substitution none(pool_);
  for (const Relation::Entry& e : relation.source_entries)
    for (size_t n = 1; n < e.candidates.size(); ++n)
      known.push_back(own_claim(pool_, e.candidates[n], e.location.variable, none));
  for (const Relation::Entry& e : relation.target_entries)
    for (size_t n = 1; n < e.candidates.size(); ++n)
      known.push_back(claim(pool_, e.candidates[n], e.location.variable, none));
  return known;
}

// What the source's variables at the cut point, and its memory, are when the paths arrive there.
terms::Substitution Simulation::end_of(PathPair& paths, const Relation& there) {
  terms::Substitution at_end(pool_);
  for (const Relation::Entry& e : there.source_entries) {
    const Term actual = value_at(pool_, paths.source().state, e.location);
    assert(actual && "a cut point's state holds only what every arrival has");
    at_end.replace(e.location.variable, paths.plain(actual));
  }
  at_end.replace(sides_.source.at(there.source).state.memory, paths.plain(paths.source().state.memory));
  return at_end;
}

std::vector<Simulation::Claim> Simulation::claims_of(PathPair& paths, const Relation& there) {
  terms::Substitution at_end = end_of(paths, there);
  std::vector<Claim> claims;
  for (const Relation::Entry& e : there.source_entries) {
    const Term actual = paths.plain(value_at(pool_, paths.source().state, e.location));
    for (const Candidate& c : e.candidates)
      claims.push_back({"source " + e.location.name, own_claim(pool_, c, actual, at_end)});
  }
  for (const Term bound : there.bounds) claims.push_back({"bound", at_end(bound)});
  for (const Relation::Entry& e : there.target_entries) {
    const Term actual = paths.plain(value_at(pool_, paths.target().state, e.location));
    for (const Candidate& c : e.candidates) claims.push_back({e.location.name, claim(pool_, c, actual, at_end)});
  }
  return claims;
}

namespace {

// Values near a model's: what one shows others mostly show of more claims.
std::map<std::string, terms::APInt> varied(terms::Pool& pool, std::map<std::string, terms::APInt> model,
                                           std::span<const Term> variables, verify::Random& random) {
  for (const Term v : variables) {
    if (!random.one_in(3)) continue;
    const unsigned width = pool.width(v);
    terms::APInt value(std::max(width, 64u), random.one_in(2) ? random.next() : random.below(256));
    if (random.one_in(3)) value.negate();
    model.insert_or_assign(std::string(pool.name(v)), value.trunc(width));
  }
  return model;
}

// The values of a model, for guessing which part of a question failed; what it does not say is zero.
terms::Evaluation evaluation_of(terms::Pool& pool, const std::map<std::string, terms::APInt>& model,
                                std::span<const Term> variables) {
  terms::Evaluation evaluation(pool, 0);
  for (const Term v : variables) {
    const auto at = model.find(std::string(pool.name(v)));
    evaluation.set(v, at == model.end() ? terms::APInt(pool.width(v), 0) : at->second);
  }
  evaluation.byte = [&model](std::string_view memory, uint64_t address) -> uint8_t {
    const auto at = model.find(fmt::format("{}[{:#x}]", memory, address));
    return at == model.end() ? 0 : static_cast<uint8_t>(at->second.getZExtValue());
  };
  return evaluation;
}

}  // namespace

// Asks for all at once; a model mostly shows many that fail, and what is left without one is halved. False: out of
// time.
bool Simulation::sift(PathPair& paths, std::vector<Claim*> claims) {
  while (!claims.empty()) {
    if (out_of_time()) return false;
    Term all = pool_.bit(true);
    for (const Claim* c : claims) all = pool_.bit_and(all, paths.plain(c->condition));
    const Answer answer = prover_.holds(paths.conditions(), all);
    if (answer.verdict == Verdict::holds) return true;
    if (claims.size() == 1) {
      claims.front()->holds = false;
      return true;
    }
    if (!answer.model.empty()) {
      std::vector<Term> involved = paths.conditions();
      involved.push_back(all);
      const std::vector<Term> variables = solve::variables_of(pool_, involved);
      verify::Random random(claims.size());
      for (unsigned n = 0; n < kVariations; ++n) {
        const auto model = n == 0 ? answer.model : varied(pool_, answer.model, variables, random);
        terms::Evaluation evaluation = evaluation_of(pool_, model, variables);
        const bool fits = std::all_of(paths.conditions().begin(), paths.conditions().end(),
                                      [&](Term condition) { return evaluation(condition).getBoolValue(); });
        for (Claim* c : claims)
          if (fits && !evaluation(paths.plain(c->condition)).getBoolValue()) c->holds = false;
      }
      if (std::erase_if(claims, [](const Claim* c) { return !c->holds; }) != 0) continue;
    }
    const auto middle = claims.begin() + static_cast<std::ptrdiff_t>(claims.size() / 2);
    return sift(paths, {claims.begin(), middle}) && sift(paths, {middle, claims.end()});
  }
  return true;
}

// Drops the guesses that do not come out at the end of the paths. False: out of time.
bool Simulation::weaken(PathPair& paths, const Pair& there) {
  Relation& relation = relations_.at(there);
  std::vector<Claim> claims = claims_of(paths, relation);
  std::vector<Claim*> open;
  for (Claim& c : claims) {
    if (const terms::APInt* value = pool_.constant_value(paths(c.condition)))
      c.holds = value->getBoolValue();
    else
      open.push_back(&c);
  }
  if (!sift(paths, std::move(open))) return false;
  auto next = claims.begin();
  auto drop = [&](auto& guesses) { std::erase_if(guesses, [&](const auto&) { return !(next++)->holds; }); };
  for (Relation::Entry& e : relation.source_entries) drop(e.candidates);
  drop(relation.bounds);
  for (Relation::Entry& e : relation.target_entries) drop(e.candidates);
  if (std::any_of(claims.begin(), claims.end(), [](const Claim& c) { return !c.holds; })) changed_.insert(there);
  return true;
}

}  // namespace portolan::prove
