#include "verify/solve/valuations.h"

#include <fmt/format.h>

#include "llvm/ADT/ArrayRef.h"
#include "verify/solve/memories.h"
#include "verify/solve/walk.h"
#include "verify/terms/domain.h"
#include "verify/terms/rewrite.h"

namespace portolan::solve {
namespace {

using terms::APInt;
using terms::Evaluation;
using terms::Kind;

constexpr unsigned kValuations = 32;

uint64_t mixed(uint64_t x) {  // splitmix64
  x += 0x9e3779b97f4a7c15ull;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

// The first rounds give all variables one boundary value; the rest mixes boundaries, small numbers and random bits.
APInt chosen(unsigned width, unsigned round, size_t variable) {
  const uint64_t random = mixed(round * 1000003ull + variable);
  const unsigned how = round < 5 ? round : static_cast<unsigned>(random % 11);
  switch (how) {
    case 0:
      return APInt(width, 0);
    case 1:
      return APInt::getAllOnes(width);
    case 2:
      return APInt(width, 1);
    case 3:
      return APInt::getSignedMinValue(width);
    case 4:
      return APInt::getSignedMaxValue(width);
    case 5:
      return APInt(width, (random >> 8) % 17);
    case 6:
      return -APInt(width, (random >> 8) % 17);
    case 7:
      return APInt::getOneBitSet(width, static_cast<unsigned>((random >> 8) % width));
    default:
      break;
  }
  std::vector<uint64_t> words((width + 63) / 64);
  for (size_t i = 0; i < words.size(); ++i) words[i] = mixed(random + i + 1);
  return APInt(width, words);
}

bool refutes(Evaluation& evaluation, std::span<const Term> assumptions, Term goal) {
  if (!evaluation(goal).isZero()) return false;
  for (Term assumption : assumptions)
    if (evaluation(assumption).isZero()) return false;
  return true;
}

template <class Visit>
void for_all_below(const Pool& pool, std::span<const Term> roots, Visit visit) {
  std::unordered_set<Term, TermHash> done;
  for (Term root : roots) for_each_below(root, done, [&](Term t) { return children(pool, t); }, visit);
}

std::vector<Term> with(std::span<const Term> assumptions, Term goal) {
  std::vector<Term> all(assumptions.begin(), assumptions.end());
  all.push_back(goal);
  return all;
}

}  // namespace

std::vector<Term> variables_of(const Pool& pool, std::span<const Term> roots) {
  std::vector<Term> variables;
  for_all_below(pool, roots, [&](Term t) {
    if (pool.kind(t) == Kind::variable) variables.push_back(t);
  });
  return variables;
}

bool has_unknown_functions(const Pool& pool, std::span<const Term> roots) {
  bool found = false;
  for_all_below(pool, roots, [&](Term t) {
    found = found || (pool.kind(t) == Kind::apply && !is_bit_count(pool, t) &&
                      !terms::floating_instruction(pool.name(t)).has_value());
  });
  return found;
}

std::optional<Model> find_failing(const Pool& pool, std::span<const Term> assumptions, Term goal) {
  const std::vector<Term> all = with(assumptions, goal);
  const std::vector<Term> variables = variables_of(pool, all);
  for (unsigned round = 0; round < kValuations; ++round) {
    Evaluation evaluation(pool, round);
    Model model;
    evaluation.byte = [&](std::string_view memory, uint64_t address) {
      uint64_t hash = round;
      for (const char c : memory) hash = mixed(hash + static_cast<unsigned char>(c));
      const auto value = static_cast<uint8_t>(mixed(hash ^ address));
      model.insert_or_assign(fmt::format("{}[{:#x}]", memory, address), APInt(8, value));
      return value;
    };
    for (size_t i = 0; i < variables.size(); ++i) {
      APInt value = chosen(pool.width(variables[i]), round, i);
      model.emplace(std::string(pool.name(variables[i])), value);
      evaluation.set(variables[i], std::move(value));
    }
    if (refutes(evaluation, assumptions, goal)) return model;
  }
  return std::nullopt;
}

std::optional<Model> confirmed(const Pool& pool, std::span<const Term> assumptions, Term goal, const Question& question,
                               std::span<const APInt> values) {
  Evaluation evaluation(pool, 0);
  Model model;
  // What the solver was not asked about is zero.
  for (Term variable : variables_of(pool, with(assumptions, goal)))
    evaluation.set(variable, APInt(pool.width(variable), 0));
  for (size_t i = 0; i < question.values.size(); ++i) {
    const Term t = question.values[i].term;
    if (!t || pool.kind(t) != Kind::variable) continue;
    model.insert_or_assign(std::string(pool.name(t)), values[i]);
    evaluation.set(t, values[i]);
  }
  std::map<std::pair<std::string, uint64_t>, uint8_t> bytes;
  for (const Question::Byte& byte : question.bytes) {
    const uint64_t address = values[byte.address].getZExtValue();
    bytes[{byte.memory, address}] = static_cast<uint8_t>(values[byte.value].getZExtValue());
    model.insert_or_assign(fmt::format("{}[{:#x}]", byte.memory, address), values[byte.value]);
  }
  evaluation.byte = [&bytes](std::string_view memory, uint64_t address) -> uint8_t {
    const auto found = bytes.find({std::string(memory), address});
    return found == bytes.end() ? 0 : found->second;
  };
  if (!refutes(evaluation, assumptions, goal)) return std::nullopt;
  return model;
}

}  // namespace portolan::solve
