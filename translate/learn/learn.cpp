#include "translate/learn/learn.h"

#include <fmt/format.h>

#include <algorithm>

#include "translate/enumerate/search.h"
#include "translate/learn/generalise.h"
#include "translate/measure_rule.h"
#include "translate/rules/match.h"
#include "translate/rules/parse.h"

namespace portolan::learn {
namespace {

constexpr unsigned kLongest = 3;  // instructions that are searched for

}  // namespace

// Whether a rule for the target takes the whole pattern.
bool Learner::is_known(const rules::Instance& rule) const {
  return std::any_of(known_.instances.begin(), known_.instances.end(), [&](const rules::Instance& other) {
    const bool for_target = std::any_of(other.templates.begin(), other.templates.end(), [&](const rules::Template& t) {
      return t.isa == options_.target && t.features.empty();
    });
    return for_target && rules::covers(other, rule.pattern);
  });
}

std::optional<Learnt> Learner::learn(const Piece& piece, const std::string& origin) {
  ++tally_.pieces;
  const rules::ParsedRules asked = rules::parse_rules(rule_around(piece, options_.target), "learn");
  if (asked.instances.size() != 1) return ++tally_.not_found, std::nullopt;
  const rules::Instance& rule = asked.instances[0];
  if (is_known(rule)) return ++tally_.known, std::nullopt;
  const auto present = translate::llvm_instructions(rule, options_.target);
  if (!present || *present < 2) return ++tally_.short_already, std::nullopt;
  enumerate::SearchOptions search;
  search.time = options_.search;
  search.longest = std::min(kLongest, *present - 1);
  const enumerate::SearchResult result = enumerate::search(rule, rule.templates[0], search);
  if (!result.found) return ++tally_.not_found, std::nullopt;
  const auto worth = translate::measure_rule(result.found->rule, 0);
  if (!worth || worth->rule >= worth->llvm) return ++tally_.no_gain, std::nullopt;
  General general = generalise(result.found->text, result.found->rule, options_.general);
  Learnt learnt;
  const int number = ++names_[piece.name];
  learnt.name = fmt::format("learnt_{}{}", piece.name, number == 1 ? "" : fmt::format("_{}", number));
  learnt.text = std::move(general.text);
  for (const auto& [from, to] :
       {std::pair<std::string, std::string>{fmt::format("rule learnt_{}\n", piece.name),
                                            fmt::format("rule {}\n", learnt.name)},
        {"origin enumerate\n",
         fmt::format("origin learnt from {}; {} instructions against {}\n", origin, worth->rule, worth->llvm)}})
    if (const size_t at = learnt.text.find(from); at != std::string::npos) learnt.text.replace(at, from.size(), to);
  learnt.instances = general.instances.size();
  learnt.before = worth->llvm;
  learnt.after = worth->rule;
  std::move(general.instances.begin(), general.instances.end(), std::back_inserter(known_.instances));
  return learnt;
}

}  // namespace portolan::learn
