#include "verify/prove/relation.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace portolan::prove {
namespace {

using terms::APInt;
using Shape = Candidate::Shape;

constexpr size_t kMostCandidates = 8;

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
  Term limit_of(const terms::Linear& whole, const terms::Linear::Part& part);
  bool universal_term(Term t) const;
  void add_bounds(Term part, Term limit, const std::map<Term, const Location*>& locations, std::vector<Term>& out);
  std::vector<Candidate> for_source(const Location& location);
  std::vector<Candidate> for_target(const Location& location);
  void equalities(const Location& location, const std::vector<APInt>& values, std::vector<Candidate>& out);
  void low_parts(const Location& location, const std::vector<APInt>& values, std::vector<Candidate>& out);
  void affine(const Location& location, const std::vector<APInt>& values, std::vector<Candidate>& out);
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
    Piece piece{fact, source_.side().machine().slots[slot].name, {}, true};
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

// t = a + k * b + c with c the same in all samples; b must vary, or anything fits.
void Guesser::affine(const Location& location, const std::vector<APInt>& values, std::vector<Candidate>& out) {
  const unsigned width = pool_.width(location.variable);
  if (width != 64 && width != 32) return;
  if (values.size() < 3) return;
  struct Wide {
    Term term;
    std::string text;
    std::vector<APInt> values;
  };
  std::vector<Wide> wide;
  auto varies = [](const std::vector<APInt>& v) {
    return std::any_of(v.begin(), v.end(), [&](const APInt& x) { return x != v[0]; });
  };
  auto add = [&](Term term, std::string text, std::vector<APInt> v) {
    if (varies(v) &&
        std::none_of(wide.begin(), wide.end(), [&](const Wide& w) { return w.term == term || w.values == v; }))
      wide.push_back({term, std::move(text), std::move(v)});
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
  if (wide.size() > 48) wide.resize(48);
  const int64_t factors[] = {1, -1, 2, 4, 8, 16, -2, -4, -8, 3, 12, 24};
  auto try_sum = [&](const Wide* a, int64_t factor_a, const Wide* b, int64_t factor_b) {
    const APInt fa(width, static_cast<uint64_t>(factor_a), true), fb(width, static_cast<uint64_t>(factor_b), true);
    auto rest = [&](size_t n) {
      APInt r = values[n];
      if (a) r -= fa * a->values[n];
      return r - fb * b->values[n];
    };
    const APInt c = rest(0);
    for (size_t n = 1; n < values.size(); ++n)
      if (rest(n) != c) return;
    Term sum = pool_.add(pool_.mul(pool_.constant(fb), b->term), pool_.constant(c));
    if (a) sum = pool_.add(sum, pool_.mul(pool_.constant(fa), a->term));
    out.push_back({Shape::affine, sum,
                   fmt::format("{}{} * {} + {}", a ? fmt::format("{} * {} + ", factor_a, a->text) : "", factor_b,
                               b->text, c.getSExtValue())});
  };
  const size_t before = out.size();
  for (const Wide& b : wide)
    for (const int64_t factor : factors) try_sum(nullptr, 0, &b, factor);
  for (size_t a = 0; a < wide.size(); ++a)
    for (size_t b = 0; b < wide.size(); ++b)
      for (const int64_t factor : factors) {
        if (a == b || (factor == 1 && a > b)) continue;
        if (out.size() >= before + kMostCandidates) return;
        try_sum(&wide[a], 1, &wide[b], factor);
      }
}

std::vector<Candidate> Guesser::for_source(const Location& location) {
  std::vector<Candidate> out;
  const std::vector<APInt> values = values_of(location.variable, From::source);
  const unsigned width = pool_.width(location.variable);
  constants(values, out);
  if (width == 64) {
    for (const unsigned bits : {1u, 8u, 16u, 32u}) {
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
  std::map<Term, const Location*> locations;
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
        const Term limit = limit_of(difference, part);
        if (limit && seen.insert(pool_.eq(part.term, limit)).second) add_bounds(part.term, limit, locations, out);
      }
    }
}

// What the part equals where the whole is zero, if that is the same all the time.
Term Guesser::limit_of(const terms::Linear& whole, const terms::Linear::Part& part) {
  terms::Linear rest;
  rest.constant = whole.constant;
  for (const terms::Linear::Part& other : whole.parts) {
    if (other.term == part.term) continue;
    if (!universal_term(other.term)) return {};
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

void Guesser::add_bounds(Term part, Term limit, const std::map<Term, const Location*>& locations,
                         std::vector<Term>& out) {
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
    const bool held = std::all_of(samples_.begin(), samples_.end(), [&](const Sample& s) {
      terms::Evaluation evaluation(pool_, s.seed);
      for (const auto& [variable, value] : *s.entry) evaluation.set(variable, value);
      for (const auto& [variable, value] : *s.source) evaluation.set(variable, value);
      return evaluation(bound).getBoolValue();
    });
    if (held) out.push_back(bound);
  }
}

Relation Guesser::run(BlockId source_cut, BlockId target_cut) {
  Relation relation{source_cut, target_cut, {}, {}, {}};
  bounds(source_cut, relation.bounds);
  for (const Location& l : source_.at(source_cut).locations) {
    add_pieces(pieces_, l.variable, l.name, From::source);
    relation.source_entries.push_back({l, for_source(l)});
  }
  add_facts(source_cut);
  for (const Term u : universal_) add_pieces(pieces_, u, std::string(pool_.name(u)), From::entry);
  for (const Location& l : target_.at(target_cut).locations) relation.target_entries.push_back({l, for_target(l)});
  return relation;
}

}  // namespace

Relation guess_relation(terms::Pool& pool, const Summary& source, const Summary& target, BlockId source_cut,
                        BlockId target_cut, const std::vector<Term>& universal, const std::vector<Sample>& samples) {
  return Guesser(pool, source, target, universal, samples).run(source_cut, target_cut);
}

}  // namespace portolan::prove
