// What an engine that runs small weights within this process has to be: tokens in, a mask in, logits out. There is none
// yet; tests/unit/model has one that has learnt a single sentence. Whoever brings one writes a class of this interface,
// and samples with generate(), which knows nothing of weights.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/diagnostic.h"

namespace portolan::model {

using TokenId = uint32_t;

// One conversation with one set of weights. Not shared between threads.
class Engine {
 public:
  virtual ~Engine() = default;

  // Token n stands for text(n); ids count from 0. The same for the life of the engine.
  virtual size_t vocabulary_size() const = 0;
  virtual std::string_view text(TokenId token) const = 0;
  virtual TokenId end() const = 0;  // the token that ends a text
  virtual std::vector<TokenId> tokens_of(std::string_view text) const = 0;

  // Forgets everything after the first `length` tokens.
  virtual void rewind(size_t length) = 0;
  // Appends tokens and gives the logits of what follows them, one for each token of the vocabulary; valid until the
  // next call. The error: the context is full.
  virtual Expected<std::span<const float>> append(std::span<const TokenId> tokens) = 0;
};

// Which tokens may come next, by id, given what was generated so far: a grammar's word. No token allowed ends the text.
using TokenMask = std::function<std::vector<bool>(std::span<const TokenId> generated)>;

struct Generated {
  std::vector<TokenId> tokens;        // without the end
  std::vector<double> probabilities;  // of each among those that the mask allowed
  bool ended = false;                 // else the longest length was reached
};

// Greedy where the temperature is 0. Deterministic for a seed. An empty mask allows everything.
Expected<Generated> generate(Engine& engine, std::string_view prompt, const TokenMask& mask, double temperature,
                             uint64_t seed, size_t longest);

}  // namespace portolan::model
