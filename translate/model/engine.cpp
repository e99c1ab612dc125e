#include "translate/model/engine.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace portolan::model {
namespace {

// Softmax over the allowed tokens; empty if there is none.
std::vector<double> probabilities_of(std::span<const float> logits, const std::vector<bool>& allowed,
                                     double temperature) {
  float highest = -INFINITY;
  for (size_t n = 0; n < logits.size(); ++n)
    if (allowed.empty() || (n < allowed.size() && allowed[n])) highest = std::max(highest, logits[n]);
  if (!std::isfinite(highest)) return {};
  std::vector<double> probabilities(logits.size(), 0);
  double sum = 0;
  for (size_t n = 0; n < logits.size(); ++n) {
    if (!allowed.empty() && (n >= allowed.size() || !allowed[n])) continue;
    probabilities[n] = std::exp((static_cast<double>(logits[n]) - highest) / std::max(temperature, 1e-6));
    sum += probabilities[n];
  }
  for (double& p : probabilities) p /= sum;
  return probabilities;
}

}  // namespace

Expected<Generated> generate(Engine& engine, std::string_view prompt, const TokenMask& mask, double temperature,
                             uint64_t seed, size_t longest) {
  Generated result;
  std::mt19937_64 random(seed);
  engine.rewind(0);
  auto logits = engine.append(engine.tokens_of(prompt));
  while (result.tokens.size() < longest) {
    if (!logits) return logits.error();
    const std::vector<bool> allowed = mask ? mask(result.tokens) : std::vector<bool>();
    // What the choice is made by, and what is reported: the model's own opinion, at temperature 1.
    const std::vector<double> weights = probabilities_of(*logits, allowed, temperature),
                              opinion = probabilities_of(*logits, allowed, 1);
    TokenId token = engine.end();
    if (!weights.empty() && temperature <= 0)
      token = static_cast<TokenId>(std::max_element(weights.begin(), weights.end()) - weights.begin());
    else if (!weights.empty())
      token = std::discrete_distribution<TokenId>(weights.begin(), weights.end())(random);
    if (token == engine.end()) {
      result.ended = true;
      return result;
    }
    result.tokens.push_back(token);
    result.probabilities.push_back(opinion[token]);
    logits = engine.append({&token, 1});
  }
  return result;
}

}  // namespace portolan::model
