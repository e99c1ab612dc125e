#include "translate/mapping/lacking.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

namespace portolan::mapping {

namespace {

// "+ integer" and "+ of whole numbers" for a reader; formats of real numbers are left out, since they are another
// matter.
std::string kind_of(const Term& t) {
  std::string word = t.what.substr(0, t.what.find(' '));
  if (word.ends_with(".round")) word.resize(word.size() - 6);
  const bool whole = t.what.ends_with(" integer");
  const std::string over = t.kind == Term::Kind::reduction ? " over an index" : "";
  // The name of a format says of what it is.
  const bool named = word.find('.') != std::string::npos;
  return fmt::format("'{}'{}{}", word, over, whole && !named ? " of whole numbers" : "");
}

void collect(const Term* t, std::set<const Term*>& seen, std::set<std::string>& kinds) {
  if (!seen.insert(t).second) return;
  // What saturates is also done by limits: a plan takes either.
  const bool saturates = t->what.find(".saturate") != std::string::npos;
  if ((t->kind == Term::Kind::operation || t->kind == Term::Kind::reduction) && !saturates) kinds.insert(kind_of(*t));
  // Of an element its indices are no arithmetic.
  if (t->kind == Term::Kind::element) return;
  if (t->kind == Term::Kind::reduction) return collect(t->operands[0], seen, kinds);
  for (const Term* operand : t->operands) collect(operand, seen, kinds);
}

}  // namespace

std::string lacking(const Term* wanted, std::span<const Term* const> there) {
  std::set<const Term*> seen, seen_there;
  std::set<std::string> kinds, theirs;
  collect(wanted, seen, kinds);
  for (const Term* one : there) collect(one, seen_there, theirs);
  std::vector<std::string> missing;
  std::ranges::set_difference(kinds, theirs, std::back_inserter(missing));
  return fmt::format("{}", fmt::join(missing, ", "));
}

}  // namespace portolan::mapping
