// Pairs of cut points that no run came to: what arrives there as one term on both sides is taken for equal, for as long
// as every later arrival agrees.
#include <fmt/format.h>

#include <algorithm>

#include "verify/prove/simulation.h"

namespace portolan::prove {
namespace {

using Shape = Candidate::Shape;

constexpr size_t kMostCandidates = 8;

// What locations of the source, or their lower parts, hold: as a term of what arrives, and of the location.
struct Arrived {
  Term value, named;
  std::string text;
};

std::vector<Arrived> arrived_parts(terms::Pool& pool, const Location& location, Term value) {
  std::vector<Arrived> parts = {{value, location.variable, location.name}};
  for (const unsigned bits : {32u, 16u, 8u})
    if (bits < pool.width(value))
      parts.push_back({pool.extract(value, 0, bits), pool.extract(location.variable, 0, bits),
                       fmt::format("{}[0..{})", location.name, bits)});
  return parts;
}

std::vector<Candidate> candidates_for(terms::Pool& pool, const Location& location, Term value,
                                      const std::vector<Arrived>& source) {
  std::vector<Candidate> out;
  const unsigned width = pool.width(value);
  bool low = false;  // below which bit one is enough
  for (const Arrived& part : source) {
    if (out.size() >= kMostCandidates) break;
    const unsigned bits = pool.width(part.value);
    if (bits > width) continue;
    if (bits == width) {
      if (part.value == value) out.push_back({Shape::equal, part.named, part.text});
      const terms::Linear distance = pool.linear(pool.sub(value, part.value));
      if (part.value != value && distance.parts.empty())
        out.push_back({Shape::affine, pool.add(part.named, pool.constant(distance.constant)),
                       fmt::format("{} {:+}", part.text, distance.constant.getSExtValue())});
      continue;
    }
    if (pool.extract(value, 0, bits) != part.value) continue;
    if (pool.zext(part.value, width) == value) {
      out.push_back({Shape::zero_extended, pool.zext(part.named, width), fmt::format("zext({})", part.text)});
    } else if (pool.sext(part.value, width) == value) {
      out.push_back({Shape::sign_extended, pool.sext(part.named, width), fmt::format("sext({})", part.text)});
    } else if (bits == 32 && !low) {
      const Term open =
          pool.variable(fmt::format("{}/open{}", pool.name(location.variable), width - bits), width - bits);
      out.push_back({Shape::low_part, pool.concat(open, part.named), fmt::format("{} below bit {}", part.text, bits)});
      low = true;
    }
  }
  if (pool.constant_value(value)) out.push_back({Shape::constant, value, pool.print(value)});
  return out;
}

}  // namespace

// Both sides come to cut points at which neither was seen before.
bool Simulation::is_new_meeting(const PathPair& paths) const {
  const Path &p = paths.source(), &q = paths.target();
  return !sides_.timed && p.end == End::cut && q.end == End::cut && same_calls(paths) &&
         std::none_of(relations_.begin(), relations_.end(),
                      [&](const auto& known) { return known.first.first == p.block || known.first.second == q.block; });
}

void Simulation::relate_arrival(PathPair& paths) {
  Relation relation{paths.source().block, paths.target().block, {}, {}, {}};
  std::vector<Arrived> source;
  for (const Location& l : sides_.source.at(relation.source).locations) {
    const Term value = paths.plain(value_at(pool_, paths.source().state, l));
    for (Arrived& part : arrived_parts(pool_, l, value)) source.push_back(std::move(part));
    relation.source_entries.push_back({l, {}});
    if (pool_.width(value) == 64 && pool_.known_bits(value).first.countl_one() >= 32) {
      const Term open = pool_.variable(fmt::format("{}/low32", pool_.name(l.variable)), 32);
      relation.source_entries.back().candidates.push_back(
          {Shape::zero_extended, pool_.zext(open, 64), "zext of 32 bits"});
    }
  }
  for (const Location& l : sides_.target.at(relation.target).locations) {
    const Term value = paths.plain(value_at(pool_, paths.target().state, l));
    relation.target_entries.push_back({l, candidates_for(pool_, l, value, source)});
  }
  relate(std::move(relation));
  // Others may come there too.
  for (const auto& [pair, known] : relations_) changed_.insert(pair);
}

}  // namespace portolan::prove
