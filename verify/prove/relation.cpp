#include "verify/prove/relation.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "verify/solve/valuations.h"

namespace portolan::prove {
namespace {

using terms::APInt;
using Shape = Candidate::Shape;

constexpr size_t kMostCandidates = 8, kMostBounds = 24;

// Something that a guess may be made of, with its value in each sample.
struct Piece {
  Term term;
  std::string text;
  std::vector<APInt> values;
  bool whole = true;
};

class Guesser {
 public:
  Guesser(terms::Pool& pool, const Summary& source, const Summary& target, const std::vector<Term>& universal,
          const std::vector<Sample>& samples)
      : pool_(pool), source_(source), target_(target), universal_(universal), samples_(samples) {}

  Relation run(BlockId source_cut, BlockId target_cut);

 private:
  enum class From : uint8_t { entry, source, target };
  std::vector<APInt> values_of(Term variable, From from) const;
  void add_pieces(std::vector<Piece>& pieces, Term variable, const std::string& name, From from);
  void add_facts(BlockId source_cut);
  void bounds(BlockId cut, std::vector<Term>& out);
  void passed(BlockId cut, std::vector<Term>& out);
  bool held(Term condition) const;
  using Locations = std::map<Term, const Location*>;
  Term limit_of(const terms::Linear& whole, const terms::Linear::Part& part, const Locations& locations) const;
  bool universal_term(Term t) const;
  void congruence(Term distance, std::vector<Term>& out);
  void add_bounds(Term part, Term limit, const Locations& locations, std::vector<Term>& out);
  unsigned bits_on_sight(BlockId cut, const Location& location) const;
  std::vector<Candidate> for_source(BlockId cut, const Location& location);
  std::vector<Candidate> for_target(const Location& location);
  void equalities(const Location& location, const std::vector<APInt>& values, std::vector<Candidate>& out);
  void low_parts(const Location& location, const std::vector<APInt>& values, std::vector<Candidate>& out);
  void affine(const Location& location, const std::vector<APInt>& values, std::vector<Candidate>& out);
  struct Sum {
    Term term;
    std::string text;
  };
  std::vector<Piece> summands(unsigned width) const;
  std::vector<Sum> sums(const std::vector<APInt>& values, unsigned width) const;
  void constants(const std::vector<APInt>& values, std::vector<Candidate>& out);

  terms::Pool& pool_;
  const Summary& source_;
  const Summary& target_;
  const std::vector<Term>& universal_;
  const std::vector<Sample>& samples_;
  std::vector<Piece> pieces_;  // of the source and the entry
};

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
  pieces.push_back({variable, name, all, true});
  auto part = [&](unsigned low, unsigned bits) {
    std::vector<APInt> values;
    for (const APInt& v : all) values.push_back(v.extractBits(bits, low));
    pieces.push_back(
        {pool_.extract(variable, low, bits), fmt::format("{}[{}..{})", name, low, low + bits), values, false});
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
    Piece piece{fact, source_.side().slot(slot).name, {}, true};
    for (const Sample& s : samples_) {
      terms::Evaluation evaluation(pool_, s.seed);
      for (const auto& [variable, value] : *s.entry) evaluation.set(variable, value);
      piece.values.push_back(evaluation(fact));
    }
    pieces_.push_back(std::move(piece));
  }
}

void Guesser::equalities(const Location& location, const std::vector<APInt>& values, std::vector<Candidate>& out) {
  const unsigned width = pool_.width(location.variable);
  for (const Piece& piece : pieces_) {
    const unsigned bits = pool_.width(piece.term);
    if (bits > width) continue;
    bool equal = bits == width, zero = bits < width, sign = bits < width;
    for (size_t n = 0; n < values.size() && (equal || zero || sign); ++n) {
      equal = equal && values[n] == piece.values[n];
      zero = zero && values[n] == piece.values[n].zext(width);
      sign = sign && values[n] == piece.values[n].sext(width);
    }
    if (equal) out.push_back({Shape::equal, piece.term, piece.text});
    if (zero) out.push_back({Shape::zero_extended, pool_.zext(piece.term, width), fmt::format("zext({})", piece.text)});
    if (sign) out.push_back({Shape::sign_extended, pool_.sext(piece.term, width), fmt::format("sext({})", piece.text)});
  }
}

void Guesser::low_parts(const Location& location, const std::vector<APInt>& values, std::vector<Candidate>& out) {
  const unsigned width = pool_.width(location.variable);
  for (const unsigned bits : {64u, 32u, 16u, 8u}) {
    if (bits >= width) continue;
    for (const Piece& piece : pieces_) {
      if (pool_.width(piece.term) != bits) continue;
      bool equal = true;
      for (size_t n = 0; n < values.size() && equal; ++n) equal = values[n].extractBits(bits, 0) == piece.values[n];
      if (!equal) continue;
      const Term open =
          pool_.variable(fmt::format("{}/open{}", pool_.name(location.variable), width - bits), width - bits);
      out.push_back(
          {Shape::low_part, pool_.concat(open, piece.term), fmt::format("{} below bit {}", piece.text, bits)});
      return;
    }
  }
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
  for (const Sum& sum : sums(values, width)) out.push_back({Shape::affine, sum.term, sum.text});
  if (width == 32 || out.size() >= kMostCandidates) return;
  std::vector<APInt> low;
  for (const APInt& v : values) low.push_back(v.trunc(32));
  const bool zero = std::all_of(values.begin(), values.end(), [](const APInt& v) { return v.isIntN(32); });
  const bool sign = std::all_of(values.begin(), values.end(), [](const APInt& v) { return v.isSignedIntN(32); });
  for (const Sum& sum : sums(low, 32)) {
    if (zero) out.push_back({Shape::zero_extended, pool_.zext(sum.term, 64), fmt::format("zext({})", sum.text)});
    if (sign) out.push_back({Shape::sign_extended, pool_.sext(sum.term, 64), fmt::format("sext({})", sum.text)});
    if (zero || sign) continue;
    const Term open = pool_.variable(fmt::format("{}/open32", pool_.name(location.variable)), 32);
    out.push_back({Shape::low_part, pool_.concat(open, sum.term), fmt::format("{} below bit 32", sum.text)});
  }
}

// What sums are made of: pieces of the width, or extended to it, that vary; one of those that always agree.
std::vector<Piece> Guesser::summands(unsigned width) const {
  constexpr size_t kMost = 28;
  std::vector<Piece> found;
  auto add = [&](Term term, std::string text, std::vector<APInt> v) {
    const bool varies = std::any_of(v.begin(), v.end(), [&](const APInt& x) { return x != v[0]; });
    const bool known =
        std::any_of(found.begin(), found.end(), [&](const Piece& p) { return p.term == term || p.values == v; });
    if (varies && !known && found.size() < kMost) found.push_back({term, std::move(text), std::move(v), true});
  };
  for (const Piece& piece : pieces_) {
    const unsigned bits = pool_.width(piece.term);
    if (bits == width) add(piece.term, piece.text, piece.values);
    if (bits != 32 || width != 64) continue;
    std::vector<APInt> zero, sign;
    for (const APInt& v : piece.values) zero.push_back(v.zext(64)), sign.push_back(v.sext(64));
    add(pool_.zext(piece.term, 64), fmt::format("zext({})", piece.text), zero);
    add(pool_.sext(piece.term, 64), fmt::format("sext({})", piece.text), sign);
  }
  return found;
}

namespace {

using Column = std::vector<uint64_t>;

// A multiple of a piece, by how its values change from the first sample.
struct Multiple {
  size_t piece;
  int64_t factor;
  Column change;
};

struct ColumnHash {
  size_t operator()(const Column& column) const {
    size_t hash = 0xcbf29ce484222325;
    for (const uint64_t v : column) hash = (hash ^ v) * 0x100000001b3;
    return hash;
  }
};

Column change_of(const std::vector<APInt>& values, uint64_t factor, uint64_t mask) {
  Column column;
  for (const APInt& v : values) column.push_back(((v.getZExtValue() - values[0].getZExtValue()) * factor) & mask);
  return column;
}

Column difference(const Column& a, const Column& b, uint64_t mask) {
  Column result(a.size());
  for (size_t n = 0; n < a.size(); ++n) result[n] = (a[n] - b[n]) & mask;
  return result;
}

}  // namespace

// Up to three multiples of pieces whose changes add up to the location's; what is left is the constant.
std::vector<Guesser::Sum> Guesser::sums(const std::vector<APInt>& values, unsigned width) const {
  constexpr int64_t kFactors[] = {1, -1, 2, 4, 8, 16, -2, -4, -8, 3, 12, 24};
  const uint64_t mask = ~uint64_t{0} >> (64 - width);
  const std::vector<Piece> pieces = summands(width);
  const Column wanted = change_of(values, 1, mask);
  std::vector<Multiple> multiples;
  std::unordered_map<Column, std::vector<size_t>, ColumnHash> by_change;
  for (size_t p = 0; p < pieces.size(); ++p)
    for (const int64_t factor : kFactors) {
      multiples.push_back({p, factor, change_of(pieces[p].values, static_cast<uint64_t>(factor), mask)});
      by_change[multiples.back().change].push_back(multiples.size() - 1);
    }
  std::vector<Sum> out;
  auto add = [&](std::initializer_list<size_t> parts) {
    if (out.size() >= kMostCandidates) return;
    APInt rest = values[0];
    Sum sum{{}, ""};
    for (const size_t part : parts) {
      const Multiple& m = multiples[part];
      const APInt factor(width, static_cast<uint64_t>(m.factor), true);
      rest -= factor * pieces[m.piece].values[0];
      const Term term = pool_.mul(pool_.constant(factor), pieces[m.piece].term);
      sum.term = sum.term ? pool_.add(sum.term, term) : term;
      sum.text += fmt::format("{}{} * {}", sum.text.empty() ? "" : " + ", m.factor, pieces[m.piece].text);
    }
    sum.term = pool_.add(sum.term, pool_.constant(rest));
    sum.text += fmt::format(" {:+}", rest.getSExtValue());
    out.push_back(std::move(sum));
  };
  auto matching = [&](const Column& change, size_t above, auto&& found) {
    if (const auto at = by_change.find(change); at != by_change.end())
      for (const size_t m : at->second)
        if (multiples[m].piece >= above) found(m);
  };
  matching(wanted, 0, [&](size_t a) { add({a}); });
  for (size_t a = 0; a < multiples.size(); ++a)
    matching(difference(wanted, multiples[a].change, mask), multiples[a].piece + 1, [&](size_t b) { add({a, b}); });
  if (!out.empty()) return out;
  for (size_t a = 0; a < multiples.size(); ++a) {
    if (multiples[a].factor != 1 && multiples[a].factor != -1) continue;
    const Column rest = difference(wanted, multiples[a].change, mask);
    for (size_t b = 0; b < multiples.size(); ++b)
      if (multiples[b].piece != multiples[a].piece)
        matching(difference(rest, multiples[b].change, mask), multiples[b].piece + 1, [&](size_t c) {
          if (multiples[c].piece != multiples[a].piece) add({a, b, c});
        });
  }
  return out;
}

// How many bits the source's values at a location need as far as can be seen from the ways that lead there.
unsigned Guesser::bits_on_sight(BlockId cut, const Location& location) const {
  unsigned bits = 1;
  for (const auto& [from, start] : source_.cuts())
    for (const Path& path : start.paths) {
      if (path.end != End::cut || path.block != cut) continue;
      const Term value = value_at(pool_, path.state, location);
      if (value != location.variable)
        bits = std::max(bits, pool_.width(value) - pool_.known_bits(value).first.countl_one());
    }
  return bits;
}

std::vector<Candidate> Guesser::for_source(BlockId cut, const Location& location) {
  std::vector<Candidate> out;
  const std::vector<APInt> values = values_of(location.variable, From::source);
  const unsigned width = pool_.width(location.variable);
  constants(values, out);
  if (width == 64) {
    // The first guess is what the rest is written with, so it should last: the narrowest that is seen to be enough,
    // then the widest.
    std::vector<unsigned> widths = {1, 8, 16, 32};
    const auto enough = std::lower_bound(widths.begin(), widths.end(), bits_on_sight(cut, location));
    std::reverse(widths.begin(), enough);
    std::rotate(widths.begin(), enough, widths.end());
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
  if (out.size() > kMostCandidates) out.resize(kMostCandidates);
  affine(location, values, out);
  if (out.size() > kMostCandidates) out.resize(kMostCandidates);
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

bool Guesser::held(Term condition) const {
  return std::all_of(samples_.begin(), samples_.end(), [&](const Sample& s) {
    terms::Evaluation evaluation(pool_, s.seed);
    for (const auto& [variable, value] : *s.entry) evaluation.set(variable, value);
    for (const auto& [variable, value] : *s.source) evaluation.set(variable, value);
    return evaluation(condition).getBoolValue();
  });
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
  for (const Sample& s : samples_) {
    terms::Evaluation evaluation(pool_, s.seed);
    for (const auto& [variable, value] : *s.entry) evaluation.set(variable, value);
    for (const auto& [variable, value] : *s.source) evaluation.set(variable, value);
    zeros = std::min(zeros, evaluation(distance).countr_zero());
  }
  if (zeros == 0 || zeros >= pool_.width(distance)) return;
  const Term aligned = pool_.eq(pool_.extract(distance, 0, zeros), pool_.constant(zeros, 0));
  if (!pool_.constant_value(aligned) && std::find(out.begin(), out.end(), aligned) == out.end()) out.push_back(aligned);
}

Relation Guesser::run(BlockId source_cut, BlockId target_cut) {
  Relation relation{source_cut, target_cut, {}, {}, {}};
  bounds(source_cut, relation.bounds);
  passed(source_cut, relation.bounds);
  for (const Location& l : source_.at(source_cut).locations) {
    add_pieces(pieces_, l.variable, l.name, From::source);
    relation.source_entries.push_back({l, for_source(source_cut, l)});
  }
  add_facts(source_cut);
  for (const Term u : universal_) add_pieces(pieces_, u, std::string(pool_.name(u)), From::entry);
  for (const Location& l : target_.at(target_cut).locations) relation.target_entries.push_back({l, for_target(l)});
  return relation;
}

}  // namespace

terms::Substitution replacements(terms::Pool& pool, const Relation& relation) {
  terms::Substitution own(pool), all(pool);
  for (const Relation::Entry& e : relation.source_entries)
    if (const Candidate* c = e.candidate()) {
      own.replace(e.location.variable, c->value);
      all.replace(e.location.variable, c->value);
    }
  for (const Relation::Entry& e : relation.target_entries)
    if (const Candidate* c = e.candidate()) all.replace(e.location.variable, own(c->value));
  return all;
}

Relation guess_relation(terms::Pool& pool, const Summary& source, const Summary& target, BlockId source_cut,
                        BlockId target_cut, const std::vector<Term>& universal, const std::vector<Sample>& samples) {
  return Guesser(pool, source, target, universal, samples).run(source_cut, target_cut);
}

}  // namespace portolan::prove
