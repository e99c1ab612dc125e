#include "verify/prove/relation.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "verify/prove/sums.h"
#include "verify/solve/valuations.h"

namespace portolan::prove {
namespace {

using terms::APInt;
using Shape = Candidate::Shape;

constexpr size_t kMostCandidates = kMostSums, kMostEqualities = 24, kMostBounds = 24;
// Of runs that go on from the middle some part from each other before they come to the cut points, and one of them is
// enough to hide what all others show.
constexpr size_t kFewSamples = 8, kMostOutliers = 4;  // one in so many

class Guesser {
 public:
  Guesser(terms::Pool& pool, const Summary& source, const Summary& target, const std::vector<Term>& universal,
          const BitsNeeded& bits, const std::vector<Sample>& samples)
      : pool_(pool), source_(source), target_(target), universal_(universal), bits_(bits), samples_(samples) {}

  Relation run(BlockId source_cut, BlockId target_cut);
  std::vector<Sample> without_outliers(const Relation& relation) const;

 private:
  enum class From : uint8_t { entry, source, target };
  std::vector<APInt> values_of(Term variable, From from) const;
  std::vector<terms::Evaluation>& evaluations();
  void add_pieces(std::vector<Piece>& pieces, Term variable, const std::string& name, From from);
  std::vector<size_t> exceptions(const std::vector<APInt>& values, const Piece& piece, size_t most) const;
  void add_facts(BlockId source_cut);
  void bounds(BlockId cut, std::vector<Term>& out);
  void passed(BlockId cut, std::vector<Term>& out);
  bool held(Term condition);
  using Locations = std::map<Term, const Location*>;
  Term limit_of(const terms::Linear& whole, const terms::Linear::Part& part, const Locations& locations) const;
  bool universal_term(Term t) const;
  void congruence(Term distance, std::vector<Term>& out);
  void add_bounds(Term part, Term limit, const Locations& locations, std::vector<Term>& out);
  std::vector<Candidate> for_source(const Location& location, const Location* lower);
  void repeated(const Location& location, const Location* lower, std::vector<Candidate>& out);
  std::vector<Candidate> for_target(const Location& location);
  void equalities(const Location& location, const std::vector<APInt>& values, std::vector<Candidate>& out);
  void low_parts(const Location& location, const std::vector<APInt>& values, std::vector<Candidate>& out);
  void affine(const Location& location, const std::vector<APInt>& values, std::vector<Candidate>& out);
  void related_among_themselves(Relation& relation);
  void constants(const std::vector<APInt>& values, std::vector<Candidate>& out);

  terms::Pool& pool_;
  const Summary& source_;
  const Summary& target_;
  const std::vector<Term>& universal_;
  const BitsNeeded& bits_;
  const std::vector<Sample>& samples_;
  std::vector<Piece> pieces_;                   // of the source and the entry
  std::vector<terms::Evaluation> evaluations_;  // one for each sample: of the source's terms
  std::optional<Sums> sums_;                    // of all pieces
};

std::vector<terms::Evaluation>& Guesser::evaluations() {
  if (evaluations_.empty())
    for (const Sample& s : samples_) {
      terms::Evaluation& evaluation = evaluations_.emplace_back(pool_, s.seed);
      for (const Valuation* known : {s.entry, s.source})
        for (const auto& [variable, value] : *known) evaluation.set(variable, value);
    }
  return evaluations_;
}

std::vector<APInt> Guesser::values_of(Term variable, From from) const {
  std::vector<APInt> values;
  for (const Sample& s : samples_) {
    const Valuation& valuation = from == From::entry ? *s.entry : from == From::source ? *s.source : *s.target;
    const auto at = valuation.find(variable);
    values.push_back(at == valuation.end() ? APInt(pool_.width(variable), 0) : at->second);
  }
  return values;
}

void Guesser::add_pieces(std::vector<Piece>& pieces, Term variable, const std::string& name, From from) {
  const std::vector<APInt> all = values_of(variable, from);
  const unsigned width = pool_.width(variable);
  pieces.push_back({variable, name, all, false});
  auto part = [&](unsigned low, unsigned bits) {
    std::vector<APInt> values;
    for (const APInt& v : all) values.push_back(v.extractBits(bits, low));
    pieces.push_back(
        {pool_.extract(variable, low, bits), fmt::format("{}[{}..{})", name, low, low + bits), values, low != 0});
  };
  for (unsigned bits = 64; bits >= 8; bits /= 2) {
    if (bits >= width) continue;
    const unsigned end = bits >= 32 ? width : bits;  // vectors in lanes, narrow integers at the low end only
    for (unsigned low = 0; low + bits <= end; low += bits) part(low, bits);
  }
}

// What the source holds that stays the same, like the end of a buffer: the target may compute with it.
void Guesser::add_facts(BlockId source_cut) {
  const State& state = source_.at(source_cut).state;
  for (Slot slot = 0; slot < state.slots.size(); ++slot) {
    const Term fact = state.slots[slot];
    const terms::Kind kind = pool_.kind(fact);
    if (!source_.side().live(source_cut, slot) || pool_.width(fact) != 64) continue;
    const bool symbol = kind == terms::Kind::variable && pool_.name(fact).starts_with("&");
    if (!symbol && kind != terms::Kind::linear && kind != terms::Kind::concat && kind != terms::Kind::sext) continue;
    Piece piece{fact, source_.side().slot(slot).name, {}, false};
    for (terms::Evaluation& evaluation : evaluations()) piece.values.push_back(evaluation(fact));
    pieces_.push_back(std::move(piece));
  }
}

void Guesser::equalities(const Location& location, const std::vector<APInt>& values, std::vector<Candidate>& out) {
  const unsigned width = pool_.width(location.variable);
  // Extensions of few bits are what small numbers suggest, and upper halves are mostly zero.
  std::map<std::pair<bool, unsigned>, std::vector<Candidate>> found;  // by whether it is none of those, and bits
  for (const Piece& piece : pieces_) {
    const unsigned bits = pool_.width(piece.term);
    if (bits > width) continue;
    bool equal = bits == width, zero = bits < width, sign = bits < width;
    for (size_t n = 0; n < values.size() && (equal || zero || sign); ++n) {
      equal = equal && values[n] == piece.values[n];
      zero = zero && values[n] == piece.values[n].zext(width);
      sign = sign && values[n] == piece.values[n].sext(width);
    }
    auto add = [&](Shape shape, Term term, std::string text) {
      found[{!piece.upper, bits}].push_back({shape, term, std::move(text)});
    };
    if (equal) add(Shape::equal, piece.term, piece.text);
    if (zero) add(Shape::zero_extended, pool_.zext(piece.term, width), fmt::format("zext({})", piece.text));
    if (sign) add(Shape::sign_extended, pool_.sext(piece.term, width), fmt::format("sext({})", piece.text));
  }
  for (auto at = found.rbegin(); at != found.rend(); ++at)
    for (Candidate& candidate : at->second)
      if (out.size() < kMostEqualities) out.push_back(std::move(candidate));
}

// The widest part of the location that some piece is, and its lowest bit: of a number that is only ever turned over
// that may be all that both sides agree about.
void Guesser::low_parts(const Location& location, const std::vector<APInt>& values, std::vector<Candidate>& out) {
  const unsigned width = pool_.width(location.variable);
  auto add = [&](unsigned bits, const Piece& piece) {
    const Term open =
        pool_.variable(fmt::format("{}/open{}", pool_.name(location.variable), width - bits), width - bits);
    out.push_back({Shape::low_part, pool_.concat(open, pool_.extract(piece.term, 0, bits)),
                   fmt::format("{} below bit {}", piece.text, bits)});
  };
  auto agrees = [&](unsigned bits, const Piece& piece) {
    for (size_t n = 0; n < values.size(); ++n)
      if (values[n].extractBits(bits, 0) != piece.values[n].extractBits(bits, 0)) return false;
    return true;
  };
  size_t found = 0;
  for (const unsigned bits : {64u, 32u, 16u, 8u}) {
    if (bits >= width || found != 0) continue;
    for (const Piece& piece : pieces_)
      if (found < kMostCandidates && pool_.width(piece.term) == bits && agrees(bits, piece)) {
        add(bits, piece);
        ++found;
      }
  }
  if (width == 1 || std::none_of(values.begin(), values.end(), [&](const APInt& v) { return v[0] != values[0][0]; }))
    return;
  const auto bit = std::find_if(pieces_.begin(), pieces_.end(), [&](const Piece& p) { return agrees(1, p); });
  if (bit != pieces_.end()) add(1, *bit);
}

void Guesser::constants(const std::vector<APInt>& values, std::vector<Candidate>& out) {
  if (values.size() < 2) return;
  for (const APInt& v : values)
    if (v != values[0]) return;
  llvm::SmallString<40> digits;
  values[0].toStringUnsigned(digits, 16);
  out.push_back({Shape::constant, pool_.constant(values[0]), fmt::format("0x{}", std::string(digits))});
}

// Sums of pieces that give the values of a location, in its own width or in its low half.
void Guesser::affine(const Location& location, const std::vector<APInt>& values, std::vector<Candidate>& out) {
  const unsigned width = pool_.width(location.variable);
  if ((width != 64 && width != 32) || values.size() < 3) return;
  if (!sums_) sums_.emplace(pool_, pieces_);
  for (const Sums::Sum& sum : sums_->find(values, width)) out.push_back({Shape::affine, sum.term, sum.text});
  if (width == 32 || out.size() >= kMostCandidates) return;
  std::vector<APInt> low;
  for (const APInt& v : values) low.push_back(v.trunc(32));
  const bool zero = std::all_of(values.begin(), values.end(), [](const APInt& v) { return v.isIntN(32); });
  const bool sign = std::all_of(values.begin(), values.end(), [](const APInt& v) { return v.isSignedIntN(32); });
  for (const Sums::Sum& sum : sums_->find(low, 32)) {
    if (zero) out.push_back({Shape::zero_extended, pool_.zext(sum.term, 64), fmt::format("zext({})", sum.text)});
    if (sign) out.push_back({Shape::sign_extended, pool_.sext(sum.term, 64), fmt::format("sext({})", sum.text)});
    if (zero || sign) continue;
    const Term open = pool_.variable(fmt::format("{}/open32", pool_.name(location.variable)), 32);
    out.push_back({Shape::low_part, pool_.concat(open, sum.term), fmt::format("{} below bit 32", sum.text)});
  }
}

// Vector registers that hold one number in all lanes, as where a loop multiplies by it.
void Guesser::repeated(const Location& location, const Location* lower, std::vector<Candidate>& out) {
  const unsigned width = pool_.width(location.variable);
  if (lower != nullptr && held(pool_.eq(location.variable, lower->variable)))
    out.push_back({Shape::equal, lower->variable, lower->name});
  const unsigned half = width / 2;
  if (!held(pool_.eq(pool_.extract(location.variable, 0, half), pool_.extract(location.variable, half, half)))) return;
  const Term open = pool_.variable(fmt::format("{}/half{}", pool_.name(location.variable), half), half);
  out.push_back({Shape::repeated, pool_.concat(open, open), fmt::format("twice {} bits", half)});
}

// `lower`: of a vector register's upper half.
std::vector<Candidate> Guesser::for_source(const Location& location, const Location* lower) {
  std::vector<Candidate> out;
  const std::vector<APInt> values = values_of(location.variable, From::source);
  const unsigned width = pool_.width(location.variable);
  constants(values, out);
  if (location.slot != assembly::kNoSlot && source_.side().slot(location.slot).width >= 128 && width == 64)
    repeated(location, lower, out);
  if (width == 64) {
    // The first guess is what the rest is written with, so it should last: the narrowest that is seen to be enough.
    // None that is narrower, which small numbers would suggest; but integers of 32 bits are not always seen.
    std::vector<unsigned> widths;
    for (const unsigned bits : {1u, 8u, 16u, 32u})
      if (bits == 32 || bits >= bits_.at(location.variable)) widths.push_back(bits);
    for (const unsigned bits : widths) {
      const bool zero = std::all_of(values.begin(), values.end(), [&](const APInt& v) { return v.isIntN(bits); });
      const bool sign = std::all_of(values.begin(), values.end(), [&](const APInt& v) { return v.isSignedIntN(bits); });
      const Term open = pool_.variable(fmt::format("{}/low{}", pool_.name(location.variable), bits), bits);
      if (zero) out.push_back({Shape::zero_extended, pool_.zext(open, 64), fmt::format("zext of {} bits", bits)});
      if (sign && bits > 1)
        out.push_back({Shape::sign_extended, pool_.sext(open, 64), fmt::format("sext of {} bits", bits)});
    }
  }
  return out;
}

std::vector<Candidate> Guesser::for_target(const Location& location) {
  std::vector<Candidate> out;
  const std::vector<APInt> values = values_of(location.variable, From::target);
  equalities(location, values, out);
  const size_t equal = out.size();
  affine(location, values, out);
  if (out.size() > equal + kMostCandidates) out.resize(equal + kMostCandidates);
  constants(values, out);
  low_parts(location, values, out);
  return out;
}

// Bounds that the conditions of the loop suggest: where a path asks whether a location equals something that stays the
// same, perhaps the location never passes it.
void Guesser::bounds(BlockId cut, std::vector<Term>& out) {
  Locations locations;
  for (const Location& l : source_.at(cut).locations) locations[l.variable] = &l;
  std::set<Term> seen;
  for (const Path& path : source_.at(cut).paths)
    for (const Term condition : path.conditions) {
      Term c = condition;
      if (pool_.kind(c) == terms::Kind::bit_xor && pool_.width(c) == 1) c = pool_.operands(c)[0];
      const terms::Kind kind = pool_.kind(c);
      if (kind != terms::Kind::eq && kind != terms::Kind::ult && kind != terms::Kind::slt) continue;
      const terms::Linear difference = pool_.linear(pool_.sub(pool_.operands(c)[0], pool_.operands(c)[1]));
      for (const terms::Linear::Part& part : difference.parts) {
        if (!part.coefficient.isOne() && !part.coefficient.isAllOnes()) continue;
        const Term limit = limit_of(difference, part, locations);
        if (limit && seen.insert(pool_.eq(part.term, limit)).second) add_bounds(part.term, limit, locations, out);
      }
    }
}

bool Guesser::held(Term condition) {
  std::vector<terms::Evaluation>& all = evaluations();
  return std::all_of(all.begin(), all.end(), [&](auto& evaluation) { return evaluation(condition).getBoolValue(); });
}

// Conditions that were passed on some way to the cut point, of what the way brings there.
void Guesser::passed(BlockId cut, std::vector<Term>& out) {
  const std::vector<Location>& locations = source_.at(cut).locations;
  std::set<Term> own(universal_.begin(), universal_.end());
  for (const Location& l : locations) own.insert(l.variable);
  for (const auto& [from, start] : source_.cuts())
    for (const Path& path : start.paths) {
      if (path.end != End::cut || path.block != cut) continue;
      terms::Substitution arrived(pool_);
      for (const Location& l : locations)
        if (const Term value = value_at(pool_, path.state, l); !pool_.constant_value(value))
          arrived.replace(value, l.variable);
      for (const Term condition : path.conditions) {
        const Term seen = arrived(condition);
        if (pool_.constant_value(seen) || std::find(out.begin(), out.end(), seen) != out.end()) continue;
        const std::vector<Term> variables = solve::variables_of(pool_, std::span(&seen, 1));
        const bool closed = std::all_of(variables.begin(), variables.end(), [&](Term v) { return own.contains(v); });
        if (closed && out.size() < kMostBounds && held(seen)) out.push_back(seen);
      }
    }
}

// What the part equals where the whole is zero, if that is the same all the time or up to other locations.
Term Guesser::limit_of(const terms::Linear& whole, const terms::Linear::Part& part, const Locations& locations) const {
  terms::Linear rest;
  rest.constant = whole.constant;
  for (const terms::Linear::Part& other : whole.parts) {
    if (other.term == part.term) continue;
    if (!universal_term(other.term) && !locations.contains(other.term)) return {};
    rest.parts.push_back(other);
  }
  const Term sum = pool_.from_linear(rest);
  return part.coefficient.isOne() ? pool_.negate(sum) : sum;
}

bool Guesser::universal_term(Term t) const {
  if (pool_.kind(t) == terms::Kind::variable)
    return pool_.name(t).starts_with("&") || std::find(universal_.begin(), universal_.end(), t) != universal_.end();
  if (pool_.kind(t) == terms::Kind::memory || pool_.kind(t) == terms::Kind::read) return false;
  const auto operands = pool_.operands(t);
  return std::all_of(operands.begin(), operands.end(), [&](Term o) { return universal_term(o); });
}

void Guesser::add_bounds(Term part, Term limit, const Locations& locations, std::vector<Term>& out) {
  // Of one location alone.
  const Location* location = nullptr;
  for (const auto& [variable, l] : locations)
    if (variable == part || (pool_.kind(part) == terms::Kind::extract && pool_.operands(part)[0] == variable))
      location = l;
  if (location == nullptr) return;
  const Term nothing = pool_.constant(pool_.width(part), 0);
  for (const Term bound : {pool_.bit_not(pool_.ult(limit, part)), pool_.bit_not(pool_.slt(limit, part)),
                           pool_.bit_not(pool_.ult(part, limit)), pool_.bit_not(pool_.slt(part, limit)),
                           pool_.ult(part, limit), pool_.slt(part, limit), pool_.bit_not(pool_.slt(part, nothing))}) {
    if (pool_.constant_value(bound)) continue;
    if (std::find(out.begin(), out.end(), bound) != out.end()) continue;
    if (held(bound)) out.push_back(bound);
  }
  congruence(pool_.sub(part, limit), out);
}

// The distance from the limit is a multiple of a power of two, as far as is seen.
void Guesser::congruence(Term distance, std::vector<Term>& out) {
  unsigned zeros = 6;
  for (terms::Evaluation& evaluation : evaluations()) zeros = std::min(zeros, evaluation(distance).countr_zero());
  if (zeros == 0 || zeros >= pool_.width(distance)) return;
  const Term aligned = pool_.eq(pool_.extract(distance, 0, zeros), pool_.constant(zeros, 0));
  if (!pool_.constant_value(aligned) && std::find(out.begin(), out.end(), aligned) == out.end()) out.push_back(aligned);
}

// What the target does not hold may follow from what it does: a pointer that runs beside a counter, say.
void Guesser::related_among_themselves(Relation& relation) {
  std::vector<Term> mentioned;
  for (const Relation::Entry& e : relation.target_entries)
    if (const Candidate* c = e.candidate()) mentioned.push_back(c->value);
  const std::vector<Term> held = solve::variables_of(pool_, mentioned);
  std::set<Term> alone;
  for (const Relation::Entry& e : relation.source_entries)
    if (pool_.width(e.location.variable) == 64 &&
        std::find(held.begin(), held.end(), e.location.variable) == held.end())
      alone.insert(e.location.variable);
  std::vector<Piece> others;
  for (const Piece& piece : pieces_) {
    const std::vector<Term> of = solve::variables_of(pool_, std::span(&piece.term, 1));
    if (std::none_of(of.begin(), of.end(), [&](Term v) { return alone.contains(v); })) others.push_back(piece);
  }
  Sums sums(pool_, others);
  for (Relation::Entry& e : relation.source_entries) {
    if (!alone.contains(e.location.variable) || (e.candidate() && e.candidate()->shape == Shape::constant)) continue;
    const std::vector<APInt> values = values_of(e.location.variable, From::source);
    if (values.size() < 3) return;
    const std::vector<Sums::Sum> found = sums.find(values, 64);
    if (found.empty()) continue;
    e.candidates.insert(e.candidates.begin(), {Shape::affine, found.front().term, found.front().text});
  }
}

Relation Guesser::run(BlockId source_cut, BlockId target_cut) {
  Relation relation{source_cut, target_cut, {}, {}, {}};
  bounds(source_cut, relation.bounds);
  passed(source_cut, relation.bounds);
  const Location* lower = nullptr;
  for (const Location& l : source_.at(source_cut).locations) {
    add_pieces(pieces_, l.variable, l.name, From::source);
    const bool upper = lower != nullptr && lower->slot == l.slot && lower->low == 0 && l.low == 64;
    relation.source_entries.push_back({l, for_source(l, upper ? lower : nullptr)});
    lower = &l;
  }
  add_facts(source_cut);
  for (const Term u : universal_) add_pieces(pieces_, u, std::string(pool_.name(u)), From::entry);
  for (const Term read : reads_behind(pool_, source_.at(source_cut))) {
    add_pieces(pieces_, read, pool_.print(read, 3), From::source);
    // Perhaps nobody writes there, and the target has it from the beginning.
    if (!universal_term(pool_.operands(read)[1])) continue;
    const Term unchanged = pool_.eq(read, at_entry(pool_, read));
    if (held(unchanged)) relation.bounds.push_back(unchanged);
  }
  for (const Location& l : target_.at(target_cut).locations) relation.target_entries.push_back({l, for_target(l)});
  related_among_themselves(relation);
  return relation;
}

// The samples in which a location is not the piece, extended; nothing where these are more, or where the others show
// too little.
std::vector<size_t> Guesser::exceptions(const std::vector<APInt>& values, const Piece& piece, size_t most) const {
  constexpr size_t kDifferent = 3;
  const unsigned width = values[0].getBitWidth(), bits = piece.values[0].getBitWidth();
  for (const bool sign : {false, true}) {
    if (bits > width || (sign && bits == width)) continue;
    std::vector<size_t> unlike;
    std::set<uint64_t> seen;
    for (size_t n = 0; n < values.size() && unlike.size() <= most; ++n) {
      const APInt extended = sign ? piece.values[n].sext(width) : piece.values[n].zext(width);
      if (values[n] != extended)
        unlike.push_back(n);
      else
        seen.insert(extended.extractBitsAsZExtValue(std::min(width, 64u), 0));
    }
    if (unlike.size() <= most && seen.size() >= kDifferent) return unlike;
  }
  return {};
}

// Where nothing is like a location in all samples, but something is in most.
std::vector<Sample> Guesser::without_outliers(const Relation& relation) const {
  const size_t most = samples_.size() / kMostOutliers;
  if (samples_.size() < kFewSamples) return samples_;
  std::set<size_t> outliers;
  for (const Relation::Entry& e : relation.target_entries) {
    if (std::any_of(e.candidates.begin(), e.candidates.end(),
                    [](const Candidate& c) { return c.shape != Shape::low_part; }))
      continue;
    const std::vector<APInt> values = values_of(e.location.variable, From::target);
    std::vector<size_t> fewest;
    for (const Piece& piece : pieces_)
      if (auto unlike = exceptions(values, piece, most); !unlike.empty())
        if (fewest.empty() || unlike.size() < fewest.size()) fewest = std::move(unlike);
    outliers.insert(fewest.begin(), fewest.end());
  }
  if (outliers.size() > most) return samples_;
  std::vector<Sample> usual;
  for (size_t n = 0; n < samples_.size(); ++n)
    if (!outliers.contains(n)) usual.push_back(samples_[n]);
  return usual;
}

}  // namespace

terms::Substitution replacements(terms::Pool& pool, const Relation& relation) {
  terms::Substitution own(pool), all(pool);
  // What is written with other locations comes after these.
  for (const bool affine : {false, true})
    for (const Relation::Entry& e : relation.source_entries)
      if (const Candidate* c = e.candidate(); c != nullptr && (c->shape == Candidate::Shape::affine) == affine) {
        const Term value = own(c->value);
        own.replace(e.location.variable, value);
        all.replace(e.location.variable, value);
      }
  for (const Relation::Entry& e : relation.target_entries)
    if (const Candidate* c = e.candidate()) all.replace(e.location.variable, own(c->value));
  return all;
}

Relation guess_relation(terms::Pool& pool, const Summary& source, const Summary& target, BlockId source_cut,
                        BlockId target_cut, const std::vector<Term>& universal, const BitsNeeded& bits,
                        const std::vector<Sample>& samples) {
  Guesser guesser(pool, source, target, universal, bits, samples);
  Relation relation = guesser.run(source_cut, target_cut);
  const std::vector<Sample> usual = guesser.without_outliers(relation);
  if (usual.size() == samples.size()) return relation;
  return Guesser(pool, source, target, universal, bits, usual).run(source_cut, target_cut);
}

}  // namespace portolan::prove
