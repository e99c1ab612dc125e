#include "verify/prove/sums.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

namespace portolan::prove {

// What sums are made of: pieces of the width, or extended to it, that vary; one of those that always agree.
std::vector<Piece> Sums::summands(unsigned width) const {
  constexpr size_t kMost = 28;
  std::vector<Piece> found;
  auto add = [&](Term term, std::string text, std::vector<APInt> v) {
    const bool varies = std::any_of(v.begin(), v.end(), [&](const APInt& x) { return x != v[0]; });
    const bool known =
        std::any_of(found.begin(), found.end(), [&](const Piece& p) { return p.term == term || p.values == v; });
    if (varies && !known && found.size() < kMost) found.push_back({term, std::move(text), std::move(v), false});
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

// A multiple of a piece, by how its values change from the first sample, in some of the samples.
using Column = std::array<uint64_t, 10>;

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
  Column column{};
  for (size_t n = 0; n < column.size(); ++n) {
    const APInt& value = values[(n + 1) * (values.size() - 1) / column.size()];
    column[n] = ((value.getZExtValue() - values[0].getZExtValue()) * factor) & mask;
  }
  return column;
}

Column difference(const Column& a, const Column& b, uint64_t mask) {
  Column result;
  for (size_t n = 0; n < a.size(); ++n) result[n] = (a[n] - b[n]) & mask;
  return result;
}

}  // namespace

struct Sums::Multiples {
  std::vector<Piece> pieces;
  std::vector<Multiple> all;
  std::unordered_map<Column, std::vector<size_t>, ColumnHash> by_change;
};

const Sums::Multiples& Sums::multiples_of(unsigned width) {
  std::shared_ptr<const Multiples>& known = multiples_[width];
  if (known) return *known;
  constexpr int64_t kFactors[] = {1, -1, 2, 4, 8, 16, -2, -4, -8, 3, 12, 24};
  const uint64_t mask = ~uint64_t{0} >> (64 - width);
  auto made = std::make_shared<Multiples>();
  made->pieces = summands(width);
  for (size_t p = 0; p < made->pieces.size(); ++p)
    for (const int64_t factor : kFactors) {
      made->all.push_back({p, factor, change_of(made->pieces[p].values, static_cast<uint64_t>(factor), mask)});
      made->by_change[made->all.back().change].push_back(made->all.size() - 1);
    }
  return *(known = std::move(made));
}

// Up to three multiples of pieces whose changes add up to the location's; what is left is the constant.
std::vector<Sums::Sum> Sums::find(const std::vector<APInt>& values, unsigned width) {
  const uint64_t mask = ~uint64_t{0} >> (64 - width);
  const Multiples& known = multiples_of(width);
  const std::vector<Multiple>& multiples = known.all;
  const Column wanted = change_of(values, 1, mask);
  std::vector<Sum> out;
  // The number that is left, if it is the same in all samples.
  auto constant = [&](std::initializer_list<size_t> parts) -> std::optional<uint64_t> {
    std::optional<uint64_t> left;
    for (size_t n = 0; n < values.size(); ++n) {
      uint64_t rest = values[n].getZExtValue();
      for (const size_t part : parts)
        rest -= static_cast<uint64_t>(multiples[part].factor) *
                known.pieces[multiples[part].piece].values[n].getZExtValue();
      if (left.value_or(rest & mask) != (rest & mask)) return std::nullopt;
      left = rest & mask;
    }
    return left;
  };
  auto add = [&](std::initializer_list<size_t> parts) {
    if (out.size() >= kMostSums) return;
    const auto left = constant(parts);
    if (!left) return;
    const APInt rest(width, *left);
    Sum sum{{}, ""};
    for (const size_t part : parts) {
      const Multiple& m = multiples[part];
      const APInt factor(width, static_cast<uint64_t>(m.factor), true);
      const Term term = pool_.mul(pool_.constant(factor), known.pieces[m.piece].term);
      sum.term = sum.term ? pool_.add(sum.term, term) : term;
      sum.text += fmt::format("{}{} * {}", sum.text.empty() ? "" : " + ", m.factor, known.pieces[m.piece].text);
    }
    sum.term = pool_.add(sum.term, pool_.constant(rest));
    sum.text += fmt::format(" {:+}", rest.getSExtValue());
    out.push_back(std::move(sum));
  };
  auto matching = [&](const Column& change, size_t above, auto&& found) {
    if (const auto at = known.by_change.find(change); at != known.by_change.end())
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

}  // namespace portolan::prove
