#include "verify/prove/apart.h"

#include <algorithm>
#include <deque>

namespace portolan::prove {
namespace {

using terms::Kind;

constexpr size_t kMostConditions = 1024;  // of one path; what is beyond is not assumed
constexpr int64_t kFewBytes = 64;

// Offsets of bytes as ranges [low, high).
std::vector<std::pair<int64_t, int64_t>> ranges_of(const std::set<int64_t>& offsets) {
  std::vector<std::pair<int64_t, int64_t>> ranges;
  for (const int64_t offset : offsets)
    if (!ranges.empty() && ranges.back().second == offset)
      ++ranges.back().second;
    else
      ranges.emplace_back(offset, offset + 1);
  return ranges;
}

// What a path reaches by addresses of one base.
struct Reached {
  size_t argument;
  Term base;
  std::set<int64_t> touched, written;
};

}  // namespace

Apart::Apart(terms::Pool& pool, const Summary& source, std::vector<Term> parameters)
    : pool_(pool), parameters_(std::move(parameters)) {
  follow(source);
  // A pointer is what some address is computed from alone.
  for (const auto& [block, cut] : source.cuts())
    for (const Path& path : cut.paths)
      for (const Access& access : path.accesses)
        if (const auto argument = argument_of(access.address)) pointers_.insert(*argument);
  // The others are numbers, and whatever is done to numbers gives no pointer.
  for (size_t p = 0; p < parameters_.size(); ++p)
    if (!pointers_.contains(p)) parameters_[p] = {};
  at_cuts_.clear();
  known_.clear();
  follow(source);
}

// From the entry on, until nothing changes: what is not the same on all ways to a cut point is not known there.
void Apart::follow(const Summary& source) {
  std::deque<BlockId> work = {0};
  while (!work.empty()) {
    const CutPoint& cut = source.at(work.front());
    work.pop_front();
    for (const Path& path : cut.paths) {
      if (path.end != End::cut || !source.cuts().contains(path.block)) continue;
      bool changed = false;
      for (const Location& location : source.at(path.block).locations) {
        const Term value = value_at(pool_, path.state, location);
        const Shares in = value ? shares(value) : std::nullopt;
        const auto [at, fresh] = at_cuts_.emplace(location.variable, in);
        changed |= fresh || (at->second && at->second != in);
        if (!fresh && at->second != in) at->second = std::nullopt;
      }
      if (!changed) continue;
      known_.clear();
      if (std::find(work.begin(), work.end(), path.block) == work.end()) work.push_back(path.block);
    }
  }
}

Apart::Shares Apart::shares(Term t) {
  if (const auto found = known_.find(t); found != known_.end()) return found->second;
  Shares result = of_node(t);
  known_.emplace(t, result);
  return result;
}

Apart::Shares Apart::of_sum(Term t) {
  const terms::Linear form = pool_.linear(t);
  std::map<size_t, uint64_t> sum;
  for (const terms::Linear::Part& part : form.parts) {
    const Shares in = shares(part.term);
    if (!in) return std::nullopt;
    for (const auto& [argument, share] : *in) sum[argument] += share * part.coefficient.getZExtValue();
  }
  std::erase_if(sum, [](const auto& entry) { return entry.second == 0; });
  return sum;
}

// Whether a pointer argument may be in it, other than through memory.
bool Apart::holds_argument(Term t) {
  constexpr size_t kMost = 256;
  std::set<Term> seen;
  std::vector<Term> work = {t};
  while (!work.empty()) {
    const Term next = work.back();
    work.pop_back();
    if (pool_.kind(next) == Kind::read || !seen.insert(next).second) continue;
    if (seen.size() > kMost) return true;
    if (pool_.kind(next) == Kind::variable) {
      const auto cut = at_cuts_.find(next);
      if (std::find(parameters_.begin(), parameters_.end(), next) != parameters_.end()) return true;
      if (cut != at_cuts_.end() && (!cut->second || !cut->second->empty())) return true;
    }
    for (const Term operand : pool_.operands(next)) work.push_back(operand);
  }
  return false;
}

Apart::Shares Apart::of_operands(Term t) {
  for (const Term operand : pool_.operands(t)) {
    if (pool_.width(operand) == 0) continue;
    const Shares in = shares(operand);
    if (!in || !in->empty()) return std::nullopt;
  }
  return std::map<size_t, uint64_t>{};
}

// A pointer has 64 bits: a narrower value that was read, or that a callee left, is a number; one of 64 may be a
// pointer.
Apart::Shares Apart::of_node(Term t) {
  const bool narrow = pool_.width(t) < 64;
  const std::map<size_t, uint64_t> none;
  switch (pool_.kind(t)) {
    case Kind::constant:
      return none;
    case Kind::variable: {
      const auto parameter = std::find(parameters_.begin(), parameters_.end(), t);
      if (parameter != parameters_.end())
        return std::map<size_t, uint64_t>{{static_cast<size_t>(parameter - parameters_.begin()), 1}};
      if (const auto cut = at_cuts_.find(t); cut != at_cuts_.end()) return cut->second;
      if (narrow || pool_.name(t).starts_with("parameter")) return none;
      return std::nullopt;
    }
    case Kind::read:
      return narrow ? Shares(none) : std::nullopt;
    case Kind::linear:
      return narrow ? of_operands(t) : of_sum(t);
    case Kind::extract:
      return narrow && !holds_argument(pool_.operands(t)[0]) ? Shares(none) : of_operands(t);
    case Kind::concat:
      // Parts of pointers may have been put together again, unless it is an extension.
      if (!narrow && pool_.constant_value(pool_.operands(t)[0]) == nullptr) return std::nullopt;
      return of_operands(t);
    case Kind::select: {
      const Shares one = shares(pool_.operands(t)[1]);
      return one == shares(pool_.operands(t)[2]) ? one : std::nullopt;
    }
    default:
      return of_operands(t);
  }
}

std::optional<size_t> Apart::argument_of(Term address) {
  const Shares in = shares(address);
  if (!in || in->size() != 1 || in->begin()->second != 1) return std::nullopt;
  return in->begin()->first;
}

bool Apart::is_in_data(const Symbols& symbols, Term address) {
  unsigned named = 0;
  for (const terms::Linear::Part& part : pool_.linear(address).parts) {
    if (symbols.is_symbol(part.term) && part.coefficient.isOne()) {
      ++named;
      continue;
    }
    const Shares in = shares(part.term);
    if (!in || !in->empty()) return false;
  }
  return named == 1;
}

std::vector<Term> Apart::conditions(const Path& path) {
  if (pointers_.size() < 2) return {};
  std::vector<Reached> all;
  for (const Access& access : path.accesses) {
    const auto argument = argument_of(access.address);
    if (!argument) continue;
    terms::Linear form = pool_.linear(access.address);
    const int64_t offset = form.constant.getSExtValue();
    form.constant = terms::APInt(64, 0);
    const Term base = pool_.from_linear(form);
    auto reached = std::find_if(all.begin(), all.end(), [&](const Reached& r) { return r.base == base; });
    if (reached == all.end()) reached = all.insert(all.end(), {*argument, base, {}, {}});
    for (uint32_t n = 0; n < access.bytes; ++n) {
      reached->touched.insert(offset + n);
      if (access.write) reached->written.insert(offset + n);
    }
  }
  std::vector<Term> conditions;
  std::set<Term> seen;
  auto constant = [&](int64_t value) { return pool_.constant(64, static_cast<uint64_t>(value)); };
  auto add = [&](Term condition) {
    if (seen.insert(condition).second) conditions.push_back(condition);
  };
  auto assume = [&](Term a, std::pair<int64_t, int64_t> x, Term b, std::pair<int64_t, int64_t> y) {
    // Address by address where that is not many: the very comparisons that reads of written memory make.
    if (x.second - x.first <= kFewBytes && y.second - y.first <= kFewBytes) {
      for (int64_t distance = x.first - y.second + 1; distance < x.second - y.first; ++distance)
        add(pool_.bit_not(pool_.eq(pool_.sub(b, a), constant(distance))));
      return;
    }
    const Term from = pool_.add(a, constant(x.first)), to = pool_.add(b, constant(y.first));
    add(pool_.bit_not(pool_.ult(pool_.sub(to, from), constant(x.second - x.first))));
    add(pool_.bit_not(pool_.ult(pool_.sub(from, to), constant(y.second - y.first))));
  };
  for (const Reached& a : all)
    for (const Reached& b : all) {
      if (a.argument == b.argument) continue;
      for (const auto& x : ranges_of(a.written))
        for (const auto& y : ranges_of(b.touched))
          if (conditions.size() < kMostConditions) assume(a.base, x, b.base, y);
    }
  return conditions;
}

}  // namespace portolan::prove
