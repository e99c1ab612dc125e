#include "verify/prove/touched.h"

#include <algorithm>
#include <optional>

namespace portolan::prove {
namespace {

// An address as a number beside what it is counted from.
std::pair<Term, terms::APInt> split(terms::Pool& pool, Term address) {
  terms::Linear form = pool.linear(address);
  const terms::APInt distance = form.constant;
  form.constant = terms::APInt(distance.getBitWidth(), 0);
  return {pool.from_linear(form), distance};
}

// What was accessed on a path, as seen from the cut point at its end.
class Arrival {
 public:
  Arrival(terms::Pool& pool, const Summary& summary, const Path& path) : pool_(pool), summary_(summary) {
    for (const Location& l : summary.at(path.block).locations)
      if (const Term value = value_at(pool, path.state, l); value && pool.width(value) == 64) {
        const auto [base, distance] = split(pool, value);
        locations_[base].emplace_back(l.variable, distance);
      }
  }
  void add(const TouchedPlace& place) {
    if (summary_.closed(place.address)) places.insert(place);
    const auto [base, distance] = split(pool_, place.address);
    if (const auto at = locations_.find(base); at != locations_.end())
      for (const auto& [variable, there] : at->second)
        places.insert({pool_.add(variable, pool_.constant(distance - there)), place.bytes, place.write});
  }
  std::set<TouchedPlace> places;

 private:
  terms::Pool& pool_;
  const Summary& summary_;
  std::map<Term, std::vector<std::pair<Term, terms::APInt>>> locations_;
};

}  // namespace

Touched touched_before(terms::Pool& pool, const Summary& summary) {
  Touched touched{{0, {}}};  // the others: everything, as long as no way there is known
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& [from, cut] : summary.cuts()) {
      if (!touched.contains(from)) continue;
      const std::set<TouchedPlace> before = touched.at(from);
      for (const Path& path : cut.paths) {
        if (path.end != End::cut) continue;
        Arrival arrival(pool, summary, path);
        for (const TouchedPlace& place : before)
          if (path.calls.empty()) arrival.add(place);
        for (const Access& a : path.accesses)
          if (a.calls == path.calls.size()) arrival.add({a.address, a.bytes, a.write});
        const auto [at, first] = touched.emplace(path.block, arrival.places);
        const size_t gone = first ? 1 : std::erase_if(at->second, [&](const TouchedPlace& place) {
          return !arrival.places.contains(place);
        });
        changed = changed || gone != 0;
      }
    }
  }
  return touched;
}

}  // namespace portolan::prove
